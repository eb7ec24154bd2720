#include "host/plugin/in_process_invoker.hpp"

#include <chrono>

#include <boost/json/serialize.hpp>
#include <dlfcn.h>
#include <gtest/gtest.h>

#include "host/blob/blob_store.hpp"
#include "tests/host/plugin/call_fixture.hpp"

namespace oa::host {
namespace {

using std::chrono::steady_clock;

std::string text(const boost::json::value& value) {
    return boost::json::serialize(value);
}

/// A counter that a fixture exports.
int& exported(const std::string& fixture_name, const char* symbol) {
    void* const library = dlopen(fixture(fixture_name).c_str(), RTLD_NOW | RTLD_NOLOAD);
    return *static_cast<int*>(dlsym(library, symbol));
}

struct InProcessInvokerTest : testing::Test {
    Caller caller{"calls"};
};

TEST_F(InProcessInvokerTest, HandsTheParametersOverAndTheOutputBack) {
    const auto outcome = caller.call("echo", R"({"name":"Grüße","list":[1,2.5,null]})");

    EXPECT_FALSE(outcome.failure);
    EXPECT_EQ(text(outcome.output), R"({"name":"Grüße","list":[1,2.5E0,null]})");
}

TEST_F(InProcessInvokerTest, PassesAnEmptyObjectWhenThereAreNoParameters) {
    auto invocation = caller.invocation("echo");
    invocation.params.reset();

    EXPECT_EQ(text(caller.call(invocation).output), "{}");
}

TEST_F(InProcessInvokerTest, OutputIsNullWhenTheFunctionGivesNone) {
    const auto outcome = caller.call("noop");

    EXPECT_FALSE(outcome.failure);
    EXPECT_TRUE(outcome.output.is_null());
}

TEST_F(InProcessInvokerTest, TheLastOutputWins) {
    EXPECT_EQ(text(caller.call("two_outputs").output), R"({"second":2})");
}

TEST_F(InProcessInvokerTest, AnOutputThatIsNotJsonFailsTheCallWhateverFollows) {
    const auto outcome = caller.call("bad_output");

    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->code, "internal");
    EXPECT_NE(outcome.failure->message.find("module calls function bad_output"), std::string::npos);
}

TEST_F(InProcessInvokerTest, AnOutputAtTheLimitIsTaken) {
    const auto outcome = caller.call("big_output", R"({"bytes":1048576})");

    EXPECT_FALSE(outcome.failure);
    EXPECT_EQ(outcome.output.as_string().size(), 1048574U);
}

TEST_F(InProcessInvokerTest, AnOutputOverTheLimitFailsAndNamesTheLimit) {
    const auto outcome = caller.call("big_output", R"({"bytes":1048577})");

    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->code, "exhausted");
    EXPECT_FALSE(outcome.failure->retryable);
    EXPECT_NE(outcome.failure->message.find("1048576"), std::string::npos);
}

TEST_F(InProcessInvokerTest, ASmallerOutputMayReplaceOneThatWasTooLarge) {
    const auto outcome = caller.call("big_output", R"({"bytes":2000000,"then_small":1})");

    EXPECT_FALSE(outcome.failure);
    EXPECT_EQ(outcome.output.as_string(), "small");
}

TEST_F(InProcessInvokerTest, KeepsTheOutputOfACallThatFails) {
    const auto outcome = caller.call("output_and_failure");

    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->code, "conflict");
    EXPECT_EQ(text(outcome.output), R"({"partly":true})");
}

TEST_F(InProcessInvokerTest, TellsTheFunctionWhatItsCallIsFor) {
    auto invocation = caller.invocation("about");
    invocation.run_id = "run-1";
    invocation.workflow = "flow";
    invocation.module_name = "old-calls";
    invocation.function_name = "tell";
    invocation.attempt = 3;
    invocation.idempotency_key = "run-1/the_task/1";

    EXPECT_EQ(
        text(caller.call(invocation).output),
        R"([3,"run-1","flow","the_task","old-calls","tell","run-1/the_task/1","about","oa",65536])");
}

