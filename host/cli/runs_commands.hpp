#pragma once

#include <ostream>
#include <string>

#include "host/cli/options.hpp"
#include "host/cli/run_command.hpp"
#include "host/cli/workbench.hpp"
#include "host/store/store_reader.hpp"

namespace oa::host {

/// oa runs.
[[nodiscard]] RunCommandResult runs(const RunsOptions& options,
                                    const Workbench& workbench,
                                    std::ostream& out,
                                    std::ostream& err);

/// The id that a person means by the beginning of it, or by "last". Throws std::invalid_argument,
/// which tells what there is.
[[nodiscard]] std::string run_id_of(const StoreReader& store, const std::string& given);

}  // namespace oa::host
