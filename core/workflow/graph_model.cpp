#include "core/workflow/graph_model.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "core/duration.hpp"
#include "core/json/json.hpp"
#include "core/workflow/preview.hpp"

namespace oa::core {
namespace {

constexpr std::size_t inner_nodes_max = 20'000;

void add_transitions(std::vector<GraphEdge>& edges,
                     TaskIndex from,
                     const std::vector<TaskIndex>& targets,
                     bool ends,
                     EdgeKind kind) {
    for (const auto to : targets) {
        edges.push_back(GraphEdge{from, to, kind});
    }
    if (ends) {
        edges.push_back(GraphEdge{from, std::nullopt, kind});
    }
}

std::vector<GraphEdge> edges_of(const Workflow& workflow) {
    std::vector<GraphEdge> edges;
    const TaskIndex main_count = workflow.main_count();
    for (TaskIndex index = 0; index < workflow.tasks.size(); ++index) {
        const auto& task = workflow.tasks[index];
        for (const auto need : task.needs) {
            edges.push_back(GraphEdge{need, index, EdgeKind::Needs});
        }
        const bool in_line = workflow.flow == Flow::Sequence || index >= main_count;
        if (in_line && index + 1 != main_count && index + 1 < workflow.tasks.size()) {
            edges.push_back(GraphEdge{index, index + 1, EdgeKind::Next});
        }
        add_transitions(edges, index, task.on_success, task.ends_on_success, EdgeKind::OnSuccess);
        add_transitions(edges, index, task.on_failure, task.ends_on_failure, EdgeKind::OnFailure);
    }
    return edges;
}

void add_remarks(const Wait& wait, std::vector<std::string>& words) {
    if (wait.by) {
        words.push_back("by " + words_of(*wait.by));
    }
    if (wait.timeout) {
        words.push_back("at most " + words_of(*wait.timeout));
    }
    if (wait.unanswered != Wait::Unanswered::Fail) {
        words.push_back("then " + std::string(to_string(wait.unanswered)));
    }
}

class ModelMaker {
public:
    explicit ModelMaker(const GraphOptions& options) : options_(options) {}

    GraphModel make(const Workflow& workflow) {
        around_.push_back(&workflow);
        GraphModel model;
        model.workflow = &workflow;
        model.edges = edges_of(workflow);
        model.nodes.resize(workflow.tasks.size());
        for (std::size_t i = 0; i < workflow.tasks.size(); ++i) {
            model.nodes[i].task = &workflow.tasks[i];
            model.nodes[i].finally = i >= workflow.main_count();
        }
        mark(model);
        for (auto& node : model.nodes) {
            open(node);
        }
        around_.pop_back();
        return model;
    }

private:
    static void mark(GraphModel& model) {
        for (const TaskIndex entry : model.workflow->entries) {
            model.nodes[entry].entry = !model.nodes[entry].finally;
        }
        if (model.workflow->flow != Flow::Graph) {
            return;
        }
        for (const GraphEdge& edge : model.edges) {
            if (!edge.to || edge.kind == EdgeKind::Next || edge.kind == EdgeKind::Needs) {
                continue;
            }
            GraphNode& node = model.nodes[*edge.to];
            node.handler = node.task->needs.empty() && !node.entry;
        }
    }

    [[nodiscard]] bool is_around(const Workflow& workflow) const {
        return std::find(around_.begin(), around_.end(), &workflow) != around_.end();
    }

    void open(GraphNode& node) {
        const auto& sub = node.task->sub_workflow;
        if (!sub || sub->workflow == nullptr) {
            return;
        }
        const Workflow& inner = *sub->workflow;
        node.recursive = is_around(inner);
        if (node.recursive || around_.size() > options_.depth ||
            inner.tasks.size() > inner_nodes_left_) {
            return;
        }
        inner_nodes_left_ -= inner.tasks.size();
        node.inner = std::make_unique<GraphModel>(make(inner));
    }

    const GraphOptions& options_;
    std::vector<const Workflow*> around_;
    std::size_t inner_nodes_left_ = inner_nodes_max;
};

}  // namespace

std::string_view to_string(EdgeKind kind) {
    switch (kind) {
        case EdgeKind::Next: return "next";
        case EdgeKind::Needs: return "needs";
        case EdgeKind::OnSuccess: return "on_success";
        case EdgeKind::OnFailure: return "on_failure";
    }
    return "";
}

bool GraphModel::has_end() const {
    return std::any_of(edges.begin(), edges.end(), [](const auto& edge) { return !edge.to; });
}

GraphModel make_graph_model(const Workflow& workflow, const GraphOptions& options) {
    return ModelMaker(options).make(workflow);
}

boost::json::value as_written(const Template& value) {
    return Preview(value).value();
}

std::string words_of(const Template& value) {
    const boost::json::value written = as_written(value);
    const boost::json::array single{written};
    std::string words;
    for (const auto& item : written.is_array() ? written.get_array() : single) {
        words += words.empty() ? "" : ", ";
        words += item.is_string() ? std::string(item.get_string()) : write_json(item);
    }
    return words;
}

std::string_view to_string(Wait::Unanswered unanswered) {
    switch (unanswered) {
        case Wait::Unanswered::Fail: return "fail";
        case Wait::Unanswered::Approve: return "approve";
        case Wait::Unanswered::Reject: return "reject";
    }
    return "";
}

std::string call_of(const Task& task) {
    if (task.wait) {
        switch (task.wait->kind) {
            case Wait::Kind::Sleep: return "sleep " + words_of(task.wait->value);
            case Wait::Kind::Until: return "wait until " + words_of(task.wait->value);
            case Wait::Kind::Approval: return "approval";
        }
    }
    return task.sub_workflow ? "workflow " + task.sub_workflow->name
                             : task.module + '.' + task.function;
}

std::string items_of(const Loop& loop) {
    if (loop.items.is_literal()) {
        return write_json(loop.items.literal());
    }
    std::vector<std::string> texts;
    loop.items.for_each_placeholder(
        [&texts](const Placeholder& placeholder) { texts.push_back(placeholder.text); });
    if (texts.size() == 1 && texts.front().size() > 3 && texts.front().front() == '$') {
        return texts.front().substr(2, texts.front().size() - 3);  // without its brackets
    }
    std::string joined;
    for (const auto& text : texts) {
        joined += (joined.empty() ? "" : ", ") + text;
    }
    return joined;
}

std::string loop_words(const Loop& loop) {
    return items_of(loop) +
           (loop.max_parallel ? ", " + std::to_string(*loop.max_parallel) + " at a time" : "");
}

std::vector<std::string> remarks_of(const GraphNode& node) {
    const Task& task = *node.task;
    std::vector<std::string> words;
    if (node.handler) {
        words.emplace_back("handler");
    }
    if (task.retry.attempts_max > 1) {
        words.push_back("up to " + std::to_string(task.retry.attempts_max) + " attempts");
    }
    if (task.timeout) {
        words.push_back("at most " + format_duration(*task.timeout));
    }
    if (task.wait) {
        add_remarks(*task.wait, words);
    }
    if (task.allow_failure) {
        words.emplace_back("may fail");
    }
    return words;
}

}  // namespace oa::core
