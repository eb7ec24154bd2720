#pragma once

#include <ostream>

#include "host/cli/options.hpp"

namespace oa::host {

/// Prints what is set, and where it comes from. What is wrong with it goes to `err`.
[[nodiscard]] ExitStatus print_config(const ConfigOptions& options,
                                      const GlobalOptions& global,
                                      std::ostream& out,
                                      std::ostream& err);

}  // namespace oa::host
