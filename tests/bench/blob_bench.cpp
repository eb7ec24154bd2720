// What a function costs that takes a mebibyte and gives one back: as blobs and as text in JSON, in
// the host's process and in a worker.

#include <cstdint>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>
#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/blob/blob_store.hpp"
#include "host/engine/system_clock.hpp"
#include "host/isolation/isolated_invoker.hpp"
#include "host/isolation/worker_supervisor.hpp"
#include "host/plugin/in_process_invoker.hpp"
#include "host/plugin/plugin_registry.hpp"
#include "tests/support/silent_observer.hpp"

namespace oa::host {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;
constexpr CallLimits limits{.output_bytes_max = 4 * mebibyte};

PluginRegistry& registry() {
    static PluginRegistry plugins(
        PluginSearch{{{OA_BLOB_FIXTURE, "benchmark"}}, TrustPolicy::Ignore});
    return plugins;
}

struct Workshop {
    explicit Workshop(core::TaskInvoker& use) : invoker(use) {}

    core::Outcome call(const std::string& function, std::string params) {
        auto invocation = std::make_shared<core::Invocation>();
        invocation->function = registry().find("blobs", function);
        invocation->run_id = "run";
        invocation->params = std::make_shared<const std::string>(std::move(params));
        invocation->blobs = scope;
        return invoker.invoke(*invoker.prepare(std::move(invocation), observer));
    }

    core::TaskInvoker& invoker;
    test::SilentObserver observer;
    BlobStore store;
    std::shared_ptr<core::BlobScope> scope = store.open("run");
};

void blob_in_and_out(benchmark::State& state, core::TaskInvoker& invoker) {
    Workshop workshop(invoker);
    const core::Outcome made =
        workshop.call("make", R"({"bytes":)" + std::to_string(mebibyte) + "}");
    if (made.failure) {
        state.SkipWithError(made.failure->message.c_str());
        return;
    }
    boost::json::value value = made.output;
    for ([[maybe_unused]] auto iteration : state) {
        // As the engine does: the value becomes parameters.
        core::Outcome outcome = workshop.call("copy", core::write_json(value));
        if (outcome.failure) {
            state.SkipWithError(outcome.failure->message.c_str());
            return;
        }
        value = std::move(outcome.output);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(mebibyte) * state.iterations());
}

void text_in_and_out(benchmark::State& state, core::TaskInvoker& invoker) {
    Workshop workshop(invoker);
    std::string text(mebibyte / 3 * 4 + 4, 'A');
    std::uint32_t state_of_noise = 1;
    for (char& c : text) {
        state_of_noise = state_of_noise * 1'664'525U + 1'013'904'223U;
        c = static_cast<char>('A' + (state_of_noise >> 24U) % 26);
    }
    boost::json::value value{{"data", text}};
    for ([[maybe_unused]] auto iteration : state) {
        core::Outcome outcome = workshop.call("recode", core::write_json(value));
        if (outcome.failure) {
            state.SkipWithError(outcome.failure->message.c_str());
            return;
        }
        value = std::move(outcome.output);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(mebibyte) * state.iterations());
}

using Bench = void (*)(benchmark::State& state, core::TaskInvoker& invoker);

template <Bench bench>
void in_process(benchmark::State& state) {
    InProcessInvoker invoker(limits);
    bench(state, invoker);
}
BENCHMARK(in_process<blob_in_and_out>)->Name("1 MiB in and out as a blob, in process");
BENCHMARK(in_process<text_in_and_out>)->Name("1 MiB in and out as base64, in process");

template <Bench bench>
void isolated(benchmark::State& state) {
    isolation::IsolationSettings settings;
    settings.worker_program = OA_WORKER_PROGRAM;
    const SystemClock clock;
    isolation::Quarantine quarantine({}, clock, {});
    isolation::WorkerSupervisor supervisor(
        {.worker_program = OA_WORKER_PROGRAM, .temporary_folder = {}, .log = nullptr});
    isolation::IsolatedInvoker invoker(settings, supervisor, quarantine, nullptr, limits);
    bench(state, invoker);
}
BENCHMARK(isolated<blob_in_and_out>)->Name("1 MiB in and out as a blob, isolated")->UseRealTime();
BENCHMARK(isolated<text_in_and_out>)->Name("1 MiB in and out as base64, isolated")->UseRealTime();

}  // namespace
}  // namespace oa::host
