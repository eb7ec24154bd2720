// Thousands of generated histories of a queue. A model that knows the rules but nothing of how the
// queue keeps them looks at everything anew for every decision.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "core/run/run_queue.hpp"

namespace oa::core {
namespace {

using LaneName = std::pair<std::string, std::string>;  // workflow, key

/// How often something happened in all histories: a rule that was never in force is not tested.
struct Coverage {
    std::map<std::string, std::uint64_t> counts;
};

class World {
public:
    World(std::uint64_t seed, Coverage& coverage)
        : random_(seed), coverage_(coverage), settings_(draw_settings()), queue_(settings_) {}

    void live() {
        if (percent(40)) {
            restore();
        }
        for (int i = 0; i < 150 && !::testing::Test::HasFatalFailure(); ++i) {
            step();
        }
        drain();
    }

private:
    enum class State { Waiting, Running, Gone };

    struct Run {
        RunTicket ticket;
        std::uint64_t order = 0;
        std::int64_t rank = 0;
        bool had_started = false;
        State state = State::Waiting;
        bool doomed = false;  // another one takes its place
        bool asked = false;   // and it has been told
        std::uint32_t starts = 0;
        std::uint32_t refusals = 0;

        [[nodiscard]] LaneName lane() const { return {ticket.workflow, ticket.key}; }
        [[nodiscard]] bool waits() const { return state == State::Waiting; }
    };

    std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>(random_() % limit);
    }
    bool percent(std::uint32_t chance) { return below(100) < chance; }
    void saw(const std::string& what) { ++coverage_.counts[what]; }

    QueueSettings draw_settings() {
        return {.max_runs = 1 + below(6), .max_waiting = 3 + below(30), .passes_max = below(5)};
    }

    RunTicket draw_ticket() {
        RunTicket ticket;
        ticket.id = "r" + std::to_string(runs_.size());
        const std::uint32_t letter = below(5);
        ticket.workflow = std::string(1, static_cast<char>('A' + letter));
        ticket.priority = static_cast<std::int32_t>(below(3)) - 1;
        ticket.suspect = percent(3);
        if (ticket.workflow < "D") {
            ticket.key = percent(50) ? "x" : "";
            ticket.max_runs = 1 + (percent(5) ? below(3) : letter);
            ticket.overlap = static_cast<Overlap>(percent(90) ? letter : below(3));
        }
        return ticket;
    }

    void step() {
        const std::uint32_t dice = below(100);
        if (dice < 43) {
            enqueue();
        } else if (dice < 45) {
            trust_one();
        } else if (dice < 85) {
            end_one();
        } else if (dice < 93) {
            cancel_one();
        } else if (dice < 96) {
            queue_.hold();
            held_ = true;
        } else {
            release();
        }
        check_standing();
    }

