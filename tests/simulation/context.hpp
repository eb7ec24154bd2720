#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/engine/timers.hpp"
#include "tests/core/generated_workflow.hpp"
#include "tests/support/timeline.hpp"

namespace oa::test {

struct Figures {
    std::uint64_t runs = 0;
    std::uint64_t sub_runs = 0;
    std::uint64_t runs_again = 0;
    std::uint64_t lives = 0;
    std::uint64_t crashes = 0;
    std::uint64_t stops = 0;          ///< of the host in good order
    std::uint64_t answers = 0;        ///< to approvals
    std::uint64_t quarantined = 0;    ///< runs that had killed too many hosts
    std::uint64_t refusals = 0;       ///< appends that were refused for the moment
    std::uint64_t broken_stores = 0;  ///< appends that failed for good
    std::uint64_t calls = 0;
    std::uint64_t calls_again = 0;  ///< of an attempt that was in flight when the host died
    std::uint64_t batches = 0;
    std::uint64_t records = 0;
    std::uint64_t taken_over = 0;  ///< attempts whose output another run had
    std::uint64_t compared = 0;    ///< runs whose end was compared with that without faults

    Figures& operator+=(const Figures& other) {
        runs += other.runs;
        sub_runs += other.sub_runs;
        runs_again += other.runs_again;
        lives += other.lives;
        crashes += other.crashes;
        stops += other.stops;
        answers += other.answers;
        quarantined += other.quarantined;
        refusals += other.refusals;
        broken_stores += other.broken_stores;
        calls += other.calls;
        calls_again += other.calls_again;
        batches += other.batches;
        records += other.records;
        taken_over += other.taken_over;
        compared += other.compared;
        return *this;
    }
};

/// What all parts of a simulated world share: its time, its chance, and what is said about it.
struct Context {
    explicit Context(std::uint64_t seed) : random(seed) {}

    /// A promise was not kept.
    void breach(const std::string& what) {
        breaches.push_back(std::to_string(timeline.milliseconds()) + " ms: " + what);
        trace("BREACH " + what);
    }
    void trace(std::string_view what) {
        if (tracing) {
            lines.push_back(std::to_string(timeline.milliseconds()) + " " + std::string(what));
        }
    }

    Timeline timeline;
    Random random;
    Figures figures;
    std::vector<std::string> breaches;
    std::vector<std::string> lines;
    bool tracing = false;
    bool is_punctual = true;  ///< nothing but crashes holds the runs up for long
    std::uint32_t life = 0;   ///< of the host, from 1
};

/// Timers that somebody has set and that are dropped together.
class TimersOf final : public host::Timers {
public:
    explicit TimersOf(Timeline& timeline) : timeline_(timeline) {}
    TimersOf(const TimersOf&) = delete;
    TimersOf& operator=(const TimersOf&) = delete;
    ~TimersOf() override { stop(); }

    Token set(Time when, std::function<void()> fire) override {
        const std::uint64_t number = number_++;
        Waiting& waiting = waiting_[number];
        waiting.fire = std::move(fire);
        if (!stopped_) {
            waiting.token = timeline_.set(when, [this, number] { take(number)(); });
        }
        return {when, number};
    }
    void drop(const Token& token) override {
        const auto found = waiting_.find(token.second);
        if (found != waiting_.end()) {
            if (!stopped_) {
                timeline_.drop(found->second.token);
            }
            waiting_.erase(found);
        }
    }
    Token after(core::Milliseconds delay, std::function<void()> fire) {
        return set(timeline_.now() + delay, std::move(fire));
    }
    [[nodiscard]] std::size_t size() const { return waiting_.size(); }

    /// From here on nothing fires by itself.
    void stop() {
        for (auto& [number, waiting] : waiting_) {
            if (!stopped_) {
                timeline_.drop(waiting.token);
            }
        }
        stopped_ = true;
    }
    /// Fires what was set first. False: nothing is.
    bool fire_one() {
        if (waiting_.empty()) {
            return false;
        }
        const auto first = waiting_.begin();
        if (!stopped_) {
            timeline_.drop(first->second.token);
        }
        take(first->first)();
        return true;
    }
    void forget() {
        stop();
        waiting_.clear();
    }

private:
    struct Waiting {
        Token token;
        std::function<void()> fire;
    };
    std::function<void()> take(std::uint64_t number) {
        auto due = waiting_.extract(number);
        return std::move(due.mapped().fire);
    }

    Timeline& timeline_;
    std::map<std::uint64_t, Waiting> waiting_;
    std::uint64_t number_ = 0;
    bool stopped_ = false;
};

}  // namespace oa::test
