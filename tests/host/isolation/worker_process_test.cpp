// Calls in real worker processes.

#include <atomic>
#include <csignal>

#include <boost/json.hpp>
#include <unistd.h>

#include "host/isolation/isolated_invoker.hpp"
#include "host/isolation/plugin_invoker.hpp"
#include "host/isolation/worker_describer.hpp"
#include "host/isolation/worker_supervisor.hpp"
#include "tests/host/isolation/isolation_fixture.hpp"

namespace oa::host::isolation {
namespace {

using namespace std::chrono_literals;

struct WorkerInvokerTest : testing::Test {
    LoadedModule& module = workshop_module();  // loaded before anything is counted
    test::TemporaryFolder folder;
    NothingIsLeft nothing_is_left;
    SetClock clock;
    Quarantine quarantine{folder / "state", clock, {}};
    WaitingObserver observer;
    std::shared_ptr<RecordingLog> log = std::make_shared<RecordingLog>();
    std::optional<WorkerSupervisor> supervisor;
    std::optional<IsolatedInvoker> invoker;
    IsolationSettings settings;

    WorkerInvokerTest() {
        std::filesystem::create_directory(folder / "workers");
        // The workers are somebody else where the test runs as root.
        std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
        std::filesystem::permissions(folder / "workers", std::filesystem::perms(0755));
        settings.pool.workers_max = 3;
        settings.term_grace = 50ms;
        settings.worker_program = OA_WORKER_PROGRAM;
        supervisor.emplace(SupervisorSettings{.worker_program = OA_WORKER_PROGRAM,
                                              .temporary_folder = folder / "workers",
                                              .term_grace = settings.term_grace,
                                              .log = log});
        invoker.emplace(settings, *supervisor, quarantine, log);
    }
    ~WorkerInvokerTest() override {
        invoker.reset();
        supervisor.reset();
        EXPECT_TRUE(std::filesystem::is_empty(folder / "workers"));
    }
    core::Outcome call(const std::string& function, std::string params = "{}") {
        return run_call(*invoker, observer, invocation(function, std::move(params)));
    }
};

TEST_F(WorkerInvokerTest, AFunctionRunsInAnotherProcessThatIsUsedAgain) {
    const auto first = call("own_pid");
    ASSERT_FALSE(first.failure) << message_of(first);
    const auto second = call("own_pid");

    EXPECT_NE(first.output.as_int64(), ::getpid());
    EXPECT_EQ(first.output.as_int64(), second.output.as_int64());
    EXPECT_EQ(boost::json::serialize(call("own_echo", R"({"a":["ü",null]})").output),
              R"({"a":["ü",null]})");
}

TEST_F(WorkerInvokerTest, ACrashFailsTheCallAndNothingElse) {
    BackgroundCall other(*invoker, observer, invocation("own_wait"));
    observer.wait_for("started");

    const auto outcome = call("own_crash");

    EXPECT_EQ(code_of(outcome), "crashed");
    EXPECT_TRUE(has(message_of(outcome), "crashed with SIGSEGV while running own_crash"));
    EXPECT_TRUE(has(message_of(outcome), "last words")) << message_of(outcome);
    EXPECT_EQ(code_of(call("own_noop")), "");
    other.control().cancel();
    EXPECT_EQ(code_of(other.outcome()), "cancelled");
}

TEST_F(WorkerInvokerTest, AnExitFailsTheCall) {
    const auto outcome = call("own_leave");

    EXPECT_EQ(code_of(outcome), "crashed");
    EXPECT_TRUE(has(message_of(outcome), "exit(3) and gave no result")) << message_of(outcome);
}

TEST_F(WorkerInvokerTest, ACallThatDoesNotStopIsEndedWithItsProcess) {
    for (const char* function : {"own_deaf", "shared_deaf"}) {
        BackgroundCall background(*invoker, observer, invocation(function));
        observer.wait_for("started");
        background.control().cancel();
        background.control().abandon();

        EXPECT_EQ(code_of(background.outcome()), "cancelled") << function;
        EXPECT_EQ(code_of(call("own_noop")), "");
    }
    EXPECT_FALSE(quarantine.find(content_of(module).hash));
}

TEST_F(WorkerInvokerTest, ACrashInASharedWorkerFailsAllItsCalls) {
    BackgroundCall innocent(*invoker, observer, invocation("shared_wait"));
    observer.wait_for("started");
    BackgroundCall guilty(*invoker, observer, invocation("shared_crash"));
    observer.wait_for("started", 2);
    guilty.control().cancel();

    EXPECT_EQ(code_of(guilty.outcome()), "crashed");
    EXPECT_EQ(code_of(innocent.outcome()), "crashed");
    EXPECT_TRUE(innocent.outcome().failure->retryable);
    EXPECT_TRUE(has(message_of(innocent.outcome()), "1 other call ran in the same process"));
}

TEST_F(WorkerInvokerTest, SharedCallsRunInOneProcessAtTheSameTime) {
    std::vector<std::unique_ptr<BackgroundCall>> calls;
    for (int i = 0; i < 5; ++i) {
        calls.push_back(
            std::make_unique<BackgroundCall>(*invoker, observer, invocation("shared_wait")));
    }
    observer.wait_for("started", 5);
    EXPECT_EQ(invoker->numbers(module).workers, 1U);
    EXPECT_EQ(code_of(call("shared_noop")), "");
    for (const auto& each : calls) {
        each->control().cancel();
        EXPECT_EQ(code_of(each->outcome()), "cancelled");
    }
}

TEST_F(WorkerInvokerTest, TheNextCallWorksWhenTheZygoteWasKilled) {
    EXPECT_EQ(code_of(call("own_noop")), "");
    BackgroundCall lost(*invoker, observer, invocation("own_wait"));
    observer.wait_for("started");
    const int zygote = supervisor->zygote_pid();
    ASSERT_GT(zygote, 0);
    ::kill(zygote, SIGKILL);

    EXPECT_EQ(code_of(lost.outcome()), "crashed");
    EXPECT_TRUE(has(message_of(lost.outcome()), "lost its process"));
    EXPECT_EQ(code_of(call("own_noop")), "");
    EXPECT_NE(supervisor->zygote_pid(), zygote);
    EXPECT_FALSE(quarantine.find(content_of(module).hash)) << "not the module's fault";
}

TEST_F(WorkerInvokerTest, AnIdleWorkerThatIsKilledIsReplaced) {
    const auto pid = call("own_pid").output.as_int64();
    ::kill(static_cast<pid_t>(pid), SIGKILL);

    const auto next = call("own_pid");

    ASSERT_FALSE(next.failure) << message_of(next);
    EXPECT_NE(next.output.as_int64(), pid);
}

TEST_F(WorkerInvokerTest, WhatAModulePrintsIsLogged) {
    static_cast<void>(call("own_crash"));

    const auto lines = log->lines();
    EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
        return line == R"(workshop: first words {"stream":"stdout"})";
    }));
}

