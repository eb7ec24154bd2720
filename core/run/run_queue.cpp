#include "core/run/run_queue.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace oa::core {
namespace {

/// Priorities, and above them those of runs that had started.
std::int64_t rank_of(std::int32_t priority, bool had_started) {
    return std::int64_t{priority} + (had_started ? std::int64_t{1} << 33U : 0);
}

Failure skipped(const RunTicket& ticket) {
    return {.code = "skipped",
            .message = "'" + ticket.workflow + "' has " + std::to_string(*ticket.max_runs) +
                       " open run(s)" + (ticket.key.empty() ? "" : " of key '" + ticket.key + "'") +
                       ", and its `overlap: skip` allows no more"};
}

Failure queue_full(std::size_t max_waiting) {
    return {.code = "queue_full",
            .message = std::to_string(max_waiting) +
                       " runs are waiting, which is as many as may: try again when some have ended",
            .retryable = true};
}

}  // namespace

void RunQueue::enqueue(RunTicket ticket, Decisions& decisions) {
    Run& run = admit(std::move(ticket), false);
    const std::vector<Run*> older = superseded_by(run);
    if (std::optional<Failure> refusal = refusal_of(run, older)) {
        decisions.emplace_back(RefuseRun{run.ticket.id, std::move(*refusal)});
        leave(run);
    } else {
        for (Run* other : older) {
            supersede(*other, run, decisions);
        }
    }
    fill(decisions);
}

void RunQueue::restore(std::vector<RecoveredRun> runs, Decisions& decisions) {
    for (RecoveredRun& recovered : runs) {
        const Run& run = admit(std::move(recovered.ticket), recovered.had_started);
        for (Run* other : superseded_by(run)) {
            supersede(*other, run, decisions);
        }
    }
    fill(decisions);
}

void RunQueue::ended(const std::string& id, Decisions& decisions) {
    const auto found = runs_.find(id);
    if (found == runs_.end() || !found->second.running) {
        return;
    }
    leave(found->second);
    fill(decisions);
}

void RunQueue::trusted(const std::string& id, Decisions& decisions) {
    const auto found = runs_.find(id);
    if (found == runs_.end() || !found->second.running || !found->second.ticket.suspect) {
        return;
    }
    found->second.ticket.suspect = false;
    --suspects_running_;
    fill(decisions);
}

void RunQueue::cancelled(const std::string& id) {
    const auto found = runs_.find(id);
    if (found != runs_.end() && !found->second.running) {
        leave(found->second);
    }
}

void RunQueue::release(Decisions& decisions) {
    held_ = false;
    fill(decisions);
}

std::map<std::string, std::size_t> RunQueue::waiting_by_workflow() const {
    std::map<std::string, std::size_t> counts;
    for (const auto& [name, group] : groups_) {
        if (group.waiting > 0) {
            counts.emplace(name, group.waiting);
        }
    }
    return counts;
}

std::optional<std::size_t> RunQueue::position(const std::string& id) const {
    const auto found = runs_.find(id);
    if (found == runs_.end() || found->second.running) {
        return std::nullopt;
    }
    const auto place = [](const Run& run) {
        return std::tuple(!run.ticket.suspect, -run.rank, run.order);
    };
    const Run& run = found->second;
    const auto before =
        std::count_if(runs_.begin(), runs_.end(), [&place, &run](const auto& entry) {
            return !entry.second.running && place(entry.second) < place(run);
        });
    return static_cast<std::size_t>(before) + 1;
}

std::optional<WaitReason> RunQueue::wait_reason(const std::string& id) const {
    const auto found = runs_.find(id);
    if (found == runs_.end() || found->second.running) {
        return std::nullopt;
    }
    const Run& run = found->second;
    if (held_) {
        return WaitReason::Held;
    }
    if (!run.lane->has_room()) {
        return WaitReason::WorkflowBusy;
    }
    return run.ticket.suspect && suspects_running_ > 0 ? WaitReason::SuspectRuns
                                                       : WaitReason::HostBusy;
}

