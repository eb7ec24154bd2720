#include "core/workflow/reference_check.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace oa::core {
namespace {

const std::vector<std::string> language_roots = {"inputs", "input",    "vars",
                                                 "run",    "workflow", "tasks"};

const std::vector<std::string> task_fields = {"output",   "status",     "error",
                                              "attempts", "started_at", "duration"};

/// The field that the path takes first; nothing when that is an index, or there is none.
std::optional<std::string> field(const Expression::Reference& path, std::size_t number) {
    if (path.segments.size() <= number) {
        return std::nullopt;
    }
    const auto* name = std::get_if<std::string>(&path.segments[number]);
    return name == nullptr ? std::nullopt : std::optional(*name);
}

class Checker {
public:
    Checker(Reading& reading, TemplatePlace place) : reading_(reading), place_(place) {}

    void check(const Placeholder& placeholder) {
        if (placeholder.source == Placeholder::Source::Wallet) {
            const bool vault = placeholder.text.find("VAULT:") < placeholder.text.find("WALLET:");
            reading_.unavailable(placeholder.position, vault ? "VAULT:" : "WALLET:");
        } else if (placeholder.expression) {
            for (const Expression::Reference& path : placeholder.expression->references()) {
                check(placeholder, path);
            }
        }
    }

private:
    void refuse(const Placeholder& placeholder, const std::string& why, std::string hint = {}) {
        reading_.error(placeholder.position, excerpt(placeholder.text) + ": " + why,
                       std::move(hint));
    }

    void check(const Placeholder& placeholder, const Expression::Reference& path) {
        const std::string& root = path.root;
        if (root == "inputs") {
            check_member(placeholder, field(path, 0), reading_.inputs, "input");
        } else if (root == "vars") {
            check_member(placeholder, field(path, 0), reading_.variables, "variable");
        } else if (root == "tasks") {
            check_task(placeholder, path);
        } else if (root == "input") {
            check_input(placeholder);
        } else if (root == "output" && place_ == TemplatePlace::TaskOutput) {
            return;
        } else if (!is_known_root(reading_, root)) {
            check_unknown(placeholder, root);
        }
    }

    void check_member(const Placeholder& placeholder,
                      const std::optional<std::string>& name,
                      const NameSet& known,
                      const std::string& kind) {
        if (name && !known.has(*name)) {
            refuse(placeholder, "there is no " + kind + " '" + excerpt(*name) + "'",
                   reading_.suggest(*name, known.list));
        }
    }

    void check_task(const Placeholder& placeholder, const Expression::Reference& path) {
        if (place_ == TemplatePlace::Variable) {
            refuse(placeholder, "variables are evaluated before any task runs");
            return;
        }
        const auto task = path.task();
        if (!task) {
            refuse(placeholder, "'tasks' is followed by the name of a task",
                   "write tasks.NAME.output, or tasks[\"my task\"].output");
            return;
        }
        if (!reading_.tasks.has(*task)) {
            refuse(placeholder, "there is no task '" + excerpt(*task) + "'",
                   reading_.suggest(*task, reading_.tasks.list));
            return;
        }
        const auto name = field(path, 1);
        if (name && std::find(task_fields.begin(), task_fields.end(), *name) == task_fields.end()) {
            std::string hint = reading_.suggest(*name, task_fields);
            if (hint.empty()) {
                hint = "it has output, status, error, attempts, started_at and duration";
            }
            refuse(placeholder, "a task has no '" + excerpt(*name) + "'", std::move(hint));
        }
    }

    void check_input(const Placeholder& placeholder) {
        if (place_ == TemplatePlace::Variable || place_ == TemplatePlace::WorkflowOutput) {
            refuse(placeholder, "only tasks have an 'input', the output of the task before",
                   "the run's parameters are under 'inputs'");
        }
    }

    void check_unknown(const Placeholder& placeholder, const std::string& root) {
        if (root == "env") {
            refuse(placeholder, "'env' is not in scope", "write ${ENV:NAME}");
            return;
        }
        std::string hint;
        if (reading_.inputs.has(root)) {
            hint = "did you mean 'inputs." + root + "'?";
        } else if (reading_.tasks.has(root)) {
            hint = "did you mean 'tasks." + root + ".output'?";
        } else if (root == "output") {
            hint = "it is known only in a task's 'output'; elsewhere write tasks.NAME.output";
        } else {
            hint = reading_.suggest(root, reading_.variables.list);
            if (hint.empty()) {
                hint = reading_.suggest(root, language_roots);
            }
        }
        refuse(placeholder, "'" + excerpt(root) + "' is unknown here", std::move(hint));
    }

    Reading& reading_;
    TemplatePlace place_;
};

}  // namespace

bool is_language_name(const std::string& name) {
    return std::find(language_roots.begin(), language_roots.end(), name) != language_roots.end();
}

bool is_known_root(const Reading& reading, const std::string& root) {
    return is_language_name(root) || reading.variables.has(root);
}

void check_references(Reading& reading, const Template& value, TemplatePlace place) {
    if (value.is_literal()) {
        return;
    }
    Checker checker(reading, place);
    value.for_each_placeholder(
        [&checker](const Placeholder& placeholder) { checker.check(placeholder); });
}

}  // namespace oa::core
