#include <chrono>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "core/workflow/reader.hpp"
#include "host/blob/blob_store.hpp"
#include "host/engine/run_loop.hpp"
#include "host/engine/system_clock.hpp"
#include "host/engine/timer_queue.hpp"
#include "host/engine/worker_pool.hpp"
#include "host/isolation/isolated_invoker.hpp"
#include "host/isolation/worker_supervisor.hpp"
#include "host/plugin/in_process_invoker.hpp"
#include "host/store/memory_journal.hpp"
#include "tests/host/plugin/call_fixture.hpp"
#include "tests/support/recording_sink.hpp"

namespace oa::host {
namespace {

/// The same fixture in a worker process and in this one, within one run.
struct BlobIsolatedTest : testing::Test {
    static isolation::IsolationSettings settings() {
        isolation::IsolationSettings out;
        out.worker_program = OA_WORKER_PROGRAM;
        return out;
    }
    core::Invocation invocation(const std::string& function, const std::string& params) {
        core::Invocation out = caller.invocation(function, params);
        out.blobs = scope;
        return out;
    }
    core::Outcome isolated(const std::string& function, const std::string& params) {
        return isolated(invocation(function, params));
    }
    core::Outcome isolated(core::Invocation invocation) {
        const auto call = invoker.prepare(
            std::make_shared<const core::Invocation>(std::move(invocation)), caller.observer);
        return invoker.invoke(*call);
    }
    core::Outcome in_process(const std::string& function, const std::string& params) {
        return caller.call(invocation(function, params));
    }
    static std::string said(const core::Outcome& outcome) {
        return outcome.failure ? outcome.failure->code + ": " + outcome.failure->message
                               : core::write_json(outcome.output);
    }
    static std::string data(const core::Outcome& outcome) {
        return R"({"data":)" + core::write_json(outcome.output.at("data")) + "}";
    }

