#include <algorithm>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include "tests/host/isolation/worker_driver.hpp"
#include "tests/support/subprocess.hpp"

namespace oa::host::isolation {
namespace {

/// The functions of the module `calls`, by their place in it.
enum Calls : std::uint32_t {
    Noop = 0,
    Echo = 1,
    Report = 2,
    Talk = 10,
    Hold = 12,
    WaitCancel = 13
};

struct WorkerCallsTest : testing::Test {
    ZygoteDriver zygote;
    WorkerDriver worker{zygote};
};

TEST_F(WorkerCallsTest, ReadyCarriesTheManifestAndTheSandbox) {
    const Ready ready = worker.start("good");
    const auto manifest = boost::json::parse(ready.manifest);
    EXPECT_EQ(manifest.at("id"), "com.example.good");
    EXPECT_EQ(manifest.at("functions").at(0).at("name"), "act");
    const auto sandbox = boost::json::parse(ready.sandbox);
    EXPECT_EQ(sandbox.at("no_new_privs"), true);
    EXPECT_EQ(sandbox.at("limits").at("open_files"), 256);
    EXPECT_TRUE(sandbox.at("reduced").is_array());
}

TEST_F(WorkerCallsTest, ACallGivesItsOutput) {
    static_cast<void>(worker.start("calls"));
    const Result echo = worker.call(Echo, R"({"a":[1,2.5,"x"]})");
    EXPECT_FALSE(echo.failure);
    EXPECT_EQ(echo.output, R"({"a":[1,2.5,"x"]})");
    EXPECT_EQ(worker.call(Noop).output, "null");
}

TEST_F(WorkerCallsTest, APlugInChecksByTheValidatorOfItsWorker) {
    static_cast<void>(worker.start("schemas"));
    EXPECT_EQ(worker.call(0, R"({"a":1})").output, "null");
    EXPECT_EQ(worker.call(0, R"({"a":"1"})").output,
              R"([{"kind":"value","pointer":"/a","schema_pointer":"/properties/a/type",)"
              R"("message":"takes an integer, not the text '1'"}])");
    EXPECT_EQ(worker.call(2, R"({"pattern":"^[a-z]+$"})").output, "null");
}

TEST_F(WorkerCallsTest, AFailureKeepsWhatTheFunctionTold) {
    static_cast<void>(worker.start("calls"));
    const Result result = worker.call(Report, R"({"code":9,"retry":1,"after":1500})");
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, "unavailable");
    EXPECT_TRUE(result.failure->retryable);
    EXPECT_EQ(result.failure->retry_after_ms, 1500U);
}

TEST_F(WorkerCallsTest, WhatAFunctionSaysComesBeforeItsResult) {
    static_cast<void>(worker.start("calls"));
    worker.send(WorkerDriver::run(Talk), 7);
    std::vector<std::string> lines;
    std::vector<double> steps;
    while (true) {
        const auto message = worker.receive();
        ASSERT_TRUE(message);
        if (const auto* log = std::get_if<Log>(&message->second)) {
            lines.push_back(std::to_string(message->first) + " " + log->message + log->fields);
        } else if (const auto* progress = std::get_if<Progress>(&message->second)) {
            steps.push_back(progress->fraction);
        } else {
            const auto& result = std::get<Result>(message->second);
            EXPECT_EQ(result.output, "[0,1]") << "which levels it was told are wanted";
            EXPECT_EQ(result.misbehaviours, 1U) << "fields that are no object";
            break;
        }
    }
    EXPECT_EQ(lines, (std::vector<std::string>{"7 careful\xEF\xBF\xBD{\"n\":1}", "7 bad fields",
                                               "0 outside"}));
    EXPECT_EQ(steps, (std::vector<double>{0.5, 1.0}));
}

TEST_F(WorkerCallsTest, CallsRunAtTheSameTimeAndEachIsCancelledAlone) {
    Load load = worker.load("calls");
    load.threads = 4;
    static_cast<void>(worker.start(load));
    for (const std::uint64_t call : {1U, 2U, 3U, 4U}) {
        worker.send(WorkerDriver::run(WaitCancel), call);
    }
    for (const std::uint64_t call : {3U, 1U, 4U, 2U}) {
        worker.send(Cancel{}, call);
        const auto message = worker.receive();
        ASSERT_TRUE(message);
        EXPECT_EQ(message->first, call);
        const auto& result = std::get<Result>(message->second);
        ASSERT_TRUE(result.failure);
        EXPECT_EQ(result.failure->code, "cancelled");
    }
}

TEST_F(WorkerCallsTest, ACallBeyondTheThreadsIsTurnedAwayAndTheOthersGoOn) {
    Load load = worker.load("calls");
    load.threads = 1;
    static_cast<void>(worker.start(load));
    worker.send(WorkerDriver::run(WaitCancel), 1);
    const Result second = worker.call(Noop);
    ASSERT_TRUE(second.failure);
    EXPECT_EQ(second.failure->code, "exhausted");
    worker.send(Cancel{}, 1);
    EXPECT_TRUE(worker.expect<Result>().failure);
    EXPECT_FALSE(worker.call(Noop).failure);
}

TEST_F(WorkerCallsTest, ManyCallsInARowNeedNoMoreThanTwoThreads) {
    static_cast<void>(worker.start("calls"));
    for (int i = 0; i < 500; ++i) {
        ASSERT_FALSE(worker.call(Noop).failure);
    }
    const auto tasks =
        std::filesystem::directory_iterator("/proc/" + std::to_string(worker.pid()) + "/task");
    EXPECT_LE(std::distance(begin(tasks), end(tasks)), 2);
}

TEST_F(WorkerCallsTest, ADeadlineThatHasPassedIsKept) {
    static_cast<void>(worker.start("calls"));
    auto run = WorkerDriver::run(Noop);
    run.deadline_ns = 1;
    worker.send(run, 5);
    const auto result = worker.expect<Result>();
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, "deadline");
}

