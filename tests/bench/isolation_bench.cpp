// What a call in a worker process costs, beside one in the host's own. Run by `./dev bench`; never
// part of the tests.

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>

#include "core/port/clock.hpp"
#include "host/isolation/isolated_invoker.hpp"
#include "host/isolation/quarantine.hpp"
#include "host/isolation/worker_supervisor.hpp"
#include "host/plugin/in_process_invoker.hpp"
#include "host/plugin/plugin_registry.hpp"
#include "tests/support/silent_observer.hpp"

namespace oa::host::isolation {
namespace {

class RealClock final : public core::Clock {
public:
    [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
        return std::chrono::steady_clock::now();
    }
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
        return std::chrono::system_clock::now();
    }
};

/// The module of the fixture `workshop`.
PluginRegistry& workshop() {
    static PluginRegistry plugins({{{OA_ISOLATION_FIXTURE, "benchmark"}}, TrustPolicy::Ignore});
    return plugins;
}

struct Bench {
    explicit Bench(IsolationSettings own_settings = {})
        : settings(std::move(own_settings)),
          quarantine({}, clock, {.crashes = 1'000'000, .within = std::chrono::hours(1)}),
          supervisor({.worker_program = OA_WORKER_PROGRAM,
                      .temporary_folder = {},
                      .term_grace = settings.term_grace,
                      .log = nullptr}),
          isolated(settings, supervisor, quarantine, nullptr) {}

    IsolationSettings settings;
    RealClock clock;
    Quarantine quarantine;
    WorkerSupervisor supervisor;
    IsolatedInvoker isolated;
    InProcessInvoker in_process;
    test::SilentObserver observer;

    core::Outcome call(core::TaskInvoker& invoker,
                       const std::shared_ptr<const core::Invocation>& invocation) {
        return invoker.invoke(*invoker.prepare(invocation, observer));
    }
};

std::shared_ptr<const core::Invocation> call_of(const std::string& function) {
    auto out = std::make_shared<core::Invocation>();
    out->function = workshop().find("workshop", function);
    out->run_id = "run";
    out->workflow = "bench";
    out->task = "task";
    out->idempotency_key = "run/task/0";
    out->params = std::make_shared<const std::string>(R"({"text":"a few words","number":5})");
    return out;
}

void in_process_call(benchmark::State& state) {
    Bench bench;
    const auto invocation = call_of("own_echo");
    for ([[maybe_unused]] auto iteration : state) {
        if (bench.call(bench.in_process, invocation).failure) {
            state.SkipWithError("the call failed");
            return;
        }
    }
}
BENCHMARK(in_process_call)->Name("small call, in process")->UseRealTime();

void isolated_call(benchmark::State& state, const char* function) {
    IsolationSettings settings;
    settings.pool.calls_max = 1'000'000'000;
    Bench bench(std::move(settings));
    const auto invocation = call_of(function);
    for ([[maybe_unused]] auto iteration : state) {
        if (bench.call(bench.isolated, invocation).failure) {
            state.SkipWithError("the call failed");
            return;
        }
    }
}
BENCHMARK_CAPTURE(isolated_call, noop, "own_noop")
    ->Name("no-op call, warm worker of its own")
    ->UseRealTime();
BENCHMARK_CAPTURE(isolated_call, echo, "own_echo")
    ->Name("small call, warm worker of its own")
    ->UseRealTime();
BENCHMARK_CAPTURE(isolated_call, shared, "shared_noop")
    ->Name("no-op call, warm shared worker")
    ->UseRealTime();

void worker_start(benchmark::State& state) {
    IsolationSettings settings;
    settings.pool.calls_max = 1;
    Bench bench(std::move(settings));
    const auto invocation = call_of("own_noop");
    for ([[maybe_unused]] auto iteration : state) {
        if (bench.call(bench.isolated, invocation).failure) {
            state.SkipWithError("the call failed");
            return;
        }
    }
}
BENCHMARK(worker_start)
    ->Name("no-op call, new worker")
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

void crash_seen(benchmark::State& state) {
    Bench bench;
    const auto warm = call_of("own_noop");
    const auto invocation = call_of("own_leave");
    for ([[maybe_unused]] auto iteration : state) {
        state.PauseTiming();
        static_cast<void>(bench.call(bench.isolated, warm));
        state.ResumeTiming();
        const auto outcome = bench.call(bench.isolated, invocation);
        if (!outcome.failure || outcome.failure->code != "crashed") {
            state.SkipWithError("the worker lives");
            return;
        }
    }
}
BENCHMARK(crash_seen)
    ->Name("call whose worker ends, warm")
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

}  // namespace
}  // namespace oa::host::isolation
