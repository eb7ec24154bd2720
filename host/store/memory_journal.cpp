#include "host/store/memory_journal.hpp"

namespace oa::host {

void MemoryJournal::append(const std::string& run_id, const core::JournalBatch& batch, Done done) {
    {
        const std::lock_guard lock(mutex_);
        core::JournalBatch& run = runs_[run_id];
        run.records.insert(run.records.end(), batch.records.begin(), batch.records.end());
        run.lines.insert(run.lines.end(), batch.lines.begin(), batch.lines.end());
    }
    done(nullptr);
}

std::vector<core::JournalRecord> MemoryJournal::load(const std::string& run_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(run_id);
    return found == runs_.end() ? std::vector<core::JournalRecord>{} : found->second.records;
}

std::vector<core::LogLine> MemoryJournal::lines(const std::string& run_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(run_id);
    return found == runs_.end() ? std::vector<core::LogLine>{} : found->second.lines;
}

}  // namespace oa::host
