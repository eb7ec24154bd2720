#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/port/journal.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::host {

/// So many hosts in a row may die over a run that comes no further; then it is ended as failed with
/// the code `quarantined`.
inline constexpr std::uint32_t deaths_max = 3;
/// From so many on it is a suspect, and runs without another suspect beside it.
inline constexpr std::uint32_t suspect_deaths = 2;

/// The records of the runs within a run, at any depth, of which the run around them does not know
/// that they have ended.
[[nodiscard]] std::vector<std::vector<core::JournalRecord>> records_within(
    const core::RunHistory& history,
    const std::string& run_id,
    const core::Workflow& workflow,
    const std::vector<core::JournalRecord>& records);

/// How many hosts in a row have died while they worked on a run, by its records and those within
/// it, and it came no further. 0 for a run on which nobody was at work: it waited for its turn, a
/// time or a person. `last_host_died` is false where the last one left its runs in good order.
[[nodiscard]] std::uint32_t deaths_of(const std::vector<core::JournalRecord>& records,
                                      const std::vector<std::vector<core::JournalRecord>>& within,
                                      bool last_host_died);

}  // namespace oa::host
