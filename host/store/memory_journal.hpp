#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/port/journal.hpp"

namespace oa::host {

/// A journal that keeps its records for as long as the process lives: for runs that nobody has to
/// resume, and for tests. Thread safe.
class MemoryJournal final : public core::Journal {
public:
    void append(const std::string& run_id, core::JournalRecord record) override;

    /// What was appended for a run, in order.
    [[nodiscard]] std::vector<core::JournalRecord> records(const std::string& run_id) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::vector<core::JournalRecord>> runs_;
};

}  // namespace oa::host