    Run& add(const RunTicket& ticket, bool had_started) {
        Run run;
        run.ticket = ticket;
        run.order = runs_.size();
        run.rank = ticket.priority + (had_started ? 1'000 : 0);
        run.had_started = had_started;
        runs_.push_back(run);
        limits_[run.lane()] = ticket.max_runs;
        return runs_.back();
    }

    void enqueue() {
        const RunTicket ticket = draw_ticket();
        const std::size_t index = runs_.size();
        add(ticket, false);
        const std::vector<std::size_t> older = one_too_many(index);
        const std::string refusal = refusal_of(index, older);
        RunQueue::Decisions decisions;
        queue_.enqueue(ticket, decisions);
        if (!refusal.empty()) {
            saw(refusal);
            ASSERT_FALSE(decisions.empty()) << ticket.id << " was not refused: " << refusal;
            const auto* refuse = std::get_if<RefuseRun>(&decisions.front());
            ASSERT_TRUE(refuse != nullptr && refuse->id == ticket.id);
            ASSERT_EQ(refuse->failure.code, refusal);
        } else {
            doom(older);
        }
        take(decisions);
    }

    void restore() {
        std::vector<RecoveredRun> recovered;
        const std::uint32_t count = below(20);
        for (std::uint32_t i = 0; i < count; ++i) {
            RunTicket ticket = draw_ticket();
            const bool had_started = percent(50);
            ticket.suspect = had_started && percent(30);
            const std::size_t index = runs_.size();
            add(ticket, had_started);
            doom(one_too_many(index));
            recovered.push_back({ticket, had_started});
        }
        restored_ = count;
        RunQueue::Decisions decisions;
        queue_.restore(recovered, decisions);
        take(decisions);
        check_standing();
    }

    void end_one() {
        if (const auto index = draw(State::Running)) {
            end(*index);
        }
    }

    void end(std::size_t index) {
        runs_[index].state = State::Gone;
        RunQueue::Decisions decisions;
        queue_.ended(runs_[index].ticket.id, decisions);
        take(decisions);
    }

    void trust_one() {
        for (Run& run : runs_) {
            if (run.state == State::Running && run.ticket.suspect) {
                run.ticket.suspect = false;
                RunQueue::Decisions decisions;
                queue_.trusted(run.ticket.id, decisions);
                take(decisions);
                saw("trusted");
                return;
            }
        }
    }

    void cancel_one() {
        if (const auto index = draw(State::Waiting)) {
            runs_[*index].state = State::Gone;
            queue_.cancelled(runs_[*index].ticket.id);
        }
    }

    void release() {
        held_ = false;
        RunQueue::Decisions decisions;
        queue_.release(decisions);
        take(decisions);
    }

    std::optional<std::size_t> draw(State state) {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < runs_.size(); ++i) {
            if (runs_[i].state == state) {
                found.push_back(i);
            }
        }
        if (found.empty()) {
            return std::nullopt;
        }
        return found[below(static_cast<std::uint32_t>(found.size()))];
    }

    // What the rules ask for.

    [[nodiscard]] std::size_t count(State state) const {
        return static_cast<std::size_t>(std::count_if(
            runs_.begin(), runs_.end(), [state](const Run& run) { return run.state == state; }));
    }

    [[nodiscard]] bool lane_has_room(const LaneName& lane) const {
        const std::optional<std::uint32_t>& limit = limits_.at(lane);
        const auto running = std::count_if(runs_.begin(), runs_.end(), [&lane](const Run& run) {
            return run.state == State::Running && run.lane() == lane;
        });
        return !limit || running < static_cast<std::ptrdiff_t>(*limit);
    }

    [[nodiscard]] bool suspect_runs() const {
        return std::any_of(runs_.begin(), runs_.end(), [](const Run& run) {
            return run.state == State::Running && run.ticket.suspect;
        });
    }

    /// Those that wait and that nothing but the host's own limit keeps from starting.
    [[nodiscard]] std::vector<const Run*> ready(bool suspects) const {
        std::vector<const Run*> found;
        for (const Run& run : runs_) {
            if (run.waits() && run.ticket.suspect == suspects && lane_has_room(run.lane()) &&
                !(suspects && suspect_runs())) {
                found.push_back(&run);
            }
        }
        return found;
    }

    [[nodiscard]] std::vector<std::size_t> one_too_many(std::size_t newest) const {
        const Run& run = runs_[newest];
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < runs_.size(); ++i) {
            if (runs_[i].state != State::Gone && !runs_[i].doomed &&
                runs_[i].lane() == run.lane()) {
                open.push_back(i);
            }
        }
        const bool applies = run.ticket.overlap == Overlap::CancelRunning && run.ticket.max_runs;
        const std::size_t stay = applies ? *run.ticket.max_runs : open.size();
        open.resize(open.size() - std::min<std::size_t>(open.size(), stay));
        return open;
    }

    [[nodiscard]] std::string refusal_of(std::size_t index,
                                         const std::vector<std::size_t>& older) const {
        const Run& run = runs_[index];
        const auto open = std::count_if(runs_.begin(), runs_.end(), [&run](const Run& other) {
            return other.state != State::Gone && other.lane() == run.lane();
        });
        if (run.ticket.overlap == Overlap::Skip && run.ticket.max_runs &&
            open > static_cast<std::ptrdiff_t>(*run.ticket.max_runs)) {
            return "skipped";
        }
        const auto leaving = std::count_if(older.begin(), older.end(), [this](std::size_t other) {
            return runs_[other].waits() && !runs_[other].had_started;
        });
        const std::size_t waiting = count(State::Waiting) - static_cast<std::size_t>(leaving);
        return waiting > settings_.max_waiting && !starts_at_once(run) ? "queue_full" : "";
    }

