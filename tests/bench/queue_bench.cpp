// What the queue of runs costs with a hundred thousand waiting: for each event, and per run from
// acceptance to end.

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <benchmark/benchmark.h>

#include "core/run/run_queue.hpp"

namespace oa::core {
namespace {

constexpr std::size_t places = 100;
constexpr std::size_t workflows = 1'000;

RunTicket ticket(std::size_t number) {
    RunTicket made;
    made.id = "01JD0000000000000000" + std::to_string(100'000'000 + number);  // as long as a ULID
    made.workflow = "workflow-" + std::to_string(number % workflows);
    made.priority = static_cast<std::int32_t>(number / 7 % 3);
    if (number % 2 == 0) {  // half of the workflows have a limit
        made.max_runs = 1;
    }
    return made;
}

/// Remembers what runs, so that it can end.
class Host {
public:
    explicit Host(std::size_t waiting)
        : queue_({.max_runs = places, .max_waiting = waiting + places + 1}) {
        for (std::size_t i = 0; i < waiting + places; ++i) {
            accept();
        }
    }

    void accept() {
        queue_.enqueue(ticket(accepted_++), decisions_);
        take();
    }
    void end_oldest() {
        const std::string id = running_[ended_ % running_.size()];
        queue_.ended(id, decisions_);
        freed_ = ended_++ % running_.size();
        take();
    }
    RunQueue& queue() { return queue_; }
    std::size_t accepted() const { return accepted_; }

private:
    void take() {
        for (const QueueDecision& decision : decisions_) {
            const std::string& id = std::get<StartRun>(decision).id;
            if (running_.size() < places) {
                running_.push_back(id);
            } else {
                running_[freed_] = id;
            }
        }
        decisions_.clear();
    }

    RunQueue queue_;
    RunQueue::Decisions decisions_;
    std::vector<std::string> running_;
    std::size_t accepted_ = 0;
    std::size_t ended_ = 0;
    std::size_t freed_ = 0;
};

/// One run is accepted, one ends, and so another one starts: the number that waits stays.
void queue_steady(benchmark::State& state) {
    Host host(static_cast<std::size_t>(state.range(0)));
    while (state.KeepRunning()) {
        host.accept();
        host.end_oldest();
    }
    state.SetItemsProcessed(state.iterations());
    state.counters["waiting"] = static_cast<double>(host.queue().waiting());
}
BENCHMARK(queue_steady)->Arg(100)->Arg(10'000)->Arg(100'000);

/// A hundred thousand runs arrive, and leave again without an end of any.
void queue_fill_and_cancel(benchmark::State& state) {
    const auto waiting = static_cast<std::size_t>(state.range(0));
    while (state.KeepRunning()) {
        Host host(waiting);
        for (std::size_t i = 0; i < host.accepted(); ++i) {
            host.queue().cancelled(ticket(i).id);
        }
        benchmark::DoNotOptimize(host.queue().waiting());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(queue_fill_and_cancel)->Arg(100'000)->Unit(benchmark::kMillisecond);

/// What a host does that comes back: all at once.
void queue_restore(benchmark::State& state) {
    std::vector<RecoveredRun> left;
    for (std::size_t i = 0; i < static_cast<std::size_t>(state.range(0)); ++i) {
        left.push_back({.ticket = ticket(i), .had_started = i < places});
    }
    while (state.KeepRunning()) {
        RunQueue queue({.max_runs = places});
        RunQueue::Decisions decisions;
        queue.restore(left, decisions);
        benchmark::DoNotOptimize(decisions.data());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(queue_restore)->Arg(100'000)->Unit(benchmark::kMillisecond);

/// Where somebody's run stands.
void queue_position(benchmark::State& state) {
    Host host(static_cast<std::size_t>(state.range(0)));
    const std::string id = ticket(host.accepted() - 1).id;
    while (state.KeepRunning()) {
        benchmark::DoNotOptimize(host.queue().position(id));
    }
}
BENCHMARK(queue_position)->Arg(100'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace oa::core

BENCHMARK_MAIN();
