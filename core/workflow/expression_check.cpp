#include "core/workflow/expression_check.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "core/expression/cel/lexer.hpp"
#include "core/workflow/known_types.hpp"
#include "core/workflow/language_names.hpp"
#include "core/workflow/task_order.hpp"

namespace oa::core {
namespace {

/// How to make a condition of a value that is none.
std::string comparison_hint(StaticType type, std::string value) {
    if (value.size() > 3 && value[0] == '$' && value.back() == '}') {
        value = value.substr(2, value.size() - 3);  // a condition needs no brackets
    }
    switch (type) {
        case StaticType::String: return "compare it, as in " + value + " != ''";
        case StaticType::Int:
        case StaticType::Uint: return "compare it, as in " + value + " != 0";
        case StaticType::Double: return "compare it, as in " + value + " != 0.0";
        case StaticType::List:
        case StaticType::Map: return "ask for its size, as in size(" + value + ") > 0";
        default: return {};
    }
}

using Reference = Expression::Reference;

const std::vector<std::string> task_fields = {"output",   "status",     "error",
                                              "attempts", "started_at", "duration"};
const std::vector<std::string> run_fields = {"id", "attempt", "status", "error"};
const std::vector<std::string> workflow_fields = {"name"};
const std::vector<std::string> error_fields = {"code", "message", "retryable"};
const std::vector<std::string> wait_outputs = {"until"};
const std::vector<std::string> approval_outputs = {"approved", "by", "comment", "at"};

bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string in_quotes(const std::string& name) {
    return "'" + excerpt(name) + "'";
}

/// "output, status and error"
std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
    }
    return text;
}

/// The field that the path takes there; nothing when that is an index, or there is none.
const std::string* field(const Reference& path, std::size_t number) {
    return path.segments.size() <= number ? nullptr
                                          : std::get_if<std::string>(&path.segments[number]);
}

std::string written(const Reference& path) {
    std::string text = path.root;
    for (const Expression::Segment& segment : path.segments) {
        if (const auto* index = std::get_if<std::int64_t>(&segment)) {
            text += "[" + std::to_string(*index) + "]";
        } else if (const auto& name = std::get<std::string>(segment); cel::is_name(name)) {
            text += "." + name;
        } else {
            text += "[\"" + name + "\"]";
        }
    }
    return text;
}

/// Whether a name has a meaning of its own in that place.
bool means_something(const std::string& root, ExpressionPlace place, const Task* task) {
    const bool before_tasks =
        place == ExpressionPlace::Variable || place == ExpressionPlace::ConcurrencyKey;
    if (root == "input") {
        return !before_tasks && place != ExpressionPlace::WorkflowOutput;
    }
    if (root == "item" || root == "index" || root == "key") {
        return task != nullptr && task->for_each && place != ExpressionPlace::ForEach;
    }
    if (root == "error") {
        return place == ExpressionPlace::RetryWhen;
    }
    if (root == "output") {
        return place == ExpressionPlace::TaskOutput;
    }
    return root == "inputs" || root == "vars" || root == "run" || root == "workflow" ||
           root == "tasks";
}

std::string why_not_here(const std::string& root, const Task* task) {
    if (root == "input") {
        return "only tasks have an 'input', the output of the task before";
    }
    if (root == "item" || root == "index" || root == "key") {
        return task != nullptr && task->for_each
                   ? "there is no " + in_quotes(root) + " yet while 'for_each' is evaluated"
                   : in_quotes(root) + " is known only in a task with 'for_each'";
    }
    if (root == "error") {
        return "'error' is known only in 'when' of 'retry'";
    }
    if (root == "output") {
        return "'output' is known only in a task's 'output'";
    }
    return in_quotes(root) + " is a function of 'when': " + root + "()";
}

std::string hint_for(const std::string& root) {
    if (root == "input") {
        return "the run's parameters are under 'inputs'";
    }
    if (root == "error" || root == "output") {
        return "elsewhere write tasks.NAME." + root;
    }
    return {};
}

class ExpressionChecker {
public:
    explicit ExpressionChecker(Reading& reading)
        : reading_(reading),
          types_(reading.workflow),
          order_(reading.workflow, reading.session.steps_left) {}