TEST_F(InProcessInvokerTest, TimeIsUnlimitedWithoutADeadline) {
    EXPECT_EQ(caller.call("remaining").output.as_int64(), -1);
}

TEST_F(InProcessInvokerTest, TellsTheTimeThatIsLeft) {
    auto invocation = caller.invocation("remaining");
    invocation.deadline = steady_clock::now() + std::chrono::hours(1);

    const auto left = caller.call(invocation).output.as_int64();

    EXPECT_GT(left, 3'000'000);
    EXPECT_LE(left, 3'600'000);
}

TEST_F(InProcessInvokerTest, ACallWhoseTimeIsOverDoesNotRun) {
    auto invocation = caller.invocation("echo");
    invocation.deadline = steady_clock::now() - std::chrono::seconds(1);

    const auto outcome = caller.call(invocation);

    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->code, "deadline");
    EXPECT_TRUE(outcome.output.is_null());
}

TEST_F(InProcessInvokerTest, ACallCancelledBeforeItStartsDoesNotRun) {
    const auto call = caller.prepare("echo");
    call->cancel();

    const auto outcome = caller.invoker.invoke(*call);

    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->code, "cancelled");
    EXPECT_TRUE(outcome.output.is_null());
}

TEST_F(InProcessInvokerTest, CancellationReachesARunningFunction) {
    const Pipe started;
    const Pipe unused;
    BackgroundCall call(caller, caller.invocation("wait_cancel", handshake(started, unused)));
    EXPECT_EQ(started.wait(), 'x');

    call.control().cancel();
    call.control().cancel();

    ASSERT_TRUE(call.outcome().failure);
    EXPECT_EQ(call.outcome().failure->code, "cancelled");
}

TEST_F(InProcessInvokerTest, CancellingACallThatHasEndedDoesNothing) {
    const auto call = caller.prepare("noop");
    EXPECT_FALSE(caller.invoker.invoke(*call).failure);

    call->cancel();
    call->abandon();
}

TEST_F(InProcessInvokerTest, ACallbackRunsAtOnceWhenTheCallIsCancelledAlready) {
    const Pipe started;
    const Pipe go;
    exported("calls", "calls_notified") = 0;
    BackgroundCall call(caller, caller.invocation("callbacks", handshake(started, go)));
    EXPECT_EQ(started.wait(), 'x');
    call.control().cancel();
    go.signal();

    EXPECT_FALSE(call.outcome().failure);
    EXPECT_EQ(exported("calls", "calls_notified"), 1);  // the one taken back did not run
}

TEST_F(InProcessInvokerTest, AnAbandonedCallSaysNothingMore) {
    const Pipe started;
    const Pipe go;
    BackgroundCall call(caller, caller.invocation("hold", handshake(started, go)));
    EXPECT_EQ(started.wait(), 'x');
    call.control().abandon();
    go.signal();

    EXPECT_TRUE(call.outcome().output.is_null());
    EXPECT_TRUE(caller.observer.lines().empty());
    EXPECT_TRUE(caller.observer.progress().empty());
    EXPECT_EQ(caller.misbehaviours(), 0U);
}

TEST_F(InProcessInvokerTest, AnAbandonedCallNeedsNobodyToHoldIt) {
    const Pipe started;
    const Pipe go;
    auto call = caller.prepare("hold", handshake(started, go));
    std::thread thread(
        [this, control = call.get()] { static_cast<void>(caller.invoker.invoke(*control)); });
    EXPECT_EQ(started.wait(), 'x');
    call->abandon();
    call.reset();
    go.signal();
    thread.join();
}

TEST_F(InProcessInvokerTest, UsingACallThatHasEndedDoesNothingAndIsCounted) {
    const Pipe go;
    const Pipe done;
    const int released = exported("calls", "calls_released");
    const auto outcome =
        caller.call("late", "{\"go\":" + std::to_string(go.reader()) +
                                ",\"done\":" + std::to_string(done.writer()) + "}");
    EXPECT_FALSE(outcome.failure);
    go.signal();

    EXPECT_EQ(done.wait(), 'r');
    EXPECT_TRUE(caller.observer.lines().empty());
    EXPECT_TRUE(caller.observer.progress().empty());
    EXPECT_EQ(exported("calls", "calls_released"), released);
    EXPECT_GT(caller.misbehaviours(), 5U);
}