    [[nodiscard]] bool starts_at_once(const Run& run) const {
        if (held_ || count(State::Running) >= settings_.max_runs) {
            return false;
        }
        const std::vector<const Run*> ready_runs = ready(run.ticket.suspect);
        return std::any_of(ready_runs.begin(), ready_runs.end(),
                           [&run](const Run* r) { return r == &run; }) &&
               std::none_of(ready_runs.begin(), ready_runs.end(), [&run](const Run* other) {
                   return other != &run && other->lane() == run.lane() && other->rank >= run.rank;
               });
    }

    void doom(const std::vector<std::size_t>& older) {
        for (const std::size_t index : older) {
            runs_[index].doomed = true;
        }
    }

    // What the queue decides.

    void take(const RunQueue::Decisions& decisions) {
        for (const QueueDecision& decision : decisions) {
            if (const auto* start = std::get_if<StartRun>(&decision)) {
                take_start(find(start->id));
            } else if (const auto* refusal = std::get_if<RefuseRun>(&decision)) {
                Run& run = find(refusal->id);
                ASSERT_TRUE(run.waits());
                run.state = State::Gone;
                ++run.refusals;
            } else {
                take_cancel(find(std::get<CancelRun>(decision).id));
            }
        }
    }

    Run& find(const std::string& id) { return runs_.at(std::stoul(id.substr(1))); }

    void take_cancel(Run& run) {
        ASSERT_TRUE(run.doomed && !run.asked) << run.ticket.id;
        run.asked = true;
        if (run.waits()) {
            ASSERT_FALSE(run.had_started) << run.ticket.id << " has not done its last things";
            run.state = State::Gone;
            saw("superseded while waiting");
        } else {
            saw(run.had_started ? "superseded after it had started" : "superseded while running");
        }
    }

    void take_start(Run& run) {
        ASSERT_TRUE(run.waits()) << run.ticket.id;
        ASSERT_FALSE(held_);
        ASSERT_LT(count(State::Running), settings_.max_runs);
        ASSERT_TRUE(lane_has_room(run.lane())) << run.ticket.id;
        ASSERT_FALSE(run.ticket.suspect && suspect_runs());
        check_choice(run);
        run.state = State::Running;
        ++run.starts;
    }

    void check_choice(const Run& run) {
        const std::vector<const Run*> healthy = ready(false);
        const bool is_oldest = healthy.empty() || healthy.front() == &run;
        const bool is_due = passes_ >= settings_.passes_max;
        passes_ = is_oldest ? 0 : passes_ + 1;
        if (const std::vector<const Run*> suspects = ready(true); !suspects.empty()) {
            ASSERT_EQ(&run, first_by_rank(suspects));
            saw("suspect first");
            return;
        }
        if (is_due) {
            ASSERT_TRUE(is_oldest) << run.ticket.id;
            saw(&run == first_by_rank(healthy) ? "oldest, and first anyway" : "oldest");
            note_start(run, false, healthy);
            return;
        }
        ASSERT_EQ(run.rank, first_by_rank(healthy)->rank);
        for (const Run* other : healthy) {
            ASSERT_FALSE(other->rank == run.rank && other->order < run.order &&
                         other->ticket.workflow == run.ticket.workflow)
                << run.ticket.id << " before " << other->ticket.id;
        }
        note_start(run, true, healthy);
    }

    static const Run* first_by_rank(const std::vector<const Run*>& runs) {
        return *std::min_element(runs.begin(), runs.end(), [](const Run* left, const Run* right) {
            return std::tuple(-left->rank, left->order) < std::tuple(-right->rank, right->order);
        });
    }

