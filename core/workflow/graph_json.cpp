#include <string>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "core/workflow/graph_model.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

json::value milliseconds(const std::optional<Milliseconds>& duration) {
    return duration ? json::value(duration->count()) : json::value();
}

json::value when_of(const std::optional<Condition>& condition) {
    return condition ? json::value(condition->text) : json::value();
}

template <typename Number>
json::value optional_number(const std::optional<Number>& number) {
    return number ? json::value(*number) : json::value();
}

json::value isolation_of(const Task& task) {
    if (!task.isolation) {
        return nullptr;
    }
    return *task.isolation == Isolation::Process ? "process" : "in-process";
}

json::array ends_of(const Task& task) {
    json::array ends;
    if (task.ends_on_success) {
        ends.emplace_back("on_success");
    }
    if (task.ends_on_failure) {
        ends.emplace_back("on_failure");
    }
    return ends;
}

json::value loop_of(const Task& task) {
    if (!task.for_each) {
        return nullptr;
    }
    return json::object{{"items", items_of(*task.for_each)},
                        {"max_parallel", optional_number(task.for_each->max_parallel)}};
}

json::value retry_of(const Task& task) {
    if (task.retry.attempts_max <= 1) {
        return nullptr;
    }
    return json::object{{"delay_ms", task.retry.delay.count()},
                        {"backoff", task.retry.backoff},
                        {"max_delay_ms", task.retry.delay_max.count()},
                        {"jitter", task.retry.jitter},
                        {"when", when_of(task.retry.when)}};
}

json::object graph_of(const GraphModel& model);

json::value sub_workflow_of(const GraphNode& node) {
    const auto& sub = node.task->sub_workflow;
    if (!sub) {
        return nullptr;
    }
    return json::object{
        {"name", sub->name},
        {"file", sub->workflow != nullptr ? json::value(sub->workflow->file) : json::value()},
        {"recursive", node.recursive},
        {"graph", node.inner ? json::value(graph_of(*node.inner)) : json::value()}};
}

/// Texts as they are written, with their placeholders.
json::value wait_of(const Task& task) {
    if (!task.wait) {
        return nullptr;
    }
    const Wait& wait = *task.wait;
    json::object object{{"kind", to_string(wait.kind)}, {"value", as_written(wait.value)}};
    if (wait.kind == Wait::Kind::Approval) {
        object["by"] = wait.by ? as_written(*wait.by) : json::value();
        object["timeout"] = wait.timeout ? as_written(*wait.timeout) : json::value();
        object["default"] = to_string(wait.unanswered);
    }
    return object;
}

json::object node_of(const GraphNode& node) {
    const Task& task = *node.task;
    const bool calls = !task.sub_workflow && !task.wait;
    return json::object{
        {"name", task.name},
        {"line", task.position.line},
        {"column", task.position.column},
        {"module", calls ? json::value(task.module) : json::value()},
        {"function", calls ? json::value(task.function) : json::value()},
        {"workflow", sub_workflow_of(node)},
        {"wait", wait_of(task)},
        {"entry", node.entry},
        {"handler", node.handler},
        {"finally", node.finally},
        {"when", when_of(task.when)},
        {"for_each", loop_of(task)},
        {"max_attempts", task.retry.attempts_max},
        {"retry", retry_of(task)},
        {"timeout_ms", milliseconds(task.timeout)},
        {"isolation", isolation_of(task)},
        {"idempotent", task.idempotent ? json::value(*task.idempotent) : json::value()},
        {"allow_failure", task.allow_failure},
        {"ends", ends_of(task)}};
}

json::object graph_of(const GraphModel& model) {
    const Workflow& workflow = *model.workflow;
    json::array nodes;
    for (const GraphNode& node : model.nodes) {
        nodes.push_back(node_of(node));
    }
    json::array edges;
    for (const GraphEdge& edge : model.edges) {
        if (edge.to) {
            edges.push_back(json::object{{"from", workflow.tasks[edge.from].name},
                                         {"to", workflow.tasks[*edge.to].name},
                                         {"kind", to_string(edge.kind)},
                                         {"from_index", edge.from},
                                         {"to_index", *edge.to}});
        }
    }
    return json::object{{"workflow", workflow.name},
                        {"flow", to_string(workflow.flow)},
                        {"timeout_ms", milliseconds(workflow.timeout)},
                        {"fail_fast", workflow.fail_fast},
                        {"max_parallel", optional_number(workflow.concurrency.max_parallel)},
                        {"nodes", std::move(nodes)},
                        {"edges", std::move(edges)}};
}

}  // namespace

boost::json::object graph_json(const Workflow& workflow, const GraphOptions& options) {
    return graph_of(make_graph_model(workflow, options));
}

}  // namespace oa::core
