#pragma once

#include <boost/json/object.hpp>

#include "core/workflow/workflow.hpp"

namespace oa::host::legacy {

/// {"nodes", "edges", "mermaid", "entry_point"} of a workflow; `results` of its latest run, as
/// results_of() gives them, or empty. A node is {"id", "name", "label", "module", "function",
/// "status", "is_entry"}, an edge {"from", "to", "type"} with ids and "success" or "failure".
[[nodiscard]] boost::json::object graph_json(const core::Workflow& workflow,
                                             const boost::json::object& results);

}  // namespace oa::host::legacy
