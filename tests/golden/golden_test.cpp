// Plug-ins that were built against ABI 1.0 when it was released, and never again: every host has to
// run them as it did then. source/ holds what they were made from.

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "host/blob/blob_store.hpp"
#include "host/engine/system_clock.hpp"
#include "host/isolation/isolated_invoker.hpp"
#include "host/isolation/quarantine.hpp"
#include "host/isolation/worker_supervisor.hpp"
#include "host/plugin/in_process_invoker.hpp"
#include "host/plugin/plugin_registry.hpp"
#include "oa/testing.hpp"

namespace oa::host {
namespace {

const char* const files[] = {"c-gcc12", "cpp-gcc12", "cpp-clang14", "rust-1.63"};

/// What test frameworks take as a name.
std::string test_name(std::string text) {
    std::replace(text.begin(), text.end(), '-', '_');
    std::replace(text.begin(), text.end(), '.', '_');
    return text;
}

std::string golden_file(const std::string& name) {
    return OA_GOLDEN_DIR "/" + name + ".so";
}

/// Where functions run.
struct Place {
    const char* name;
    std::unique_ptr<core::TaskInvoker> (*make_invoker)(PluginRegistry&);
};
/// Everything that calls in worker processes.
class WorkersInvoker final : public core::TaskInvoker {
public:
    WorkersInvoker() {
        settings_.worker_program = OA_WORKER_PROGRAM;
        supervisor_.emplace(isolation::SupervisorSettings{
            .worker_program = OA_WORKER_PROGRAM, .temporary_folder = {}, .log = nullptr});
        invoker_.emplace(settings_, *supervisor_, quarantine_, nullptr);
    }
    [[nodiscard]] std::shared_ptr<core::CallControl> prepare(
        std::shared_ptr<const core::Invocation> invocation, core::CallObserver& observer) override {
        return invoker_->prepare(std::move(invocation), observer);
    }
    [[nodiscard]] core::Outcome invoke(core::CallControl& call) override {
        return invoker_->invoke(call);
    }

private:
    isolation::IsolationSettings settings_;
    SystemClock clock_;
    isolation::Quarantine quarantine_{{}, clock_, {}};
    std::optional<isolation::WorkerSupervisor> supervisor_;
    std::optional<isolation::IsolatedInvoker> invoker_;
};

const Place places[] = {
    {"in_process",
     [](PluginRegistry&) -> std::unique_ptr<core::TaskInvoker> {
         return std::make_unique<InProcessInvoker>();
     }},
#if OA_WITH_WORKERS
    {"in_a_worker",
     [](PluginRegistry&) -> std::unique_ptr<core::TaskInvoker> {
         return std::make_unique<WorkersInvoker>();
     }},
#endif
};

/// Keeps what a function says, and cancels the call when it tells that it waits.
class Listener final : public core::CallObserver {
public:
    void log(const core::Invocation&,
             core::TaskLogLevel level,
             std::string_view message,
             std::string_view fields) override {
        const std::lock_guard lock(mutex_);
        lines_.push_back(std::to_string(static_cast<int>(level)) + " " + std::string(message) +
                         std::string(fields));
    }
    void progress(const core::Invocation&, double fraction, std::string_view message) override {
        const std::lock_guard lock(mutex_);
        progress_.emplace_back(fraction, message);
        if (message == "waiting" && call_ != nullptr) {
            // On a thread of its own, as a user's wish comes.
            canceller_ = std::thread([this] { call_->cancel(); });
        }
    }
    [[nodiscard]] bool wants(core::TaskLogLevel) const override { return true; }

    void cancel_when_waiting(core::CallControl& call) { call_ = &call; }
    void join() {
        if (canceller_.joinable()) {
            canceller_.join();
        }
    }
    [[nodiscard]] std::vector<std::string> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }
    [[nodiscard]] std::vector<std::pair<double, std::string>> progress() const {
        const std::lock_guard lock(mutex_);
        return progress_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
    std::vector<std::pair<double, std::string>> progress_;
    core::CallControl* call_ = nullptr;
    std::thread canceller_;
};

PluginSearch search_for(const std::string& file) {
    PluginSearch search;
    // A folder of a source tree may belong to anybody; trust has tests of its own.
    search.trust = TrustPolicy::Ignore;
    search.places.push_back({.path = golden_file(file), .origin = "test"});
    return search;
}

class GoldenTest : public ::testing::TestWithParam<std::tuple<const char*, Place>> {
protected:
    GoldenTest()
        : registry(search_for(std::get<0>(GetParam()))),
          invoker(std::get<1>(GetParam()).make_invoker(registry)) {}

