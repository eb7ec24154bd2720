#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/display_text.hpp"
#include "core/duration.hpp"
#include "core/workflow/graph_model.hpp"

namespace oa::core {
namespace {

constexpr std::size_t columns_min = 40;
constexpr std::size_t label_columns = 12;
constexpr std::size_t nested_indent = 6;

std::string padded(std::string text, std::size_t columns) {
    const auto used = display_width(text);
    text.append(columns > used ? columns - used : 0, ' ');
    return text;
}

std::string count_of(std::size_t count, const std::string& noun) {
    return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

/// "deploy: sequence of 3 tasks, 1 more in finally"
std::string heading(const Workflow& workflow) {
    std::string out = single_line(workflow.name) + ": " + std::string(to_string(workflow.flow)) +
                      " of " + count_of(workflow.main_count(), "task");
    if (workflow.finally_count > 0) {
        out += ", " + std::to_string(workflow.finally_count) + " more in finally";
    }
    return out;
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

/// What holds for the run as a whole.
std::string settings(const Workflow& workflow) {
    std::string out;
    if (workflow.fail_fast) {
        out += "The first failure that nothing handles stops everything.\n";
    }
    if (workflow.concurrency.max_parallel) {
        out += "At most " + count_of(*workflow.concurrency.max_parallel, "task") + " at a time.\n";
    }
    if (workflow.timeout) {
        out += "At most " + format_duration(*workflow.timeout) + " in all.\n";
    }
    return out;
}

class TextWriter {
public:
    explicit TextWriter(std::size_t columns) : columns_(std::max(columns, columns_min)) {}

    /// The tasks of a workflow, all lines so far to the right.
    void write(const GraphModel& model, std::size_t indent) {
        const std::size_t names = name_columns(model, indent);
        for (std::size_t i = 0; i < model.nodes.size(); ++i) {
            if (i == model.main_count()) {
                out_ += '\n' + std::string(indent, ' ') +
                        "finally, whatever happened, one after another:\n";
            }
            write_node(model, i, indent, names);
        }
    }

    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    /// So wide that most names fit: longer ones stand on a line of their own.
    [[nodiscard]] std::size_t name_columns(const GraphModel& model, std::size_t indent) const {
        const std::size_t room = columns_ > indent ? columns_ - indent : 0;
        const std::size_t most = std::max<std::size_t>(room * 2 / 5, 12);
        std::size_t columns = 0;
        for (const GraphNode& node : model.nodes) {
            const std::size_t width = display_width(single_line(node.task->name));
            columns = width <= most ? std::max(columns, width) : columns;
        }
        return columns;
    }

    static std::string mark(const GraphModel& model, std::size_t index) {
        const bool finally = model.nodes[index].finally;
        if (finally || model.workflow->flow == Flow::Sequence) {
            const std::size_t before = finally ? model.main_count() : 0;
            const std::size_t last = finally ? model.nodes.size() : model.main_count();
            const auto digits = std::to_string(last - before).size();
            const auto number = std::to_string(index - before + 1);
            return "  " + std::string(digits - number.size(), ' ') + number + ". ";
        }
        return model.nodes[index].entry ? "  * " : "    ";
    }

    void write_node(const GraphModel& model,
                    std::size_t index,
                    std::size_t indent,
                    std::size_t names) {
        const GraphNode& node = model.nodes[index];
        const std::string start = std::string(indent, ' ') + mark(model, index);
        const std::string name = single_line(node.task->name);
        const std::size_t call_column = display_width(start) + names + 2;
        std::string line = start + padded(name, names) + "  ";
        if (display_width(name) > names) {
            out_ += start + name + '\n';
            line = std::string(call_column, ' ');
        }
        line += single_line(call_of(*node.task));
        std::string remarks;
        for (const auto& word : remarks_of(node)) {
            remarks += (remarks.empty() ? "[" : ", ") + word;
        }
        if (!remarks.empty()) {
            remarks += ']';
            const bool fits = display_width(line) + 2 + display_width(remarks) <= columns_;
            line += fits ? "  " + remarks : '\n' + std::string(call_column, ' ') + remarks;
        }
        out_ += line + '\n';
        write_facts(model, node, indent + nested_indent);
        write_inner(node, indent + nested_indent);
    }

    void write_facts(const GraphModel& model, const GraphNode& node, std::size_t indent) {
        const Task& task = *node.task;
        if (task.wait && task.wait->kind == Wait::Kind::Approval) {
            write_text("asks:", words_of(task.wait->value), indent);
        }
        write_names("needs:", names_of(model, task.needs, false), indent);
        if (task.when) {
            write_text("when:", task.when->text, indent);
        }
        if (task.for_each) {
            write_text("for each:", loop_words(*task.for_each), indent);
        }
        if (task.retry.attempts_max > 1 && task.retry.when) {
            write_text("retry when:", task.retry.when->text, indent);
        }
        write_names("on success:", names_of(model, task.on_success, task.ends_on_success), indent);
        write_names("on failure:", names_of(model, task.on_failure, task.ends_on_failure), indent);
    }

    void write_inner(const GraphNode& node, std::size_t indent) {
        if (node.recursive) {
            write_text("runs:", node.task->sub_workflow->workflow->name + " again, as above",
                       indent);
        } else if (node.inner) {
            write_text("runs:", heading(*node.inner->workflow), indent);
            write(*node.inner, indent);
        }
    }

    static std::vector<std::string> names_of(const GraphModel& model,
                                             const std::vector<TaskIndex>& tasks,
                                             bool ends) {
        std::vector<std::string> names;
        names.reserve(tasks.size() + 1);
        for (const auto index : tasks) {
            names.push_back(single_line(model.workflow->tasks[index].name));
        }
        if (ends) {
            names.emplace_back("end");
        }
        return names;
    }

    void write_text(std::string_view label, std::string_view text, std::size_t indent) {
        const std::size_t start = indent + label_columns;
        const std::size_t room = columns_ > start + 20 ? columns_ - start : 20;
        out_ += std::string(indent, ' ') + padded(std::string(label), label_columns) +
                shorten(text, room) + '\n';
    }

    /// On as many lines as they need.
    void write_names(std::string_view label,
                     const std::vector<std::string>& names,
                     std::size_t indent) {
        if (names.empty()) {
            return;
        }
        const std::size_t start = indent + label_columns;
        out_ += std::string(indent, ' ') + padded(std::string(label), label_columns);
        std::size_t used = start;
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string word = names[i] + (i + 1 < names.size() ? "," : "");
            const std::size_t width = display_width(word);
            if (i > 0 && used + 1 + width > columns_) {
                out_ += '\n' + std::string(start, ' ');
                used = start;
            } else if (i > 0) {
                out_ += ' ';
                ++used;
            }
            out_ += word;
            used += width;
        }
        out_ += '\n';
    }

    std::size_t columns_;
    std::string out_;
};

}  // namespace

std::string graph_text(const Workflow& workflow, const GraphOptions& options) {
    const GraphModel model = make_graph_model(workflow, options);
    TextWriter writer(options.columns);
    writer.write(model, 0);
    return heading(workflow) + "\n\n" + writer.take() + '\n' +
           std::string(explanation(workflow.flow)) + '\n' + settings(workflow);
}

}  // namespace oa::core
