#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "tests/host/plugin/call_fixture.hpp"

namespace oa::host {
namespace {

/// What happened to the instance of a fixture since this was made.
class Counts {
public:
    explicit Counts(const std::string& fixture_name)
        : library_(dlopen(fixture(fixture_name).c_str(), RTLD_NOW)) {
        base_ = now();
    }
    [[nodiscard]] std::string since() const {
        const auto current = now();
        std::string out;
        for (std::size_t i = 0; i < current.size(); ++i) {
            out += std::to_string(current[i] - base_[i]) + " ";
        }
        return out;
    }

private:
    [[nodiscard]] std::array<int, 4> now() const {
        const auto value = [this](const char* name) {
            return *static_cast<int*>(dlsym(library_, name));
        };
        return {value("fixture_created"), value("fixture_started"), value("fixture_stopped"),
                value("fixture_destroyed")};
    }
    void* library_;
    std::array<int, 4> base_{};
};

struct ConcurrencyTest : testing::Test {
    Caller caller{"calls"};
    Pipe started;
    Pipe go;
    Pipe others_started;
    Pipe others_go;
};

TEST_F(ConcurrencyTest, FunctionsThatAreNotThreadSafeRunOneAtATime) {
    BackgroundCall first(caller, caller.invocation("alone", handshake(started, go)));
    EXPECT_EQ(started.wait(), 'x');
    others_go.signal();  // if it ran, it would end at once
    BackgroundCall second(caller,
                          caller.invocation("alone_too", handshake(others_started, others_go)));
    second.control().cancel();

    ASSERT_TRUE(second.outcome().failure);
    EXPECT_EQ(second.outcome().failure->code, "cancelled");
    go.signal();
    EXPECT_FALSE(first.outcome().failure);
}

TEST_F(ConcurrencyTest, ACallGetsItsTurnWhenTheOneBeforeItEnds) {
    BackgroundCall first(caller, caller.invocation("alone", handshake(started, go)));
    EXPECT_EQ(started.wait(), 'x');
    BackgroundCall second(caller,
                          caller.invocation("alone_too", handshake(others_started, others_go)));
    go.signal();
    EXPECT_EQ(others_started.wait(), 'x');
    others_go.signal();

    EXPECT_FALSE(first.outcome().failure);
    EXPECT_FALSE(second.outcome().failure);
}

TEST_F(ConcurrencyTest, ThreadSafeFunctionsDoNotWaitForOthers) {
    BackgroundCall first(caller, caller.invocation("alone", handshake(started, go)));
    EXPECT_EQ(started.wait(), 'x');

    EXPECT_FALSE(caller.call("echo").failure);
    go.signal();
}

TEST_F(ConcurrencyTest, WaitingForATurnEndsWithTheDeadline) {
    BackgroundCall first(caller, caller.invocation("alone", handshake(started, go)));
    EXPECT_EQ(started.wait(), 'x');
    auto invocation = caller.invocation("alone_too", handshake(others_started, others_go));
    invocation.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    others_go.signal();

    const auto outcome = caller.call(invocation);

    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->code, "deadline");
    go.signal();
}

TEST_F(ConcurrencyTest, AnAbandonedCallStopsWaitingForItsTurn) {
    BackgroundCall first(caller, caller.invocation("alone", handshake(started, go)));
    EXPECT_EQ(started.wait(), 'x');
    others_go.signal();
    BackgroundCall second(caller,
                          caller.invocation("alone_too", handshake(others_started, others_go)));
    second.control().abandon();

    EXPECT_TRUE(second.outcome().failure);
    go.signal();
}

TEST_F(ConcurrencyTest, NoMoreCallsRunThanAFunctionAllows) {
    BackgroundCall first(caller, caller.invocation("pair", handshake(started, go)));
    BackgroundCall second(caller, caller.invocation("pair", handshake(started, go)));
    EXPECT_EQ(started.wait(), 'x');
    EXPECT_EQ(started.wait(), 'x');
    others_go.signal();
    BackgroundCall third(caller, caller.invocation("pair", handshake(others_started, others_go)));
    third.control().cancel();

    ASSERT_TRUE(third.outcome().failure);
    EXPECT_EQ(third.outcome().failure->code, "cancelled");
    go.signal();
    go.signal();
    EXPECT_FALSE(first.outcome().failure);
    EXPECT_FALSE(second.outcome().failure);
}

TEST_F(ConcurrencyTest, ManyCallsAndCancellationsAtOnceStayApart) {
    constexpr int threads = 4;
    constexpr int calls = 250;
    std::atomic<int> wrong{0};
    std::vector<std::thread> pool;
    for (int number = 0; number < threads; ++number) {
        pool.emplace_back([this, number, &wrong] {
            for (int i = 0; i < calls; ++i) {
                const std::string params = "{\"n\":" + std::to_string(number * calls + i) + "}";
                const auto call = caller.prepare("echo", params);
                std::thread canceller([&call] { call->cancel(); });
                const auto outcome = caller.invoker.invoke(*call);
                canceller.join();
                const bool ran =
                    outcome.output.is_object() && outcome.output.at("n") == number * calls + i;
                const bool cancelled = outcome.failure && outcome.failure->code == "cancelled";
                wrong += ran == cancelled ? 1 : 0;
            }
        });
    }
    for (auto& thread : pool) {
        thread.join();
    }
    EXPECT_EQ(wrong, 0);
}

TEST(LifecycleTest, AModuleStartsWithItsFirstCallAndStopsOnce) {
    Caller caller("lifecycle");
    const Counts counts("lifecycle");

    std::vector<std::thread> pool;
    for (int i = 0; i < 4; ++i) {
        pool.emplace_back([&caller] { EXPECT_FALSE(caller.call("act").failure); });
    }
    for (auto& thread : pool) {
        thread.join();
    }
    EXPECT_EQ(counts.since(), "1 1 0 0 ");

    EXPECT_TRUE(caller.registry.shutdown().empty());
    EXPECT_TRUE(caller.registry.shutdown().empty());
    EXPECT_EQ(counts.since(), "1 1 1 1 ");
    const auto outcome = caller.call("act");
    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->code, "unavailable");
}

