#include "core/workflow/graph.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

namespace oa::core {
namespace {

namespace json = boost::json;

enum class EdgeKind { Next, Needs, OnSuccess, OnFailure };

struct Edge {
    TaskIndex from = 0;
    std::optional<TaskIndex> to;  // nothing: the branch ends there
    EdgeKind kind = EdgeKind::Next;
};

std::string_view to_string(EdgeKind kind) {
    switch (kind) {
        case EdgeKind::Next: return "next";
        case EdgeKind::Needs: return "needs";
        case EdgeKind::OnSuccess: return "on_success";
        case EdgeKind::OnFailure: return "on_failure";
    }
    return "";
}

void add_transitions(std::vector<Edge>& edges,
                     TaskIndex from,
                     const std::vector<TaskIndex>& targets,
                     bool ends,
                     EdgeKind kind) {
    for (const auto to : targets) {
        edges.push_back(Edge{from, to, kind});
    }
    if (ends) {
        edges.push_back(Edge{from, std::nullopt, kind});
    }
}

/// In document order of the task that declares them.
std::vector<Edge> edges_of(const Workflow& workflow) {
    std::vector<Edge> edges;
    for (std::size_t i = 0; i < workflow.tasks.size(); ++i) {
        const auto index = static_cast<TaskIndex>(i);
        const auto& task = workflow.tasks[i];
        for (const auto need : task.needs) {
            edges.push_back(Edge{need, index, EdgeKind::Needs});
        }
        if (workflow.flow == Flow::Sequence && i + 1 < workflow.tasks.size()) {
            edges.push_back(Edge{index, index + 1, EdgeKind::Next});
        }
        add_transitions(edges, index, task.on_success, task.ends_on_success, EdgeKind::OnSuccess);
        add_transitions(edges, index, task.on_failure, task.ends_on_failure, EdgeKind::OnFailure);
    }
    return edges;
}

bool has_end(const std::vector<Edge>& edges) {
    return std::any_of(edges.begin(), edges.end(), [](const Edge& edge) { return !edge.to; });
}

bool is_entry(const Workflow& workflow, std::size_t index) {
    return std::find(workflow.entries.begin(), workflow.entries.end(), index) !=
           workflow.entries.end();
}

/// In a graph: a task without needs that only runs when another one names it.
bool is_handler(const Workflow& workflow, std::size_t index) {
    return workflow.flow == Flow::Graph && workflow.tasks[index].needs.empty() &&
           !is_entry(workflow, index);
}

std::string function_of(const Task& task) {
    return task.module + '.' + task.function;
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

// --- text

/// On one line, whatever is in it: nothing in a file may steer the terminal.
std::string printable(std::string_view text) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (is_control(c)) {
            const auto byte = static_cast<unsigned char>(c);
            out += "\\x";
            out += digits[byte >> 4U];
            out += digits[byte & 0xFU];
        } else {
            out += c;
        }
    }
    return out;
}

/// Characters, not bytes.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0U) != 0x80U; }));
}

std::string padded(std::string text, std::size_t columns) {
    const auto used = width(text);
    text.append(columns > used ? columns - used : 0, ' ');
    return text;
}

std::string remarks(const Workflow& workflow, std::size_t index) {
    const auto& task = workflow.tasks[index];
    std::vector<std::string> words;
    if (is_handler(workflow, index)) {
        words.emplace_back("handler");
    }
    if (task.retry.attempts_max > 1) {
        words.push_back("up to " + std::to_string(task.retry.attempts_max) + " attempts");
    }
    if (task.allow_failure) {
        words.emplace_back("may fail");
    }
    std::string out;
    for (const auto& word : words) {
        out += (out.empty() ? "  [" : ", ") + word;
    }
    return out.empty() ? out : out + ']';
}

std::string names_of(const Workflow& workflow, const std::vector<TaskIndex>& tasks, bool ends) {
    std::string out;
    for (const auto index : tasks) {
        out += (out.empty() ? "" : ", ") + printable(workflow.tasks[index].name);
    }
    if (ends) {
        out += out.empty() ? "end" : ", end";
    }
    return out;
}

void append_links(std::string& out, const Workflow& workflow, const Task& task) {
    const auto line = [&out](std::string_view label, const std::string& names) {
        if (!names.empty()) {
            out += "      " + padded(std::string(label), 12) + names + '\n';
        }
    };
    line("needs:", names_of(workflow, task.needs, false));
    line("on success:", names_of(workflow, task.on_success, task.ends_on_success));
    line("on failure:", names_of(workflow, task.on_failure, task.ends_on_failure));
}

std::string_view explanation(Flow flow) {
    switch (flow) {
        case Flow::Sequence: return "Tasks run one after another; the first failure stops the run.";
        case Flow::Transitions: return "* starts the run; each task then tells which one is next.";
        case Flow::Graph:
            return "* starts with the run; the others when all their needs have ended.";
    }
    return "";
}

std::string mark(const Workflow& workflow, std::size_t index) {
    if (workflow.flow == Flow::Sequence) {
        const auto digits = std::to_string(workflow.tasks.size()).size();
        const auto number = std::to_string(index + 1);
        return "  " + std::string(digits - number.size(), ' ') + number + ". ";
    }
    return is_entry(workflow, index) ? "  * " : "    ";
}

// --- mermaid

