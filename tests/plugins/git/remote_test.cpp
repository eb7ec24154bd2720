#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/plugins/git/git_fixture.hpp"
#include "tests/plugins/support/cancelling.hpp"
#include "tests/plugins/support/open_files.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/git_server.hpp"
#include "tests/support/http_server_process.hpp"

namespace oa::test {
namespace {

/// Pull and push between folders, and everything over smart HTTP.
struct GitRemoteTest : GitTest {
    /// Other people's commit at the remote.
    void others(const std::string& file, const std::string& content) {
        git(seed, {"pull", "--quiet", "origin", "main"});
        add(seed, file, content, "Others");
        git(seed, {"push", "--quiet", "origin", "HEAD:main"});
    }
    void mine(const std::string& path, const std::string& file, const std::string& content) {
        add(path, file, content, "Mine");
    }
    std::string state(const std::string& path) {
        return head(path) + git(path, {"status", "--porcelain=v2", "--branch"});
    }
};

/// The server of git_http_server.py for the folder of the repositories.
struct GitHttpTest : GitRemoteTest {
    GitServer server{folder};

    [[nodiscard]] std::string url(const std::string& mode) const {
        return server.url(mode, "shop.git");
    }
    static Json ada() { return {{"username", "ada"}, {"password", "secret"}}; }
    /// Something that git does not send in one piece.
    void grow() {
        std::string noise;
        unsigned seed_value = 1;
        for (int i = 0; i < 2'000'000; ++i) {
            seed_value = seed_value * 1103515245U + 12345U;
            noise += static_cast<char>(seed_value >> 16U);
        }
        others("noise", noise);
    }
};

TEST_F(GitRemoteTest, PullsWhatIsNew) {
    const std::string path = work();
    const std::string before = head(path);
    const Reply nothing = run("pull", {{"path", path}});
    EXPECT_EQ(nothing.json["updated"], Json(false)) << nothing.message;
    others("a.txt", "a");
    others("b.txt", "b");
    const Reply reply = run("pull", {{"path", path}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json, Json({{"path", path},
                                {"remote", "origin"},
                                {"branch", "main"},
                                {"before", before},
                                {"commit", head(seed)},
                                {"updated", true},
                                {"commits", 2}}));
}

TEST_F(GitRemoteTest, PullsWhereBothSidesHaveCommits) {
    const std::string path = work();
    others("a.txt", "a");
    mine(path, "b.txt", "b");
    const std::string before = state(path);
    const Reply reply = run("pull", {{"path", path}});
    EXPECT_EQ(reply.status, OA_CONFLICT);
    EXPECT_NE(reply.message.find("strategy"), std::string::npos) << reply.message;
    EXPECT_EQ(head(path), before.substr(0, 40));
    Json params = named();
    params["path"] = path;
    params["strategy"] = "merge";
    EXPECT_EQ(run("pull", params).json["commits"], Json(2));
    others("c.txt", "c");
    params["strategy"] = "rebase";
    const Reply rebased = run("pull", params);
    EXPECT_EQ(rebased.status, OA_OK) << rebased.message;
    EXPECT_EQ(git(path, {"merge-base", "HEAD", "origin/main"}), head(seed));
}

TEST_F(GitRemoteTest, LeavesTheRepositoryAsItWasOnAConflict) {
    const std::string path = work();
    others("prices.txt", "tea 4\n");
    mine(path, "prices.txt", "tea 5\n");
    git(path, {"fetch", "--quiet", "origin"});
    const std::string before = state(path);
    for (const char* strategy : {"merge", "rebase"}) {
        Json params = named();
        params["path"] = path;
        params["strategy"] = strategy;
        const Reply reply = run("pull", params);
        EXPECT_EQ(reply.status, OA_CONFLICT);
        EXPECT_EQ(reply.retry, OA_RETRY_NO);
        EXPECT_EQ(reply.details["files"], Json::array({"prices.txt"})) << reply.message;
        EXPECT_EQ(state(path), before);
        EXPECT_EQ(folder.read("work/prices.txt"), "tea 5\n");
    }
}

TEST_F(GitRemoteTest, KeepsChangesOfADirtyTree) {
    const std::string path = work();
    others("prices.txt", "tea 4\n");
    write(path, "prices.txt", "mine\n");
    for (const char* strategy : {"ff-only", "merge", "rebase"}) {
        Json params = named();
        params["path"] = path;
        params["strategy"] = strategy;
        const Reply reply = run("pull", params);
        EXPECT_EQ(reply.status, OA_PRECONDITION) << reply.message;
        EXPECT_EQ(folder.read("work/prices.txt"), "mine\n");
    }
}

TEST_F(GitRemoteTest, PushesWhatIsNew) {
    const std::string path = work();
    EXPECT_EQ(run("push", {{"path", path}}).json["refs"].at(0)["status"], Json("up_to_date"));
    mine(path, "a.txt", "a");
    git(path, {"tag", "v1"});
    const Reply reply = run("push", {{"path", path}, {"tags", true}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["refs"].size(), 2U);
    EXPECT_EQ(reply.json["refs"].at(0)["name"], Json("refs/heads/main"));
    EXPECT_EQ(reply.json["refs"].at(0)["status"], Json("updated"));
    EXPECT_EQ(head(path), git(origin, {"rev-parse", "main"}));
    const Reply other = run(
        "push",
        {{"path", path}, {"branch", "main"}, {"remote_branch", "copy"}, {"set_upstream", true}});
    EXPECT_EQ(other.json["refs"].at(0)["status"], Json("created")) << other.message;
    EXPECT_EQ(run("status", {{"path", path}}).json["upstream"], Json("origin/copy"));
}

TEST_F(GitRemoteTest, ReplacesNothingUnlessAsked) {
    const std::string path = work();
    others("a.txt", "a");
    mine(path, "b.txt", "b");
    const Reply reply = run("push", {{"path", path}});
    EXPECT_EQ(reply.status, OA_CONFLICT);
    EXPECT_EQ(reply.retry, OA_RETRY_NO);
    EXPECT_NE(reply.message.find("pull first"), std::string::npos) << reply.message;
    EXPECT_EQ(reply.details["refs"].at(0)["status"], Json("rejected"));
    // What others have sent meanwhile was not seen here.
    EXPECT_EQ(run("push", {{"path", path}, {"force", "with-lease"}}).status, OA_CONFLICT);
    const Reply forced = run("push", {{"path", path}, {"force", "yes"}});
    EXPECT_EQ(forced.json["refs"].at(0)["status"], Json("forced")) << forced.message;
    EXPECT_EQ(head(path), git(origin, {"rev-parse", "main"}));
}

TEST_F(GitRemoteTest, TellsWhatTheRemoteRefuses) {
    const std::string path = work();
    mine(path, "a.txt", "a");
    const std::string hook = folder.write("shop.git/hooks/pre-receive", "#!/bin/sh\nexit 1\n");
    std::filesystem::permissions(hook, std::filesystem::perms::owner_all);
    const Reply denied = run("push", {{"path", path}});
    EXPECT_EQ(denied.status, OA_PERMISSION) << denied.message;
    EXPECT_NE(denied.message.find("hook declined"), std::string::npos) << denied.message;
    EXPECT_EQ(run("push", {{"path", path}, {"remote", "none"}}).status, OA_NOT_FOUND);
    const Reply missing = run("push", {{"path", path}, {"branch", "none"}});
    EXPECT_EQ(missing.status, OA_NOT_FOUND) << missing.message;
}

TEST_F(GitHttpTest, ReadsAndWritesOverHttp) {
    const std::string path = folder.at("work");
    const Reply cloned = clone(url("private"), path, ada());
    ASSERT_EQ(cloned.status, OA_OK) << cloned.message;
    mine(path, "a.txt", "a");
    Json params = ada();
    params["path"] = path;
    EXPECT_EQ(run("push", params).json["refs"].at(0)["status"], Json("updated"));
    others("b.txt", "b");
    EXPECT_EQ(run("pull", params).json["commits"], Json(1));
    const Reply anybody = clone(url("open"), folder.at("anybody"));
    EXPECT_EQ(anybody.status, OA_OK) << anybody.message;
}

TEST_F(GitHttpTest, LeavesCredentialsNowhere) {
    const std::string path = folder.at("work");
    const Reply reply = clone(url("private"), path, ada());
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(folder.read("work/.git/config").find("secret"), std::string::npos);
    EXPECT_EQ(reply.json.dump().find("secret"), std::string::npos);
    const Reply inside = clone("http://ada:secret@127.0.0.1/x.git", folder.at("x"));
    EXPECT_EQ(inside.status, OA_INVALID_PARAMS);
    EXPECT_EQ(inside.message.find("secret"), std::string::npos);
    // An older repository has them in its configuration.
    git(path, {"remote", "set-url", "origin", "http://ada:geheim@127.0.0.1:1/x.git"});
    const Reply old = run("pull", {{"path", path}});
    EXPECT_EQ(old.status, OA_UNAVAILABLE);
    EXPECT_EQ(old.message.find("geheim"), std::string::npos) << old.message;
}

TEST_F(GitHttpTest, TakesCredentialsToNoOtherServer) {
    ServerProcess other{{"python3", "-I", OA_SOURCE_DIR "/tests/support/git_http_server.py",
                         folder.path().string()}};
    folder.write("moved-to", "http://127.0.0.1:" + other.first_line());
    const Reply reply = clone(url("moved"), folder.at("work"), ada());
    EXPECT_EQ(reply.status, OA_UNAUTHENTICATED) << reply.message;
    EXPECT_EQ(folder.read("requests.log").find("Basic"), std::string::npos);
    folder.write("moved-to", server.address());
    EXPECT_EQ(clone(url("moved"), folder.at("work"), ada()).status, OA_OK);
}

TEST_F(GitHttpTest, TellsWhoIsNotWelcome) {
    const std::string path = folder.at("work");
    const Reply nobody = clone(url("private"), path);
    EXPECT_EQ(nobody.status, OA_UNAUTHENTICATED) << nobody.message;
    EXPECT_EQ(nobody.retry, OA_RETRY_NO);
    const Reply wrong = clone(url("private"), path, {{"username", "ada"}, {"password", "geheim"}});
    EXPECT_EQ(wrong.status, OA_UNAUTHENTICATED) << wrong.message;
    EXPECT_EQ(wrong.message.find("geheim"), std::string::npos);
    EXPECT_EQ(clone(url("forbidden"), path).status, OA_PERMISSION);
    const Reply none = clone(server.url("open", "none.git"), path);
    EXPECT_EQ(none.status, OA_NOT_FOUND) << none.message;
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(GitHttpTest, TellsWhatMayBeTriedAgain) {
    const std::string path = folder.at("work");
    const Reply broken = clone(url("broken"), path);
    EXPECT_EQ(broken.status, OA_UNAVAILABLE) << broken.message;
    EXPECT_EQ(broken.retry, OA_RETRY_YES);
    const Reply refused =
        clone("http://127.0.0.1:" + std::to_string(refusing_port()) + "/x.git", path);
    EXPECT_EQ(refused.status, OA_UNAVAILABLE) << refused.message;
    grow();
    const Reply half = clone(url("half"), path);
    EXPECT_EQ(half.status, OA_UNAVAILABLE) << half.message;
    EXPECT_EQ(half.retry, OA_RETRY_YES);
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(GitHttpTest, EndsACloneInItsMiddle) {
    grow();
    const std::string path = folder.at("work");
    const CancelledCall cancelled = run_and_cancel(
        plugin, "clone", {{"url", url("stall")}, {"path", path}},
        [&](const FakeCall&) { return std::filesystem::exists(folder / "half-way"); });
    EXPECT_EQ(cancelled.reply.status, OA_CANCELLED) << cancelled.reply.message;
    EXPECT_LT(cancelled.taken.count(), 1000);
    EXPECT_FALSE(std::filesystem::exists(path));
    const Reply late = clone(url("stall"), path, {{"timeout", 0.5}});
    EXPECT_EQ(late.status, OA_DEADLINE) << late.message;
    EXPECT_FALSE(std::filesystem::exists(path));
    RecordProperty("cancelled_after_ms", static_cast<int>(cancelled.taken.count()));
}

TEST_F(GitHttpTest, ChecksCertificates) {
    const Certificate certificate(folder);
    const std::string program = OA_SOURCE_DIR "/tests/support/git_http_server.py";
    ServerProcess secure{
        {"python3", "-I", program, folder.path().string(), certificate.file, certificate.key}};
    const std::string address = "https://127.0.0.1:" + secure.first_line() + "/private/shop.git";
    const Reply unknown = clone(address, folder.at("work"), ada());
    EXPECT_EQ(unknown.status, OA_UNAUTHENTICATED) << unknown.message;
    EXPECT_EQ(folder.read("requests.log"), "");
    Json trusting = ada();
    trusting["ca_file"] = certificate.file;
    const Reply trusted = clone(address, folder.at("work"), trusting);
    EXPECT_EQ(trusted.status, OA_OK) << trusted.message;
    Json careless = ada();
    careless["verify"] = false;
    const Reply unchecked = clone(address, folder.at("careless"), careless);
    EXPECT_EQ(unchecked.status, OA_OK) << unchecked.message;
    EXPECT_EQ(warnings_of(unchecked),
              "the certificate of the server is not checked: verify is false\n");
    trusting["ca_file"] = folder.at("none.pem");
    EXPECT_EQ(clone(address, folder.at("x"), trusting).pointer, "/ca_file");
}

TEST_F(GitHttpTest, ClonesSubmodulesOverTheNetworkOnly) {
    git(seed, {"submodule", "--quiet", "add", url("open"), "lib"});
    git(seed, {"commit", "--quiet", "-m", "Add lib"});
    git(seed, {"push", "--quiet", "origin", "HEAD:main"});
    const Reply reply = clone(url("open"), folder.at("work"), {{"submodules", true}});
    EXPECT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_TRUE(std::filesystem::exists(folder / "work/lib/readme.txt"));
    git(seed, {"config", "--file=.gitmodules", "submodule.lib.url", origin});
    add(seed, "x", "x", "Local");
    git(seed, {"push", "--quiet", "origin", "HEAD:main"});
    const Reply local = clone(url("open"), folder.at("local"), {{"submodules", true}});
    EXPECT_EQ(local.status, OA_PERMISSION) << local.message;
    EXPECT_FALSE(std::filesystem::exists(folder / "local"));
}

}  // namespace
}  // namespace oa::test
