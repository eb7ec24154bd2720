#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/port/journal.hpp"

namespace oa::host {

/// A journal that keeps what it is given for as long as the process lives: for runs that nobody has
/// to resume, and for tests. Thread safe.
class MemoryJournal final : public core::Journal, public core::RunHistory {
public:
    void append(const std::string& run_id, const core::JournalBatch& batch, Done done) override;
    [[nodiscard]] bool keeps_lines() const override { return true; }

    [[nodiscard]] std::vector<core::JournalRecord> load(const std::string& run_id) const override;
    /// What the tasks of a run said, in the order in which it came.
    [[nodiscard]] std::vector<core::LogLine> lines(const std::string& run_id) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, core::JournalBatch> runs_;
};

}  // namespace oa::host