    core::Outcome call(const std::string& function, std::string params = "{}") {
        core::Invocation invocation;
        invocation.function = registry.find("golden", function);
        if (invocation.function == nullptr) {
            return {.output = nullptr, .failure = core::Failure{"missing", function, false, 0}};
        }
        invocation.run_id = "run-7";
        invocation.workflow = "flow";
        invocation.task = "the_task";
        invocation.module_name = "golden";
        invocation.function_name = function;
        invocation.attempt = 3;
        invocation.idempotency_key = "run-7/the_task";
        invocation.blobs = blobs;
        invocation.params = std::make_shared<const std::string>(std::move(params));
        if (limit) {
            invocation.deadline = std::chrono::steady_clock::now() + *limit;
        }
        const auto control = invoker->prepare(
            std::make_shared<const core::Invocation>(std::move(invocation)), listener);
        listener.cancel_when_waiting(*control);
        auto outcome = invoker->invoke(*control);
        listener.join();
        return outcome;
    }
    /// The output of a call that has to succeed, as text.
    std::string output(const std::string& function, std::string params = "{}") {
        const core::Outcome outcome = call(function, std::move(params));
        EXPECT_FALSE(outcome.failure) << outcome.failure->message;
        return boost::json::serialize(outcome.output);
    }
    core::Failure failure(const std::string& function) {
        const core::Outcome outcome = call(function);
        EXPECT_TRUE(outcome.failure) << outcome.output;
        return outcome.failure.value_or(core::Failure{});
    }

