#include "host/api/legacy/legacy_graph.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "core/workflow/graph.hpp"

namespace oa::host::legacy {

namespace json = boost::json;

namespace {

constexpr std::string_view end_id = "node_end";

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// A word that Mermaid reads as its own.
bool is_keyword(std::string word) {
    static constexpr std::array<std::string_view, 15> words{
        "end",       "start",     "graph", "subgraph", "class", "classdef", "click", "style",
        "linkstyle", "direction", "tb",    "td",       "bt",    "rl",       "lr"};
    std::transform(word.begin(), word.end(), word.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string id_of(const std::string& name) {
    std::string id;
    for (const char c : name) {
        id += is_letter(c) || is_digit(c) || c == '_' ? c : '_';
    }
    return id.empty() || is_digit(id.front()) || is_keyword(id) ? "node_" + id : id;
}

/// One for each task; names that come to the same id are told apart by a number.
std::vector<std::string> ids_of(const core::Workflow& workflow) {
    std::vector<std::string> ids;
    std::set<std::string, std::less<>> taken{std::string(end_id)};
    for (const core::Task& task : workflow.tasks) {
        const std::string wanted = id_of(task.name);
        std::string id = wanted;
        for (std::size_t number = 2; !taken.insert(id).second; ++number) {
            id = wanted + '_' + std::to_string(number);
        }
        ids.push_back(std::move(id));
    }
    return ids;
}

/// A text between quotes, which Mermaid takes as a text whatever is in it.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '#': out += "#35;"; break;
            case '"': out += "#quot;"; break;
            case '<': out += "#lt;"; break;
            case '>': out += "#gt;"; break;
            case '&': out += "#amp;"; break;
            default: out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
        }
    }
    return out;
}

json::array nodes_of(const core::Workflow& workflow,
                     const std::vector<std::string>& ids,
                     const json::object& results) {
    json::array nodes;
    for (std::size_t i = 0; i < workflow.tasks.size(); ++i) {
        const core::Task& task = workflow.tasks[i];
        const json::value* const result = results.if_contains(task.name);
        const bool is_entry = std::find(workflow.entries.begin(), workflow.entries.end(), i) !=
                              workflow.entries.end();
        nodes.push_back(
            json::object{{"id", ids[i]},
                         {"name", task.name},
                         {"label", task.name},
                         {"module", task.module},
                         {"function", task.function},
                         {"status", result != nullptr ? result->at("status") : json::value()},
                         {"is_entry", is_entry}});
    }
    return nodes;
}

json::array edges_of(const core::Workflow& workflow, const std::vector<std::string>& ids) {
    json::array edges;
    const json::object graph = core::graph_json(workflow);
    for (const json::value& edge : graph.at("edges").as_array()) {
        edges.push_back(
            json::object{{"from", ids.at(edge.at("from_index").to_number<std::size_t>())},
                         {"to", ids.at(edge.at("to_index").to_number<std::size_t>())},
                         {"type", edge.at("kind") == "on_failure" ? "failure" : "success"}});
    }
    for (std::size_t i = 0; i < workflow.tasks.size(); ++i) {
        if (workflow.tasks[i].ends_on_success) {
            edges.push_back(json::object{{"from", ids[i]}, {"to", end_id}, {"type", "success"}});
        }
        if (workflow.tasks[i].ends_on_failure) {
            edges.push_back(json::object{{"from", ids[i]}, {"to", end_id}, {"type", "failure"}});
        }
    }
    return edges;
}

std::string_view class_of(const json::object& node) {
    const json::value& status = node.at("status");
    if (status == "success") {
        return "successNode";
    }
    if (status == "failed") {
        return "failedNode";
    }
    if (status == "running") {
        return "runningNode";
    }
    return status.is_null() && node.at("is_entry").as_bool() ? "entryNode" : "";
}

std::string text_of(const json::object& object, std::string_view key) {
    return std::string(object.at(key).as_string());
}

std::string mermaid_of(const json::array& nodes, const json::array& edges) {
    std::string text = "flowchart TD\n";
    for (const json::value& value : nodes) {
        const json::object& node = value.as_object();
        text += "    " + text_of(node, "id") + "[\"" + escaped(text_of(node, "label")) + "\"]\n";
        if (!text_of(node, "module").empty()) {
            text += "    click " + text_of(node, "id") + " callback \"" +
                    escaped(text_of(node, "module") + "." + text_of(node, "function")) + "\"\n";
        }
    }
    for (const json::value& value : edges) {
        const json::object& edge = value.as_object();
        text += "    " + text_of(edge, "from") +
                (edge.at("type") == "failure" ? " -.-> " : " --> ") + text_of(edge, "to") + "\n";
    }
    text +=
        "    classDef successNode fill:#d4edda,stroke:#28a745,stroke-width:3px\n"
        "    classDef failedNode fill:#f8d7da,stroke:#dc3545,stroke-width:3px\n"
        "    classDef runningNode fill:#fff3cd,stroke:#ffc107,stroke-width:3px\n"
        "    classDef entryNode fill:#cfe2ff,stroke:#0d6efd,stroke-width:3px\n";
    for (const json::value& node : nodes) {
        if (const std::string_view kind = class_of(node.as_object()); !kind.empty()) {
            text += "    class " + text_of(node.as_object(), "id") + ' ' + std::string(kind) + "\n";
        }
    }
    return text;
}

}  // namespace

json::object graph_json(const core::Workflow& workflow, const json::object& results) {
    const std::vector<std::string> ids = ids_of(workflow);
    json::array nodes = nodes_of(workflow, ids, results);
    json::array edges = edges_of(workflow, ids);
    json::object graph;
    graph["mermaid"] = mermaid_of(nodes, edges);
    graph["nodes"] = std::move(nodes);
    graph["edges"] = std::move(edges);
    graph["entry_point"] = workflow.entries.empty()
                               ? json::value()
                               : json::value(workflow.tasks.at(workflow.entries.front()).name);
    return graph;
}

}  // namespace oa::host::legacy