TEST_F(WorkerInvokerTest, AProgramThatIsNotThereIsTold) {
    invoker.reset();
    supervisor.emplace(SupervisorSettings{
        .worker_program = folder / "missing", .temporary_folder = folder / "workers", .log = log});
    invoker.emplace(settings, *supervisor, quarantine, log);

    const auto outcome = call("own_noop");

    EXPECT_EQ(code_of(outcome), "unavailable");
    EXPECT_TRUE(has(message_of(outcome), (folder / "missing").string())) << message_of(outcome);
}

TEST_F(WorkerInvokerTest, AProgramThatIsNoWorkerIsTold) {
    invoker.reset();
    supervisor.emplace(SupervisorSettings{
        .worker_program = "/bin/false", .temporary_folder = folder / "workers", .log = log});
    invoker.emplace(settings, *supervisor, quarantine, log);

    EXPECT_EQ(code_of(call("own_noop")), "unavailable");
}

TEST_F(WorkerInvokerTest, DescribesAFileWithoutLoadingItHere) {
    const auto described = describe_in_worker(fixture("workshop"), settings, *supervisor);

    const auto manifest = boost::json::parse(described.manifest);
    EXPECT_EQ(manifest.at("id").as_string(), "com.example.workshop");
    EXPECT_TRUE(boost::json::parse(described.sandbox).is_object());
    WorkerDescriber describer(settings, *supervisor);
    EXPECT_THROW(static_cast<void>(describer.describe(fixture("no_entry"))), PluginRefused);
}

TEST_F(WorkerInvokerTest, ManyCallsFromManyThreadsAllEnd) {
    std::vector<std::thread> threads;
    std::atomic<int> failed{0};
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] {
            for (int turn = 0; turn < 50; ++turn) {
                const auto outcome = call(i % 2 == 0 ? "own_pid" : "shared_pid");
                failed += outcome.failure ? 1 : 0;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace oa::host::isolation