    /// While a workflow has a run that may start, no other one starts two of that priority.
    void note_start(const Run& run, bool by_turn, const std::vector<const Run*>& healthy) {
        forget_those_who_do_not_wait(healthy);
        passed_.erase({run.rank, run.ticket.workflow});
        std::set<std::pair<std::int64_t, std::string>> waiters;
        for (const Run* other : healthy) {
            if (other->rank == run.rank && other->ticket.workflow != run.ticket.workflow) {
                waiters.emplace(other->rank, other->ticket.workflow);
            }
        }
        for (const auto& waiter : waiters) {
            const bool is_first = passed_[waiter].insert(run.ticket.workflow).second;
            ASSERT_TRUE(is_first || !by_turn)
                << run.ticket.workflow << " twice before " << waiter.second;
            saw(by_turn ? "turn" : "out of turn");
        }
    }

    void forget_those_who_do_not_wait(const std::vector<const Run*>& healthy) {
        std::set<std::pair<std::int64_t, std::string>> waiting;
        for (const Run* run : healthy) {
            waiting.emplace(run->rank, run->ticket.workflow);
        }
        for (auto entry = passed_.begin(); entry != passed_.end();) {
            entry = waiting.count(entry->first) == 0 ? passed_.erase(entry) : std::next(entry);
        }
    }

    // How it stands.

    void check_standing() {
        if (::testing::Test::HasFatalFailure()) {
            return;
        }
        forget_those_who_do_not_wait(ready(false));
        ASSERT_EQ(queue_.running(), count(State::Running));
        ASSERT_EQ(queue_.waiting(), count(State::Waiting));
        ASSERT_LE(queue_.waiting(), std::max<std::size_t>(settings_.max_waiting, restored_));
        if (!held_ && count(State::Running) < settings_.max_runs) {
            ASSERT_TRUE(ready(false).empty()) << ready(false).front()->ticket.id << " may start";
            ASSERT_TRUE(ready(true).empty()) << ready(true).front()->ticket.id << " may start";
        }
        for (const Run& run : runs_) {
            ASSERT_EQ(queue_.position(run.ticket.id).has_value(), run.waits());
        }
    }

    void drain() {
        release();
        for (std::size_t i = 0; i < runs_.size() && !::testing::Test::HasFatalFailure(); ++i) {
            if (const auto index = draw(State::Running)) {
                end(*index);
            }
        }
        if (::testing::Test::HasFatalFailure()) {
            return;
        }
        for (const Run& run : runs_) {
            ASSERT_EQ(run.state, State::Gone) << run.ticket.id << " was lost";
            ASSERT_LE(run.starts + run.refusals, 1U) << run.ticket.id;
            ASSERT_TRUE(!run.doomed || run.asked || run.starts == 0) << run.ticket.id;
        }
        check_no_place_is_lost();
    }

    void check_no_place_is_lost() {
        for (std::size_t i = 0; i < settings_.max_runs; ++i) {
            RunQueue::Decisions decisions;
            queue_.enqueue({.id = "last" + std::to_string(i),
                            .workflow = "A",
                            .max_runs = static_cast<std::uint32_t>(settings_.max_runs)},
                           decisions);
            ASSERT_EQ(decisions.size(), 1U);
            ASSERT_TRUE(std::holds_alternative<StartRun>(decisions.front()));
        }
    }

    std::mt19937_64 random_;
    Coverage& coverage_;
    QueueSettings settings_;
    RunQueue queue_;
    bool held_ = false;
    std::size_t restored_ = 0;
    std::uint32_t passes_ = 0;
    std::vector<Run> runs_;  // by order
    std::map<LaneName, std::optional<std::uint32_t>> limits_;
    /// Rank and workflow of those that wait and may start: which workflows started meanwhile.
    std::map<std::pair<std::int64_t, std::string>, std::set<std::string>> passed_;
};

TEST(RunQueueProperty, KeepsItsRulesInEveryHistory) {
    Coverage coverage;
    for (std::uint64_t seed = 0; seed < 4'000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        World(seed, coverage).live();
        if (HasFatalFailure()) {
            return;
        }
    }
    for (const char* rule : {"skipped", "queue_full", "superseded while waiting",
                             "superseded while running", "superseded after it had started",
                             "suspect first", "trusted", "oldest", "turn", "out of turn"}) {
        EXPECT_GT(coverage.counts[rule], 200U) << rule;
        RecordProperty(rule, std::to_string(coverage.counts[rule]));
    }
}

}  // namespace
}  // namespace oa::core