    void check(const ExpressionUse& use) {
        use_ = &use;
        task_ = use.site.task < reading_.workflow.tasks.size()
                    ? &reading_.workflow.tasks[use.site.task]
                    : nullptr;
        if (use.lenient && warn_of_unknown_names()) {
            return;
        }
        for (const Reference& path : use.expression.references()) {
            if (refuse_dashed_name(path)) {
                return;  // whatever else is said would be about another expression
            }
        }
        for (const Reference& path : use.expression.references()) {
            check(path);
        }
        if (use.expression.calls_status() && use.site.place != ExpressionPlace::When) {
            reading_.error(
                use.position,
                "success(), failure() and always() can be asked in a task's 'when' only");
        }
        if (!use.lenient) {
            check_types();
        }
    }

private:
    [[nodiscard]] std::string use_text() const {
        return excerpt(
            std::string_view(use_->node->scalar).substr(use_->text_offset, use_->text_size));
    }

    /// In an expression that is more than a path, the path is shown, and where it stands.
    void report(Severity severity,
                const Reference& path,
                const std::string& why,
                std::string hint) {
        const bool alone = use_->expression.as_path() != nullptr;
        const SourcePosition position =
            alone ? use_->position : reading_.position_in(*use_->node, use_->offset + path.offset);
        std::string message = (alone ? use_text() : excerpt(written(path))) + ": " + why;
        if (severity == Severity::Error) {
            reading_.error(position, std::move(message), std::move(hint), "unknown-name");
        } else {
            reading_.warn(position, std::move(message), std::move(hint), "unknown-name");
        }
    }
    void refuse(const Reference& path, const std::string& why, std::string hint = {}) {
        report(Severity::Error, path, why, std::move(hint));
    }

    // ----- names -----

    [[nodiscard]] bool is_variable(const std::string& root) const {
        return reading_.variables->has(root);
    }

    /// The older system left a text with an unknown name as it was. Whether that may happen.
    bool warn_of_unknown_names() {
        for (const Reference& path : use_->expression.references()) {
            if (is_variable(path.root) || means_something(path.root, use_->site.place, task_)) {
                continue;
            }
            if (!reading_.variables->saves_any) {
                reading_.warn(
                    use_->position, "'" + use_text() + "' names no variable and is left as it is",
                    reading_.suggest(path.root, reading_.variables->declared.list), "unknown-name");
            }
            return true;
        }
        return false;
    }

    void check(const Reference& path) {
        const std::string& root = path.root;
        if (!means_something(root, use_->site.place, task_)) {
            // Older documents know nothing of the names of the language.
            const bool variable =
                is_variable(root) && (reading_.compat_oa3 || !is_language_name(root));
            if (!variable && is_language_name(root)) {
                refuse(path, why_not_here(root, task_),
                       is_variable(root) ? "the variable is read as vars." + root : hint_for(root));
            } else if (!variable && !(reading_.compat_oa3 && reading_.variables->saves_any)) {
                refuse_unknown(path);
            }
        } else if (root == "inputs") {
            check_member(path, reading_.inputs, "input");
        } else if (root == "vars") {
            check_variable(path);
        } else if (root == "tasks") {
            check_task(path);
        } else if (root == "run") {
            check_field(path, 0, run_fields, "'run'");
        } else if (root == "workflow") {
            check_field(path, 0, workflow_fields, "'workflow'");
        } else if (root == "error") {
            check_field(path, 0, error_fields, "an error");
        }
    }

    void refuse_unknown(const Reference& path) {
        const std::string& root = path.root;
        std::string hint;
        if (root == "env" && !reading_.inputs.has(root) && !reading_.tasks.has(root)) {
            const std::string* name = field(path, 0);
            const std::string written_as = "${ENV:" + (name == nullptr ? "NAME" : *name) + "}";
            refuse(path, "'env' is not in scope",
                   takes_bare_expressions()
                       ? "give " + written_as + " to a variable, and name that here"
                       : "write " + written_as);
            return;
        }
        if (reading_.inputs.has(root)) {
            hint = "did you mean 'inputs." + root + "'?";
        } else if (reading_.tasks.has(root)) {
            hint = "did you mean 'tasks." + root + ".output'?";
        } else {
            hint = reading_.suggest(root, reading_.variables->declared.list);
            if (hint.empty()) {
                hint = reading_.suggest(root, language_names());
            }
            if (hint.empty() && path.segments.empty() && is_compared(path)) {
                hint = "put a text in quotes: '" + root + "'";
            }
        }
        refuse(path, in_quotes(root) + " is unknown here", std::move(hint));
    }

    /// Whether the place takes an expression without brackets, and so no ENV: or WALLET: either.
    [[nodiscard]] bool takes_bare_expressions() const {
        return use_->site.wanted == Wanted::Condition || use_->site.wanted == Wanted::Elements;
    }

    [[nodiscard]] std::string_view text_from(const Reference& path) const {
        const std::string_view text = use_->node->scalar;
        return text.substr(std::min(text.size(), use_->offset + path.offset));
    }

