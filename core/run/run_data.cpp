#include "core/run/run_data.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/run/parameter_fit.hpp"
#include "core/run/run_view.hpp"
#include "core/secret/secret_names.hpp"
#include "core/secret/wipe_json.hpp"
#include "core/workflow/json_type.hpp"

namespace oa::core {

namespace json = boost::json;

namespace {

constexpr std::string_view input_name = "input";
constexpr std::string_view vars_name = "vars";
constexpr std::string_view run_name = "run";

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

/// What a JSON Pointer leads to; null where there is no pointer, or nothing behind it.
const json::value* pointed_at(const json::value& value, const json::value* pointer) {
    if (pointer == nullptr || !pointer->is_string()) {
        return nullptr;
    }
    json::error_code error;
    return value.find_pointer(pointer->get_string(), error);
}

[[noreturn]] void fail(const Condition& condition, const EvaluationError& error) {
    throw TemplateError(condition.text + ": " + error.what(), error.hint(), condition.position);
}

}  // namespace

RunData::RunData(const Workflow& workflow,
                 Identity identity,
                 json::object inputs,
                 RunSources sources)
    : workflow_(workflow),
      sources_(std::move(sources)),
      reports_(workflow.tasks.size()),
      literal_params_(workflow.tasks.size()) {
    roots_["inputs"] = std::move(inputs);
    roots_[vars_name] = json::object{};
    roots_[run_name] = json::object{{"id", identity.run_id},
                                    {"attempt", identity.attempt},
                                    {"status", std::string(to_string(RunStatus::Running))},
                                    {"error", nullptr}};
    roots_["workflow"] = json::object{{"name", workflow.name}};
    for (TaskIndex task = 0; task < reports_.size(); ++task) {
        reports_[task].name = workflow.tasks[task].name;
        reports_[task].allow_failure = workflow.tasks[task].allow_failure;
    }
    find_secret_variables();
}

// Variables come in dependency order, so one pass finds those that read another one.
void RunData::find_secret_variables() {
    for (const Variable& variable : workflow_.variables) {
        bool secret = false;
        variable.value.for_each_placeholder([&](const Placeholder& placeholder) {
            secret = secret || is_secret(placeholder);
            if (!placeholder.expression) {
                return;
            }
            for (const auto& path : placeholder.expression->references()) {
                std::string_view name = path.root;
                if (name == vars_name && !path.segments.empty()) {
                    const auto* field = std::get_if<std::string>(&path.segments.front());
                    name = field == nullptr ? std::string_view() : *field;
                }
                secret = secret || secret_variables_.count(name) > 0;
            }
        });
        if (secret) {
            secret_variables_.emplace(variable.name, &variable.value);
        }
    }
}

bool RunData::is_secret_environment(std::string_view name) const {
    const std::vector<std::string>* const listed = sources_.secret_environment;
    return sounds_secret(name) ||
           (listed != nullptr && std::find(listed->begin(), listed->end(), name) != listed->end());
}

bool RunData::is_secret(const Placeholder& placeholder) const {
    return placeholder.names_secret() || (placeholder.source == Placeholder::Source::Environment &&
                                          is_secret_environment(placeholder.name));
}

// What may hold secrets is overwritten when the last one lets go of it.
std::shared_ptr<const std::string> RunData::kept_text(std::string text) const {
    if (!used_secrets_) {
        return std::make_shared<const std::string>(std::move(text));
    }
    return {new std::string(std::move(text)), [](std::string* kept) {
                wipe(*kept);
                delete kept;
            }};
}

void RunData::evaluate_variables(json::object given) {
    for (const Variable& variable : workflow_.variables) {
        if (secret_variables_.count(variable.name) == 0 && !given.contains(variable.name)) {
            json::value value = variable.value.resolve(View(*this));
            roots_.at(vars_name).as_object()[variable.name] = std::move(value);
        }
    }
    for (auto& entry : given) {
        set_variable(entry.key(), std::move(entry.value()));
    }
}

void RunData::restore_variables(json::object given, const json::object& recorded) {
    json::object then;  // what is given now may have more in it
    for (auto& entry : given) {
        if (recorded.contains(entry.key())) {
            then[entry.key()] = std::move(entry.value());
        }
    }
    try {
        evaluate_variables(std::move(then));
    } catch (const TemplateError&) {  // a source is not there any more: the record is
        roots_.at(vars_name).get_object().reserve(recorded.size());
    }
    for (const auto& entry : recorded) {
        const json::value* const fresh = variables().if_contains(entry.key());
        json::value masked = fresh == nullptr ? json::value() : *fresh;
        if (sources_.masker != nullptr) {
            sources_.masker->mask(masked);
        }
        if (fresh == nullptr || masked != entry.value()) {
            set_variable(entry.key(), entry.value());
        }
    }
}

const json::object& RunData::variables() const {
    return roots_.at(vars_name).get_object();
}

void RunData::set_variable(std::string_view name, json::value value) {
    secret_variables_.erase(name);
    roots_.at(vars_name).as_object()[name] = std::move(value);
}

void RunData::save_output(TaskIndex index, const json::value& output) {
    const Task& task = workflow_.tasks[index];
    if (!workflow_.compat_oa3) {
        return;
    }
    static const json::object nothing;
    const json::object& schema = task.info == nullptr ? nothing : task.info->params_schema;
    if (task.save_as) {
        const json::value* saved = pointed_at(output, schema.if_contains("x-saves"));
        set_variable(*task.save_as, saved == nullptr ? output : *saved);
    }
    const json::value* sets = schema.if_contains("x-sets-variable");
    if (sets != nullptr && sets->is_object()) {
        const json::value* name = pointed_at(output, sets->get_object().if_contains("name"));
        const json::value* value = pointed_at(output, sets->get_object().if_contains("value"));
        if (name != nullptr && name->is_string() && value != nullptr) {
            set_variable(std::string_view(name->get_string()), *value);
        }
    }
    const json::value* members = pointed_at(output, schema.if_contains("x-sets-variables"));
    if (members != nullptr && members->is_object()) {
        for (const auto& [name, value] : members->get_object()) {
            set_variable(std::string_view(name), value);
        }
    }
}

bool RunData::decide(const ValuePlace& place, const Standing& standing) const {
    const auto& when = workflow_.tasks[place.task].when;
    if (!when) {
        return true;
    }
    View view(*this, place);
    view.show_standing(standing);
    try {
        return when->expression.test(view);
    } catch (const EvaluationError& error) {
        fail(*when, error);
    }
}

bool RunData::decide_retry(const ValuePlace& place, const Failure& failure) const {
    const auto& when = workflow_.tasks[place.task].retry.when;
    if (!when) {
        return failure.retryable;
    }
    View view(*this, place);
    view.show("error", to_json(failure));
    try {
        return when->expression.test(view);
    } catch (const EvaluationError& error) {
        fail(*when, error);
    }
}

json::value RunData::loop_items(const ValuePlace& place) const {
    return workflow_.tasks[place.task].for_each->items.resolve(View(*this, place));
}

std::uint32_t RunData::begin_loop(ExecutionIndex loop, const ValuePlace& place, json::value items) {
    LoopValues values;
    if (auto* list = items.if_array()) {
        values.items = std::move(*list);
    } else if (auto* map = items.if_object()) {
        values.items.reserve(map->size());
        values.keys.reserve(map->size());
        for (auto& entry : *map) {
            values.keys.emplace_back(entry.key());
            values.items.push_back(std::move(entry.value()));
        }
    } else {
        throw TemplateError("for_each takes a list or a map, not " + describe(items),
                            "give one, such as ${tasks.NAME.output.files}",
                            workflow_.tasks[place.task].for_each->position);
    }
    const auto count = static_cast<std::uint32_t>(values.items.size());
    values.outputs.resize(count);
    loops_.insert_or_assign(loop, std::move(values));
    return count;
}

std::size_t RunData::set_element_output(const Element& element, json::value output) {
    const auto found = loops_.find(element.loop);
    if (found == loops_.end()) {
        return 0;
    }
    LoopValues& loop = found->second;
    loop.output_bytes += json_size(output);
    loop.outputs.at(element.index) = std::move(output);
    return loop.output_bytes;
}

json::value RunData::take_loop(ExecutionIndex loop) {
    const auto found = loops_.find(loop);
    if (found == loops_.end()) {
        return nullptr;
    }
    json::value outputs = std::move(found->second.outputs);
    loops_.erase(found);
    return outputs;
}

std::shared_ptr<const std::string> RunData::params(const ValuePlace& place) {
    const Task& task = workflow_.tasks[place.task];
    std::shared_ptr<const std::string>& kept = literal_params_[place.task];
    const bool literal = task.params.is_literal();
    if (literal && !kept) {
        kept = std::make_shared<const std::string>(
            task.params.literal().is_object() ? write_json(task.params.literal()) : "{}");
    }
    const bool with_input = takes_input(task);
    const json::object* const fills = fills_of(task);
    if (literal && !with_input && fills == nullptr) {
        return kept;
    }
    json::value input = with_input ? input_of(place) : json::value();
    if (literal && fills == nullptr) {
        std::string text = *kept;
        if (!input.is_null()) {
            append_member(text, input_name, input);
        }
        return kept_text(std::move(text));
    }
    json::value params = task.params.resolve(View(*this, place));
    if (fills != nullptr && params.is_object()) {
        fill(*fills, params);
    }
    if (!input.is_null() && params.is_object()) {
        params.get_object().emplace(input_name, std::move(input));
    }
    if (!workflow_.compat_oa3) {  // there a text may stand for a value of another type
        check_resolved_parameters(task, params);
    }
    std::shared_ptr<const std::string> text = kept_text(write_json(params));
    if (used_secrets_) {
        wipe_strings(params);
    }
    return text;
}

json::object RunData::sub_workflow_inputs(const ValuePlace& place) const {
    json::value inputs = workflow_.tasks[place.task].params.resolve(View(*this, place));
    return inputs.is_object() ? std::move(inputs.get_object()) : json::object{};
}

json::value RunData::reshape(const ValuePlace& place, json::value output) {
    const auto& shape = workflow_.tasks[place.task].output;
    if (!shape) {
        return output;
    }
    View view(*this, place);
    view.show("output", std::move(output));
    return shape->resolve(view);
}

void RunData::set_verdict(RunStatus status, const std::optional<Failure>& failure) {
    json::object& run = roots_.at(run_name).get_object();
    run["status"] = std::string(to_string(status));
    run["error"] = to_json(failure);
}

std::string RunData::concurrency_key() const {
    if (!workflow_.concurrency.key) {
        return {};
    }
    const json::value key = workflow_.concurrency.key->resolve(View(*this));
    return key.is_string() ? std::string(key.get_string()) : write_json(key);
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

void RunData::end_execution(ExecutionIndex execution,
                            std::shared_ptr<const json::value> output,
                            bool skipped) {
    const auto own = inputs_.find(execution);
    if (skipped) {
        output = own == inputs_.end() ? nullptr : own->second;
    }
    handed_on_ = std::move(output);
    if (own != inputs_.end()) {
        inputs_.erase(own);
    }
}

void RunData::hand_on(ExecutionIndex to) {
    inputs_[to] = handed_on_;
}

json::value RunData::input_of(const ValuePlace& place) const {
    const auto given = inputs_.find(place.element ? place.element->loop : place.execution);
    if (given != inputs_.end()) {
        return given->second ? *given->second : json::value();
    }
    const Task& task = workflow_.tasks[place.task];
    if (task.needs.empty()) {
        return nullptr;
    }
    json::object by_name;
    for (const TaskIndex need : task.needs) {
        by_name[workflow_.tasks[need].name] = output_of(reports_[need]);
    }
    return by_name;
}

void RunData::set_latest(TaskIndex task) {
    index_names();
    names_[workflow_.tasks[task].name] = task;
}

void RunData::index_names() const {
    if (names_.empty()) {
        names_.reserve(workflow_.tasks.size());
        for (TaskIndex task = 0; task < workflow_.tasks.size(); ++task) {
            names_.emplace(workflow_.tasks[task].name, task);
        }
    }
}

const json::value* RunData::find_task(std::string_view name) const {
    index_names();
    const auto found = names_.find(name);
    if (found == names_.end()) {
        return nullptr;
    }
    const auto seen = seen_.find(found->second);
    if (seen != seen_.end()) {
        return &seen->second;
    }
    return &seen_.emplace(found->second, task_for_expressions(reports_[found->second]))
                .first->second;
}

// The names of the language come before those of the document: a variable cannot hide them.
const json::value* RunData::find_root(std::string_view name) const {
    if (const json::value* root = roots_.if_contains(name)) {
        return root;
    }
    return roots_.at(vars_name).as_object().if_contains(name);
}

}  // namespace oa::core
