#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/port/function_catalog.hpp"
#include "core/port/workflow_source.hpp"
#include "core/workflow/workflow.hpp"
#include "core/workflow/yaml.hpp"

namespace oa::core {

struct ReadOptions {
    YamlLimits yaml;  ///< of each document; bytes and nodes also of all of them together
    std::size_t tasks_max = 10'000;   ///< takes the place of yaml.tasks_max
    std::size_t documents_max = 200;  ///< that are read together
    /// Where the workflows are that tasks run; without it such tasks are errors. Borrowed for the
    /// reading.
    const WorkflowSource* workflows = nullptr;
};

/// A secret that has to be there, since the placeholder has no default for it.
struct SecretUse {
    SecretStore store = SecretStore::Wallet;
    std::string key;
    SourcePosition position;
    std::string file;
    bool has_default = false;  ///< so it need not be there
};

struct ReadResult {
    /// Null when there are errors. Keeps the other workflows alive that its tasks run.
    std::shared_ptr<const Workflow> workflow;
    Diagnostics diagnostics;  ///< all of them, warnings included, in the order of the file; those
                              ///< of the other documents behind them
    std::vector<SecretUse> secrets;  ///< of all documents, in the order of the files
};

/// Reads a workflow document, and those that its tasks run, and checks all that can be known
/// without running it: keys, types, task names and targets, the flow and its rules, modules,
/// functions and their parameters, expressions and placeholders. `file` names the text in
/// diagnostics and, without suffix, the workflow where the document has no name. A task without a
/// name is called `<module>.<function>`, with a number behind it where that is taken: "io.read",
/// "io.read-2". A key whose value is null counts as not given. Each document is read once, however
/// often tasks run it; documents may run each other. The catalog must outlive the workflow.
[[nodiscard]] ReadResult read_workflow(std::string_view text,
                                       const std::string& file,
                                       const FunctionCatalog& catalog,
                                       const ReadOptions& options = {});

/// The same with a catalog that the workflow keeps: one that is replaced while workflows that were
/// read with it still run.
[[nodiscard]] ReadResult read_workflow(std::string_view text,
                                       const std::string& file,
                                       const std::shared_ptr<const FunctionCatalog>& catalog,
                                       const ReadOptions& options = {});

}  // namespace oa::core
