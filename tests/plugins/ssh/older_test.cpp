#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/plugins/ssh/ssh_fixture.hpp"

namespace oa::test {
namespace {

/// What of oa-system of version 3 works over SSH: names, parameters, `input`, outputs.
struct OlderSshTest : SshFixture {
    Reply older(const std::string& function, Json params) {
        params["remoteserver"] = server.host();
        params["remoteuser"] = current_user();
        params["remotepassword"] = "";
        params["remoteport"] = server.port();
        params["private_key_file"] = key;
        if (!params.contains("known_hosts")) {
            params["known_hosts"] = known_hosts;
        }
        return ssh.run(function, params);
    }
};

TEST_F(OlderSshTest, IsFoundByItsOldNameAndNamesWhatToUse) {
    for (const char* name : {"remotecommand", "systemd", "scp", "remoteunzip"}) {
        const oa_function& function = ssh.function(std::string("oa-system.") + name);
        EXPECT_STREQ(function.name, name);
        ASSERT_NE(function.deprecated, nullptr);
        EXPECT_NE(function.deprecated->replace_with, nullptr);
    }
}

TEST_F(OlderSshTest, RemotecommandGivesBothStreams) {
    const Reply reply = older("remotecommand", {{"command", "echo err >&2; echo out"}});
    EXPECT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json, Json({{"output", "out\nerr\n"},
                                {"command", "echo err >&2; echo out"},
                                {"server", server.host()},
                                {"user", current_user()},
                                {"port", server.port()}}));
    ASSERT_EQ(reply.logs.size(), 1U);
    EXPECT_EQ(reply.logs.front().level, OA_LOG_WARN);
    EXPECT_EQ(older("remotecommand", {{"input", "echo text"}}).json["output"], Json("text\n"));
    EXPECT_EQ(older("remotecommand", {{"input", {{"script", "echo s"}}}}).json["output"],
              Json("s\n"));
    EXPECT_EQ(older("remotecommand", {{"input", {{"command", "echo c"}}}}).json["output"],
              Json("c\n"));
    EXPECT_EQ(older("remotecommand", Json::object()).pointer, "/command");
}

TEST_F(OlderSshTest, RemotecommandFailsWithTheCommand) {
    const Reply reply = older("remotecommand", {{"command", "echo out; exit 4"}});
    EXPECT_EQ(reply.status, OA_PRECONDITION);
    EXPECT_EQ(reply.json["output"], Json("out\n"));
    EXPECT_NE(reply.message.find("exit code 4"), std::string::npos) << reply.message;
}

TEST_F(OlderSshTest, TakesANewHostAndRefusesAChangedOne) {
    const Json fresh{{"command", "true"}, {"known_hosts", folder.at("fresh")}};
    EXPECT_EQ(older("remotecommand", fresh).status, OA_OK);
    EXPECT_NE(folder.read("fresh").find(server.public_key()), std::string::npos);
    make_key(folder.at("other"), "ed25519");
    folder.write("fresh", server.known_name() + " " + folder.read("other.pub"));
    EXPECT_EQ(older("remotecommand", fresh).status, OA_UNAUTHENTICATED);
}

TEST_F(OlderSshTest, TakesAPortAsAText) {
    Json params{{"remoteserver", server.host()},
                {"remoteuser", current_user()},
                {"remoteport", std::to_string(server.port())},
                {"private_key_file", key},
                {"known_hosts", known_hosts},
                {"command", "true"}};
    EXPECT_EQ(ssh.run("remotecommand", params).status, OA_OK);
    params["remoteport"] = "22x";
    EXPECT_EQ(ssh.run("remotecommand", params).pointer, "/remoteport");
    params["remoteuser"] = "";
    EXPECT_EQ(ssh.run("remotecommand", params).pointer, "/remoteuser");
}

TEST_F(OlderSshTest, SystemdAsksSystemctl) {
    // The server has no systemd: what matters is what it is asked, and that a failure is one.
    const Reply reply =
        older("systemd", {{"servicename", "no-such-unit"}, {"servicestate", "status"}});
    EXPECT_NE(reply.status, OA_OK);
    EXPECT_EQ(reply.json["service"], Json("no-such-unit"));
    EXPECT_EQ(reply.json["state"], Json("status"));
    EXPECT_EQ(older("systemd", {{"servicestate", "start"}}).pointer, "/servicename");
    EXPECT_EQ(older("systemd", {{"servicename", "x"}, {"servicestate", "explode"}}).status,
              OA_INVALID_PARAMS);
    EXPECT_EQ(older("systemd", {{"input", {{"servicename", "a'b"}}}, {"servicestate", "status"}})
                  .json["service"],
              Json("a'b"));
}

TEST_F(OlderSshTest, ScpCopiesBothWays) {
    const std::string from = folder.write("from", "x");
    const std::string to = folder.at("to");
    const Reply sent = older("scp", {{"localpath", from},
                                     {"remotepath", to},
                                     {"direction", "localtoremote"},
                                     {"recursive", false}});
    EXPECT_EQ(sent.status, OA_OK) << sent.message;
    EXPECT_EQ(sent.json, Json({{"files_transferred", 1},
                               {"direction", "localtoremote"},
                               {"server", server.host()},
                               {"localpath", from},
                               {"remotepath", to},
                               {"recursive", false},
                               {"multipath", false}}));
    EXPECT_EQ(folder.read("to"), "x");
    const Reply fetched = older(
        "scp",
        {{"localpath", folder.at("back")}, {"remotepath", to}, {"direction", "remotetolocal"}});
    EXPECT_EQ(fetched.status, OA_OK) << fetched.message;
    EXPECT_EQ(folder.read("back"), "x");
    const Json by_input{{"input", {{"dstpath", from}}},
                        {"remotepath", folder.at("again")},
                        {"direction", "localtoremote"}};
    EXPECT_EQ(older("scp", by_input).status, OA_OK);
    EXPECT_EQ(folder.read("again"), "x");
}

TEST_F(OlderSshTest, ScpTakesPairsAndFolders) {
    const Json pairs =
        older("scp",
              {{"localpath", Json::array({folder.write("a,b", "1"), folder.write("c|d", "2")})},
               {"remotepath", Json::array({folder.at("x,1"), folder.at("x|2")})},
               {"direction", "localtoremote"}})
            .json;
    EXPECT_EQ(pairs["files_transferred"], Json(2));
    EXPECT_EQ(pairs["multipath"], Json(true));
    EXPECT_EQ(folder.read("x|2"), "2");
    folder.write("tree/sub/file", "3");
    std::filesystem::create_directory(folder.at("existing"));
    const Json tree{{"localpath", folder.at("tree")},
                    {"remotepath", folder.at("existing")},
                    {"direction", "localtoremote"},
                    {"recursive", true}};
    EXPECT_EQ(older("scp", tree).status, OA_OK);
    EXPECT_EQ(folder.read("existing/tree/sub/file"), "3");
}

TEST_F(OlderSshTest, ScpRefusesWhatMakesNoSense) {
    const auto pointer = [&](const Json& local, const Json& remote, const std::string& direction) {
        return older("scp",
                     {{"localpath", local}, {"remotepath", remote}, {"direction", direction}})
            .pointer;
    };
    EXPECT_EQ(pointer("a", "b", "sideways"), "/direction");
    EXPECT_EQ(pointer(Json::array({"a", "b"}), "b", "localtoremote"), "/remotepath");
    EXPECT_EQ(pointer("", "b", "localtoremote"), "/localpath");
}

TEST_F(OlderSshTest, RemoteunzipSendsWhatIsInTheFile) {
    folder.write("pack/a", "1");
    folder.write("pack/sub/b", "22");
    must_run({"python3", "-c",
              "import shutil,sys; shutil.make_archive(sys.argv[1], 'zip', sys.argv[2])",
              folder.at("site"), folder.at("pack")});
    const Reply reply = older("remoteunzip", {{"zipfilename", folder.at("site.zip")},
                                              {"pathwhereunzip", folder.at("www/site")}});
    EXPECT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["files_transferred"], Json(2));
    EXPECT_EQ(folder.read("www/site/sub/b"), "22");
    must_run({"python3", "-c",
              "import zipfile,sys; zipfile.ZipFile(sys.argv[1], 'w').writestr('../out', 'x')",
              folder.at("evil.zip")});
    EXPECT_EQ(older("remoteunzip", {{"zipfilename", folder.at("evil.zip")},
                                    {"pathwhereunzip", folder.at("www/evil")}})
                  .status,
              OA_PRECONDITION);
    EXPECT_EQ(
        older("remoteunzip", {{"zipfilename", folder.at("none.zip")}, {"pathwhereunzip", "x"}})
            .status,
        OA_NOT_FOUND);
    EXPECT_EQ(older("remoteunzip",
                    {{"zipfilename", folder.write("x.zip", "no archive")}, {"pathwhereunzip", "x"}})
                  .status,
              OA_PRECONDITION);
}

}  // namespace
}  // namespace oa::test
