#pragma once

#include <ostream>

#include "host/cli/options.hpp"
#include "host/cli/workbench.hpp"

namespace oa::host {

/// oa schema: the JSON Schema of workflow documents, with all modules that were found, on `out` or
/// in the file that was named.
[[nodiscard]] ExitStatus print_schema(const SchemaOptions& options,
                                      const PluginRegistry& plugins,
                                      std::ostream& out,
                                      std::ostream& err);

}  // namespace oa::host