    /// Whether a name stands beside ==, != or `in`, as a text does that lacks its quotes.
    [[nodiscard]] bool is_compared(const Reference& path) const {
        const std::string_view text = use_->node->scalar;
        const std::size_t begin = std::min(text.size(), use_->offset + path.offset);
        std::string_view before = text.substr(0, begin);
        before = before.substr(0, before.find_last_not_of(' ') + 1);
        std::string_view behind = text.substr(std::min(text.size(), begin + path.root.size()));
        behind = behind.substr(std::min(behind.size(), behind.find_first_not_of(' ')));
        return before.ends_with("==") || before.ends_with("!=") || behind.starts_with("==") ||
               behind.starts_with("!=") || behind.starts_with("in ");
    }

    /// A name with a '-' in it that was written behind a '.': CEL reads a subtraction there. True
    /// when it has been reported.
    bool refuse_dashed_name(const Reference& path) {
        const std::string* part = field(path, 0);
        const NameSet* known = path.root == "tasks"    ? &reading_.tasks
                               : path.root == "inputs" ? &reading_.inputs
                               : path.root == "vars"   ? &reading_.variables->declared
                                                       : nullptr;
        if (known == nullptr || part == nullptr || known->has(*part)) {
            return false;
        }
        const std::string_view text = text_from(path);
        const std::string start = path.root + ".";
        const auto meant =
            std::find_if(known->list.begin(), known->list.end(), [&](const std::string& name) {
                return name.size() > part->size() && name.starts_with(*part + "-") &&
                       text.starts_with(start + name);
            });
        if (meant == known->list.end()) {
            return false;
        }
        refuse(path, "'-' subtracts, so this is not " + in_quotes(*meant),
               "write " + path.root + "[\"" + *meant + "\"]");
        return true;
    }

    /// has() asks whether the last field is there.
    [[nodiscard]] static bool may_be_missing(const Reference& path, std::size_t number) {
        return path.tested && path.segments.size() == number + 1;
    }

    void check_member(const Reference& path, const NameSet& known, const std::string& kind) {
        const std::string* name = field(path, 0);
        if (name != nullptr && !known.has(*name) && !may_be_missing(path, 0)) {
            refuse(path, "there is no " + kind + " " + in_quotes(*name),
                   reading_.suggest(*name, known.list));
        }
    }

    void check_variable(const Reference& path) {
        const std::string* name = field(path, 0);
        const bool saved = name != nullptr && reading_.compat_oa3 &&
                           (reading_.variables->saves_any || reading_.variables->saved.has(*name));
        if (!saved) {
            check_member(path, reading_.variables->declared, "variable");
        }
    }

    /// False when it has been reported.
    bool check_field(const Reference& path,
                     std::size_t number,
                     const std::vector<std::string>& known,
                     const std::string& whose) {
        const std::string* name = field(path, number);
        if (name == nullptr || contains(known, *name) || may_be_missing(path, number)) {
            return true;
        }
        std::string hint = reading_.suggest(*name, known);
        if (hint.empty()) {
            hint = "it has " + listed(known);
        }
        refuse(path, whose + " has no " + in_quotes(*name), std::move(hint));
        return false;
    }

    // ----- tasks -----

    void check_task(const Reference& path) {
        if (use_->site.place == ExpressionPlace::Variable) {
            refuse(path, "variables are evaluated before any task runs");
            return;
        }
        if (use_->site.place == ExpressionPlace::ConcurrencyKey) {
            refuse(path, "the key is evaluated before any task runs");
            return;
        }
        const std::string* name = field(path, 0);
        if (name == nullptr) {
            refuse(path, "'tasks' is followed by the name of a task",
                   "write tasks.NAME.output, or tasks[\"my task\"].output");
            return;
        }
        const auto found = reading_.task_indices.find(*name);
        if (found == reading_.task_indices.end()) {
            if (!may_be_missing(path, 0)) {
                refuse(path, "there is no task " + in_quotes(*name),
                       reading_.suggest(*name, reading_.tasks.list));
            }
            return;
        }
        const std::string* part = field(path, 1);
        if (!check_field(path, 1, task_fields, "a task") ||
            (part != nullptr && *part == "error" &&
             !check_field(path, 2, error_fields, "an error"))) {
            return;
        }
        const Task& task = reading_.workflow.tasks[found->second];
        if (part != nullptr && *part == "output" && !task.output) {
            check_outputs_of(task, path);
        }
        check_order(path, found->second);
    }

