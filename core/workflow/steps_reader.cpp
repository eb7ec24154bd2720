#include "core/workflow/steps_reader.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/workflow/call_parameters.hpp"
#include "core/workflow/call_reader.hpp"
#include "core/workflow/flow_reader.hpp"
#include "core/workflow/task_reader.hpp"

namespace oa::core {
namespace {

constexpr std::string_view module_name = "oaworkflow";
constexpr std::string_view function_name = "runworkflow";
constexpr std::uint32_t activations_per_step = 10;

const std::vector<std::string> step_keys = {"name",   "module",     "function",
                                            "params", "on_success", "on_failure"};

FunctionInfo make_function() {
    FunctionInfo info;
    info.module = module_name;
    info.function = function_name;
    info.parameters = {"start_step", "steps"};
    return info;
}

const YamlNode::Entry* find(const std::vector<const YamlNode::Entry*>& entries,
                            std::string_view key) {
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [key](const auto* entry) { return entry->key == key; });
    return found == entries.end() || is_null(*(*found)->value) ? nullptr : *found;
}

class StepsReader {
public:
    StepsReader(Reading& outer, Reading& inner) : outer_(outer), inner_(inner) {}

    /// False when the steps are no workflow.
    bool read(const YamlNode& start, const YamlNode& steps) {
        if (steps.kind != YamlNode::Kind::Sequence || steps.items.empty()) {
            outer_.error(
                steps.position,
                "'steps' takes a list of steps, not " +
                    (steps.kind == YamlNode::Kind::Sequence ? "an empty one" : describe(steps)));
            return false;
        }
        drafts_.reserve(steps.items.size());
        for (const YamlNode* item : steps.items) {
            read_step(*item);
        }
        const auto name = read_text(outer_, start, "'start_step'");
        if (!name || drafts_.empty()) {
            return false;
        }
        const auto entry = std::find_if(drafts_.begin(), drafts_.end(), [&](const auto& draft) {
            return draft.task.name == *name;
        });
        name_tasks(inner_, drafts_);
        if (entry == drafts_.end()) {
            outer_.error(start.position, "there is no step '" + excerpt(*name) + "'",
                         outer_.suggest(*name, inner_.tasks.list));
            return false;
        }
        const auto index = static_cast<TaskIndex>(entry - drafts_.begin());
        read_steps(inner_, std::move(drafts_), index);
        return true;
    }

private:
    void read_step(const YamlNode& node) {
        if (node.kind != YamlNode::Kind::Mapping) {
            outer_.error(node.position, "a step is a mapping, not " + describe(node));
            return;
        }
        TaskDraft draft;
        draft.task.position =
            node.entries.empty() ? node.position : node.entries.front().key_position;
        draft.name_position = draft.task.position;
        const YamlNode* params = nullptr;
        for (const YamlNode::Entry& entry : node.entries) {
            if (!std::count(step_keys.begin(), step_keys.end(), entry.key)) {
                outer_.unknown_key(entry.key_position, entry.key, step_keys);
            } else if (is_null(*entry.value)) {
                continue;
            } else if (entry.key == "params") {
                params = entry.value;
            } else {
                read_key(entry, draft);
            }
        }
        if (draft.task.name.empty()) {
            outer_.error(draft.task.position, "a step has a name, and this one has none");
        }
        read_call_of(node, params, draft.task);
        drafts_.push_back(std::move(draft));
    }

    void read_key(const YamlNode::Entry& entry, TaskDraft& draft) {
        if (entry.key == "name") {
            read_task_name(inner_, *entry.value, draft);
        } else if (entry.key == "on_success") {
            draft.on_success = read_targets(inner_, *entry.value, "'on_success'");
        } else if (entry.key == "on_failure") {
            draft.on_failure = read_targets(inner_, *entry.value, "'on_failure'");
        }
    }

    void read_call_of(const YamlNode& node, const YamlNode* params, Task& task) {
        std::vector<const YamlNode::Entry*> entries;
        if (params != nullptr) {
            for (const auto& entry : read_mapping(outer_, *params, "'params'")) {
                entries.push_back(&entry);
            }
        }
        const auto index = static_cast<TaskIndex>(drafts_.size());
        read_call_parameters(inner_, read_call(inner_, node, step_keys), std::move(entries), index,
                             task);
    }

    Reading& outer_;
    Reading& inner_;
    std::vector<TaskDraft> drafts_;
};

}  // namespace

bool is_run_steps(std::string_view module, std::string_view function) {
    return module == module_name && function == function_name;
}

const FunctionInfo& run_steps_function() {
    static const FunctionInfo info = make_function();
    return info;
}

std::optional<SubWorkflow> read_run_steps(Reading& reading,
                                          const std::vector<const YamlNode::Entry*>& parameters,
                                          SourcePosition call) {
    const YamlNode::Entry* start = find(parameters, "start_step");
    const YamlNode::Entry* steps = find(parameters, "steps");
    for (const auto& [name, entry] : {std::pair("start_step", start), std::pair("steps", steps)}) {
        if (entry == nullptr) {
            reading.error(call, "the parameter '" + std::string(name) +
                                    "' of oaworkflow.runworkflow is missing");
        }
    }
    if (start == nullptr || steps == nullptr) {
        return std::nullopt;
    }
    Reading& inner = reading.session.sub_workflows.add_inner(reading);
    inner.workflow.name = function_name;
    inner.workflow.compat_oa3 = true;
    inner.workflow.activations_per_task_max = activations_per_step;
    if (!StepsReader(reading, inner).read(*start->value, *steps->value)) {
        return std::nullopt;
    }
    SubWorkflow sub;
    sub.name = function_name;
    sub.position = call;
    sub.workflow = &inner.workflow;
    sub.shares_variables = true;
    return sub;
}

}  // namespace oa::core