TEST_F(WorkerCallsTest, StopLetsCallsEndStopsTheModuleAndExitsWithZero) {
    static_cast<void>(worker.start("crash"));
    EXPECT_FALSE(worker.call(5).failure);
    worker.send(Stop{});
    EXPECT_FALSE(worker.receive()) << "it closes its end without another word";
    const Exited exited = worker.wait_exited();
    EXPECT_FALSE(exited.signalled);
    EXPECT_EQ(exited.code, 0);
    EXPECT_EQ(exited.pid, worker.pid());
    EXPECT_GT(exited.rss_kib_max, 0U);
    const std::string output = worker.read_output();
    EXPECT_NE(output.find("the module was stopped"), std::string::npos) << output;
}

TEST_F(WorkerCallsTest, StopCancelsWhatRunsAndItsResultStillComes) {
    static_cast<void>(worker.start("calls"));
    worker.send(WorkerDriver::run(WaitCancel), 1);
    worker.send(Stop{});
    const auto result = worker.expect<Result>();
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, "cancelled");
    EXPECT_EQ(worker.wait_exited().code, 0);
}

TEST_F(WorkerCallsTest, StandardOutputAndErrorGoToThePipe) {
    static_cast<void>(worker.start("crash"));
    EXPECT_FALSE(worker.call(5).failure);
    worker.close();
    const std::string output = worker.read_output();
    EXPECT_NE(output.find("a line on standard output\n"), std::string::npos) << output;
    EXPECT_NE(output.find("a line on standard error\n"), std::string::npos) << output;
}

TEST_F(WorkerCallsTest, DescribingRunsNoneOfTheModulesCode) {
    Load load = worker.load("crash");
    load.describe_only = true;
    EXPECT_EQ(boost::json::parse(worker.start(load).manifest).at("name"), "crash");
    EXPECT_FALSE(worker.receive());
    EXPECT_EQ(worker.wait_exited().code, 0);
    EXPECT_EQ(worker.read_output().find("the module was stopped"), std::string::npos);
}

struct RefusedFile {
    const char* fixture;
    const char* problem;
};
struct WorkerRefusesTest : testing::TestWithParam<RefusedFile> {};

TEST_P(WorkerRefusesTest, WithTheWordOfTheProblem) {
    ZygoteDriver zygote;
    WorkerDriver worker(zygote);
    worker.send(worker.load(GetParam().fixture));
    const auto refused = worker.expect<Refused>();
    EXPECT_EQ(refused.problem, GetParam().problem);
    EXPECT_FALSE(refused.reason.empty());
    EXPECT_FALSE(worker.receive());
    EXPECT_EQ(worker.wait_exited().code, 0);
}
INSTANTIATE_TEST_SUITE_P(Files,
                         WorkerRefusesTest,
                         testing::Values(RefusedFile{"nowhere", "missing"},
                                         RefusedFile{"no_entry", "no_entry"},
                                         RefusedFile{"entry_v2", "wrong_major"},
                                         RefusedFile{"abi_too_new", "abi_too_new"},
                                         RefusedFile{"unresolved", "unloadable"},
                                         RefusedFile{"declines", "declined"},
                                         RefusedFile{"id_bad", "invalid_descriptor"}),
                         [](const auto& file) { return std::string(file.param.fixture); });

TEST_F(WorkerCallsTest, AFirstMessageOfAnotherKindEndsTheWorker) {
    worker.send(Stop{});
    EXPECT_FALSE(worker.receive());
    EXPECT_NE(worker.wait_exited().code, 0);
}

TEST_F(WorkerCallsTest, GarbageEndsTheWorker) {
    static_cast<void>(worker.start("calls"));
    worker.send_bytes(std::string(64, '\x7F'));
    EXPECT_FALSE(worker.receive());
    EXPECT_NE(worker.wait_exited().code, 0);
}

TEST_F(WorkerCallsTest, AFunctionThatDoesNotExistEndsTheWorker) {
    static_cast<void>(worker.start("calls"));
    worker.send(WorkerDriver::run(1'000'000), 1);
    EXPECT_FALSE(worker.receive());
    EXPECT_NE(worker.wait_exited().code, 0);
}

TEST(WorkerProgramTest, SaysWhatItIsWhenItIsStartedByHand) {
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{OA_WORKER_PROGRAM},
                                               {OA_WORKER_PROGRAM, "zygote"},
                                               {OA_WORKER_PROGRAM, "zygote", "x"}}) {
        const auto result = oa::test::run_program(arguments);
        EXPECT_EQ(result.exit_status, 2);
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 2);
        EXPECT_NE(result.err.find("oa plugin run --worker"), std::string::npos);
    }
}

}  // namespace
}  // namespace oa::host::isolation
