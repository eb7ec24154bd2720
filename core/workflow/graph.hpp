#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <boost/json/object.hpp>

#include "core/workflow/workflow.hpp"

namespace oa::core {

struct GraphOptions {
    /// How many levels of sub-workflows are drawn within the tasks that run them; 0: none.
    std::uint32_t depth = 0;
    std::size_t columns = 80;  ///< of the text
};

// The flow of a workflow as pictures for people and as data. Names and other texts of the document
// are escaped as each format asks. A sub-workflow that runs one of those around it is named and not
// drawn again. No picture draws more than 20,000 tasks of sub-workflows; what would be too much
// stays closed.

/// For a terminal.
[[nodiscard]] std::string graph_text(const Workflow& workflow, const GraphOptions& options = {});
/// For Markdown: a Mermaid flowchart.
[[nodiscard]] std::string graph_mermaid(const Workflow& workflow, const GraphOptions& options = {});
/// For Graphviz.
[[nodiscard]] std::string graph_dot(const Workflow& workflow, const GraphOptions& options = {});

/// {"workflow", "flow", "timeout_ms", "fail_fast", "max_parallel", "nodes", "edges"}.
///
/// A node, in the order of the document, those of `finally` last:
/// * "name", "line", "column"
/// * "module", "function"; both null for a sub-workflow and for what waits
/// * "workflow": null or {"name": as written, "file", "recursive", "graph"}; "graph" is an object
///   like the outer one, null where it is not drawn; "recursive" says that it is one of those
///   around it
/// * "wait": null or {"kind": "sleep", "wait_until" or "approval", "value": what is waited for}; of
///   an approval also "by", "timeout" (each null where there is none) and "default". Texts are as
///   written, with their placeholders
/// * "entry": starts with the run; "handler": only when another task names it; "finally"
/// * "when": null or the text of the condition
/// * "for_each": null or {"items": text, "max_parallel": number or null}
/// * "max_attempts"; "retry": null for one attempt, or {"delay_ms", "backoff", "max_delay_ms",
///   "jitter", "when"}
/// * "timeout_ms": of one attempt; "isolation": "in-process", "process"; "idempotent": each null
///   where the document says nothing
/// * "allow_failure"
/// * "ends": the transitions that name `end`, of "on_success", "on_failure"
///
/// An edge is {"from", "to", "kind"} with the names of tasks, and "from_index", "to_index" with the
/// positions of their nodes, as names need not be unique under compat: oa3. The kind is one of
/// next, needs, on_success, on_failure. Edges stand in the order of the tasks that declare them.
[[nodiscard]] boost::json::object graph_json(const Workflow& workflow,
                                             const GraphOptions& options = {});

}  // namespace oa::core
