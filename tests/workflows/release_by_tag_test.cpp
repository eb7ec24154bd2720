#include "tests/support/git_server.hpp"
#include "tests/workflows/workflow_fixture.hpp"

namespace oa::test {
namespace {

/// A bare repository with two commits and the tag v1.0.0 on the first.
struct ReleaseByTagTest : WorkflowTest {
    ReleaseByTagTest() {
        secrets({{"git_token", "secret"}});
        git({"init", "--quiet", "--bare", "--initial-branch=main", origin});
        git({"clone", "--quiet", origin, seed});
        commit("First");
        git({"-C", seed, "tag", "v1.0.0"});
        commit("Make tea cheaper");
        git({"-C", seed, "push", "--quiet", "--tags", "origin", "HEAD:main"});
    }
    std::string git(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"/usr/bin/git", "-c", "user.name=Ada", "-c",
                                             "user.email=ada@example.com"});
        const ProcessResult result = run_program(arguments, options());
        EXPECT_EQ(result.exit_status, 0) << result.err;
        return result.out.substr(0, result.out.find_last_not_of('\n') + 1);
    }
    void commit(const std::string& message) {
        git({"-C", seed, "commit", "--quiet", "--allow-empty", "-m", message});
    }
    boost::json::object release(const std::string& version, int exit_status) {
        return run("release-by-tag",
                   {{"repository", server.url("private", "shop.git")},
                    {"version", version},
                    {"git_user", "ada"}},
                   exit_status);
    }

    TemporaryFolder repositories;
    std::string origin = repositories.at("shop.git");
    std::string seed = repositories.at("seed");
    GitServer server{repositories};
};

TEST_F(ReleaseByTagTest, TagsWhatIsNewAtTheRemote) {
    const auto document = release("v1.1.0", 0);

    EXPECT_EQ(git({"-C", origin, "tag", "-l",
                   "--format=%(refname:short) %(taggername) %(contents:body)", "v1.1.0"}),
              "v1.1.0 Release Bot * Make tea cheaper");
    EXPECT_EQ(text_of(document.at("outputs").at("commit")), git({"-C", seed, "rev-parse", "HEAD"}));
    EXPECT_EQ(told_once(), ":rocket: v1.1.0 is released\n* Make tea cheaper");
    EXPECT_TRUE(std::filesystem::is_empty(folder / "work"));
}

TEST_F(ReleaseByTagTest, ListsAllCommitsBeforeTheFirstTag) {
    git({"-C", origin, "tag", "-d", "v1.0.0"});

    EXPECT_EQ(release("v0.1.0", 0).at("outputs").at("changes"), "* Make tea cheaper\n* First");
}

TEST_F(ReleaseByTagTest, RefusesATagThatIsThere) {
    const std::string before = git({"-C", origin, "show-ref", "--tags"});

    const auto document = release("v1.0.0", 1);

    EXPECT_TRUE(has(error(document), "there is a tag v1.0.0 already")) << error(document);
    EXPECT_EQ(git({"-C", origin, "show-ref", "--tags"}), before);
    EXPECT_TRUE(
        has(told_once(),
            ":x: v1.0.0 is not released: task 'check' failed: there is a tag v1.0.0 already"));
    EXPECT_TRUE(std::filesystem::is_empty(folder / "work"));
}

TEST_F(ReleaseByTagTest, TellsThatTheTokenIsWrong) {
    secrets({{"git_token", "not-the-right-one"}});

    const auto document = release("v1.1.0", 1);

    EXPECT_EQ(task(document, "clone").at("error").at("code"), "unauthenticated");
    EXPECT_TRUE(has(told_once(), ":x: v1.1.0 is not released"));
}

}  // namespace
}  // namespace oa::test
