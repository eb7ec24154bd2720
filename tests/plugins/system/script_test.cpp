#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

using oa::Json;

struct SystemScriptTest : ::testing::Test {
    TemporaryFolder folder;
    PluginHarness system{OA_PLUGIN_FILE};

    Reply script(const std::string& text, Json params = Json::object()) {
        params["script"] = text;
        return system.run("script", params);
    }
    std::string out(const Reply& reply) {
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return reply.json.get<std::string>("stdout");
    }
};

TEST_F(SystemScriptTest, RunsByTheInterpreterThatIsNamed) {
    EXPECT_EQ(
        out(script("echo $0 | grep -c script; echo \"$1\"", {{"args", Json::array({"a b"})}})),
        "1\na b\n");
    EXPECT_EQ(out(script("import sys\nprint(6 * 7, sys.argv[1])",
                         {{"interpreter", "python3"}, {"args", Json::array({5})}})),
              "42 5\n");
    EXPECT_EQ(out(script("#!/usr/bin/env python3\nprint('py')")), "py\n");
    EXPECT_EQ(script("#! /bin/sh -e\nfalse\ntrue").status, OA_PRECONDITION);
    EXPECT_EQ(script("false\ntrue", {{"interpreter", Json::array({"bash", "-e"})}}).status,
              OA_PRECONDITION);
    EXPECT_EQ(script("x", {{"interpreter", "no-such-interpreter"}}).status, OA_NOT_FOUND);
}

TEST_F(SystemScriptTest, RunsFromStandardInput) {
    EXPECT_EQ(out(script("echo $0; echo in", {{"via", "stdin"}, {"interpreter", "bash"}})),
              "bash\nin\n");
    EXPECT_EQ(script("x", {{"via", "stdin"}, {"args", Json::array({"a"})}}).pointer, "/args");
    EXPECT_EQ(script("x", {{"via", "stdin"}, {"stdin", "a"}}).pointer, "/via");
}

TEST_F(SystemScriptTest, KeepsTheFilePrivateAndTakesItAway) {
    const std::string seen = out(script("echo \"$0\"; stat -c %a \"$0\" \"$(dirname \"$0\")\""));
    EXPECT_NE(seen.find("\n600\n700\n"), std::string::npos) << seen;
    EXPECT_FALSE(std::filesystem::exists(seen.substr(0, seen.find('\n'))));
}

TEST_F(SystemScriptTest, TellsWhereTheScriptCannotBeWritten) {
    ::setenv("TMPDIR", folder.at("none").c_str(), 1);
    const Reply reply = script("true");
    ::unsetenv("TMPDIR");
    EXPECT_EQ(reply.status, OA_EXHAUSTED);
    EXPECT_NE(reply.message.find(folder.at("none")), std::string::npos) << reply.message;
}

}  // namespace
}  // namespace oa::test
