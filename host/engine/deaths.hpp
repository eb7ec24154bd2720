#pragma once

#include <cstdint>
#include <vector>

#include "core/port/journal.hpp"

namespace oa::host {

/// So many hosts in a row may die over a run that comes no further; then it is ended as failed with
/// the code `quarantined`.
inline constexpr std::uint32_t deaths_max = 3;
/// From so many on it is a suspect, and runs without another suspect beside it.
inline constexpr std::uint32_t suspect_deaths = 2;

/// How many hosts in a row have died while they worked on a run, by its records, and it came no
/// further. 0 for a run on which nobody was at work: it waited for its turn, a time or a person.
/// `last_host_died` is false where the last one left its runs in good order.
[[nodiscard]] std::uint32_t deaths_of(const std::vector<core::JournalRecord>& records,
                                      bool last_host_died);

}  // namespace oa::host