/// For a quoted label: all that could mean something to Mermaid, Markdown or HTML becomes a
/// character code.
std::string mermaid_label(std::string_view text) {
    static constexpr std::string_view harmless = " ._-+/,()=";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80 ||
                           harmless.find(c) != std::string_view::npos;
        if (is_control(c)) {
            out += ' ';
        } else if (plain) {
            out += c;
        } else {
            out += '#' + std::to_string(static_cast<unsigned char>(c)) + ';';
        }
    }
    return out;
}

std::string mermaid_node(const Workflow& workflow, std::size_t index) {
    const auto& task = workflow.tasks[index];
    const bool entry = is_entry(workflow, index);
    return "    t" + std::to_string(index) + (entry ? "([\"" : "[\"") + mermaid_label(task.name) +
           "<br>" + mermaid_label(function_of(task)) + (entry ? "\"])\n" : "\"]\n");
}

std::string_view mermaid_arrow(EdgeKind kind) {
    switch (kind) {
        case EdgeKind::Next:
        case EdgeKind::Needs: return " --> ";
        case EdgeKind::OnSuccess: return " -->|success| ";
        case EdgeKind::OnFailure: return " -.->|failure| ";
    }
    return "";
}

// --- dot

/// A quoted identifier.
std::string dot_id(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += is_control(c) ? ' ' : c;
    }
    return out + '"';
}

/// The inside of a quoted label, in which Graphviz also reads HTML entities.
std::string dot_label(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&') {
            out += "&amp;";
        } else if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else {
            out += is_control(c) ? ' ' : c;
        }
    }
    return out;
}

std::string_view dot_attributes(EdgeKind kind) {
    switch (kind) {
        case EdgeKind::Next:
        case EdgeKind::Needs: return "";
        case EdgeKind::OnSuccess: return " [label=\"success\"]";
        case EdgeKind::OnFailure: return " [label=\"failure\", style=dashed]";
    }
    return "";
}

constexpr std::string_view end_name = "end";  // reserved: no task bears it

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

}  // namespace

std::string graph_text(const Workflow& workflow) {
    const auto count = workflow.tasks.size();
    std::string out = printable(workflow.name) + ": " + std::string(to_string(workflow.flow)) +
                      " of " + std::to_string(count) + (count == 1 ? " task\n\n" : " tasks\n\n");
    std::size_t columns = 0;
    for (const auto& task : workflow.tasks) {
        columns = std::max(columns, width(printable(task.name)));
    }
    for (std::size_t i = 0; i < count; ++i) {
        const auto& task = workflow.tasks[i];
        out += mark(workflow, i) + padded(printable(task.name), columns) + "  " +
               printable(function_of(task)) + remarks(workflow, i) + '\n';
        append_links(out, workflow, task);
    }
    return out + '\n' + std::string(explanation(workflow.flow)) + '\n';
}

std::string graph_mermaid(const Workflow& workflow) {
    const auto edges = edges_of(workflow);
    std::string out = "flowchart TD\n";
    for (std::size_t i = 0; i < workflow.tasks.size(); ++i) {
        out += mermaid_node(workflow, i);
    }
    if (has_end(edges)) {
        out += "    stop((\"end\"))\n";
    }
    for (const auto& edge : edges) {
        out += "    t" + std::to_string(edge.from) + std::string(mermaid_arrow(edge.kind)) +
               (edge.to ? 't' + std::to_string(*edge.to) : "stop") + '\n';
    }
    return out;
}

std::string graph_dot(const Workflow& workflow) {
    const auto edges = edges_of(workflow);
    std::string out = "digraph " + dot_id(workflow.name) + " {\n    node [shape=box];\n";
    for (std::size_t i = 0; i < workflow.tasks.size(); ++i) {
        const auto& task = workflow.tasks[i];
        out += "    " + dot_id(task.name) + " [label=\"" + dot_label(task.name) + "\\n" +
               dot_label(function_of(task)) + '"' +
               (is_entry(workflow, i) ? ", style=bold];\n" : "];\n");
    }
    if (has_end(edges)) {
        out += "    \"end\" [shape=circle];\n";
    }
    for (const auto& edge : edges) {
        out += "    " + dot_id(workflow.tasks[edge.from].name) + " -> " +
               dot_id(edge.to ? std::string_view(workflow.tasks[*edge.to].name) : end_name) +
               std::string(dot_attributes(edge.kind)) + ";\n";
    }
    return out + "}\n";
}

boost::json::object graph_json(const Workflow& workflow) {
    json::array nodes;
    for (std::size_t i = 0; i < workflow.tasks.size(); ++i) {
        const auto& task = workflow.tasks[i];
        nodes.push_back(json::object{{"name", task.name},
                                     {"module", task.module},
                                     {"function", task.function},
                                     {"entry", is_entry(workflow, i)},
                                     {"handler", is_handler(workflow, i)},
                                     {"max_attempts", task.retry.attempts_max},
                                     {"allow_failure", task.allow_failure},
                                     {"ends", ends_of(task)}});
    }
    json::array edges;
    for (const auto& edge : edges_of(workflow)) {
        if (edge.to) {
            edges.push_back(json::object{{"from", workflow.tasks[edge.from].name},
                                         {"to", workflow.tasks[*edge.to].name},
                                         {"kind", to_string(edge.kind)}});
        }
    }
    return json::object{{"workflow", workflow.name},
                        {"flow", to_string(workflow.flow)},
                        {"nodes", std::move(nodes)},
                        {"edges", std::move(edges)}};
}

}  // namespace oa::core