TEST_F(InProcessInvokerTest, UsingACallThatHasEndedDoesNotReachTheNextOne) {
    const Pipe go;
    const Pipe done;
    const Pipe started;
    const Pipe hold;
    static_cast<void>(caller.call("late", "{\"go\":" + std::to_string(go.reader()) +
                                              ",\"done\":" + std::to_string(done.writer()) + "}"));
    BackgroundCall next(caller, caller.invocation("hold", handshake(started, hold)));
    EXPECT_EQ(started.wait(), 'x');
    go.signal();
    EXPECT_EQ(done.wait(), 'r');
    hold.signal();

    EXPECT_FALSE(next.outcome().failure);
    EXPECT_EQ(text(next.outcome().output), R"("held")");
}

TEST_F(InProcessInvokerTest, CallsThatAPluginMakesUpDoNothing) {
    EXPECT_FALSE(caller.call("made_up").failure);
}

TEST_F(InProcessInvokerTest, ABlobIsReleasedOnceAndKeptByTheRun) {
    BlobStore store;
    const auto run = store.open("run");
    auto invocation = caller.invocation("blobs", R"({"named":1})");
    invocation.blobs = run;
    const int released = exported("calls", "calls_released");

    const auto outcome = caller.call(std::move(invocation));

    ASSERT_FALSE(outcome.failure) << outcome.failure->message;
    EXPECT_EQ(exported("calls", "calls_released"), released + 1);
    const auto& digest = outcome.output.at("data").at(0).at("$blob").as_string();
    EXPECT_EQ(RunBlobs::from(run.get())->find(digest)->size(), 3U);
}

TEST_F(InProcessInvokerTest, TheObserverHearsWhatTheFunctionSays) {
    const auto outcome = caller.call("talk");

    EXPECT_EQ(caller.observer.lines(),
              (std::vector<std::string>{"the_task: careful\xEF\xBF\xBD {\"n\":1}",
                                        "the_task: bad fields "}));
    EXPECT_EQ(caller.observer.progress(),
              (std::vector<std::pair<double, std::string>>{{0.5, "half"}, {1.0, ""}}));
    EXPECT_EQ(text(outcome.output), "[0,1]");  // trace is not wanted, warnings are
    EXPECT_EQ(caller.misbehaviours(), 1U);     // for the fields that are no object
}

struct RecordingLog final : PluginLog {
    void log(std::string_view module,
             core::TaskLogLevel,
             std::string_view message,
             std::string_view) override {
        lines.push_back(std::string(module) + ": " + std::string(message));
    }
    [[nodiscard]] bool wants(core::TaskLogLevel level) const override {
        return level == core::TaskLogLevel::Error;
    }
    std::vector<std::string> lines;
};

TEST(HostServicesTest, LinesOutsideOfCallsGoToTheHostsLog) {
    const auto log = std::make_shared<RecordingLog>();
    Caller caller("calls", {.log = log, .extensions = {}});

    static_cast<void>(caller.call("talk"));

    EXPECT_EQ(log->lines, std::vector<std::string>{"calls: outside"});
}

TEST(HostServicesTest, ExtensionsAreFoundByTheirIds) {
    static const int number = 17;
    Caller caller("calls", {.log = nullptr, .extensions = {{"com.example.number/1", &number}}});

    EXPECT_EQ(text(caller.call("extension").output), "[17,1]");
}

TEST(ThrowingPluginTest, AnExceptionBecomesAFailureOfTheCall) {
    Caller caller("throwing");

    for (const char* function : {"throw_error", "throw_number"}) {
        const auto outcome = caller.call(function);
        ASSERT_TRUE(outcome.failure);
        EXPECT_EQ(outcome.failure->code, "internal");
    }
    EXPECT_EQ(caller.misbehaviours(), 2U);
}

}  // namespace
}  // namespace oa::host
