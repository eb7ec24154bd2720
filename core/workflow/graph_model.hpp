#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/workflow/graph.hpp"

namespace oa::core {

enum class EdgeKind { Next, Needs, OnSuccess, OnFailure };

[[nodiscard]] std::string_view to_string(EdgeKind kind);

struct GraphEdge {
    TaskIndex from = 0;
    std::optional<TaskIndex> to;  ///< nothing: the branch ends there
    EdgeKind kind = EdgeKind::Next;
};

struct GraphModel;

struct GraphNode {
    const Task* task = nullptr;  ///< [owner: the workflow]
    bool entry = false;
    bool handler = false;  ///< only runs when another task names it
    bool finally = false;
    bool recursive = false;             ///< runs one of the workflows around it
    std::unique_ptr<GraphModel> inner;  ///< the sub-workflow, where it is drawn
};

/// What all formats draw.
struct GraphModel {
    const Workflow* workflow = nullptr;
    std::vector<GraphNode> nodes;
    std::vector<GraphEdge> edges;  ///< in the order of the tasks that declare them

    [[nodiscard]] bool has_end() const;
    /// Nodes outside of `finally`.
    [[nodiscard]] std::size_t main_count() const { return workflow->main_count(); }
    [[nodiscard]] bool has_finally() const { return workflow->finally_count > 0; }
};

/// The workflow outlives the model.
[[nodiscard]] GraphModel make_graph_model(const Workflow& workflow, const GraphOptions& options);

// Texts about a task, each as it stands in the document and not yet escaped.

/// "http.get", "workflow deploy.yaml", "sleep 30s", "approval".
[[nodiscard]] std::string call_of(const Task& task);
/// What `for_each` goes through.
[[nodiscard]] std::string items_of(const Loop& loop);
/// The same with the limit: "inputs.hosts, 4 at a time".
[[nodiscard]] std::string loop_words(const Loop& loop);
/// A template as it stands in the document: texts with their placeholders.
[[nodiscard]] boost::json::value as_written(const Template& value);
/// The same as a text: "30s", "${inputs.at}", "ops, group:admins".
[[nodiscard]] std::string words_of(const Template& value);
/// What an approval is that nobody has answered in time: "approve", "reject", "fail".
[[nodiscard]] std::string_view to_string(Wait::Unanswered unanswered);
/// "handler", "up to 3 attempts", "may fail", "at most 30s", "by ops".
[[nodiscard]] std::vector<std::string> remarks_of(const GraphNode& node);

}  // namespace oa::core
