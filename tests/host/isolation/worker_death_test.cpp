#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>

#include "tests/host/isolation/worker_driver.hpp"

namespace oa::host::isolation {
namespace {

/// The functions of the modules `crash` and `probe`, by their place in them.
enum Crash : std::uint32_t { Segv = 0, GiveUp = 1, Overflow = 2, Leave = 3, Spin = 4 };
enum Probe : std::uint32_t { Attempt = 0 };
enum Calls : std::uint32_t { Hold = 12, WaitCancel = 13 };

/// Holds on to a process, so that its end can be waited for and its number is not taken again
/// unnoticed.
class Watch {
public:
    explicit Watch(pid_t pid) : descriptor_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}

    [[nodiscard]] bool exists() const { return static_cast<bool>(descriptor_); }
    [[nodiscard]] bool has_ended() const { return wait(0); }
    [[nodiscard]] bool wait_end() const { return wait(60'000); }

private:
    [[nodiscard]] bool wait(int milliseconds) const {
        pollfd item{.fd = descriptor_.get(), .events = POLLIN, .revents = 0};
        return poll(&item, 1, milliseconds) == 1;
    }
    Descriptor descriptor_;
};

struct WorkerDeathTest : testing::Test {
    [[nodiscard]] Exited end_by(std::uint32_t function) {
        static_cast<void>(worker.start("crash"));
        worker.send(WorkerDriver::run(function), 1);
        EXPECT_FALSE(worker.receive());
        output = worker.read_output();
        return worker.wait_exited();
    }

    ZygoteDriver zygote;
    WorkerDriver worker{zygote};
    std::string output;
};

TEST_F(WorkerDeathTest, ACrashIsToldWithItsSignalAndWhereItWas) {
    const Exited exited = end_by(Segv);
    EXPECT_TRUE(exited.signalled);
    EXPECT_EQ(exited.code, SIGSEGV);
    EXPECT_NE(output.find("oa-worker: signal SIGSEGV\n"), std::string::npos) << output;
    EXPECT_NE(output.find("crash.so+0x"), std::string::npos) << output;
}

TEST_F(WorkerDeathTest, AnAbortIsToldAsSuch) {
    const Exited exited = end_by(GiveUp);
    EXPECT_TRUE(exited.signalled);
    EXPECT_EQ(exited.code, SIGABRT);
    EXPECT_NE(output.find("oa-worker: signal SIGABRT\n"), std::string::npos) << output;
}

TEST_F(WorkerDeathTest, AStackThatIsUsedUpIsReportedOnAnother) {
    const Exited exited = end_by(Overflow);
    EXPECT_TRUE(exited.signalled);
    EXPECT_EQ(exited.code, SIGSEGV);
    EXPECT_NE(output.find("oa-worker: signal SIGSEGV\n"), std::string::npos) << output;
}

TEST_F(WorkerDeathTest, AnExitIsToldWithItsStatus) {
    if (OA_SANITIZED != 0) {
        GTEST_SKIP() << "at an exit the sanitizer looks for leaks, and has a status of its own";
    }
    const Exited exited = end_by(Leave);
    EXPECT_FALSE(exited.signalled);
    EXPECT_EQ(exited.code, 3);
}

TEST_F(WorkerDeathTest, ProcessorTimeEndsWithASignalOfItsOwn) {
    Load load = worker.load("crash");
    load.sandbox.cpu_seconds = 1;
    static_cast<void>(worker.start(load));
    worker.send(WorkerDriver::run(Spin), 1);
    EXPECT_FALSE(worker.receive());
    const Exited exited = worker.wait_exited();
    EXPECT_TRUE(exited.signalled);
    EXPECT_EQ(exited.code, SIGXCPU);
    EXPECT_GE(exited.cpu_microseconds, 100'000U) << "ticks, which the limit counts, are coarse";
}

TEST_F(WorkerDeathTest, ASignalOfTheHostEndsTheWorker) {
    static_cast<void>(worker.start("crash"));
    worker.send(WorkerDriver::run(Spin), 1);
    zygote.send(Signal{.id = worker.id(), .number = SIGKILL});
    const Exited exited = worker.wait_exited();
    EXPECT_TRUE(exited.signalled);
    EXPECT_EQ(exited.code, SIGKILL);
}

TEST_F(WorkerDeathTest, OneWorkersEndLeavesTheOthersAlone) {
    WorkerDriver other(zygote);
    static_cast<void>(other.start("calls"));
    static_cast<void>(end_by(Segv));
    EXPECT_FALSE(other.call(0).failure);
}

TEST_F(WorkerDeathTest, WithoutItsHostAWorkerEnds) {
    static_cast<void>(worker.start("calls"));
    worker.send(WorkerDriver::run(WaitCancel), 1);
    worker.close();
    const Exited exited = worker.wait_exited();
    EXPECT_FALSE(exited.signalled);
    EXPECT_EQ(exited.code, 0);
}

TEST_F(WorkerDeathTest, WithoutItsHostAWorkerDoesNotWaitLongForADeafCall) {
    static_cast<void>(worker.start("crash"));
    worker.send(WorkerDriver::run(Spin), 1);
    worker.close();
    EXPECT_EQ(worker.wait_exited().code, 0);
}

TEST_F(WorkerDeathTest, WithoutItsHostTheZygoteEndsWithEveryWorker) {
    static_cast<void>(worker.start("crash"));
    worker.send(WorkerDriver::run(Spin), 1);
    const Watch watch(worker.pid());
    ASSERT_TRUE(watch.exists());
    zygote.close();
    EXPECT_EQ(zygote.wait(), 0);
    EXPECT_TRUE(watch.has_ended());
}

TEST_F(WorkerDeathTest, WithoutTheZygoteWorkersEnd) {
    static_cast<void>(worker.start("crash"));
    worker.send(WorkerDriver::run(Spin), 1);
    const Watch watch(worker.pid());
    ASSERT_TRUE(watch.exists());
    zygote.kill(SIGKILL);
    EXPECT_TRUE(watch.wait_end());
}

/// Starts a process that leaves the worker's session, and gives its number.
pid_t escape(WorkerDriver& worker) {
    Load load = worker.load("probe");
    load.sandbox.process = true;
    static_cast<void>(worker.start(load));
    const std::string path = worker.folder().at("escaped");
    const Result result = worker.call(Attempt, R"({"what":"escape","path":")" + path + "\"}");
    EXPECT_EQ(result.output, "0");
    std::string number;
    const auto deadline = patience();
    while (number.empty() || number.back() != '\n') {
        if (std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error("nothing escaped");
        }
        number = worker.folder().read("escaped");
    }
    return std::stoi(number);
}

TEST_F(WorkerDeathTest, WhatEscapedFromAWorkerIsGoneWhenItsEndIsTold) {
    const Watch escaped(escape(worker));
    ASSERT_TRUE(escaped.exists());
    EXPECT_FALSE(escaped.has_ended());
    worker.close();
    static_cast<void>(worker.wait_exited());
    EXPECT_TRUE(escaped.has_ended());
}

TEST_F(WorkerDeathTest, WhatEscapedIsGoneWithTheZygotesHost) {
    const Watch escaped(escape(worker));
    ASSERT_TRUE(escaped.exists());
    zygote.close();
    EXPECT_EQ(zygote.wait(), 0);
    EXPECT_TRUE(escaped.has_ended());
}

TEST_F(WorkerDeathTest, GarbageFromTheHostEndsTheZygoteAndItsWorkers) {
    static_cast<void>(worker.start("calls"));
    const Watch watch(worker.pid());
    ASSERT_TRUE(watch.exists());
    zygote.send(Spawn{.id = 99});  // without its descriptors
    EXPECT_NE(zygote.wait(), 0);
    EXPECT_TRUE(watch.has_ended());
}

TEST_F(WorkerDeathTest, HundredsOfWorkersLeaveNothingBehind) {
    for (int round = 0; round < 20; ++round) {
        std::vector<std::unique_ptr<WorkerDriver>> workers;
        workers.reserve(10);
        for (int i = 0; i < 10; ++i) {
            workers.push_back(std::make_unique<WorkerDriver>(zygote));
        }
        for (const auto& one : workers) {
            one->close();
            EXPECT_EQ(one->wait_exited().code, 0);
        }
    }
    worker.close();
    static_cast<void>(worker.wait_exited());
    const std::string zygote_pid = std::to_string(zygote.pid());
    std::ifstream children("/proc/" + zygote_pid + "/task/" + zygote_pid + "/children");
    std::string child;
    EXPECT_FALSE(children >> child) << child;
    // Only root may look into a process that is not dumpable.
    std::error_code error;
    std::filesystem::directory_iterator files("/proc/" + zygote_pid + "/fd", error);
    EXPECT_TRUE(error || std::distance(begin(files), end(files)) <= 8);
}

}  // namespace
}  // namespace oa::host::isolation
