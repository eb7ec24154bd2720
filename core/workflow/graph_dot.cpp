#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/display_text.hpp"
#include "core/workflow/graph_model.hpp"

namespace oa::core {
namespace {

constexpr std::size_t fact_columns = 48;
constexpr std::size_t ranking_edges_max = 100;

/// The inside of a quoted label, in which Graphviz also reads HTML entities.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : single_line(text)) {
        if (c == '&') {
            out += "&amp;";
        } else {
            out += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
        }
    }
    return out;
}

std::string label_of(const GraphNode& node) {
    const Task& task = *node.task;
    std::string out = escaped(task.name) + "\\n" + escaped(call_of(task));
    const auto add = [&out](const std::string& fact) {
        out += "\\n" + escaped(shorten(fact, fact_columns));
    };
    if (task.for_each) {
        add("for each " + loop_words(*task.for_each));
    }
    if (task.when) {
        add("when " + task.when->text);
    }
    if (task.wait && task.wait->kind == Wait::Kind::Approval) {
        add(words_of(task.wait->value));
    }
    std::string remarks;
    for (const auto& word : remarks_of(node)) {
        if (word != "handler") {
            remarks += (remarks.empty() ? "" : ", ") + word;
        }
    }
    if (!remarks.empty()) {
        add(remarks);
    }
    if (node.recursive) {
        add("again, as around this");
    }
    return out;
}

std::vector<std::string> attributes_of(EdgeKind kind) {
    switch (kind) {
        case EdgeKind::Next:
        case EdgeKind::Needs: return {};
        case EdgeKind::OnSuccess: return {"label=\" success\""};
        case EdgeKind::OnFailure: return {"label=\" failure\"", "style=dashed"};
    }
    return {};
}

class DotWriter {
public:
    std::string write(const GraphModel& model) {
        out_ = "digraph \"" + escaped(model.workflow->name) + "\" {\n";
        line("compound=true;", 1);
        line("node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];", 1);
        line("edge [fontname=\"sans-serif\", fontsize=10];", 1);
        line("graph [fontname=\"sans-serif\", fontsize=11];", 1);
        write_graph(model, "", 1);
        return std::move(out_) + "}\n";
    }

private:
    /// `prefix` makes identifiers of inner graphs their own: "t3_" for the graph within t3.
    void write_graph(const GraphModel& model, const std::string& prefix, std::size_t level) {
        const bool finally = model.has_finally();
        if (finally) {
            open(prefix + "main", "tasks", "dashed", level);
        }
        const std::size_t inner = finally ? level + 1 : level;
        for (std::size_t i = 0; i < model.main_count(); ++i) {
            write_node(model.nodes[i], id(prefix, i), inner);
        }
        if (model.has_end()) {
            line('"' + prefix + "end\" [label=\"end\", shape=circle];", inner);
        }
        if (finally) {
            line("}", level);
            open(prefix + "finally", "finally", "rounded", level);
            for (std::size_t i = model.main_count(); i < model.nodes.size(); ++i) {
                write_node(model.nodes[i], id(prefix, i), inner);
            }
            line("}", level);
        }
        for (const auto& edge : model.edges) {
            write_edge(model, edge, prefix, level);
        }
        if (finally) {
            write_way_to_finally(model, prefix, level);
        }
    }

    void write_node(const GraphNode& node, const std::string& name, std::size_t level) {
        if (node.inner) {
            open(name, label_of(node), node.entry ? "rounded,bold" : "rounded", level);
            write_graph(*node.inner, name + '_', level + 1);
            line("}", level);
            return;
        }
        std::string attributes = "label=\"" + label_of(node) + '"';
        if (node.task->sub_workflow) {
            attributes += ", peripheries=2";
        }
        if (node.entry) {
            attributes += ", style=\"rounded,bold\"";
        } else if (node.handler) {
            attributes += ", style=\"rounded,dashed\"";
        }
        line('"' + name + "\" [" + attributes + "];", level);
    }

