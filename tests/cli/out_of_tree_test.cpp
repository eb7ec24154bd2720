// Plug-ins that were built outside of this project, by every compiler at hand, against the
// installed SDK alone: the program loads and runs them.

#include <filesystem>
#include <map>

#include <boost/json.hpp>

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;

struct Call {
    std::string task;    ///< a task of a workflow
    std::string output;  ///< JSON
};

// By the module's name.
const std::map<std::string, Call> calls{
    {"plain", {"plain.echo: {a: [1, 2]}", R"({"a":[1,2]})"}},
    {"comfortable", {"comfortable.greet: {who: Ada}", R"({"greeting":"Hello, Ada!"})"}},
    {"comfortable_static", {"comfortable.greet: {}", R"({"greeting":"Hello, world!"})"}},
    {"greeting", {"greeting.greet: {who: Ada}", R"({"text":"Hello, Ada!"})"}},
    {"echo", {"echo.echo: {a: 1}", R"({"a":1})"}},
};

struct OutOfTreeTest : CliTest {};

TEST_F(OutOfTreeTest, LoadsAndRunsWhatOthersBuilt) {
    std::map<std::string, int> seen;
    for (const auto& project : fs::directory_iterator(OA_BINARY_DIR "/out_of_tree")) {
        for (const auto& entry : fs::directory_iterator(project)) {
            if (entry.path().extension() != ".so") {
                continue;
            }
            const std::string plugin = entry.path().string();
            const std::string name = entry.path().stem().string();
            ASSERT_TRUE(calls.contains(name)) << plugin;
            ++seen[name];
            const std::string file =
                folder.write("w.yaml", "tasks:\n  - {name: it, " + calls.at(name).task + "}\n");
            const ProcessResult result = oa({"--plugins", plugin, "run", "--json", file});
            EXPECT_EQ(result.exit_status, 0) << plugin << "\n" << result.err;
            EXPECT_EQ(core::write_json(task(json(result), "it").at("output")),
                      calls.at(name).output)
                << plugin;

            const std::string module = calls.at(name).task.substr(0, calls.at(name).task.find('.'));
            EXPECT_EQ(oa({"--plugins", plugin, "plugin", "describe", module}).exit_status, 0)
                << plugin;
        }
    }
    for (const auto& call : calls) {
        EXPECT_GE(seen[call.first], 1) << call.first;
    }
}

TEST_F(OutOfTreeTest, GivesThemWhatTheOperatorConfigures) {
    const std::string config =
        folder.write("oa.yaml", "modules:\n  com.example.comfortable: {word: Good evening}\n");
    const std::string file =
        folder.write("w.yaml", "tasks:\n  - {name: it, comfortable.greet: {who: Ada}}\n");
    bool seen = false;
    for (const auto& project : fs::directory_iterator(OA_BINARY_DIR "/out_of_tree")) {
        const std::string plugin = (project.path() / "comfortable.so").string();
        if (!fs::exists(plugin)) {
            continue;
        }
        seen = true;
        const ProcessResult result =
            oa({"--config", config, "--plugins", plugin, "run", "--json", file});
        EXPECT_EQ(result.exit_status, 0) << result.err;
        EXPECT_EQ(core::write_json(task(json(result), "it").at("output")),
                  R"({"greeting":"Good evening, Ada!"})");
    }
    EXPECT_TRUE(seen);
}

}  // namespace
}  // namespace oa::test
