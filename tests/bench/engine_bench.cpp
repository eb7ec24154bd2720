// What a call through the plug-in contract and a task in the engine cost. Run by `./dev bench`;
// never part of the tests.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>
#include <boost/json.hpp>

#include "core/workflow/reader.hpp"
#include "host/engine/quiet_sink.hpp"
#include "host/engine/run_loop.hpp"
#include "host/engine/system_clock.hpp"
#include "host/engine/timer_queue.hpp"
#include "host/engine/worker_pool.hpp"
#include "host/plugin/in_process_invoker.hpp"
#include "host/plugin/plugin_registry.hpp"
#include "host/store/memory_journal.hpp"
#include "tests/support/silent_observer.hpp"

namespace oa::host {
namespace {

PluginRegistry& registry() {
    PluginSearch search;
    search.places.push_back({OA_PLUGIN_DIR, "benchmark"});
    static PluginRegistry plugins(search);
    return plugins;
}

std::shared_ptr<core::Invocation> noop_call(std::string params) {
    auto invocation = std::make_shared<core::Invocation>();
    invocation->function = registry().find("utils", "noop");
    invocation->run_id = "run";
    invocation->workflow = "bench";
    invocation->task = "noop";
    invocation->idempotency_key = "run/noop/0";
    invocation->params = std::make_shared<const std::string>(std::move(params));
    return invocation;
}

// prepare and invoke: what one attempt costs apart from the engine.
void call_through_the_abi(benchmark::State& state) {
    InProcessInvoker invoker;
    test::SilentObserver observer;
    const std::shared_ptr<core::Invocation> invocation = noop_call("{}");
    for ([[maybe_unused]] auto iteration : state) {
        const auto call = invoker.prepare(invocation, observer);
        benchmark::DoNotOptimize(invoker.invoke(*call));
    }
}
BENCHMARK(call_through_the_abi)->Name("no-op call through the ABI");

void run_document(benchmark::State& state, const std::string& document, std::int64_t tasks) {
    const core::ReadResult read = core::read_workflow(document, "bench.yaml", registry());
    if (!read.workflow) {
        state.SkipWithError(to_string(read.diagnostics.at(0)).c_str());
        return;
    }
    const auto workflow = read.workflow;
    InProcessInvoker invoker;
    QuietSink sink;
    SystemClock clock;
    WorkerPool pool(64);
    TimerQueue timers;
    for ([[maybe_unused]] auto iteration : state) {
        MemoryJournal journal;
        const auto loop = RunLoop::make(
            RunServices{invoker, journal, sink, clock, pool, timers, {}},
            RunRequest{.workflow = workflow, .inputs = {}, .run_id = "run", .settings = {}});
        loop->start();
        if (loop->wait().status != core::RunStatus::Succeeded) {
            state.SkipWithError("the run did not succeed");
            return;
        }
    }
    state.counters["per task"] = benchmark::Counter(
        static_cast<double>(tasks),
        benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void chain(benchmark::State& state) {
    std::string document = "tasks:\n";
    for (std::int64_t index = 0; index < state.range(0); ++index) {
        document += "  - {name: t" + std::to_string(index) + ", utils.noop: {}}\n";
    }
    run_document(state, document, state.range(0));
}
BENCHMARK(chain)
    ->Name("chain of no-op tasks")
    ->Arg(10'000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void fan_out(benchmark::State& state) {
    std::string document = "tasks:\n  - {name: start, utils.noop: {}}\n";
    std::string all;
    for (std::int64_t index = 0; index < state.range(0); ++index) {
        document += "  - {name: t" + std::to_string(index) + ", utils.noop: {}, needs: start}\n";
        all += (index > 0 ? ", t" : "t") + std::to_string(index);
    }
    document += "  - {name: join, utils.noop: {}, needs: [" + all + "]}\n";
    document += "concurrency: {max_parallel: " + std::to_string(state.range(1)) + "}\n";
    run_document(state, document, state.range(0) + 2);
}
BENCHMARK(fan_out)
    ->Name("fan-out and join of no-op tasks")
    ->ArgNames({"tasks", "parallel"})
    ->Args({9'998, 2})
    ->Args({9'998, 16})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void read_large(benchmark::State& state) {
    std::string document = "tasks:\n";
    for (std::int64_t index = 0; index < state.range(0); ++index) {
        document +=
            "  - name: t" + std::to_string(index) +
            "\n    utils.print:\n      text: \"task ${run.id}\"\n    retry: {max_attempts: 2, "
            "delay: 1s}\n    timeout: 30s\n";
    }
    for ([[maybe_unused]] auto iteration : state) {
        benchmark::DoNotOptimize(core::read_workflow(document, "bench.yaml", registry()));
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(document.size()) * state.iterations());
}
BENCHMARK(read_large)
    ->Name("reading a document")
    ->Arg(100)
    ->Arg(10'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace oa::host

BENCHMARK_MAIN();
