#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/workflow/workflow.hpp"

namespace oa::test {

/// Makes workflows for tests of the run machine without reading YAML.
class WorkflowBuilder {
public:
    explicit WorkflowBuilder(core::Flow flow) {
        workflow_.name = "test";
        workflow_.flow = flow;
    }

    core::Task& task(std::string name) {
        core::Task& task = workflow_.tasks.emplace_back();
        task.name = std::move(name);
        return task;
    }
    core::Workflow& workflow() { return workflow_; }

    /// Fills in what the reader infers: the tasks that start with the run.
    core::Workflow build() {
        workflow_.entries.clear();
        std::vector<bool> named(workflow_.tasks.size(), false);
        for (const core::Task& task : workflow_.tasks) {
            for (const auto& targets : {task.on_success, task.on_failure}) {
                for (const core::TaskIndex target : targets) {
                    named[target] = true;
                }
            }
        }
        if (workflow_.flow == core::Flow::Sequence) {
            workflow_.entries = {0};
        } else {
            for (core::TaskIndex index = 0; index < workflow_.tasks.size(); ++index) {
                const bool first = workflow_.flow == core::Flow::Graph || workflow_.entries.empty();
                if (!named[index] && workflow_.tasks[index].needs.empty() && first) {
                    workflow_.entries.push_back(index);
                }
            }
            if (workflow_.flow == core::Flow::Transitions && workflow_.entries.empty()) {
                workflow_.entries = {0};
            }
        }
        return workflow_;
    }

private:
    core::Workflow workflow_;
};

}  // namespace oa::test
