#include "tests/crash/host/operator.hpp"

#include <chrono>
#include <utility>

namespace oa::test {
namespace {

constexpr std::chrono::milliseconds between_looks{2};
constexpr std::uint32_t tidy_up_every = 4;  // looks
constexpr std::uint32_t paused_for = 4;     // looks, or a little longer

}  // namespace

Operator::Operator(Tools tools, std::uint64_t seed)
    : tools_(std::move(tools)), random_(seed), thread_([this] { work(); }) {}

Operator::~Operator() {
    stop();
}

void Operator::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Operator::watch(const std::string& run_id, const std::string& workflow) {
    const std::lock_guard lock(mutex_);
    runs_[run_id].workflow = workflow;
}

void Operator::ended(const std::string& run_id, const core::RunReport& report, bool is_again) {
    const std::lock_guard lock(mutex_);
    const auto run = runs_.find(run_id);
    if (run == runs_.end()) {
        return;
    }
    if (run->second.workflow == "falls" && report.status == core::RunStatus::Failed && !is_again) {
        fallen_.push_back(run_id);
    }
    runs_.erase(run);
}

void Operator::work() {
    for (std::uint32_t look = 0;; ++look) {
        std::map<std::string, Watched> runs;
        std::vector<std::string> fallen;
        {
            const std::lock_guard lock(mutex_);
            if (is_stopping_) {
                return;
            }
            runs = runs_;
            fallen.swap(fallen_);
        }
        for (auto& [id, run] : runs) {  // without the lock: the end of a run takes it
            look_at(id, run);
            const std::lock_guard lock(mutex_);
            if (const auto known = runs_.find(id); known != runs_.end()) {
                known->second = run;
            }
        }
        for (const std::string& id : fallen) {
            tools_.do_again(id);
        }
        if (tools_.keep && look % tidy_up_every == 0) {
            static_cast<void>(tools_.store.remove_old({.count_max = tools_.keep},
                                                      std::chrono::system_clock::now()));
        }
        std::this_thread::sleep_for(between_looks);
    }
}

void Operator::look_at(const std::string& run_id, Watched& run) {
    const std::shared_ptr<host::RunLoop> loop = tools_.engine.find(run_id);
    if (!loop) {
        return;  // it waits for its turn
    }
    ++run.looks;
    answer(run_id, *loop);
    cancel_or_pause(run_id, run, *loop);
    if (run.looks % paused_for == 0) {
        loop->resume();  // whoever paused it: this host, or one before
    }
}

void Operator::answer(const std::string& run_id, host::RunLoop& loop) {
    for (const host::OpenApproval& open : loop.approvals()) {
        const bool yes = !one_in(4);
        static_cast<void>(loop.answer(open.task, open.element,
                                      {.approved = yes, .by = "operator", .comment = ""},
                                      [say = tools_.say, run_id, yes](bool taken) {
                                          if (taken) {
                                              say("answered " + run_id + (yes ? " yes" : " no"));
                                          }
                                      }));
    }
}

void Operator::cancel_or_pause(const std::string& run_id, Watched& run, host::RunLoop& loop) {
    const bool cancels = run.workflow == "endless" ? run.looks == 2 : one_in(3'000);
    const bool pauses = run.workflow == "held" ? run.looks == 1 : one_in(500);
    if (cancels && !run.was_cancelled) {
        run.was_cancelled = true;
        tools_.engine.cancel(run_id, "that is enough");
    }
    if (pauses && !run.was_paused) {
        run.was_paused = true;
        loop.pause("for a moment");
    }
}

}  // namespace oa::test
