#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/json/value.hpp>

#include "core/expression/expression.hpp"
#include "core/run/report.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// Reads an environment variable; nothing when it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// The values of one run: inputs, variables and what each task gave, and from them the parameters
/// of each call. It is what the events of the run add up to on the side of data, as the run machine
/// is on the side of control. Not thread safe; the workflow must outlive it.
class RunData {
public:
    struct Identity {
        std::string run_id;
        std::uint32_t attempt = 1;
    };

    RunData(const Workflow& workflow,
            Identity identity,
            boost::json::object inputs,
            Environment environment);

    /// Evaluates the variables, once. Throws TemplateError.
    void evaluate_variables();

    /// The parameters of a call as JSON text: placeholders resolved, `input` added where the
    /// function takes it and the document does not give it. Literal parameters are written once and
    /// shared. Throws TemplateError.
    [[nodiscard]] std::shared_ptr<const std::string> params(TaskIndex task,
                                                            std::optional<TaskIndex> led_by);

    /// What the task's `output` makes of the function's output; the function's output itself where
    /// there is none. Throws TemplateError.
    [[nodiscard]] boost::json::value reshape(TaskIndex task,
                                             std::optional<TaskIndex> led_by,
                                             boost::json::value output);

    /// The workflow's outputs. Throws TemplateError.
    [[nodiscard]] boost::json::object outputs();

    [[nodiscard]] const TaskReport& report(TaskIndex task) const { return reports_[task]; }
    /// For changing it; what expressions see of the task follows.
    [[nodiscard]] TaskReport& edit(TaskIndex task);
    [[nodiscard]] std::vector<TaskReport> take_reports();

private:
    class View;

    [[nodiscard]] boost::json::value input_of(TaskIndex task,
                                              std::optional<TaskIndex> led_by) const;
    [[nodiscard]] const boost::json::value* find_task(std::string_view name) const;
    [[nodiscard]] const boost::json::value* find_root(std::string_view name) const;

    const Workflow& workflow_;
    Environment environment_;
    boost::json::object roots_;  // inputs, vars, run, workflow
    std::vector<TaskReport> reports_;
    std::vector<std::shared_ptr<const std::string>> literal_params_;
    mutable std::unordered_map<std::string_view, TaskIndex>
        names_;  // filled when a task is first looked up
    mutable std::unordered_map<TaskIndex, boost::json::value>
        seen_;  // tasks as expressions see them, made on demand
};

}  // namespace oa::core
