#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "core/display_text.hpp"
#include "core/workflow/graph_model.hpp"

namespace oa::core {
namespace {

constexpr std::size_t fact_columns = 48;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// Whether the character at that place could mean something to Mermaid, to Markdown, which labels
/// are read as, or to HTML.
bool is_harmless(std::string_view line, std::size_t at) {
    const char c = line[at];
    if (is_word(c)) {
        return true;
    }
    const char before = at > 0 ? line[at - 1] : '\0';
    const char after = at + 1 < line.size() ? line[at + 1] : '\0';
    switch (c) {
        case ',':
        case '/':
        case '(': return true;
        case ' ': return at > 0 && before != ' ';  // indented text would be code
        case '-':
        case '_': return is_word(before) && is_word(after);  // else a list, a rule, emphasis
        case '=':
        case '+': return at > 0;
        case ')': return !is_digit(before);                     // "1) " begins a list
        case '.': return is_word(before) && !is_digit(before);  // so does "1. "
        default: return false;
    }
}

/// One line of a quoted label: what is not harmless becomes a character code.
std::string escaped(std::string_view text) {
    const std::string line = single_line(text);
    std::string out;
    std::size_t word = 0;  // where the current run of word characters began
    for (std::size_t i = 0; i < line.size(); ++i) {
        const bool link = line[i] == '.' && i - word == 3 && std::tolower(line[word]) == 'w';
        if (is_harmless(line, i) && !link) {
            out += line[i];
        } else {
            out += '#' + std::to_string(static_cast<unsigned char>(line[i])) + ';';
        }
        if (line.compare(i, 2, "$$") == 0 || line.compare(i, 4, ":fa-") == 0) {
            out += "#8203;";  // read as mathematics or as an icon even when escaped, unless parted
        }
        word = is_word(line[i]) ? word : i + 1;
    }
    return out;
}

std::string title_of(const Task& task) {
    return escaped(task.name) + "<br>" + escaped(call_of(task));
}

/// What else there is to say of a task, each on a line of its own.
std::vector<std::string> facts_of(const GraphNode& node) {
    const Task& task = *node.task;
    std::vector<std::string> facts;
    if (task.for_each) {
        facts.push_back("for each " + loop_words(*task.for_each));
    }
    if (task.when) {
        facts.push_back("when " + task.when->text);
    }
    if (task.wait && task.wait->kind == Wait::Kind::Approval) {
        facts.push_back(words_of(task.wait->value));
    }
    std::string remarks;
    for (const auto& word : remarks_of(node)) {
        if (word != "handler") {
            remarks += (remarks.empty() ? "" : ", ") + word;
        }
    }
    if (!remarks.empty()) {
        facts.push_back(remarks);
    }
    if (node.recursive) {
        facts.emplace_back("again, as around this");
    }
    for (auto& fact : facts) {
        fact = escaped(shorten(fact, fact_columns));
    }
    return facts;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string out;
    for (const auto& line : lines) {
        out += (out.empty() ? "" : "<br>") + line;
    }
    return out;
}

std::string_view arrow(EdgeKind kind) {
    switch (kind) {
        case EdgeKind::Next:
        case EdgeKind::Needs: return " --> ";
        case EdgeKind::OnSuccess: return " -->|success| ";
        case EdgeKind::OnFailure: return " -.->|failure| ";
    }
    return "";
}

class MermaidWriter {
public:
    std::string write(const GraphModel& model) {
        write_graph(model, "", 1);
        write_class("handler", handlers_, "stroke-dasharray:4 3");
        write_class("note", notes_, "fill:none,stroke:none");
        return "flowchart TD\n" + std::move(out_);
    }

private:
    /// `prefix` makes identifiers of inner graphs their own: "t3_" for the graph within t3.
    void write_graph(const GraphModel& model, const std::string& prefix, std::size_t level) {
        const bool finally = model.has_finally();
        if (finally) {
            open(prefix + "main", "tasks", level);
        }
        const std::size_t inner = finally ? level + 1 : level;
        for (std::size_t i = 0; i < model.main_count(); ++i) {
            write_node(model.nodes[i], id(prefix, i), inner);
        }
        if (model.has_end()) {
            line("stop((\"end\"))", prefix, inner);
        }
        if (finally) {
            close(level);
            open(prefix + "finally", "finally", level);
            for (std::size_t i = model.main_count(); i < model.nodes.size(); ++i) {
                write_node(model.nodes[i], id(prefix, i), inner);
            }
            close(level);
        }
        for (const auto& edge : model.edges) {
            line(id(prefix, edge.from) + std::string(arrow(edge.kind)) +
                     (edge.to ? id(prefix, *edge.to) : prefix + "stop"),
                 "", level);
        }
        if (finally) {
            line(prefix + "main ==> " + prefix + "finally", "", level);
        }
    }

    void write_node(const GraphNode& node, const std::string& name, std::size_t level) {
        if (node.handler) {
            handlers_ += (handlers_.empty() ? "" : ",") + name;
        }
        const auto facts = facts_of(node);
        if (node.inner) {
            open(name, title_of(*node.task), level);
            if (!facts.empty()) {  // a title of more lines would lie across what is inside
                notes_ += (notes_.empty() ? "" : ",") + name + "_note";
                line(name + "_note[\"" + joined(facts) + "\"]", "", level + 1);
            }
            write_graph(*node.inner, name + '_', level + 1);
            close(level);
            return;
        }
        const bool sub_workflow = node.task->sub_workflow.has_value();
        const std::string left = sub_workflow ? "[[\"" : node.entry ? "([\"" : "[\"";
        const std::string right = sub_workflow ? "\"]]" : node.entry ? "\"])" : "\"]";
        line(name + left + title_of(*node.task) + (facts.empty() ? "" : "<br>") + joined(facts) +
                 right,
             "", level);
    }

    void write_class(const std::string& name, const std::string& nodes, const std::string& style) {
        if (!nodes.empty()) {
            line("classDef " + name + ' ' + style, "", 1);
            line("class " + nodes + ' ' + name, "", 1);
        }
    }

    static std::string id(const std::string& prefix, std::size_t index) {
        return prefix + 't' + std::to_string(index);
    }

    void open(const std::string& name, std::string_view label, std::size_t level) {
        line("subgraph " + name + "[\"" + std::string(label) + "\"]", "", level);
        line("direction TD", "", level + 1);
    }
    void close(std::size_t level) { line("end", "", level); }

    void line(std::string_view text, const std::string& prefix, std::size_t level) {
        out_.append(level * 4, ' ');
        out_ += prefix;
        out_ += text;
        out_ += '\n';
    }

    std::string out_;
    std::string handlers_;
    std::string notes_;
};

}  // namespace

std::string graph_mermaid(const Workflow& workflow, const GraphOptions& options) {
    return MermaidWriter().write(make_graph_model(workflow, options));
}

}  // namespace oa::core
