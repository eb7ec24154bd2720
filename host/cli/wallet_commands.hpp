#pragma once

#include <iosfwd>

#include "host/cli/options.hpp"
#include "host/cli/workbench.hpp"

namespace oa::host {

/// `oa wallet ...`. Values come from the terminal, standard input or a file and never from
/// arguments; they go to a terminal, or anywhere with --reveal.
[[nodiscard]] ExitStatus wallet(const WalletOptions& options,
                                const Workbench& workbench,
                                std::ostream& out,
                                std::ostream& err);

}  // namespace oa::host