TEST(LifecycleTest, AModuleThatNobodyCallsIsNotStarted) {
    Caller caller("lifecycle");
    const Counts counts("lifecycle");

    EXPECT_TRUE(caller.registry.shutdown().empty());
    EXPECT_EQ(counts.since(), "0 0 0 0 ");
}

TEST(LifecycleTest, AModuleThatCannotBeSetUpFailsEveryCallWithItsReason) {
    Caller caller("create_fails");
    const Counts counts("create_fails");

    for (int i = 0; i < 2; ++i) {
        const auto outcome = caller.call("act");
        ASSERT_TRUE(outcome.failure);
        EXPECT_EQ(outcome.failure->code, "permission");
        EXPECT_NE(outcome.failure->message.find("the licence has run out"), std::string::npos);
    }
    EXPECT_TRUE(caller.registry.shutdown().empty());
    EXPECT_EQ(counts.since(), "1 0 0 0 ");
}

TEST(LifecycleTest, AModuleThatDoesNotStartIsDestroyed) {
    Caller caller("start_fails");
    const Counts counts("start_fails");

    const auto outcome = caller.call("act");

    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->code, "unavailable");
    EXPECT_EQ(outcome.failure->message,
              "module start_fails could not be started: the database does not answer");
    EXPECT_TRUE(caller.registry.shutdown().empty());
    EXPECT_EQ(counts.since(), "1 1 0 1 ");
}

TEST(LifecycleTest, AModuleWithARunningCallIsLeftAlone) {
    const Pipe started;
    const Pipe go;
    Caller caller("calls");
    BackgroundCall call(caller, caller.invocation("hold", handshake(started, go)));
    EXPECT_EQ(started.wait(), 'x');

    EXPECT_EQ(caller.registry.shutdown(), std::vector<std::string>{"calls"});
    go.signal();
    EXPECT_FALSE(call.outcome().failure);
    EXPECT_TRUE(caller.registry.shutdown().empty());
}

TEST(LifecycleTest, CodeAndCallsOutliveTheRegistry) {
    const Pipe started;
    const Pipe go;
    InProcessInvoker invoker;
    RecordingObserver observer;
    std::shared_ptr<core::CallControl> call;
    {
        const PluginRegistry registry(search_for("calls"));
        core::Invocation invocation;
        invocation.function = registry.find("calls", "hold");
        invocation.params = std::make_shared<const std::string>(handshake(started, go));
        call = invoker.prepare(std::make_shared<const core::Invocation>(invocation), observer);
    }
    core::Outcome outcome;
    std::thread thread([&] { outcome = invoker.invoke(*call); });
    go.signal();
    thread.join();

    ASSERT_TRUE(outcome.failure);  // its module has been stopped
    EXPECT_EQ(outcome.failure->code, "unavailable");
}

}  // namespace
}  // namespace oa::host
