#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "core/workflow/workflow.hpp"

namespace oa::core {

/// The flow of a workflow as pictures for people (text), Markdown (mermaid) and Graphviz (dot), and
/// as data:
/// {"workflow", "flow", "nodes": [{"name", "module", "function", "entry", "handler",
/// "max_attempts", "allow_failure", "ends": ["on_success"]}], "edges": [{"from", "to", "kind"}]}
/// with kind one of next, needs, on_success, on_failure; a node's "ends" are the transitions that
/// name `end`. Names are escaped as each format asks.
[[nodiscard]] std::string graph_text(const Workflow& workflow);
[[nodiscard]] std::string graph_mermaid(const Workflow& workflow);
[[nodiscard]] std::string graph_dot(const Workflow& workflow);
[[nodiscard]] boost::json::object graph_json(const Workflow& workflow);

}  // namespace oa::core