    /// An edge begins and ends at nodes; one that belongs to a cluster is cut at its border.
    void write_edge(const GraphModel& model,
                    const GraphEdge& edge,
                    const std::string& prefix,
                    std::size_t level) {
        auto attributes = attributes_of(edge.kind);
        const GraphNode& from = model.nodes[edge.from];
        if (from.inner) {
            attributes.push_back("ltail=\"cluster_" + id(prefix, edge.from) + '"');
        }
        std::string to = prefix + "end";
        if (edge.to) {
            const GraphNode& target = model.nodes[*edge.to];
            to = first_within(target, id(prefix, *edge.to));
            if (target.inner) {
                attributes.push_back("lhead=\"cluster_" + id(prefix, *edge.to) + '"');
            }
        }
        connect(last_within(from, id(prefix, edge.from)), to, attributes, level);
    }

    /// One arrow for all tasks together. The branches' ends are tied to it invisibly, so that what
    /// comes after them stands below them.
    void write_way_to_finally(const GraphModel& model,
                              const std::string& prefix,
                              std::size_t level) {
        const std::size_t first = model.main_count();
        const std::string to = first_within(model.nodes[first], id(prefix, first));
        const auto ends = branch_ends(model, prefix);
        connect(ends.front(), to,
                {"ltail=\"cluster_" + prefix + "main\"", "lhead=\"cluster_" + prefix + "finally\"",
                 "style=bold"},
                level);
        for (std::size_t i = 1; i < std::min(ends.size(), ranking_edges_max); ++i) {
            connect(ends[i], to, {"style=invis"}, level);
        }
    }

    static std::vector<std::string> branch_ends(const GraphModel& model,
                                                const std::string& prefix) {
        std::vector<bool> goes_on(model.main_count(), false);
        for (const auto& edge : model.edges) {
            if (edge.from < goes_on.size()) {
                goes_on[edge.from] = true;
            }
        }
        std::vector<std::string> ends;
        if (model.has_end()) {
            ends.push_back(prefix + "end");
        }
        for (std::size_t i = 0; i < goes_on.size(); ++i) {
            if (!goes_on[i]) {
                ends.push_back(last_within(model.nodes[i], id(prefix, i)));
            }
        }
        if (ends.empty()) {
            ends.push_back(
                last_within(model.nodes[goes_on.size() - 1], id(prefix, goes_on.size() - 1)));
        }
        return ends;
    }

    static std::string first_within(const GraphNode& node, const std::string& name) {
        return node.inner ? first_within(node.inner->nodes.front(), id(name + '_', 0)) : name;
    }
    static std::string last_within(const GraphNode& node, const std::string& name) {
        if (!node.inner) {
            return name;
        }
        const std::size_t last = node.inner->nodes.size() - 1;
        return last_within(node.inner->nodes[last], id(name + '_', last));
    }

    void connect(const std::string& from,
                 const std::string& to,
                 const std::vector<std::string>& attributes,
                 std::size_t level) {
        std::string list;
        for (const auto& attribute : attributes) {
            list += (list.empty() ? "" : ", ") + attribute;
        }
        line('"' + from + "\" -> \"" + to + '"' + (list.empty() ? "" : " [" + list + ']') + ';',
             level);
    }

    static std::string id(const std::string& prefix, std::size_t index) {
        return prefix + 't' + std::to_string(index);
    }

    void open(const std::string& name,
              std::string_view label,
              std::string_view style,
              std::size_t level) {
        line("subgraph \"cluster_" + name + "\" {", level);
        line("label=\"" + std::string(label) + "\";", level + 1);
        line("style=\"" + std::string(style) + "\";", level + 1);
    }

    void line(std::string_view text, std::size_t level) {
        out_.append(level * 4, ' ');
        out_ += text;
        out_ += '\n';
    }

    std::string out_;
};

}  // namespace

std::string graph_dot(const Workflow& workflow, const GraphOptions& options) {
    return DotWriter().write(make_graph_model(workflow, options));
}

}  // namespace oa::core
