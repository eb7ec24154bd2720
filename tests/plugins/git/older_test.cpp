#include <filesystem>
#include <string>

#include "tests/plugins/git/git_fixture.hpp"

namespace oa::test {
namespace {

/// oa-git of version 3: names, parameters, `input`, outputs.
struct OlderGitTest : GitTest {
    Reply older(const std::string& name, const Json& params) {
        return plugin.run("oa-git." + name, params);
    }
};

TEST_F(OlderGitTest, IsFoundByItsOldNames) {
    for (const char* name : {"clone", "pull", "push", "tag", "branch", "status"}) {
        const oa_function& function = plugin.function(std::string("oa-git.") + name);
        ASSERT_NE(function.deprecated, nullptr);
        EXPECT_EQ(function.deprecated->replace_with, std::string("git.") + name);
    }
}

TEST_F(OlderGitTest, ClonesPullsAndPushesInAChain) {
    const std::string path = folder.at("work");
    const Reply cloned = older(
        "clone", {{"input", {{"repo_url", origin}}}, {"dest_path", path}, {"depth", nullptr}});
    ASSERT_EQ(cloned.status, OA_OK) << cloned.message;
    EXPECT_EQ(cloned.json["repo_url"], Json(origin));
    EXPECT_EQ(cloned.json["dest_path"], Json(path));
    EXPECT_EQ(cloned.json["branch"], Json());
    EXPECT_EQ(cloned.json["depth"], Json());
    EXPECT_EQ(cloned.json["recursive"], Json(false));
    EXPECT_EQ(cloned.json["return_code"], Json(0));
    const Reply again = older("clone", {{"repo_url", origin}, {"dest_path", path}});
    EXPECT_EQ(again.status, OA_CONFLICT);
    EXPECT_EQ(again.json, Json());

    add(seed, "a.txt", "a", "Others");
    git(seed, {"push", "--quiet", "origin", "HEAD:main"});
    const Reply pulled = older("pull", {{"input", cloned.json}});
    ASSERT_EQ(pulled.status, OA_OK) << pulled.message;
    EXPECT_EQ(pulled.json["repo_path"], Json(path));
    EXPECT_EQ(pulled.json["commit_hash"], Json(head(seed)));
    EXPECT_EQ(pulled.json["changes_pulled"], Json(true));
    EXPECT_EQ(older("pull", {{"input", cloned.json}, {"branch", "main"}}).json["changes_pulled"],
              Json(false));

    add(path, "b.txt", "b", "Mine");
    const Reply pushed = older("push", {{"input", pulled.json}, {"branch", "main"}});
    ASSERT_EQ(pushed.status, OA_OK) << pushed.message;
    EXPECT_EQ(pushed.json["remote"], Json("origin"));
    EXPECT_EQ(pushed.json["tags_pushed"], Json(false));
    EXPECT_EQ(git(origin, {"rev-parse", "main"}), head(path));
}

TEST_F(OlderGitTest, GivesItsOutputWhenGitFails) {
    const Reply cloned =
        older("clone", {{"repo_url", folder.at("none")}, {"dest_path", folder.at("work")}});
    EXPECT_EQ(cloned.status, OA_NOT_FOUND) << cloned.message;
    EXPECT_EQ(cloned.json["return_code"], Json(128));
    const std::string path = work();
    add(seed, "prices.txt", "tea 4\n", "Others");
    git(seed, {"push", "--quiet", "origin", "HEAD:main"});
    add(path, "prices.txt", "tea 5\n", "Mine");
    const Reply pushed = older("push", {{"repo_path", path}});
    EXPECT_EQ(pushed.status, OA_CONFLICT) << pushed.message;
    EXPECT_EQ(pushed.json["return_code"], Json(1));
    git(path, {"config", "user.name", "Ada"});
    git(path, {"config", "user.email", "ada@example.com"});
    const Reply pulled = older("pull", {{"repo_path", path}});
    EXPECT_EQ(pulled.status, OA_CONFLICT) << pulled.message;
    EXPECT_EQ(pulled.json["return_code"], Json(1));
    EXPECT_EQ(git(path, {"status", "--porcelain"}), "");
}

TEST_F(OlderGitTest, HasTags) {
    const std::string path = work();
    git(path, {"config", "user.name", "Ada"});
    git(path, {"config", "user.email", "ada@example.com"});
    const Json input{{"repo_path", path}};
    const Reply made = older("tag", {{"input", input},
                                     {"operation", "create"},
                                     {"tag_name", "v1"},
                                     {"message", "The first"},
                                     {"push", true}});
    EXPECT_EQ(made.json, Json({{"operation", "create"},
                               {"tag_name", "v1"},
                               {"message", "The first"},
                               {"commit", nullptr},
                               {"pushed", true},
                               {"repo_path", path}}))
        << made.message;
    EXPECT_EQ(git(origin, {"tag"}), "v1");
    EXPECT_EQ(older("tag", {{"repo_path", path}, {"operation", "list"}}).json,
              Json({{"operation", "list"},
                    {"tags", Json::array({"v1"})},
                    {"tag_count", 1},
                    {"repo_path", path}}));
    EXPECT_EQ(
        older("tag",
              {{"repo_path", path}, {"operation", "delete"}, {"tag_name", "v1"}, {"push", true}})
            .json["deleted_remote"],
        Json(true));
    EXPECT_EQ(git(origin, {"tag"}), "");
    EXPECT_EQ(older("tag", {{"repo_path", path}, {"operation", "move"}}).pointer, "/operation");
    EXPECT_EQ(older("tag", {{"operation", "list"}}).pointer, "/repo_path");
}

TEST_F(OlderGitTest, HasBranchesAndAStatus) {
    const std::string path = work();
    EXPECT_EQ(
        older("branch", {{"repo_path", path}, {"operation", "create"}, {"branch_name", "b"}}).json,
        Json({{"operation", "create"},
              {"branch_name", "b"},
              {"from_branch", nullptr},
              {"repo_path", path}}));
    EXPECT_EQ(
        older("branch", {{"repo_path", path}, {"operation", "checkout"}, {"branch_name", "b"}})
            .status,
        OA_OK);
    const Reply list = older("branch", {{"repo_path", path}, {"operation", "list"}});
    EXPECT_EQ(list.json["branches"], Json::array({"b", "main", "remotes/origin/HEAD -> origin/main",
                                                  "remotes/origin/main"}));
    EXPECT_EQ(list.json["current_branch"], Json("b"));
    EXPECT_EQ(list.json["branch_count"], Json(4));
    const Reply gone =
        older("branch", {{"repo_path", path}, {"operation", "delete"}, {"branch_name", "none"}});
    EXPECT_EQ(gone.status, OA_NOT_FOUND);
    EXPECT_EQ(gone.json["branch_name"], Json("none"));
    EXPECT_EQ(older("status", {{"repo_path", path}}).json["clean"], Json(true));
    write(path, "new.txt", "x");
    const Reply changed = older("status", {{"repo_path", path}, {"short", true}});
    EXPECT_EQ(changed.json["status"], Json("?? new.txt\n"));
    EXPECT_EQ(changed.json["has_changes"], Json(true));
    EXPECT_EQ(older("status", {{"repo_path", folder.at("none")}}).status, OA_NOT_FOUND);
}

}  // namespace
}  // namespace oa::test
