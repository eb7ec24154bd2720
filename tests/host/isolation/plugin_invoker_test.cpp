// Where a call runs.

#include "host/isolation/plugin_invoker.hpp"

#include <boost/json.hpp>
#include <unistd.h>

#include "host/isolation/isolated_invoker.hpp"
#include "tests/host/isolation/isolation_fixture.hpp"
#include "tests/host/isolation/scripted_launcher.hpp"

namespace oa::host::isolation {
namespace {

using namespace std::chrono_literals;

struct PlacementTest : testing::Test {
    IsolationSettings settings;

    [[nodiscard]] Placement place_of(const std::string& function,
                                     std::optional<QuarantineEntry> entry = {}) const {
        return placement_of(*workshop().find_function("workshop", function), settings, entry);
    }
};

TEST_F(PlacementTest, WhatDidNotComeWithTheHostRunsInAProcessOfItsOwn) {
    EXPECT_EQ(place_of("own_noop").where, core::Isolation::Process);
    EXPECT_FALSE(place_of("own_noop").forced);
    settings.third_party = core::Isolation::InProcess;
    EXPECT_EQ(place_of("own_noop").where, core::Isolation::InProcess);
}

TEST_F(PlacementTest, TheSettingForAModuleIsStrongerThanTheDefault) {
    settings.modules["workshop"].mode = core::Isolation::InProcess;
    EXPECT_EQ(place_of("own_noop").where, core::Isolation::InProcess);
    settings.modules["com.example.workshop"].mode = core::Isolation::Process;
    EXPECT_EQ(place_of("own_noop").where, core::Isolation::Process) << "the id is stronger";
}

TEST_F(PlacementTest, AFunctionThatAsksForAProcessGetsOneWhateverIsSet) {
    settings.modules["workshop"].mode = core::Isolation::InProcess;

    EXPECT_EQ(place_of("isolated").where, core::Isolation::Process);
    EXPECT_TRUE(place_of("isolated").forced);
}

TEST_F(PlacementTest, WhatTheHostDiedWithGetsAProcessWhateverIsSet) {
    settings.modules["workshop"].mode = core::Isolation::InProcess;
    QuarantineEntry entry;
    entry.state = QuarantineEntry::State::Isolated;

    EXPECT_EQ(place_of("own_noop", entry).where, core::Isolation::Process);
    EXPECT_TRUE(place_of("own_noop", entry).forced);
    entry.state = QuarantineEntry::State::Watched;
    EXPECT_EQ(place_of("own_noop", entry).where, core::Isolation::InProcess);
}

TEST_F(PlacementTest, CapabilitiesAreThoseThatFunctionsClaimAndTheSettingsAdd) {
    EXPECT_FALSE(sandbox_for(settings, workshop_module()).network);
    settings.modules["workshop"].network = true;
    settings.modules["workshop"].limits = WorkerLimits{.memory_bytes = 7};

    const auto sandbox = sandbox_for(settings, workshop_module());

    EXPECT_TRUE(sandbox.network);
    EXPECT_FALSE(sandbox.filesystem);
    EXPECT_EQ(sandbox.memory_bytes, 7U);
}

struct PluginInvokerTest : testing::Test {
    test::TemporaryFolder folder;
    SetClock clock;
    Quarantine quarantine{folder / "state", clock, {}};
    WaitingObserver observer;
    IsolationSettings settings;
    ScriptedLauncher launcher{good_worker(
        workshop_module(), [](WorkerEndpoint& worker, std::uint64_t call, const RunMessage&) {
            worker.send(output(R"("worker")"), call);
            return std::optional<WorkerEnd>();
        })};
    InProcessInvoker in_process;
    std::optional<IsolatedInvoker> isolated;
    std::optional<PluginInvoker> invoker;

    PluginInvokerTest() {
        isolated.emplace(settings, launcher, quarantine, nullptr);
        invoker.emplace(settings, in_process, *isolated, quarantine);
    }
    core::Outcome call(const std::string& function, std::optional<core::Isolation> isolation = {}) {
        auto about = invocation(function);
        about.isolation = isolation;
        return run_call(*invoker, observer, std::move(about));
    }
};

TEST_F(PluginInvokerTest, ATaskChoosesWhereItRuns) {
    EXPECT_EQ(call("own_pid").output.as_string(), "worker");
    EXPECT_EQ(call("own_pid", core::Isolation::Process).output.as_string(), "worker");
    EXPECT_EQ(call("own_pid", core::Isolation::InProcess).output.as_int64(), ::getpid());
}

TEST_F(PluginInvokerTest, ATaskMayNotTakeTheProcessAwayFromAFunctionThatNeedsIt) {
    const auto outcome = call("isolated", core::Isolation::InProcess);

    EXPECT_EQ(code_of(outcome), "precondition");
    EXPECT_TRUE(has(message_of(outcome), "asks for that itself")) << message_of(outcome);
    EXPECT_TRUE(has(message_of(outcome), "the_task"));
    EXPECT_EQ(call("isolated").output.as_string(), "worker");
}

TEST_F(PluginInvokerTest, MarksAContentBeforeItRunsInThisProcess) {
    const auto running = folder / "state" / "running";
    EXPECT_EQ(call("own_pid").output.as_string(), "worker");
    EXPECT_FALSE(std::filesystem::exists(running));

    static_cast<void>(call("own_pid", core::Isolation::InProcess));

    EXPECT_FALSE(std::filesystem::is_empty(running));
}

TEST_F(PluginInvokerTest, ARefusedFileRunsNowhere) {
    quarantine.refuse_now(content_of(workshop_module()), "misbehaved");

    EXPECT_EQ(code_of(call("own_pid")), "unavailable");
    EXPECT_EQ(code_of(call("own_pid", core::Isolation::InProcess)), "unavailable");
}

}  // namespace
}  // namespace oa::host::isolation
