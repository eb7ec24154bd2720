#pragma once

#include <vector>

#include "core/port/journal.hpp"
#include "core/run/report.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::host {

/// How a run stands, from its records alone: nothing is evaluated again. `workflow` is the one that
/// it was created with.
[[nodiscard]] core::RunReport report_of(const core::Workflow& workflow,
                                        const std::vector<core::JournalRecord>& records);

}  // namespace oa::host
