#include "core/run/run_data.hpp"

#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"

namespace oa::core {

namespace json = boost::json;

namespace {

constexpr std::string_view input_name = "input";
constexpr std::string_view output_name = "output";

json::object report_for_expressions(const TaskReport& report) {
    json::object task;
    task["output"] = output_of(report);
    task["status"] = std::string(to_string(report.status));
    task["error"] = to_json(report.failure);
    task["attempts"] = report.attempts;
    task["started_at"] =
        report.started_at ? json::value(format_time(*report.started_at)) : json::value(nullptr);
    task["duration"] = static_cast<double>(report.duration.count()) / 1000.0;
    return task;
}

bool takes_input(const Task& task) {
    return task.info != nullptr && task.info->takes(input_name) &&
           task.params.find(input_name) == nullptr &&
           !(task.params.is_literal() && task.params.literal().is_object() &&
             task.params.literal().as_object().contains(input_name));
}

// Adds a member at the end of the text of an object.
void append_member(std::string& object_text, std::string_view name, const json::value& value) {
    object_text.pop_back();
    if (object_text.size() > 1) {
        object_text += ',';
    }
    append_json(object_text, json::value(name));
    object_text += ':';
    append_json(object_text, value);
    object_text += '}';
}

}  // namespace

// What one evaluation sees: the run's values, the task's input and, for `output`, what the function
// gave.
class RunData::View final : public Scope {
public:
    explicit View(const RunData& data) : data_(data) {}
    View(const RunData& data, TaskIndex task, std::optional<TaskIndex> led_by)
        : data_(data), task_(task), led_by_(led_by) {}

    void show_output(const json::value& output) { output_ = &output; }

    [[nodiscard]] const json::value* find(std::string_view name) const override {
        if (name == input_name && task_) {
            if (!input_) {
                input_ = data_.input_of(*task_, led_by_);
            }
            return &*input_;
        }
        if (name == output_name && output_ != nullptr) {
            return output_;
        }
        return data_.find_root(name);
    }
    [[nodiscard]] const json::value* find_task(std::string_view name) const override {
        return data_.find_task(name);
    }
    [[nodiscard]] std::optional<std::string> environment(std::string_view name) const override {
        return data_.environment_ ? data_.environment_(name) : std::nullopt;
    }
    [[nodiscard]] std::vector<std::string> names() const override {
        std::vector<std::string> names{"tasks"};
        for (const auto& root : data_.roots_) {
            names.emplace_back(root.key());
        }
        for (const auto& variable : data_.roots_.at("vars").as_object()) {
            names.emplace_back(variable.key());
        }
        if (task_) {
            names.emplace_back(input_name);
        }
        if (output_ != nullptr) {
            names.emplace_back(output_name);
        }
        return names;
    }
    [[nodiscard]] std::vector<std::string> task_names() const override {
        std::vector<std::string> names;
        for (const Task& task : data_.workflow_.tasks) {
            names.push_back(task.name);
        }
        return names;
    }

private:
    const RunData& data_;
    std::optional<TaskIndex> task_;
    std::optional<TaskIndex> led_by_;
    const json::value* output_ = nullptr;
    mutable std::optional<json::value> input_;
};

RunData::RunData(const Workflow& workflow,
                 Identity identity,
                 json::object inputs,
                 Environment environment)
    : workflow_(workflow),
      environment_(std::move(environment)),
      reports_(workflow.tasks.size()),
      literal_params_(workflow.tasks.size()) {
    roots_["inputs"] = std::move(inputs);
    roots_["vars"] = json::object{};
    roots_["run"] = json::object{{"id", identity.run_id}, {"attempt", identity.attempt}};
    roots_["workflow"] = json::object{{"name", workflow.name}};
    for (TaskIndex task = 0; task < reports_.size(); ++task) {
        reports_[task].name = workflow.tasks[task].name;
        reports_[task].allow_failure = workflow.tasks[task].allow_failure;
    }
}

void RunData::evaluate_variables() {
    for (const Variable& variable : workflow_.variables) {
        json::value value = variable.value.resolve(View(*this));
        roots_.at("vars").as_object()[variable.name] = std::move(value);
    }
}

std::shared_ptr<const std::string> RunData::params(TaskIndex index,
                                                   std::optional<TaskIndex> led_by) {
    const Task& task = workflow_.tasks[index];
    std::shared_ptr<const std::string>& kept = literal_params_[index];
    const bool literal = task.params.is_literal();
    if (literal && !kept) {
        kept = std::make_shared<const std::string>(
            task.params.literal().is_object() ? write_json(task.params.literal()) : "{}");
    }
    const bool with_input = takes_input(task);
    if (literal && !with_input) {
        return kept;
    }
    std::string text =
        literal ? *kept : write_json(task.params.resolve(View(*this, index, led_by)));
    if (with_input) {
        const json::value input = input_of(index, led_by);
        if (!input.is_null()) {
            append_member(text, input_name, input);
        }
    }
    return std::make_shared<const std::string>(std::move(text));
}

json::value RunData::reshape(TaskIndex task, std::optional<TaskIndex> led_by, json::value output) {
    const auto& shape = workflow_.tasks[task].output;
    if (!shape) {
        return output;
    }
    View view(*this, task, led_by);
    view.show_output(output);
    return shape->resolve(view);
}

json::object RunData::outputs() {
    json::object values;
    for (const Output& output : workflow_.outputs) {
        values[output.name] = output.value.resolve(View(*this));
    }
    return values;
}

TaskReport& RunData::edit(TaskIndex task) {
    seen_.erase(task);
    return reports_[task];
}

std::vector<TaskReport> RunData::take_reports() {
    seen_.clear();
    return std::move(reports_);
}

json::value RunData::input_of(TaskIndex index, std::optional<TaskIndex> led_by) const {
    if (led_by) {
        return output_of(reports_[*led_by]);
    }
    const Task& task = workflow_.tasks[index];
    if (task.needs.empty()) {
        return nullptr;
    }
    json::object by_name;
    for (const TaskIndex need : task.needs) {
        by_name[workflow_.tasks[need].name] = output_of(reports_[need]);
    }
    return by_name;
}

const json::value* RunData::find_task(std::string_view name) const {
    if (names_.empty()) {
        names_.reserve(workflow_.tasks.size());
        for (TaskIndex task = 0; task < workflow_.tasks.size(); ++task) {
            names_[workflow_.tasks[task].name] = task;
        }
    }
    const auto found = names_.find(name);
    if (found == names_.end()) {
        return nullptr;
    }
    const auto seen = seen_.find(found->second);
    if (seen != seen_.end()) {
        return &seen->second;
    }
    return &seen_.emplace(found->second, report_for_expressions(reports_[found->second]))
                .first->second;
}

// The names of the language come before those of the document: a variable cannot hide them.
const json::value* RunData::find_root(std::string_view name) const {
    if (const json::value* root = roots_.if_contains(name)) {
        return root;
    }
    return roots_.at("vars").as_object().if_contains(name);
}

}  // namespace oa::core
