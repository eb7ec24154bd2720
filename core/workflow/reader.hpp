#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/diagnostic.hpp"
#include "core/port/function_catalog.hpp"
#include "core/workflow/workflow.hpp"
#include "core/workflow/yaml.hpp"

namespace oa::core {

struct ReadLimits {
    YamlLimits yaml;
    std::size_t tasks_max = 10'000;  ///< takes the place of yaml.tasks_max
};

struct ReadResult {
    std::optional<Workflow> workflow;  ///< empty when there are errors
    Diagnostics diagnostics;           ///< all of them, warnings included, in the order of the file
};

/// Reads a workflow document and checks all that can be known without running it: keys, types, task
/// names and targets, the flow and its rules, modules, functions and their parameters,
/// placeholders. `file` names the text in diagnostics and, without suffix, the workflow where the
/// document has no name. A task without a name is called `<module>.<function>`, with a number
/// behind it where that is taken: "io.read", "io.read-2". A key whose value is null counts as not
/// given. The catalog must outlive the workflow.
[[nodiscard]] ReadResult read_workflow(std::string_view text,
                                       const std::string& file,
                                       const FunctionCatalog& catalog,
                                       const ReadLimits& limits = {});

/// The same with a catalog that the workflow keeps: one that is replaced while workflows that were
/// read with it still run.
[[nodiscard]] ReadResult read_workflow(std::string_view text,
                                       const std::string& file,
                                       std::shared_ptr<const FunctionCatalog> catalog,
                                       const ReadLimits& limits = {});

}  // namespace oa::core