    test::TemporaryFolder folder;
    Caller caller{"blobs"};
    SystemClock clock;
    isolation::Quarantine quarantine{{}, clock, {}};
    isolation::WorkerSupervisor supervisor{
        {.worker_program = OA_WORKER_PROGRAM, .temporary_folder = {}, .log = nullptr}};
    isolation::IsolatedInvoker invoker{settings(), supervisor, quarantine, nullptr};
    BlobStore store{{.memory_bytes_max = 8U << 20U, .spill_folder = folder.path()}};
    std::shared_ptr<core::BlobScope> scope = store.open("run");
};

TEST_F(BlobIsolatedTest, BlobsGoThroughWorkersAsTheyGoThroughThisProcess) {
    // None, sent, mapped, and spilled.
    for (const char* bytes : {"0", "100", "100000", "16000000"}) {
        const std::string params = std::string(R"({"bytes":)") + bytes + "}";
        const core::Outcome made = isolated("make", params);
        ASSERT_FALSE(made.failure) << said(made);
        EXPECT_EQ(said(made), said(in_process("make", params)));

        const core::Outcome summed = isolated("sum", data(made));
        ASSERT_FALSE(summed.failure) << said(summed);
        EXPECT_EQ(summed.output.at("sum"), made.output.at("sum"));
        EXPECT_EQ(said(summed), said(in_process("sum", data(made))));
        EXPECT_EQ(said(isolated("copy", data(made))), said(in_process("copy", data(made))));
        EXPECT_EQ(said(isolated("give", params)), said(in_process("give", params)));
        EXPECT_EQ(said(isolated("echo", data(made))), data(made));
    }
}

TEST_F(BlobIsolatedTest, AWorkerUsesItsMemoryAgain) {
    auto tight = settings();
    tight.limits.memory_bytes = 512U << 20U;
    isolation::IsolatedInvoker own(tight, supervisor, quarantine, nullptr);
    // Together more than that.
    for (int round = 0; round < 12; ++round) {
        const auto call = own.prepare(
            std::make_shared<const core::Invocation>(invocation("make", R"({"bytes":50000000})")),
            caller.observer);
        const core::Outcome made = own.invoke(*call);
        ASSERT_FALSE(made.failure) << said(made);
    }
}

TEST_F(BlobIsolatedTest, TakesMoreBlobsThanAFrameHasDescriptors) {
    std::string parts;
    for (int i = 0; i < 20; ++i) {
        const core::Outcome made =
            isolated("make", R"({"bytes":70000,"seed":)" + std::to_string(i) + "}");
        ASSERT_FALSE(made.failure) << said(made);
        parts += (i == 0 ? "" : ",") + core::write_json(made.output.at("data"));
    }
    const std::string params = R"({"parts":[)" + parts + "]}";

    EXPECT_EQ(said(isolated("concat", params)), said(in_process("concat", params)));
    EXPECT_NE(said(isolated("concat", params)).find(R"("size":1400000)"), std::string::npos);
}

TEST_F(BlobIsolatedTest, RefusesReferencesThatAreWrong) {
    EXPECT_EQ(said(isolated("sum", R"({"data":{"$blob":"b2-256:00"}})")).substr(0, 10),
              "not_found:");
    EXPECT_EQ(said(isolated("sum", R"({"data":{"$blob":0}})")).substr(0, 15), "invalid_params:");
    EXPECT_EQ(said(isolated("say", R"({"count":2,"says":[{"@blob":2}]})")),
              said(in_process("say", R"({"count":2,"says":[{"@blob":2}]})")));
    EXPECT_EQ(said(isolated("say", R"({"count":2,"says":[{"@blob":"x"}]})")).substr(0, 9),
              "internal:");
}

TEST_F(BlobIsolatedTest, TheLimitsOfCallAndRunHold) {
    BlobStore strict({.run_bytes_max = 1000});
    const auto own = strict.open("run");
    core::Invocation call = invocation("make", R"({"bytes":1001})");
    call.blobs = own;

    const std::string over_run = said(isolated(call));
    const std::string over_call = said(isolated("make", R"({"bytes":300000000})"));

    EXPECT_EQ(over_run.substr(0, 10), "exhausted:") << over_run;
    EXPECT_NE(over_run.find("1000"), std::string::npos) << over_run;
    EXPECT_EQ(over_call.substr(0, 10), "exhausted:") << over_call;
    EXPECT_EQ(strict.usage(), BlobStore::Usage{});
}

TEST_F(BlobIsolatedTest, ARunHandsAHundredMebibytesFromWorkerToWorker) {
    const core::ReadResult read = core::read_workflow(R"(
tasks:
  - {name: make, blobs.make: {bytes: 104857600, seed: 7}}
  - {name: sum, blobs.sum: {data: "${tasks.make.output.data}"}}
)",
                                                      "test.yaml", caller.registry);
    ASSERT_TRUE(read.workflow);
    MemoryJournal journal;
    test::RecordingSink sink;
    TimerQueue timers;
    WorkerPool pool(4);
    for (const std::uint64_t memory : {std::uint64_t{1} << 30U, std::uint64_t{1} << 20U}) {
        BlobStore own({.memory_bytes_max = memory, .spill_folder = folder.path()});
        const auto start = std::chrono::steady_clock::now();
        const auto loop = RunLoop::make(
            RunServices{invoker, journal, sink, clock, pool, timers, {}, &own},
            RunRequest{.workflow = read.workflow, .inputs = {}, .run_id = "run", .settings = {}});
        loop->start();
        const core::RunReport& report = loop->wait();
        const std::chrono::duration<double, std::milli> time =
            std::chrono::steady_clock::now() - start;

        ASSERT_EQ(report.status, core::RunStatus::Succeeded)
            << core::write_json(core::to_json(report));
        EXPECT_EQ(core::output_of(report.tasks[0]).at("sum"),
                  core::output_of(report.tasks[1]).at("sum"));
        EXPECT_EQ(own.usage(), BlobStore::Usage{});
        RecordProperty("ms_with_memory_" + std::to_string(memory), std::to_string(time.count()));
    }
}

}  // namespace
}  // namespace oa::host