std::optional<Failure> RunQueue::refusal_of(const Run& run, const std::vector<Run*>& older) const {
    const Lane& lane = *run.lane;
    if (run.ticket.overlap == Overlap::Skip && lane.max_runs) {
        const std::size_t open = lane.running + lane.waiting.size() + lane.suspects.size();
        if (open > *lane.max_runs) {
            return skipped(run.ticket);
        }
    }
    const auto leaving =
        static_cast<std::size_t>(std::count_if(older.begin(), older.end(), [](const Run* other) {
            return !other->running && !other->had_started;
        }));
    if (waiting_ - leaving > settings_.max_waiting && !could_start(run)) {
        return queue_full(settings_.max_waiting);
    }
    return std::nullopt;
}

RunQueue::Run& RunQueue::admit(RunTicket ticket, bool had_started) {
    Run& run = runs_.try_emplace(ticket.id).first->second;
    run.ticket = std::move(ticket);
    run.order = ++accepted_;
    run.rank = rank_of(run.ticket.priority, had_started);
    run.had_started = had_started;

    const auto group = groups_.try_emplace(run.ticket.workflow).first;
    group->second.name = &group->first;
    const auto lane = group->second.lanes.try_emplace(run.ticket.key).first;
    lane->second.group = &group->second;
    lane->second.key = &lane->first;
    run.lane = &lane->second;

    unlist(lane->second);
    lane->second.max_runs = run.ticket.max_runs;
    lane->second.staying.insert(&run);
    add_waiting(run);
    list(lane->second);
    return run;
}

void RunQueue::leave(Run& run) {
    Lane& lane = *run.lane;
    unlist(lane);
    lane.staying.erase(&run);
    if (run.running) {
        --lane.running;
        --running_;
        suspects_running_ -= run.ticket.suspect ? 1U : 0U;
    } else {
        remove_waiting(run);
    }
    list(lane);
    drop_if_empty(lane);
    runs_.erase(runs_.find(run.ticket.id));
}

void RunQueue::fill(Decisions& decisions) {
    while (!held_ && running_ < settings_.max_runs) {
        Run* run = next();
        if (run == nullptr) {
            return;
        }
        start(*run, decisions);
    }
}

RunQueue::Run* RunQueue::next() const {
    if (suspects_running_ == 0 && !suspects_.empty()) {
        return *suspects_.begin();
    }
    if (oldest_.empty()) {
        return nullptr;
    }
    if (passes_ >= settings_.passes_max) {
        return *oldest_.begin();
    }
    const Share& share = **turns_by_rank_.begin()->second.begin();
    return *share.heads.begin();
}

void RunQueue::start(Run& run, Decisions& decisions) {
    passes_ = oldest_.empty() || *oldest_.begin() == &run ? 0 : passes_ + 1;
    Lane& lane = *run.lane;
    unlist(lane);
    remove_waiting(run);
    run.running = true;
    ++lane.running;
    ++running_;
    if (run.ticket.suspect) {
        ++suspects_running_;
    } else if (const auto share = lane.group->shares.find(run.rank);
               share != lane.group->shares.end()) {
        give_turn(share->second);
    }
    list(lane);

    decisions.emplace_back(StartRun{run.ticket.id});
    if (!run.cancel_reason.empty()) {
        decisions.emplace_back(CancelRun{run.ticket.id, run.cancel_reason});
    }
}

std::vector<RunQueue::Run*> RunQueue::superseded_by(const Run& run) const {
    std::vector<Run*> older;
    const std::set<Run*, ByOrder>& staying = run.lane->staying;
    const std::optional<std::uint32_t>& max_runs = run.lane->max_runs;
    if (run.ticket.overlap == Overlap::CancelRunning && max_runs && staying.size() > *max_runs) {
        const std::size_t count = staying.size() - *max_runs;
        std::copy_n(staying.begin(), count, std::back_inserter(older));
    }
    return older;
}