    /// A blob of the run, as parameters and outputs name it.
    [[nodiscard]] std::string text_of_blob(const boost::json::value& reference) const {
        const auto blob = RunBlobs::from(blobs.get())->find(reference.at("$blob").as_string());
        if (blob == nullptr) {
            return "no such blob";
        }
        const auto bytes = blob->bytes();
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    BlobStore store;
    const std::shared_ptr<core::BlobScope> blobs = store.open("run-7");
    std::optional<std::chrono::milliseconds> limit;
    Listener listener;
    PluginRegistry registry;
    std::unique_ptr<core::TaskInvoker> invoker;
};

TEST_P(GoldenTest, IsLoadedWithItsDescription) {
    ASSERT_TRUE(registry.refused().empty());
    const LoadedModule* module = registry.find_module("com.example.golden");
    ASSERT_NE(module, nullptr);
    EXPECT_EQ(module->info().name, "golden");
    EXPECT_EQ(module->info().version, "1.0.0");
    EXPECT_EQ(module->info().vendor, "Example");
    EXPECT_EQ(module->info().license, "0BSD");
    EXPECT_EQ(module->info().homepage, "https://example.com/golden");
    EXPECT_EQ(module->info().summary, "Everything of ABI 1.0.");
    EXPECT_EQ(module->info().build, std::get<0>(GetParam()));
    EXPECT_EQ(module->info().abi, 0x1'0000U);
    EXPECT_EQ(module->info().abi_min, 0x1'0000U);
    EXPECT_EQ(module->info().flags, OA_M_SINGLETON);
}

TEST_P(GoldenTest, IsFoundByAliases) {
    const auto* echo = registry.find_function("golden", "echo");
    ASSERT_NE(echo, nullptr);
    EXPECT_EQ(registry.find_function("golden", "repeat"), echo);
    EXPECT_EQ(registry.find_function("golden-old", "echo"), echo);
    EXPECT_EQ(registry.find_function("old-golden", "echo"), echo);
    EXPECT_EQ(registry.find_function("com.example.golden", "echo"), echo);
    EXPECT_TRUE(echo->idempotent);
    EXPECT_TRUE(echo->thread_safe);
    EXPECT_EQ(echo->default_timeout_ms, 60000U);
    EXPECT_EQ(echo->max_concurrency, 4U);
    EXPECT_EQ(echo->title, "Echo");
    EXPECT_EQ(echo->examples.size(), 1U);
}

TEST_P(GoldenTest, SaysWhatIsDeprecated) {
    const auto* old = registry.find_function("golden", "old");
    ASSERT_NE(old, nullptr);
    EXPECT_TRUE(old->deprecated);
    EXPECT_EQ(old->deprecated_since, "0.9.0");
    EXPECT_EQ(old->replaced_by, "golden.echo");
    EXPECT_EQ(old->deprecation_reason, "It has another name now.");
    EXPECT_EQ(output("old", R"({"a":1})"), R"({"a":1})");
}

TEST_P(GoldenTest, TakesParametersAndGivesOutput) {
    EXPECT_EQ(output("echo", R"({"a":[1,-2,"\u00fc"],"b":{}})"), R"({"a":[1,-2,"ü"],"b":{}})");
    EXPECT_EQ(output("twice"), "2");
    EXPECT_EQ(output("progress"), "null");
}

TEST_P(GoldenTest, FailsWithEverythingThatAnErrorCanTell) {
    const core::Failure typed = failure("fail");
    EXPECT_EQ(typed.code, "unavailable");
    EXPECT_NE(typed.message.find("the server answers 503"), std::string::npos);
    EXPECT_TRUE(typed.retryable);
    EXPECT_EQ(typed.retry_after_ms, 1500U);

    const core::Failure wrong = failure("wrong");
    EXPECT_EQ(wrong.code, "invalid_params");
    EXPECT_NE(wrong.message.find("expected a number"), std::string::npos);
    EXPECT_NE(wrong.message.find("/items/3"), std::string::npos);
    EXPECT_FALSE(wrong.retryable);

    EXPECT_EQ(failure("refuse").code, "conflict");
}

TEST_P(GoldenTest, FailsWhenTheOutputIsNoJson) {
    EXPECT_EQ(failure("bad_output").code, "internal");
}

TEST_P(GoldenTest, EndsWhenCancelledWhileItPolls) {
    limit = std::chrono::minutes(1);
    const core::Failure failed = failure("wait_poll");
    EXPECT_EQ(failed.code, "cancelled");
    EXPECT_NE(failed.message.find("stopped by polling"), std::string::npos);
}

TEST_P(GoldenTest, EndsWhenCancelledWhileItWaitsForACallback) {
    limit = std::chrono::minutes(1);
    const core::Failure failed = failure("wait_callback");
    EXPECT_EQ(failed.code, "cancelled");
    EXPECT_NE(failed.message.find("stopped by a callback"), std::string::npos);
}

TEST_P(GoldenTest, KnowsHowMuchTimeItHas) {
    EXPECT_EQ(output("remaining"), "null");
    limit = std::chrono::minutes(1);
    EXPECT_EQ(output("remaining"), R"("limited")");
}

TEST_P(GoldenTest, ReportsProgressAndLogs) {
    static_cast<void>(output("progress"));
    static_cast<void>(output("log"));

    const std::vector<std::pair<double, std::string>> progress{{0.25, "a quarter"}, {-1, ""}};
    EXPECT_EQ(listener.progress(), progress);
    const std::vector<std::string> lines{R"(3 with fields{"files":3})", "4 without fields"};
    EXPECT_EQ(listener.lines(), lines);
}

TEST_P(GoldenTest, KnowsWhatItsCallIsFor) {
    const core::Outcome outcome = call("whoami");
    ASSERT_FALSE(outcome.failure) << outcome.failure->message;
    const boost::json::value expected = {
        {"host", "oa"},        {"run_id", "run-7"},  {"workflow", "flow"},
        {"task", "the_task"},  {"module", "golden"}, {"function", "whoami"},
        {"declared", "about"}, {"attempt", 3},       {"key", "run-7/the_task"}};
    EXPECT_EQ(outcome.output, expected);
}

TEST_P(GoldenTest, FindsNoBlobAndNoExtensionWhereThereIsNone) {
    EXPECT_EQ(failure("blob_in").code, "not_found");
    EXPECT_EQ(failure("blob_too_large").code, "exhausted");
    EXPECT_EQ(output("extension"), "false");
}

TEST_P(GoldenTest, ReadsABlob) {
    const auto blob = RunBlobs::from(blobs.get())->copy(std::as_bytes(std::span("abc", 3)));
    EXPECT_EQ(output("blob_in", R"({"data":{"$blob":")" + blob->digest() + R"("}})"),
              R"({"bytes":3,"sum":294})");
}

TEST_P(GoldenTest, MakesBlobsAndHasTheGivenOneReleasedOnce) {
    const int before = std::stoi(output("released"));

    const core::Outcome outcome = call("blob_out");

    ASSERT_FALSE(outcome.failure) << outcome.failure->message;
    EXPECT_EQ(text_of_blob(outcome.output.at(0)), "of the host");
    EXPECT_EQ(text_of_blob(outcome.output.at(1)), "of the plug-in");
    EXPECT_EQ(output("released"), std::to_string(before + 1));
}

TEST_P(GoldenTest, KeepsStateFromStartToStop) {
    EXPECT_EQ(output("count"), R"({"count":1})");
    EXPECT_EQ(output("count"), R"({"count":2})");
    EXPECT_TRUE(registry.shutdown().empty());
    EXPECT_EQ(failure("count").code, "unavailable");
}

INSTANTIATE_TEST_SUITE_P(Abi10,
                         GoldenTest,
                         ::testing::Combine(::testing::ValuesIn(files),
                                            ::testing::ValuesIn(places)),
                         [](const auto& instance) {
                             return test_name(std::get<0>(instance.param)) + "_" +
                                    std::get<1>(instance.param).name;
                         });

// ---- What a host of tests can show, and the real one not from outside

class GoldenInFakeHostTest : public ::testing::TestWithParam<const char*> {
protected:
    testing::FakeHost host = testing::FakeHost::load(golden_file(GetParam()));
};

TEST_P(GoldenInFakeHostTest, ReadsAndMakesBlobs) {
    host.with_blob("abc");
    EXPECT_EQ(host.run("blob_in").json, (oa::Json{{"bytes", 3}, {"sum", 294}}));

    const auto made = host.run("blob_out");
    EXPECT_TRUE(made.ok()) << made;
    EXPECT_EQ(made.blobs, (std::vector<std::string>{"of the host", "of the plug-in"}));
    // As in the host, outputs are numbered after the inputs.
    EXPECT_EQ(made.json, oa::Json::array({oa::Json{{"$blob", 1}}, oa::Json{{"$blob", 2}}}));
    EXPECT_EQ(made.released, 1U);

    host.fail_blob_alloc();
    EXPECT_EQ(host.run("blob_out").code, OA_EXHAUSTED);
    EXPECT_EQ(host.violations(), std::vector<std::string>());
}

TEST_P(GoldenInFakeHostTest, TellsWhyItIsNotMadeOrStarted) {
    host.config(R"({"create_fails":true})");
    const auto not_made = host.start();
    EXPECT_EQ(not_made.code, OA_INVALID_PARAMS);
    EXPECT_EQ(not_made.message, "create_fails is set");
    EXPECT_EQ(not_made.pointer, "/create_fails");

    host.config(R"({"start_fails":true})");
    const auto not_started = host.start();
    EXPECT_EQ(not_started.code, OA_UNAVAILABLE);
    EXPECT_EQ(not_started.message, "start_fails is set");

    host.config(R"({"from_ten":true})");
    EXPECT_EQ(host.run("count").json, (oa::Json{{"count", 11}}));
    host.stop();
    ASSERT_EQ(host.logs().size(), 1U);
    EXPECT_EQ(host.logs()[0].message, "destroyed");
}

TEST_P(GoldenInFakeHostTest, OffersAnExtensionAndFindsThoseOfTheHost) {
    const auto* answer =
        static_cast<const std::uint32_t*>(host.module().get_extension("com.example.answer/1"));
    ASSERT_NE(answer, nullptr);
    EXPECT_EQ(answer[1], 42U);
    EXPECT_EQ(host.module().get_extension("com.example.other/1"), nullptr);

    EXPECT_EQ(host.run("extension").json, oa::Json(false));
    host.extension("com.example.nowhere/1", answer);
    EXPECT_EQ(host.run("extension").json, oa::Json(true));
}

TEST_P(GoldenInFakeHostTest, RunsOnTheHostOfItsTime) {
    host.old_host(0);
    EXPECT_TRUE(host.run("log").ok());
    EXPECT_EQ(host.run("fail").details, (oa::Json{{"status", 503}}));
    host.cancel_after_polls(5);
    EXPECT_EQ(host.run("wait_poll").code, OA_CANCELLED);
    EXPECT_EQ(host.violations(), std::vector<std::string>());
}

INSTANTIATE_TEST_SUITE_P(Abi10,
                         GoldenInFakeHostTest,
                         ::testing::ValuesIn(files),
                         [](const auto& instance) { return test_name(instance.param); });

}  // namespace
}  // namespace oa::host