    /// What a task gives is known where it waits, or runs another workflow: that one's outputs.
    void check_outputs_of(const Task& task, const Reference& path) {
        const std::size_t number = task.for_each ? 3 : 2;  // behind an index, in a list of outputs
        if (task.wait) {
            const bool approval = task.wait->kind == Wait::Kind::Approval;
            check_field(path, number, approval ? approval_outputs : wait_outputs,
                        "the output of '" + std::string(to_string(task.wait->kind)) + "'");
            return;
        }
        if (!task.sub_workflow) {
            return;
        }
        const Workflow* inner = task.sub_workflow->workflow;
        const std::string* name = field(path, number);
        if (inner == nullptr || inner->outputs.empty() || name == nullptr ||
            may_be_missing(path, number)) {
            return;
        }
        NameSet& names = outputs_of_[inner];
        if (names.list.empty()) {
            for (const Output& output : inner->outputs) {
                names.add(output.name);
            }
        }
        if (!names.has(*name)) {
            refuse(path,
                   "the workflow " + in_quotes(task.sub_workflow->name) + " has no output " +
                       in_quotes(*name),
                   reading_.suggest(*name, names.list));
        }
    }

    void check_order(const Reference& path, TaskIndex read) {
        if (task_ == nullptr || reading_.flow_is_wrong) {
            return;
        }
        const std::string name = in_quotes(reading_.workflow.tasks[read].name);
        switch (order_.look(use_->site.task, read)) {
            case TaskOrder::Verdict::Fine: return;
            case TaskOrder::Verdict::Itself:
                if (use_->site.place != ExpressionPlace::RetryWhen) {
                    report(Severity::Warning, path,
                           "the task reads its own result, which is not there yet",
                           use_->site.place == ExpressionPlace::TaskOutput
                               ? "what the function gave is 'output' here"
                               : "");
                }
                return;
            case TaskOrder::Verdict::Later:
                report(Severity::Warning, path,
                       name + " runs only after this task, so its result is not there yet", {});
                return;
            case TaskOrder::Verdict::Unordered:
                report(
                    Severity::Warning, path,
                    "this task does not wait for " + name + ", so its result may not be there yet",
                    "add it to 'needs'");
                return;
        }
    }

    // ----- types -----

    [[nodiscard]] StaticType type_of(const Reference& path) const {
        const bool known =
            means_something(path.root, use_->site.place, task_) || !is_language_name(path.root);
        return known ? types_.of(path) : StaticType::Any;
    }

    void check_types() {
        Expression::Checked checked =
            use_->expression.check([this](const Reference& path) { return type_of(path); });
        std::stable_sort(
            checked.errors.begin(), checked.errors.end(),
            [](const auto& left, const auto& right) { return left.offset < right.offset; });
        for (ExpressionError& error : checked.errors) {
            reading_.error(reading_.position_in(*use_->node, use_->offset + error.offset),
                           std::move(error.message), std::move(error.hint), "expression");
        }
        if (checked.errors.empty() && checked.type != StaticType::Any) {
            check_wanted(checked.type);
        }
    }

    void check_wanted(StaticType type) {
        switch (use_->site.wanted) {
            case Wanted::Any: break;
            case Wanted::Condition:
                want(type, {StaticType::Bool}, "a condition is true or false",
                     comparison_hint(type, use_text()));
                break;
            case Wanted::Elements:
                want(type, {StaticType::List, StaticType::Map},
                     "'for_each' goes through a list or a map",
                     "give the list itself, such as [1, 2, 3]");
                break;
            case Wanted::Duration:
                want(type,
                     {StaticType::String, StaticType::Int, StaticType::Uint, StaticType::Double,
                      StaticType::Duration},
                     "a duration is a text such as 30s, or a number of seconds", {});
                break;
            case Wanted::Time:
                want(type, {StaticType::String, StaticType::Timestamp},
                     "a time is a text such as 2027-01-01T08:00:00Z", {});
                break;
        }
    }

    void want(StaticType type,
              std::initializer_list<StaticType> allowed,
              const std::string& rule,
              std::string hint) {
        if (std::find(allowed.begin(), allowed.end(), type) == allowed.end()) {
            reading_.error(
                use_->position,
                use_text() + ": " + rule + ", and this is " + std::string(with_article(type)),
                std::move(hint), "expression");
        }
    }

    Reading& reading_;
    KnownTypes types_;
    TaskOrder order_;
    std::unordered_map<const Workflow*, NameSet> outputs_of_;
    const ExpressionUse* use_ = nullptr;
    const Task* task_ = nullptr;
};

}  // namespace

void check_expressions(Reading& reading) {
    ExpressionChecker checker(reading);
    for (const ExpressionUse& use : reading.expressions) {
        if (reading.session.findings.give_up()) {
            return;
        }
        checker.check(use);
    }
}

}  // namespace oa::core
