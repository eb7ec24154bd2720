#include <filesystem>
#include <string>
#include <vector>

#include "tests/plugins/git/git_fixture.hpp"
#include "tests/plugins/support/footprint.hpp"

namespace oa::test {
namespace {

struct GitLocalTest : GitTest {};

TEST(GitModuleTest, DescribesEveryFunction) {
    const PluginHarness plugin{OA_PLUGIN_FILE};
    EXPECT_EQ(joined(plugin.check_descriptor()), "");
    EXPECT_EQ(plugin.function_names().size(), 16U);
}

TEST_F(GitLocalTest, ClonesAFolder) {
    const std::string path = work();
    EXPECT_EQ(head(path), head(seed));
    const Reply again = clone(origin, path);
    EXPECT_EQ(again.status, OA_CONFLICT) << again.message;
    EXPECT_TRUE(std::filesystem::exists(path + "/readme.txt"));
    const Reply shallow = clone("file://" + origin, folder.at("shallow"), {{"depth", 1}});
    EXPECT_EQ(shallow.json["branch"], Json("main"));
    EXPECT_EQ(git(folder.at("shallow"), {"rev-list", "--count", "HEAD"}), "1");
    const Reply bare = clone(origin, folder.at("bare.git"), {{"bare", true}});
    EXPECT_EQ(bare.json["commit"], Json(head(seed)));
}

TEST_F(GitLocalTest, ClonesAnEmptyRepository) {
    git("", {"init", "--quiet", "--bare", folder.at("empty.git")});
    const Reply reply = clone(folder.at("empty.git"), folder.at("empty"));
    EXPECT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["commit"], Json());
    EXPECT_EQ(run("log", {{"path", folder.at("empty")}}).json["commits"], Json::array());
    const Reply status = run("status", {{"path", folder.at("empty")}});
    EXPECT_EQ(status.json["commit"], Json()) << status.message;
}

TEST_F(GitLocalTest, LeavesNothingOfAFailedClone) {
    const Reply reply = clone(folder.at("none.git"), folder.at("work"));
    EXPECT_EQ(reply.status, OA_NOT_FOUND) << reply.message;
    EXPECT_FALSE(std::filesystem::exists(folder / "work"));
    const Reply branch = clone(origin, folder.at("work"), {{"branch", "none"}});
    EXPECT_EQ(branch.status, OA_NOT_FOUND) << branch.message;
    EXPECT_FALSE(std::filesystem::exists(folder / "work"));
}

TEST_F(GitLocalTest, TellsTheStatusOfEveryFile) {
    const std::string path = work();
    EXPECT_EQ(run("status", {{"path", path}}).json["clean"], Json(true));
    git(path, {"mv", "readme.txt", "read me\n.txt"});
    write(path, "prices.txt", "tea 4\n");
    write(path, "new/\xC3\xA4.txt", "x");
    const Reply reply = run("status", {{"path", path}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["branch"], Json("main"));
    EXPECT_EQ(reply.json["upstream"], Json("origin/main"));
    EXPECT_EQ(reply.json["commit"], Json(head(path)));
    EXPECT_EQ(reply.json["clean"], Json(false));
    EXPECT_EQ(reply.json["entries"], Json::array({{{"path", "prices.txt"},
                                                   {"state", "modified"},
                                                   {"index", "unmodified"},
                                                   {"worktree", "modified"}},
                                                  {{"path", "read me\n.txt"},
                                                   {"state", "renamed"},
                                                   {"index", "renamed"},
                                                   {"worktree", "unmodified"},
                                                   {"original_path", "readme.txt"}},
                                                  {{"path", "new/\xC3\xA4.txt"},
                                                   {"state", "untracked"},
                                                   {"index", "unmodified"},
                                                   {"worktree", "unmodified"}}}));
    const Reply folders = run("status", {{"path", path}, {"untracked", "folders"}});
    EXPECT_EQ(folders.json["entries"].at(2)["path"], Json("new/"));
    EXPECT_EQ(run("status", {{"path", path}, {"untracked", "no"}}).json["count"], Json(2));
    EXPECT_EQ(run("status", {{"path", path}, {"paths", Json::array({"*.txt"})}}).json["count"],
              Json(0));
}

TEST_F(GitLocalTest, CommitsWhatItIsTold) {
    const std::string path = work();
    write(path, "a.txt", "a");
    write(path, "b.txt", "b");
    Json params = named();
    params["path"] = path;
    params["message"] = "# Add a\n\nBecause.";
    params["paths"] = Json::array({"a.txt"});
    const Reply reply = run("commit", params);
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["committed"], Json(true));
    EXPECT_EQ(reply.json["commit"], Json(head(path)));
    EXPECT_EQ(git(path, {"log", "-1", "--format=%an <%ae> %cn|%B"}),
              "Bob <bob@example.com> Bob|# Add a\n\nBecause.");
    EXPECT_EQ(git(path, {"status", "--porcelain"}), "?? b.txt");
    params["paths"] = Json::array();
    EXPECT_EQ(run("commit", params).json["committed"], Json(false));
    params["all"] = true;
    EXPECT_EQ(run("commit", params).json["committed"], Json(true));
    params["allow_empty"] = true;
    EXPECT_EQ(run("commit", params).json["committed"], Json(true));
    EXPECT_EQ(git(path, {"rev-list", "--count", "HEAD"}), "5");
    params["paths"] = Json::array({"none.txt"});
    params["all"] = false;
    EXPECT_EQ(run("commit", params).status, OA_NOT_FOUND);
}

TEST_F(GitLocalTest, TellsThatACommitNeedsAnAuthor) {
    const std::string path = work();
    git(path, {"config", "user.useConfigOnly", "true"});
    write(path, "a.txt", "a");
    const Reply reply = run("commit", {{"path", path}, {"message", "x"}, {"all", true}});
    EXPECT_EQ(reply.status, OA_PRECONDITION);
    EXPECT_NE(reply.message.find("author_name"), std::string::npos) << reply.message;
}

TEST_F(GitLocalTest, RunsNoHookAndNoProgramOfTheRepository) {
    const std::string path = work();
    const std::string mark = folder.at("mark");
    const std::string program = folder.write("evil.sh", "#!/bin/sh\ntouch " + mark + "\n");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    std::filesystem::create_directories(path + "/.git/hooks");
    for (const char* hook : {"pre-commit", "post-checkout", "post-merge", "pre-push"}) {
        std::filesystem::copy_file(program, path + "/.git/hooks/" + hook,
                                   std::filesystem::copy_options::overwrite_existing);
    }
    git(path, {"config", "core.fsmonitor", program});
    git(path, {"config", "diff.external", program});
    git(path, {"config", "core.pager", program});
    git(path, {"config", "core.sshCommand", program});
    git(path, {"config", "diff.evil.textconv", program});
    write(path, ".gitattributes", "*.txt diff=evil\n");
    write(path, "readme.txt", "changed\n");
    std::filesystem::remove(mark);
    EXPECT_EQ(run("diff", {{"path", path}}).status, OA_OK);
    EXPECT_EQ(run("status", {{"path", path}}).status, OA_OK);
    Json params = named();
    params["path"] = path;
    params["message"] = "x";
    params["all"] = true;
    EXPECT_EQ(run("commit", params).status, OA_OK);
    EXPECT_EQ(run("push", {{"path", path}}).status, OA_OK);
    EXPECT_EQ(run("checkout", {{"path", path}, {"ref", "HEAD~1"}}).status, OA_OK);
    EXPECT_EQ(run("log", {{"path", path}}).status, OA_OK);
    EXPECT_FALSE(std::filesystem::exists(mark));
}

TEST_F(GitLocalTest, ListsTheHistory) {
    const std::string path = work();
    const Reply reply = run("log", {{"path", path}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    ASSERT_EQ(reply.json["count"], Json(2));
    const Json& commit = reply.json["commits"].at(0);
    EXPECT_EQ(commit["hash"], Json(head(path)));
    EXPECT_EQ(commit["subject"], Json("Prices"));
    EXPECT_EQ(commit["body"], Json("All of them.\n"));
    EXPECT_EQ(commit["author"]["name"], Json("Ada"));
    EXPECT_EQ(commit["author"]["email"], Json("ada@example.com"));
    EXPECT_EQ(commit["parents"], Json::array({reply.json["commits"].at(1)["hash"]}));
    EXPECT_EQ(reply.json["commits"].at(1)["parents"], Json::array());
    const Reply first = run("log", {{"path", path}, {"limit", 1}});
    EXPECT_EQ(first.json["count"], Json(1));
    EXPECT_EQ(first.json["more"], Json(true));
    EXPECT_EQ(run("log", {{"path", path}, {"from", "HEAD~1"}}).json["count"], Json(1));
    EXPECT_EQ(run("log", {{"path", path}, {"grep", "of them"}}).json["count"], Json(1));
    EXPECT_EQ(run("log", {{"path", path}, {"author", "Nobody"}}).json["count"], Json(0));
    EXPECT_EQ(run("log", {{"path", path}, {"paths", Json::array({"readme.txt"})}}).json["count"],
              Json(1));
    const Reply unknown = run("log", {{"path", path}, {"to", "none"}});
    EXPECT_EQ(unknown.status, OA_NOT_FOUND) << unknown.message;
}

TEST_F(GitLocalTest, ComparesCommitsIndexAndTree) {
    const std::string path = work();
    write(path, "prices.txt", "tea 4\ncoffee 5\n");
    write(path, "picture", std::string("\0\1\2", 3));
    git(path, {"add", "picture"});
    git(path, {"mv", "readme.txt", "manual.txt"});
    const Reply tree = run("diff", {{"path", path}});
    ASSERT_EQ(tree.status, OA_OK) << tree.message;
    EXPECT_EQ(tree.json["files"], Json::array({{{"path", "prices.txt"},
                                                {"status", "modified"},
                                                {"insertions", 2},
                                                {"deletions", 1},
                                                {"binary", false}}}));
    EXPECT_NE(tree.json["patch"].as_string().find("+coffee 5\n"), std::string::npos);
    const Reply staged = run("diff", {{"path", path}, {"staged", true}, {"max_bytes", 0}});
    EXPECT_EQ(staged.json["files"], Json::array({{{"path", "manual.txt"},
                                                  {"old_path", "readme.txt"},
                                                  {"status", "renamed"},
                                                  {"insertions", 0},
                                                  {"deletions", 0},
                                                  {"binary", false}},
                                                 {{"path", "picture"},
                                                  {"status", "added"},
                                                  {"insertions", 0},
                                                  {"deletions", 0},
                                                  {"binary", true}}}));
    EXPECT_EQ(staged.json["patch"], Json(""));
    const Reply commits = run("diff", {{"path", path}, {"from", "HEAD~1"}, {"to", "HEAD"}});
    EXPECT_EQ(commits.json["file_count"], Json(1));
    EXPECT_EQ(commits.json["insertions"], Json(1));
    const Reply cut = run("diff", {{"path", path}, {"max_bytes", 20}});
    EXPECT_EQ(cut.json["patch"].as_string().size(), 20U);
    EXPECT_EQ(cut.json["patch_truncated"], Json(true));
    EXPECT_EQ(run("diff", {{"path", path}, {"to", "HEAD"}}).pointer, "/to");
}

TEST_F(GitLocalTest, HasBranches) {
    const std::string path = work();
    EXPECT_EQ(
        run("branch", {{"path", path}, {"operation", "create"}, {"name", "side"}}).json["commit"],
        Json(head(path)));
    const Reply twice = run("branch", {{"path", path}, {"operation", "create"}, {"name", "side"}});
    EXPECT_EQ(twice.status, OA_CONFLICT) << twice.message;
    EXPECT_EQ(run("branch", {{"path", path}}).json["branches"],
              Json::array({"main", "side", "origin/main"}));
    EXPECT_EQ(run("branch", {{"path", path}}).json["current"], Json("main"));
    EXPECT_EQ(run("checkout", {{"path", path}, {"ref", "side"}}).json["branch"], Json("side"));
    add(path, "side.txt", "x", "Side");
    EXPECT_EQ(run("checkout", {{"path", path}, {"ref", "main"}}).status, OA_OK);
    const Reply kept = run("branch", {{"path", path}, {"operation", "delete"}, {"name", "side"}});
    EXPECT_EQ(kept.status, OA_PRECONDITION);
    EXPECT_NE(kept.message.find("force"), std::string::npos) << kept.message;
    EXPECT_EQ(
        run("branch",
            {{"path", path}, {"operation", "rename"}, {"name", "side"}, {"new_name", "other"}})
            .status,
        OA_OK);
    EXPECT_EQ(
        run("branch", {{"path", path}, {"operation", "delete"}, {"name", "other"}, {"force", true}})
            .status,
        OA_OK);
    EXPECT_EQ(run("branch", {{"path", path}, {"operation", "delete"}, {"name", "none"}}).status,
              OA_NOT_FOUND);
}

TEST_F(GitLocalTest, ChecksOutCommitsAndKeepsChanges) {
    const std::string path = work();
    const std::string first = git(path, {"rev-parse", "HEAD~1"});
    const Reply detached = run("checkout", {{"path", path}, {"ref", "HEAD~1"}});
    EXPECT_EQ(detached.json["branch"], Json());
    EXPECT_EQ(detached.json["commit"], Json(first));
    EXPECT_EQ(run("checkout", {{"path", path}, {"ref", "main"}}).status, OA_OK);
    write(path, "prices.txt", "mine\n");
    const Reply dirty = run("checkout", {{"path", path}, {"ref", "HEAD~1"}});
    EXPECT_EQ(dirty.status, OA_PRECONDITION) << dirty.message;
    EXPECT_EQ(folder.read("work/prices.txt"), "mine\n");
    EXPECT_EQ(run("checkout", {{"path", path}, {"ref", "HEAD~1"}, {"force", true}}).json["commit"],
              Json(first));
    EXPECT_EQ(run("checkout", {{"path", path}, {"ref", "none"}}).status, OA_NOT_FOUND);
    // A file is not a branch.
    EXPECT_EQ(run("checkout", {{"path", path}, {"ref", "readme.txt"}}).status, OA_NOT_FOUND);
    EXPECT_EQ(run("checkout", {{"path", path}, {"ref", "fix"}, {"create", true}, {"from", "main"}})
                  .json["branch"],
              Json("fix"));
}

TEST_F(GitLocalTest, HasTags) {
    const std::string path = work();
    Json params = named();
    params["path"] = path;
    params["operation"] = "create";
    params["name"] = "v1";
    params["message"] = "The first";
    params["revision"] = "HEAD~1";
    params["push"] = true;
    const Reply made = run("tag", params);
    ASSERT_EQ(made.status, OA_OK) << made.message;
    EXPECT_EQ(made.json["commit"], Json(git(path, {"rev-parse", "HEAD~1"})));
    EXPECT_EQ(made.json["refs"].at(0)["status"], Json("created"));
    EXPECT_EQ(git(origin, {"for-each-ref", "--format=%(contents:subject)", "refs/tags"}),
              "The first");
    EXPECT_EQ(run("tag", params).status, OA_CONFLICT);
    const Reply list = run("tag", {{"path", path}});
    EXPECT_EQ(list.json["tags"], Json::array({"v1"}));
    EXPECT_EQ(list.json["references"].at(0)["commit"], made.json["commit"]);
    const Reply deleted =
        run("tag", {{"path", path}, {"operation", "delete"}, {"name", "v1"}, {"push", true}});
    EXPECT_EQ(deleted.status, OA_OK) << deleted.message;
    EXPECT_EQ(deleted.json["refs"].at(0)["status"], Json("deleted"));
    EXPECT_EQ(git(origin, {"tag"}), "");
    EXPECT_EQ(run("tag", {{"path", path}, {"operation", "delete"}, {"name", "v1"}}).status,
              OA_NOT_FOUND);
}

TEST_F(GitLocalTest, TakesNoValueForAnOption) {
    const std::string path = work();
    const std::vector<std::pair<std::string, Json>> calls{
        {"clone", {{"url", "--upload-pack=touch x"}, {"path", folder.at("y")}}},
        {"clone", {{"url", "ext::sh -c touch% x"}, {"path", folder.at("y")}}},
        {"clone", {{"url", "git://127.0.0.1/x"}, {"path", folder.at("y")}}},
        {"clone", {{"url", origin}, {"path", folder.at("y")}, {"branch", "--config=a"}}},
        {"pull", {{"path", path}, {"remote", "--upload-pack=x"}}},
        {"pull", {{"path", path}, {"branch", "a:b"}}},
        {"push", {{"path", path}, {"branch", "+main"}}},
        {"push", {{"path", path}, {"remote", "-x"}}},
        {"checkout", {{"path", path}, {"ref", "--orphan"}}},
        {"log", {{"path", path}, {"to", "--output=x"}}},
        {"diff", {{"path", path}, {"from", "--output=x"}}},
        {"branch", {{"path", path}, {"operation", "create"}, {"name", "-D"}}},
        {"branch", {{"path", path}, {"operation", "create"}, {"name", "a"}, {"from", "--all"}}},
        {"tag", {{"path", path}, {"operation", "create"}, {"name", "a b"}}},
    };
    for (const auto& [function, params] : calls) {
        const Reply reply = run(function, params);
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << function << params.dump() << reply.message;
    }
    // Files may be called what they like.
    write(path, "--all", "x");
    Json params = named();
    params["path"] = path;
    params["message"] = "x";
    params["paths"] = Json::array({"--all"});
    EXPECT_EQ(run("commit", params).json["committed"], Json(true));
}

TEST_F(GitLocalTest, WantsTheTopOfARepository) {
    const std::string path = work();
    std::filesystem::create_directories(path + "/sub");
    EXPECT_EQ(run("status", {{"path", path + "/sub"}}).status, OA_PRECONDITION);
    EXPECT_EQ(run("status", {{"path", folder.at("none")}}).status, OA_NOT_FOUND);
    std::filesystem::create_directories(folder / "plain");
    const Reply plain = run("status", {{"path", folder.at("plain")}});
    EXPECT_EQ(plain.status, OA_NOT_FOUND) << plain.message;
    // Variables of the host lead nowhere else.
    ::setenv("GIT_DIR", (path + "/.git").c_str(), 1);
    EXPECT_EQ(run("status", {{"path", folder.at("plain")}}).status, OA_NOT_FOUND);
    ::unsetenv("GIT_DIR");
}

TEST_F(GitLocalTest, LeavesNothingBehind) {
    const std::string path = work();
    expect_nothing_left("git", OA_PLUGIN_FILE, [&](PluginHarness& fresh, int /*i*/) {
        EXPECT_EQ(fresh.run("branch", {{"path", path}}).status, OA_OK);
        EXPECT_EQ(fresh.run("status", {{"path", folder.at("none")}}).status, OA_NOT_FOUND);
    });
}

}  // namespace
}  // namespace oa::test
