#include "core/workflow/call_parameters.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "core/workflow/parameter_check.hpp"
#include "core/workflow/steps_reader.hpp"
#include "core/workflow/value_reader.hpp"

namespace oa::core {
namespace {

/// Takes out of the parameters what is none: the name of a variable to save in, and under compat
/// what the function does not know.
void sift(Reading& reading,
          const FunctionInfo* function,
          std::vector<const YamlNode::Entry*>& parameters,
          Task& task) {
    const auto is_none = [&](const YamlNode::Entry* entry) {
        const bool known = function != nullptr && function->takes(entry->key);
        if (entry->key == "saveonvar" && (reading.compat_oa3 || !known)) {
            read_save_as(reading, *entry, task);
            return !known;
        }
        if (known || !reading.compat_oa3 || function == nullptr || function->open) {
            return false;
        }
        reading.warn(entry->key_position,
                     function->module + "." + function->function + " has no parameter '" +
                         excerpt(entry->key) + "', so it is ignored",
                     reading.suggest(entry->key, function->parameters), "unknown-parameter");
        return true;
    };
    parameters.erase(std::remove_if(parameters.begin(), parameters.end(), is_none),
                     parameters.end());
}

/// Older functions set the variable that their parameter `varname` names, and some set variables
/// that nobody can name before they run.
void note_set_variable(Reading& reading, const Call& call, const Template::Object& fields) {
    if (reading.compat_oa3 && call.info != nullptr &&
        call.info->params_schema.contains("x-sets-variables")) {
        reading.variables->saves_any = true;
    }
    const auto name = std::find_if(fields.begin(), fields.end(),
                                   [](const auto& field) { return field.key == "varname"; });
    if (!reading.compat_oa3 || name == fields.end()) {
        return;
    }
    if (!name->value.is_literal()) {
        reading.variables->saves_any = true;
    } else if (const auto* text = name->value.literal().if_string()) {
        reading.variables->saved.add(std::string(*text));
    }
}

}  // namespace

Template::Object read_fields(Reading& reading,
                             const std::vector<const YamlNode::Entry*>& entries,
                             TaskIndex task) {
    Template::Object fields;
    fields.reserve(entries.size());
    for (const YamlNode::Entry* entry : entries) {
        fields.push_back({entry->key, read_template(reading, *entry->value,
                                                    {ExpressionPlace::Parameters, task})});
    }
    return fields;
}

void read_call_parameters(Reading& reading,
                          const Call& call,
                          std::vector<const YamlNode::Entry*> parameters,
                          TaskIndex index,
                          Task& task) {
    task.module = call.module;
    task.function = call.function;
    sift(reading, call.info, parameters, task);
    if (call.info == &run_steps_function()) {
        task.sub_workflow = read_run_steps(reading, parameters, call.position);
        task.params = Template(Template::Object{});
        return;
    }
    task.info = call.info;
    Template::Object fields = read_fields(reading, parameters, index);
    note_set_variable(reading, call, fields);
    task.params = Template(std::move(fields));
    if (call.info == nullptr) {
        return;
    }
    if (!task.timeout && call.info->default_timeout_ms > 0) {
        task.timeout = Milliseconds{call.info->default_timeout_ms};
    }
    task.params_schema = schema_of(reading, *call.info);
    check_parameters(reading, task, parameters, call.position);
}

void read_save_as(Reading& reading, const YamlNode::Entry& entry, Task& task) {
    if (!reading.compat_oa3) {
        reading.error(entry.key_position, "'saveonvar' belongs to the older system",
                      "other tasks read this task's output as tasks.NAME.output, and 'output' "
                      "reshapes it");
        return;
    }
    if (is_null(*entry.value)) {
        return;
    }
    if (const auto name = read_text(reading, *entry.value, "'saveonvar'")) {
        if (auto problem = name_problem(*name)) {
            reading.error(entry.value->position, std::move(*problem));
        }
        task.save_as = *name;
        reading.variables->saved.add(*name);
    }
}

}  // namespace oa::core
