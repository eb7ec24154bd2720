#include "host/isolation/worker_pool.hpp"

#include <algorithm>
#include <utility>

#include "host/isolation/worker_failure.hpp"
#include "oa/plugin.h"

namespace oa::host::isolation {
namespace {

using std::chrono::steady_clock;

constexpr int workers_tried_max = 4;
// One that has just given a result is there; if not, that is found out when it gets the call.
constexpr std::chrono::milliseconds idle_to_be_checked{5};
constexpr std::chrono::milliseconds idle_to_be_watched{100};

Worker::Kind kind_for(const LoadedFunction& function) {
    return (function.flags & OA_F_THREAD_SAFE) != 0 ? Worker::Kind::Shared
                                                    : Worker::Kind::Exclusive;
}

}  // namespace

WorkerPool::WorkerPool(std::shared_ptr<const WorkerSpec> spec,
                       PoolSettings settings,
                       WorkerLauncher& launcher)
    : spec_(std::move(spec)), settings_(settings), launcher_(launcher) {}

WorkerPool::Workers& WorkerPool::of(Worker::Kind kind) {
    return kind == Worker::Kind::Shared ? shared_ : exclusive_;
}

const WorkerPool::Workers& WorkerPool::of(Worker::Kind kind) const {
    return kind == Worker::Kind::Shared ? shared_ : exclusive_;
}

core::Outcome WorkerPool::run(IsolatedCall& call) {
    // A worker that died while it was idle is replaced; one after the other is a defect.
    for (int tried = 0; tried < workers_tried_max; ++tried) {
        auto taken = take(call);
        if (auto* failure = std::get_if<core::Failure>(&taken)) {
            return {nullptr, std::move(*failure)};
        }
        const auto& worker = std::get<std::shared_ptr<Worker>>(taken);
        auto outcome = worker->run(call);
        give_back(worker, call.function());
        if (outcome) {
            return std::move(*outcome);
        }
    }
    return {nullptr, core::Failure{.code = "unavailable",
                                   .message = name_of(spec_->module) +
                                              ": its worker processes end before they are used",
                                   .retryable = true}};
}

std::variant<std::shared_ptr<Worker>, core::Failure> WorkerPool::take(IsolatedCall& call) {
    const LoadedFunction& function = call.function();
    const auto kind = kind_for(function);
    const auto deadline = call.invocation().deadline;
    std::unique_lock lock(mutex_);
    bool waiting = false;
    const auto stop_waiting = [&] {
        if (std::exchange(waiting, false)) {
            waiting_shared_ -= kind == Worker::Kind::Shared ? 1 : 0;
            call.move_to(nullptr);
        }
    };
    for (;;) {
        if (call.cancelled() || call.abandoned()) {
            stop_waiting();
            return cancelled_before_start(function);
        }
        if (deadline && *deadline <= steady_clock::now()) {
            stop_waiting();
            return late_before_start(function);
        }
        if (auto worker = find_free(kind, function)) {
            stop_waiting();
            return worker;
        }
        if (retired_) {
            stop_waiting();
            return core::Failure{.code = "unavailable",
                                 .message = name_of(spec_->module) + " has been stopped",
                                 .retryable = true};
        }
        if (may_start(kind)) {
            stop_waiting();
            std::shared_ptr<Worker> worker;
            if (auto failure = start(kind, call, lock, worker)) {
                return std::move(*failure);
            }
            return worker;
        }
        if (!std::exchange(waiting, true)) {
            waiting_shared_ += kind == Worker::Kind::Shared ? 1 : 0;
            call.move_to(shared_from_this());
            continue;  // it may have been cancelled just before
        }
        if (deadline) {
            changed_.wait_until(lock, *deadline);
        } else {
            changed_.wait(lock);
        }
    }
}

// With the mutex held, as all below that say nothing else. Takes a place in the worker.
std::shared_ptr<Worker> WorkerPool::find_free(Worker::Kind kind, const LoadedFunction& function) {
    Workers& workers = of(kind);
    const std::uint32_t places = kind == Worker::Kind::Shared ? settings_.threads : 1;
    // The last one used is the first one taken: the others may grow old and end.
    // NOLINTNEXTLINE(modernize-loop-convert): libstdc++ 12 has no reversed view for clang 14
    for (auto each = workers.rbegin(); each != workers.rend(); ++each) {
        Worker::Book& book = (*each)->book;
        if (!book.ready || book.leaving || book.active >= places || !(*each)->usable()) {
            continue;
        }
        std::uint32_t& active_of = book.active_of[&function];
        if (function.max_concurrency != 0 && active_of >= function.max_concurrency) {
            continue;
        }
        if (book.active == 0 && steady_clock::now() - book.idle_since >= idle_to_be_checked &&
            !(*each)->still_there()) {
            book.leaving = true;
            continue;
        }
        ++book.active;
        ++active_of;
        book.leaving = ++book.calls >= settings_.calls_max;
        return *each;
    }
    return nullptr;
}

bool WorkerPool::may_start(Worker::Kind kind) const {
    const Workers& workers = of(kind);
    const auto here = std::count_if(workers.begin(), workers.end(), [](const auto& worker) {
        return !worker->book.leaving || worker->book.active > 0;
    });
    if (static_cast<std::size_t>(here) >= settings_.workers_max) {
        return false;
    }
    // Those who wait for a shared worker that is being started need no other one.
    return kind == Worker::Kind::Exclusive ||
           starting_shared_ * settings_.threads <= waiting_shared_;
}

std::optional<core::Failure> WorkerPool::start(Worker::Kind kind,
                                               IsolatedCall& call,
                                               std::unique_lock<std::mutex>& lock,
                                               std::shared_ptr<Worker>& out) {
    const bool shared = kind == Worker::Kind::Shared;
    auto worker = std::make_shared<Worker>(spec_, kind, weak_from_this());
    worker->book.active = 1;
    worker->book.calls = 1;
    worker->book.active_of[&call.function()] = 1;
    worker->book.leaving = settings_.calls_max == 1;
    of(kind).push_back(worker);
    starting_shared_ += shared ? 1 : 0;
    lock.unlock();
    auto failure = worker->start(launcher_, call, shared ? settings_.threads : 1);
    lock.lock();
    starting_shared_ -= shared ? 1 : 0;
    if (failure) {
        std::erase(of(kind), worker);
        if (!worker->ended()) {
            ending_.push_back(worker);
        }
    } else {
        worker->book.ready = true;
        out = std::move(worker);
    }
    changed_.notify_all();
    return failure;
}

// Without the mutex.
void WorkerPool::give_back(const std::shared_ptr<Worker>& worker, const LoadedFunction& function) {
    const auto now = steady_clock::now();
    Workers to_end;
    {
        const std::lock_guard lock(mutex_);
        Worker::Book& book = worker->book;
        --book.active;
        --book.active_of[&function];
        book.idle_since = now;
        if (!worker->usable() || retired_) {
            book.leaving = true;
        }
        if (book.leaving && book.active == 0) {
            sort_out(now, to_end);
        } else if (book.active == 0) {
            if (!planned_) {
                plan_housekeeping(now + settings_.idle);
            }
            if (!watch_planned_) {
                plan_watch(now + idle_to_be_watched);
            }
        }
        changed_.notify_all();
    }
    end_all(to_end);
}

/// Takes the workers out of the lists that have nothing more to do there.
void WorkerPool::sort_out(Time now, Workers& to_end) {
    std::erase_if(ending_, [](const auto& worker) { return worker->ended(); });
    for (Workers* workers : {&exclusive_, &shared_}) {
        std::size_t warm = 0;
        // From the last used to the first, so that the warm ones are the last used.
        // NOLINTNEXTLINE(modernize-loop-convert)
        for (auto each = workers->rbegin(); each != workers->rend(); ++each) {
            Worker::Book& book = (*each)->book;
            if (!book.ready || book.active > 0) {
                continue;
            }
            if (!(*each)->usable() || retired_) {
                book.leaving = true;
            }
            if (!book.leaving && warm < settings_.warm) {
                ++warm;
            } else if (now - book.idle_since >= settings_.idle) {
                book.leaving = true;
            }
        }
        const auto left =
            std::stable_partition(workers->begin(), workers->end(), [](const auto& worker) {
                return !worker->book.ready || worker->book.active > 0 || !worker->book.leaving;
            });
        to_end.insert(to_end.end(), left, workers->end());
        workers->erase(left, workers->end());
    }
    for (const auto& worker : to_end) {
        ending_.push_back(worker);
    }
}

// Without the mutex.
void WorkerPool::end_all(const Workers& to_end) {
    for (const auto& worker : to_end) {
        worker->end();
    }
}

void WorkerPool::plan_housekeeping(Time when) {
    planned_ = true;
    launcher_.call_at(when, [weak = weak_from_this()] {
        if (const auto pool = weak.lock()) {
            pool->housekeeping(steady_clock::now());
        }
    });
}

/// Since when the first of those has been idle that will end for it.
std::optional<WorkerPool::Time> WorkerPool::oldest_spare() const {
    std::optional<Time> out;
    for (const Workers* workers : {&exclusive_, &shared_}) {
        std::vector<Time> idle;
        for (const auto& worker : *workers) {
            if (worker->book.ready && worker->book.active == 0) {
                idle.push_back(worker->book.idle_since);
            }
        }
        if (idle.size() > settings_.warm) {
            out = std::min(out.value_or(Time::max()), *std::min_element(idle.begin(), idle.end()));
        }
    }
    return out;
}

void WorkerPool::plan_watch(Time when) {
    watch_planned_ = true;
    launcher_.call_at(when, [weak = weak_from_this()] {
        if (const auto pool = weak.lock()) {
            pool->watch_idle(steady_clock::now());
        }
    });
}

void WorkerPool::watch_idle(Time now) {
    const std::lock_guard lock(mutex_);
    watch_planned_ = false;
    std::optional<Time> next;
    for (const Workers* workers : {&exclusive_, &shared_}) {
        for (const auto& worker : *workers) {
            if (!worker->book.ready || worker->book.active > 0) {
                continue;
            }
            const auto due = worker->book.idle_since + idle_to_be_watched;
            if (due <= now) {
                worker->watch();
            } else {
                next = std::min(next.value_or(due), due);
            }
        }
    }
    if (next) {
        plan_watch(*next);
    }
}

void WorkerPool::housekeeping(Time now) {
    Workers to_end;
    {
        const std::lock_guard lock(mutex_);
        planned_ = false;
        sort_out(now, to_end);
        const auto next = oldest_spare();
        if (next && !retired_) {
            plan_housekeeping(std::max(*next + settings_.idle, now + settings_.idle / 4));
        }
        changed_.notify_all();
    }
    end_all(to_end);
}

void WorkerPool::retire() {
    Workers to_end;
    {
        const std::lock_guard lock(mutex_);
        retired_ = true;
        sort_out(steady_clock::now(), to_end);
        changed_.notify_all();
    }
    end_all(to_end);
}

bool WorkerPool::wait_empty(Time until) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, until, [&] {
        std::erase_if(ending_, [](const auto& worker) { return worker->ended(); });
        return exclusive_.empty() && shared_.empty() && ending_.empty();
    });
}

WorkerPool::Numbers WorkerPool::numbers() const {
    const std::lock_guard lock(mutex_);
    Numbers out;
    for (const Workers* workers : {&exclusive_, &shared_}) {
        out.workers += workers->size();
        out.idle += static_cast<std::size_t>(std::count_if(
            workers->begin(), workers->end(),
            [](const auto& worker) { return worker->book.ready && worker->book.active == 0; }));
    }
    out.ending = static_cast<std::size_t>(
        std::count_if(ending_.begin(), ending_.end(), [](const auto& w) { return !w->ended(); }));
    return out;
}

void WorkerPool::call_cancelled(IsolatedCall& /*call*/) {
    // Taking the lock makes sure that a call which has just asked is really waiting.
    { const std::lock_guard lock(mutex_); }
    changed_.notify_all();
}

void WorkerPool::call_abandoned(IsolatedCall& call) {
    call_cancelled(call);
}

void WorkerPool::worker_gone() {
    Workers to_end;
    {
        const std::lock_guard lock(mutex_);
        sort_out(steady_clock::now(), to_end);
        changed_.notify_all();
    }
    end_all(to_end);
}

}  // namespace oa::host::isolation
