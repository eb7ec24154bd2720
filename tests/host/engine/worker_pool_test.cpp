#include "host/engine/worker_pool.hpp"

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace oa::host {
namespace {

class FunctionJob final : public Job {
public:
    explicit FunctionJob(std::function<void()> function) : function_(std::move(function)) {}
    void run() override { function_(); }

private:
    std::function<void()> function_;
};

std::shared_ptr<Job> job(std::function<void()> function) {
    return std::make_shared<FunctionJob>(std::move(function));
}

TEST(WorkerPoolTest, RunsEveryJobBeforeItIsDestroyed) {
    std::atomic<int> ran{0};
    {
        WorkerPool pool(4);
        for (int index = 0; index < 1'000; ++index) {
            pool.submit(job([&] { ++ran; }));
        }
    }
    EXPECT_EQ(ran, 1'000);
}

/// Tells when the thread that has touched it is over.
struct ThreadMark {
    std::atomic<int>* ended = nullptr;
    ~ThreadMark() {
        if (ended != nullptr) {
            ++*ended;
        }
    }
};

TEST(WorkerPoolTest, LeavesNoThreadBehind) {
    std::atomic<int> ended{0};
    for (int round = 1; round <= 200; ++round) {
        {
            WorkerPool pool(1);
            pool.submit(job([&] {
                static thread_local ThreadMark mark;
                mark.ended = &ended;
            }));
        }
        ASSERT_EQ(ended, round);
    }
}

TEST(WorkerPoolTest, RunsAsManyJobsAtOneTimeAsItHasThreads) {
    WorkerPool pool(3);
    std::latch together(3);
    for (int index = 0; index < 3; ++index) {
        pool.submit(job([&] { together.arrive_and_wait(); }));
    }
    together.wait();
}

TEST(WorkerPoolTest, KeepsAJobThatAJobSubmitsOnItsOwnThread) {
    WorkerPool pool(4);
    std::thread::id first;
    std::thread::id second;
    std::latch done(1);
    pool.submit(job([&] {
        first = std::this_thread::get_id();
        pool.submit(job([&] {
            second = std::this_thread::get_id();
            done.count_down();
        }));
    }));
    done.wait();
    EXPECT_EQ(first, second);
}

TEST(WorkerPoolTest, ReplacesAThreadThatWasWrittenOff) {
    std::latch stuck(1);
    const auto release = std::make_shared<std::latch>(1);
    std::latch returned(1);
    {
        WorkerPool pool(1);
        const auto deaf = job([&stuck, &returned, release] {
            stuck.count_down();
            release->wait();
            returned.count_down();
        });
        pool.submit(deaf);
        stuck.wait();
        pool.write_off(*deaf);
        EXPECT_EQ(pool.written_off(), 1U);

        std::latch ran(1);
        pool.submit(job([&] { ran.count_down(); }));
        ran.wait();
        // The destructor does not wait for the one that was written off.
    }
    release->count_down();
    returned.wait();
}

TEST(WorkerPoolTest, ReplacesAWrittenOffThreadForJobsThatWaitAlready) {
    std::latch stuck(1);
    std::latch release(1);
    std::latch ran(1);
    WorkerPool pool(1);
    const auto deaf = job([&] {
        stuck.count_down();
        release.wait();
    });
    pool.submit(deaf);
    stuck.wait();
    pool.submit(job([&] { ran.count_down(); }));
    pool.write_off(*deaf);
    ran.wait();
    release.count_down();
    while (pool.written_off() > 0) {
        std::this_thread::yield();
    }
}

TEST(WorkerPoolTest, NeverRunsAJobThatWasWrittenOffBeforeItsTurn) {
    std::atomic<bool> ran{false};
    {
        WorkerPool pool(1);
        std::latch release(1);
        pool.submit(job([&] { release.wait(); }));
        const auto late = job([&] { ran = true; });
        pool.submit(late);
        pool.write_off(*late);
        release.count_down();
    }
    EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace oa::host
