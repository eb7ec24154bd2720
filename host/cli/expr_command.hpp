#pragma once

#include <ostream>

#include "host/cli/options.hpp"

namespace oa::host {

/// `oa expr`: prints the value of an expression. Problems go to `problems`, with the place in the
/// expression and a hint. Usage: there is no such file, or it holds no bindings; InvalidWorkflow:
/// the expression cannot be read; RunFailed: it has no value. `indented`: a value over several
/// lines.
[[nodiscard]] ExitStatus evaluate_expression(const ExprOptions& options,
                                             bool indented,
                                             std::ostream& out,
                                             std::ostream& problems);

}  // namespace oa::host
