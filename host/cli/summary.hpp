#pragma once

#include <ostream>

#include "core/run/report.hpp"
#include "host/cli/terminal.hpp"

namespace oa::host {

/// How a run ended, for a person: the verdict in one line, a line for each task that failed, the
/// outputs.
void print_summary(const core::RunReport& report, const Terminal& terminal, std::ostream& out);

}  // namespace oa::host
