#include <cstring>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

using oa::Json;

/// oa-system of version 3: names, parameters, `input`, outputs.
struct OlderSystemTest : ::testing::Test {
    TemporaryFolder folder;
    PluginHarness system{OA_PLUGIN_FILE};

    Reply runcmd(const Json& params) { return system.run("runcmd", params); }
    Reply execute(const Json& params) { return system.run("execute_script", params); }
};

TEST_F(OlderSystemTest, IsFoundByItsOldNameAndNamesWhatToUse) {
    for (const char* name : {"runcmd", "execute_script"}) {
        const oa_function& function = system.function(std::string("oa-system.") + name);
        EXPECT_STREQ(function.name, name);
        ASSERT_NE(function.deprecated, nullptr);
        EXPECT_STREQ(function.deprecated->replace_with, "system.run");
    }
    EXPECT_EQ(Json::parse(system.function("runcmd").params_schema)["x-saves"], Json("/stdout"));
}

TEST_F(OlderSystemTest, RuncmdGivesACommandToAShell) {
    EXPECT_EQ(runcmd({{"command", "echo a; echo b >&2"}}).json,
              Json({{"stdout", "a\n"},
                    {"stderr", "b\n"},
                    {"return_code", 0},
                    {"command", "echo a; echo b >&2"},
                    {"success", true}}));
    const Reply failed = runcmd({{"command", "exit 5"}});
    EXPECT_EQ(failed.status, OA_PRECONDITION);
    EXPECT_EQ(failed.json["return_code"], Json(5));
    EXPECT_EQ(failed.json["success"], Json(false));
    EXPECT_EQ(runcmd({{"command", "kill -KILL $$"}}).json["return_code"], Json(-9));
}

TEST_F(OlderSystemTest, RuncmdTakesArgumentLists) {
    const Reply list =
        runcmd({{"command", Json::array({"printf", "%s", "$HOME"})}, {"shell", false}});
    EXPECT_EQ(list.json["stdout"], Json("$HOME"));
    EXPECT_EQ(list.json["command"].size(), 3U);
    // With a shell the first element is the script, the others are its arguments.
    EXPECT_EQ(runcmd({{"command", Json::array({"echo $0 $1", "a", "b"})}}).json["stdout"],
              Json("a b\n"));
    EXPECT_EQ(runcmd({{"command", "true"}, {"shell", false}}).status, OA_OK);
    EXPECT_EQ(runcmd({{"command", "ls -l"}, {"shell", false}}).status, OA_NOT_FOUND);
}

TEST_F(OlderSystemTest, RuncmdIsFilledFromInput) {
    EXPECT_EQ(runcmd({{"input", "echo text"}}).json["stdout"], Json("text\n"));
    EXPECT_EQ(runcmd({{"input", {{"command", "echo member"}}}}).json["stdout"], Json("member\n"));
    const std::string file = folder.write("it's; odd", "content");
    EXPECT_EQ(runcmd({{"input", {{"filepath", file}}}}).json["stdout"], Json("content"));
    EXPECT_EQ(runcmd({{"input", {{"filepath", file}}}, {"shell", false}}).json["stdout"],
              Json("content"));
    EXPECT_EQ(runcmd({{"command", "echo own"}, {"input", "echo text"}}).json["stdout"],
              Json("own\n"));
    EXPECT_EQ(runcmd({{"input", {{"other", 1}}}}).pointer, "/command");
    EXPECT_EQ(runcmd(Json::object()).status, OA_INVALID_PARAMS);
}

TEST_F(OlderSystemTest, RuncmdTellsOfATimeout) {
    const Reply late = runcmd({{"command", "sleep 1000"}, {"timeout", 0.2}});
    EXPECT_EQ(late.status, OA_DEADLINE);
    EXPECT_EQ(late.json, Json({{"error", "Command timeout after 0.2s"},
                               {"command", "sleep 1000"},
                               {"timeout", 0.2}}));
}

TEST_F(OlderSystemTest, RuncmdPrintsTheStartOfTheOutput) {
    const Reply reply =
        runcmd({{"command", "head -c 5000 /dev/zero | tr '\\0' x"}, {"printout", true}});
    ASSERT_EQ(reply.logs.size(), 1U);
    EXPECT_EQ(reply.logs.front().message.size(), 1000U);
    EXPECT_TRUE(runcmd({{"command", "echo x"}}).logs.empty());
}

TEST_F(OlderSystemTest, ExecuteScriptChoosesTheInterpreter) {
    const std::string python = folder.write("a.py", "import sys\nprint(sys.argv[1:])");
    const Reply reply = execute({{"script_path", python}, {"args", Json::array({"x", 5})}});
    EXPECT_EQ(reply.json, Json({{"stdout", "['x', '5']\n"},
                                {"stderr", ""},
                                {"return_code", 0},
                                {"script_path", python},
                                {"interpreter", "python3"},
                                {"args", Json::array({"x", "5"})}}));
    const std::string shell = folder.write("b.sh", "echo $BASH_VERSION");
    EXPECT_GT(execute({{"script_path", shell}}).json["stdout"].as_string().size(), 2U);
    const std::string own = folder.write("c", "#!/bin/sh\nexit 7");
    std::filesystem::permissions(own, std::filesystem::perms::owner_all);
    const Reply failed = execute({{"script_path", own}});
    EXPECT_EQ(failed.status, OA_PRECONDITION);
    EXPECT_EQ(failed.json["return_code"], Json(7));
    EXPECT_EQ(failed.json["interpreter"], Json());
    EXPECT_EQ(execute({{"script_path", own}, {"interpreter", "/bin/sh"}}).json["return_code"],
              Json(7));
}

TEST_F(OlderSystemTest, ExecuteScriptIsFilledFromInput) {
    const std::string script = folder.write("b.sh", "echo done");
    EXPECT_EQ(execute({{"input", {{"filepath", script}}}}).json["stdout"], Json("done\n"));
    EXPECT_EQ(execute({{"input", {{"script_path", script}}}}).json["stdout"], Json("done\n"));
    EXPECT_EQ(execute({{"input", "text"}}).pointer, "/script_path");
    EXPECT_EQ(execute({{"script_path", folder.at("none")}}).status, OA_NOT_FOUND);
    const std::string slow = folder.write("slow.sh", "sleep 1000");
    const Reply late = execute({{"script_path", slow}, {"timeout", 0.2}});
    EXPECT_EQ(late.status, OA_DEADLINE);
    EXPECT_EQ(late.json, Json());
}

}  // namespace
}  // namespace oa::test
