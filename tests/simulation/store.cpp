#include "tests/simulation/store.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace oa::test {

using core::JournalBatch;

namespace {

/// Whether it is that run, or one within it.
bool is_of(std::string_view id, const std::string& run_id) {
    return id == run_id || id.starts_with(run_id + "/");
}

}  // namespace

void Store::keep(const std::string& run_id, const JournalBatch& batch) {
    if (batch.records.empty()) {
        return;
    }
    Run& run = runs_[run_id];
    if (!run.audit) {
        const auto* created = std::get_if<core::RunCreated>(&batch.records.front().entry);
        if (created == nullptr) {
            context_.breach("run " + run_id + " begins with something else than its creation");
            return;
        }
        ++(created->parent_run_id.empty()
               ? created->retry_of.empty() ? context_.figures.runs : context_.figures.runs_again
               : context_.figures.sub_runs);
        created_.push_back(run_id);
        run.audit = std::make_unique<RunAudit>(context_, *this, witness_,
                                               workflow(created->workflow), run_id);
    }
    ++context_.figures.batches;
    context_.figures.records += batch.records.size();
    for (const core::JournalRecord& record : batch.records) {
        ended_ += std::holds_alternative<core::RunEnded>(record.entry) ? 1 : 0;
        run.records.push_back(record);
        run.audit->take(record);
    }
}

std::vector<core::JournalRecord> Store::load(const std::string& run_id) const {
    const auto found = runs_.find(run_id);
    return found == runs_.end() ? std::vector<core::JournalRecord>{} : found->second.records;
}

const core::Workflow& Store::workflow(std::string_view name) const {
    const auto found = std::find_if(plan_.workflows.begin(), plan_.workflows.end(),
                                    [&](const core::Workflow& each) { return each.name == name; });
    if (found == plan_.workflows.end()) {
        throw std::logic_error("there is no workflow " + std::string(name));
    }
    return *found;
}

const RunAudit* Store::audit(const std::string& run_id) const {
    const auto found = runs_.find(run_id);
    return found == runs_.end() ? nullptr : found->second.audit.get();
}

std::uint64_t Store::last_record(const std::string& run_id) const {
    const auto found = runs_.find(run_id);
    return found == runs_.end() ? 0 : found->second.records.size();
}

std::vector<std::string> Store::runs() const {
    std::vector<std::string> all;
    all.reserve(runs_.size());
    for (const auto& [id, run] : runs_) {
        all.push_back(id);
    }
    return all;
}

std::uint64_t Store::progress(const std::string& run_id) const {
    std::uint64_t all = 0;
    for (const auto& [id, run] : runs_) {
        if (is_of(id, run_id)) {
            all += run.audit->progress();
        }
    }
    return all;
}

void Store::note_death() {
    for (auto& [root, run] : runs_) {
        if (!run.audit->created().parent_run_id.empty() || run.audit->ended()) {
            continue;
        }
        const bool is_worked_on =
            std::any_of(runs_.begin(), runs_.end(), [&root = root](const auto& entry) {
                return is_of(entry.first, root) && entry.second.audit->is_worked_on();
            });
        run.audit->note_death(is_worked_on, progress(root));
    }
}

void Store::note_stop() {
    for (auto& [id, run] : runs_) {
        run.audit->note_stop();
    }
}

std::uint64_t Store::answers(const std::string& run_id) const {
    std::uint64_t all = 0;
    for (const auto& [id, run] : runs_) {
        if (is_of(id, run_id)) {
            all += run.audit->answers();
        }
    }
    return all;
}

std::vector<host::OpenRun> Store::open_runs() const {
    std::vector<host::OpenRun> open;
    for (const std::string& id : created_) {
        const Run& run = runs_.at(id);
        if (!run.audit->ended()) {
            open.push_back({id, run.records.size(), run.records.size() > 1,
                            run.audit->created().parent_run_id});
        }
    }
    return open;
}

StoreAccess::StoreAccess(
    Context& context, Store& store, Faults& faults, bool keeps_lines, std::function<void()> crash)
    : context_(context),
      store_(store),
      faults_(faults),
      keeps_lines_(keeps_lines),
      crash_(std::move(crash)),
      events_(context.timeline) {
    if (faults_.crashes > 0 && chance(context_.random, 60)) {
        // Often while it is just about to resume what it found.
        crash_at_ = 1 + below(context_.random, chance(context_.random, 30) ? 4 : 40);
    }
}