void RunQueue::supersede(Run& older, const Run& newer, Decisions& decisions) {
    std::string reason = "superseded by run " + newer.ticket.id;
    if (older.had_started && !older.running) {
        older.cancel_reason = std::move(reason);
        older.lane->staying.erase(&older);
        return;
    }
    decisions.emplace_back(CancelRun{older.ticket.id, std::move(reason)});
    if (older.running) {
        older.lane->staying.erase(&older);
    } else {
        leave(older);
    }
}

void RunQueue::add_waiting(Run& run) {
    Lane& lane = *run.lane;
    ++waiting_;
    ++lane.group->waiting;
    if (run.ticket.suspect) {
        lane.suspects.insert(&run);
        return;
    }
    lane.waiting.insert(&run);
    lane.by_age.insert(&run);
    const auto [share, is_new] = lane.group->shares.try_emplace(run.rank);
    ++share->second.waiting;
    if (is_new) {  // last in turn
        share->second.rank = run.rank;
        share->second.turn = ++turns_;
    }
}

/// Its lane is not listed.
void RunQueue::remove_waiting(Run& run) {
    Lane& lane = *run.lane;
    --waiting_;
    --lane.group->waiting;
    if (run.ticket.suspect) {
        lane.suspects.erase(&run);
        return;
    }
    lane.waiting.erase(&run);
    lane.by_age.erase(&run);
    const auto share = lane.group->shares.find(run.rank);
    if (--share->second.waiting == 0) {  // so no other lane is listed in it
        lane.group->shares.erase(share);
    }
}

void RunQueue::give_turn(Share& share) {
    const bool is_listed = !share.heads.empty();
    if (is_listed) {
        turns_by_rank_.find(share.rank)->second.erase(&share);
    }
    share.turn = ++turns_;
    if (is_listed) {
        turns_by_rank_.find(share.rank)->second.insert(&share);
    }
}

void RunQueue::list(Lane& lane) {
    if (!lane.has_room()) {
        return;
    }
    if (!lane.waiting.empty()) {
        lane.listed_head = *lane.waiting.begin();
        lane.listed_oldest = *lane.by_age.begin();
        Share& share = lane.group->shares.find(lane.listed_head->rank)->second;
        share.heads.insert(lane.listed_head);
        turns_by_rank_[share.rank].insert(&share);
        oldest_.insert(lane.listed_oldest);
    }
    if (!lane.suspects.empty()) {
        lane.listed_suspect = *lane.suspects.begin();
        suspects_.insert(lane.listed_suspect);
    }
}

void RunQueue::unlist(Lane& lane) {
    if (Run* head = std::exchange(lane.listed_head, nullptr); head != nullptr) {
        Share& share = lane.group->shares.find(head->rank)->second;
        share.heads.erase(head);
        if (share.heads.empty()) {
            const auto turns = turns_by_rank_.find(share.rank);
            turns->second.erase(&share);
            if (turns->second.empty()) {
                turns_by_rank_.erase(turns);
            }
        }
    }
    if (Run* oldest = std::exchange(lane.listed_oldest, nullptr); oldest != nullptr) {
        oldest_.erase(oldest);
    }
    if (Run* suspect = std::exchange(lane.listed_suspect, nullptr); suspect != nullptr) {
        suspects_.erase(suspect);
    }
}

void RunQueue::drop_if_empty(Lane& lane) {
    if (lane.running > 0 || !lane.waiting.empty() || !lane.suspects.empty()) {
        return;
    }
    Group& group = *lane.group;
    group.lanes.erase(group.lanes.find(*lane.key));
    if (group.lanes.empty()) {
        groups_.erase(groups_.find(*group.name));
    }
}

/// There is room for it, and so nothing else on the host waits for room alone: it is next.
bool RunQueue::could_start(const Run& run) const {
    const Lane& lane = *run.lane;
    return !held_ && running_ < settings_.max_runs &&
           (run.ticket.suspect ? suspects_running_ == 0 && lane.listed_suspect == &run
                               : lane.listed_head == &run);
}

}  // namespace oa::core
