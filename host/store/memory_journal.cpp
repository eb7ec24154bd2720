#include "host/store/memory_journal.hpp"

#include <utility>

namespace oa::host {

void MemoryJournal::append(const std::string& run_id, core::JournalRecord record) {
    const std::lock_guard lock(mutex_);
    runs_[run_id].push_back(std::move(record));
}

std::vector<core::JournalRecord> MemoryJournal::records(const std::string& run_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(run_id);
    return found == runs_.end() ? std::vector<core::JournalRecord>{} : found->second;
}

}  // namespace oa::host