StoreAccess::Fate StoreAccess::draw() {
    if (at_once_) {
        return Fate::Kept;
    }
    ++appends_;
    if (crash_at_ == appends_) {
        return chance(context_.random, 50) ? Fate::CrashBefore : Fate::CrashAfter;
    }
    if (faults_.broken_stores > 0 && chance(context_.random, 2)) {
        --faults_.broken_stores;
        ++context_.figures.broken_stores;
        partly_broken_ = true;
        events_.after(core::Milliseconds{below(context_.random, 200)}, crash_);
        if (chance(context_.random, 30)) {
            return Fate::BrokenAlone;
        }
        broken_ = true;
        return chance(context_.random, 50) ? Fate::Broken : Fate::BrokenYetKept;
    }
    if (faults_.full_disks > 0 && chance(context_.random, 3)) {
        --faults_.full_disks;
        full_until_ = context_.timeline.now() + core::Milliseconds{below(context_.random, 2'500)};
    }
    return context_.timeline.now() < full_until_ ? Fate::Refused : Fate::Kept;
}

void StoreAccess::append(const std::string& run_id, const JournalBatch& batch, Done done) {
    if (!stopped_) {
        check(run_id, batch);
    }
    Waiting& waiting = waiting_[run_id];
    waiting.batch = &batch;
    waiting.done = std::move(done);
    if (!batch.records.empty()) {
        waiting.first = batch.records.front().number;
        waiting.last = batch.records.back().number;
    }
    if (stopped_) {
        if (refusing_) {
            call_back(run_id, Fate::Broken);
        }
        return;
    }
    if (broken_) {
        call_back(run_id, Fate::Broken);
        return;
    }
    if (batch.records.empty()) {
        call_back(run_id, Fate::Kept);
        return;
    }
    const Fate fate = draw();
    context_.trace("append " + run_id + " " + std::to_string(waiting.first) + ".." +
                   std::to_string(waiting.last) +
                   (fate == Fate::Kept ? "" : " fate " + std::to_string(static_cast<int>(fate))));
    if (at_once_ || !chance(context_.random, faults_.later_percent)) {
        keep_or_not(run_id, fate);
        call_back(run_id, fate);
        return;
    }
    // A disk first has it, and then somebody hears of it.
    const core::Milliseconds kept{below(context_.random, faults_.answer_max_ms)};
    const core::Milliseconds heard{below(context_.random, 2)};
    events_.after(kept, [this, run_id, drawn = fate, heard] {
        const Fate met = broken_ && drawn == Fate::Kept ? Fate::Broken : drawn;
        keep_or_not(run_id, met);
        events_.after(heard, [this, run_id, met] { call_back(run_id, met); });
    });
}

void StoreAccess::check(const std::string& run_id, const JournalBatch& batch) {
    if (waiting_.count(run_id) > 0) {
        context_.breach("run " + run_id + " appends while an append of it is under way");
    }
    std::uint64_t expected = store_.last_record(run_id);
    for (const core::JournalRecord& record : batch.records) {
        if (record.number != ++expected) {
            context_.breach("run " + run_id + " appends record " + std::to_string(record.number) +
                            " in place of " + std::to_string(expected));
            return;
        }
    }
}

void StoreAccess::keep_or_not(const std::string& run_id, Fate fate) {
    if (fate != Fate::Kept && fate != Fate::BrokenYetKept && fate != Fate::CrashAfter) {
        return;
    }
    const Waiting& waiting = waiting_.at(run_id);
    const JournalBatch& batch = *waiting.batch;
    if (batch.records.empty() || batch.records.front().number != waiting.first ||
        batch.records.back().number != waiting.last) {
        context_.breach("a batch of run " + run_id + " changed while it was being kept");
    }
    store_.keep(run_id, batch);
}

void StoreAccess::call_back(const std::string& run_id, Fate fate) {
    if (fate == Fate::CrashBefore || fate == Fate::CrashAfter) {
        crash_();
        return;
    }
    const auto waiting = waiting_.extract(run_id);
    if (fate == Fate::Kept) {
        waiting.mapped().done(nullptr);
        return;
    }
    const bool passing = fate == Fate::Refused;
    if (passing) {
        ++context_.figures.refusals;
    }
    const core::JournalFailure failure{passing,
                                       passing ? "the disk is full" : "the disk is broken"};
    waiting.mapped().done(&failure);
}

bool StoreAccess::answer_at_once() {
    if (!waiting_.empty() || broken_ || partly_broken_ ||
        context_.timeline.now() < full_until_ + core::Milliseconds{600}) {
        return false;
    }
    at_once_ = true;
    return true;
}

void StoreAccess::stop() {
    stopped_ = true;
    events_.forget();
}

void StoreAccess::refuse_all() {
    refusing_ = true;
    while (!waiting_.empty()) {
        const std::string run_id = waiting_.begin()->first;  // which goes with what is answered
        call_back(run_id, Fate::Broken);
    }
}

}  // namespace oa::test
