#include "core/workflow/sub_workflow_check.hpp"

#include <string>
#include <unordered_map>
#include <unordered_set>

#include <boost/json.hpp>

#include "core/workflow/inputs.hpp"
#include "core/workflow/yaml_pointer.hpp"

namespace oa::core {
namespace {

/// The inputs of a workflow by name.
struct InputIndex {
    explicit InputIndex(const Workflow& workflow) {
        for (const Input& input : workflow.inputs) {
            by_name.emplace(input.name, &input);
            names.push_back(input.name);
            if (input.required && !input.default_value) {
                required.push_back(&input);
            }
        }
    }

    std::unordered_map<std::string_view, const Input*> by_name;
    std::vector<std::string> names;
    std::vector<const Input*> required;
};

class SubWorkflowChecker {
public:
    explicit SubWorkflowChecker(Reading& reading) : reading_(reading) {}

    void check(const SubWorkflowCall& call) {
        if (call.task >= reading_.workflow.tasks.size()) {
            return;  // the list of tasks was refused
        }
        const Task& task = reading_.workflow.tasks[call.task];
        // One without tasks could not be read, which is reported there.
        if (!task.sub_workflow || task.sub_workflow->workflow == nullptr ||
            task.sub_workflow->workflow->tasks.empty()) {
            return;
        }
        sub_ = &*task.sub_workflow;
        const InputIndex& index =
            indices_.try_emplace(sub_->workflow, *sub_->workflow).first->second;
        std::unordered_set<std::string_view> given;
        for (std::size_t i = 0; i < call.entries.size(); ++i) {
            given.insert(call.entries[i]->key);
            check_input(index, *call.entries[i], literal(task.params, i));
        }
        for (const Input* input : index.required) {
            if (given.count(input->name) == 0 && !reading_.session.findings.full()) {
                reading_.error(sub_->position,
                               name() + " requires the input '" + excerpt(input->name) +
                                   "', which is not given",
                               "put it below 'with'", "missing-input");
            }
        }
    }

private:
    [[nodiscard]] std::string name() const { return "the workflow '" + excerpt(sub_->name) + "'"; }

    /// The value of a parameter in which there is no placeholder.
    static const boost::json::value* literal(const Template& params, std::size_t number) {
        if (params.is_literal()) {
            return &(params.literal().as_object().begin() + static_cast<std::ptrdiff_t>(number))
                        ->value();
        }
        const Template& value = (*params.fields())[number].value;
        return value.is_literal() ? &value.literal() : nullptr;
    }

    void check_input(const InputIndex& index,
                     const YamlNode::Entry& entry,
                     const boost::json::value* value) {
        const auto input = index.by_name.find(entry.key);
        if (input == index.by_name.end()) {
            reading_.error(
                entry.key_position,
                name() + (index.names.empty() ? " takes no inputs"
                                              : " has no input '" + excerpt(entry.key) + "'"),
                reading_.suggest(entry.key, index.names), "unknown-input");
        } else if (value != nullptr) {
            for (InputProblem& problem : input_value_problems(*input->second, *value)) {
                reading_.error(
                    node_at(*entry.value, problem.pointer).position,
                    "the input '" + excerpt(entry.key) + "' of " + name() + " " + problem.message,
                    std::move(problem.hint), "wrong-value");
            }
        }
    }

    Reading& reading_;
    const SubWorkflow* sub_ = nullptr;
    std::unordered_map<const Workflow*, InputIndex> indices_;
};

}  // namespace

void check_sub_workflows(Reading& reading) {
    SubWorkflowChecker checker(reading);
    for (const SubWorkflowCall& call : reading.sub_workflow_calls) {
        checker.check(call);
    }
}

}  // namespace oa::core
