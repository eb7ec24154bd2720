// Other people's plug-ins, as an operator meets them on the command line.

#include <filesystem>
#include <string>

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

struct PluginTest : CliTest {
    PluginTest() {
        fs::create_directory(folder / "plugins");
        options.environment = {{"OA_STATE_FOLDER", folder.at("state")},
                               {"OA_RUNTIME_FOLDER", folder.at("run")}};
    }

    /// By renaming, as a careful person does. Gives its path.
    [[nodiscard]] std::string install(const std::string& file, const std::string& name) const {
        const fs::path to = folder / "plugins" / name;
        const fs::path beside = to.string() + ".new";
        fs::copy_file(file, beside);
        fs::rename(beside, to);
        return to.string();
    }
    [[nodiscard]] static std::string fixture(const std::string& name) {
        return OA_FIXTURE_FOLDER "/" + name + "/" + name + ".so";
    }
    [[nodiscard]] std::string workflow(const std::string& tasks) const {
        return folder.write("w.yaml", "name: w\ntasks:\n" + tasks);
    }

    Subprocess::Options options;
};

TEST_F(PluginTest, RunsInAProcessOfItsOwnUnlessTheOperatorSaysOtherwise) {
    const std::string plugin = install(fixture("calls"), "calls.so");
    const std::string file = workflow("  - {name: t, calls.echo: {a: 1}}\n");

    const ProcessResult apart = oa({"--plugins", plugin, "run", "--json", file}, options);
    options.environment["OA_CONFIG"] =
        folder.write("oa.yaml", "isolation: {modules: {calls: {mode: in-process}}}\n");
    const ProcessResult inside = oa({"--plugins", plugin, "run", "--json", file}, options);

    EXPECT_EQ(apart.exit_status, 0) << apart.err;
    EXPECT_EQ(inside.exit_status, 0) << inside.err;
    EXPECT_EQ(task(json(apart), "t").at("output"), task(json(inside), "t").at("output"));
}

TEST_F(PluginTest, WhatHoldsAroundItIsTold) {
    const ProcessResult result =
        oa({"--plugins", fixture("calls"), "plugin", "describe", "calls", "--sandbox"}, options);

    ASSERT_EQ(result.exit_status, 0) << result.err;
    const auto report = json(result);
    EXPECT_EQ(report.at("no_new_privs"), true);
    EXPECT_TRUE(report.contains("landlock"));
    EXPECT_TRUE(report.contains("seccomp"));
    EXPECT_EQ(report.at("limits").at("open_files"), 256);
}

TEST_F(PluginTest, APolicyDecidesWhichMayRun) {
    const std::string plugin = install(fixture("calls"), "calls.so");
    options.environment["OA_TRUST"] = folder.write("trust.yaml", "mode: enforce\n");

    const ProcessResult listed = oa({"--plugins", plugin, "plugin", "list"}, options);
    const ProcessResult verified = oa({"plugin", "verify", plugin}, options);
    const ProcessResult run =
        oa({"--plugins", plugin, "run", workflow("  - {name: t, calls.echo: {}}\n")}, options);

    EXPECT_TRUE(holds(listed.out, "Not loaded:")) << listed.out;
    EXPECT_TRUE(holds(listed.out, "calls.so")) << listed.out;
    EXPECT_TRUE(holds(listed.out, "utils")) << "the bundled ones may run";
    EXPECT_EQ(verified.exit_status, 4) << verified.out;
    EXPECT_EQ(run.exit_status, 3) << run.err;
}

TEST_F(PluginTest, APolicyThatIsWrongStopsTheProgramWithThePlace) {
    options.environment["OA_TRUST"] = folder.write("trust.yaml", "mode: enforced\n");

    const ProcessResult result = oa({"plugin", "list"}, options);

    EXPECT_EQ(result.exit_status, 2);
    EXPECT_TRUE(holds(result.err, "trust.yaml:1:7")) << result.err;
}

TEST_F(PluginTest, ARunningHostTakesAChangedFile) {
    static_cast<void>(install(fixture("steps"), "steps.so"));
    const std::string file = workflow("  - {name: t, utils.sleep: {duration: 1h}}\n");
    options.terminal = false;
    Subprocess host(command({"--plugins", folder.at("plugins"), "run", file}), options);
    ASSERT_TRUE(host.wait_for("run of 'w' started"));
    // The host listens before it starts the run.
    static_cast<void>(install(fixture("steps_changed"), "steps.so"));

    const ProcessResult reloaded =
        oa({"plugin", "reload", "--pid", std::to_string(host.pid())}, options);
    const ProcessResult again = oa({"plugin", "reload"}, options);
    host.signal(SIGINT);
    const ProcessResult ended = host.wait();
    const ProcessResult nobody = oa({"plugin", "reload"}, options);

    EXPECT_EQ(reloaded.exit_status, 0) << reloaded.err;
    EXPECT_TRUE(holds(reloaded.out, "replaced steps 1.0.0 (generation 2)")) << reloaded.out;
    EXPECT_TRUE(holds(again.out, "nothing has changed")) << again.out;
    EXPECT_EQ(ended.exit_status, 130);
    EXPECT_EQ(nobody.exit_status, 2);
    EXPECT_TRUE(holds(nobody.err, "there is no running host")) << nobody.err;
}

TEST_F(PluginTest, TheBundledOnesPassEveryCheck) {
    for (const char* name : {"utils", "json", "files", "http", "database"}) {
        const ProcessResult result = oa({"plugin", "check", "--strict", "--seed", "1",
                                         OA_BINARY_DIR "/plugins/" + std::string(name) + ".so"},
                                        options);
        EXPECT_EQ(result.exit_status, 0) << result.out;
    }
}

#if OA_WITH_HOSTILE
TEST_F(PluginTest, CrashesEndATaskAndThenTheModule) {
    const std::string plugin = OA_FIXTURE_FOLDER "/hostile/hostile.so";
    const std::string file = workflow("  - {name: t, module: hostile, function: null_write}\n");
    for (int crash = 0; crash < 3; ++crash) {
        const ProcessResult result = oa({"--plugins", plugin, "run", "--json", file}, options);
        EXPECT_EQ(result.exit_status, 1) << result.err;
        EXPECT_EQ(task(json(result), "t").at("error").at("code"), "crashed");
    }
    const ProcessResult refused = oa({"--plugins", plugin, "run", "--json", file}, options);
    const ProcessResult listed = oa({"plugin", "quarantine"}, options);
    const ProcessResult released = oa({"plugin", "release", "hostile"}, options);
    const ProcessResult again = oa({"--plugins", plugin, "run", "--json", file}, options);

    EXPECT_EQ(task(json(refused), "t").at("error").at("code"), "unavailable");
    EXPECT_TRUE(holds(listed.out, "hostile 1.0.0")) << listed.out;
    EXPECT_EQ(released.exit_status, 0) << released.err;
    EXPECT_EQ(task(json(again), "t").at("error").at("code"), "crashed");
}
#endif

}  // namespace
}  // namespace oa::test
