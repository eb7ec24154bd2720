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
#include "core/port/secret_source.hpp"
#include "core/run/report.hpp"
#include "core/run/run_machine.hpp"
#include "core/run/wait_plan.hpp"
#include "core/secret/masker.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// Reads an environment variable; nothing when it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// Where a run's values come from, beside what it is given. Borrowed: must outlive the run.
struct RunSources {
    Environment environment = {};
    const SecretSource* secrets = nullptr;  ///< null: there are none
    /// Environment variables that hold secrets, beside those that sound so.
    const std::vector<std::string>* secret_environment = nullptr;
    /// Is told every secret before the run uses it; null: nobody is.
    Masker* masker = nullptr;
};

/// Where in a run a value is asked for.
struct ValuePlace {
    TaskIndex task = 0;
    ExecutionIndex execution = 0;
    std::optional<Element> element;
};

/// The values of one run: inputs, variables and what each task gave, and from them the parameters
/// of each call. It is what the events of the run add up to on the side of data, as the run machine
/// is on the side of control. Not thread safe; the workflow and the secrets must outlive it.
class RunData {
public:
    struct Identity {
        std::string run_id;
        std::uint32_t attempt = 1;
    };

    RunData(const Workflow& workflow,
            Identity identity,
            boost::json::object inputs,
            RunSources sources);

    /// Evaluates the variables, once; those that are in `given` take their value from there. A
    /// variable that names a secret, or another such variable, is evaluated at each use instead.
    /// Throws TemplateError.
    void evaluate_variables(boost::json::object given = {});
    /// The same for a run that is resumed: as they are on record, where secrets are masked. What
    /// evaluates to the same once more is taken from there, unmasked.
    void restore_variables(boost::json::object given, const boost::json::object& recorded);
    /// As they are now, without those that name secrets.
    [[nodiscard]] const boost::json::object& variables() const;
    void set_variable(std::string_view name, boost::json::value value);
    /// What a task's output does to the variables under compat: oa3. `saveonvar` takes what the
    /// function's schema points at by "x-saves": "/pointer", or else all of it; a schema with
    /// "x-sets-variable": {"name": "/pointer", "value": "/pointer"} is that of a function which
    /// sets a variable, and one with "x-sets-variables": "/pointer" makes variables of all members
    /// of an object.
    void save_output(TaskIndex task, const boost::json::value& output);

    /// An execution has ended with that output; nothing where it was skipped. For hand_on, until
    /// the next one ends.
    void end_execution(ExecutionIndex execution,
                       std::shared_ptr<const boost::json::value> output,
                       bool skipped);
    /// The execution that ended last leads to another one.
    void hand_on(ExecutionIndex to);

    /// Whether `when` holds. Throws TemplateError.
    [[nodiscard]] bool decide(const ValuePlace& place, const Standing& standing) const;
    /// Whether `retry.when` holds for a failure. Throws TemplateError.
    [[nodiscard]] bool decide_retry(const ValuePlace& place, const Failure& failure) const;

    /// What a task with `for_each` runs for: a list or a map, if the document is right. Throws
    /// TemplateError.
    [[nodiscard]] boost::json::value loop_items(const ValuePlace& place) const;
    /// Keeps that until take_loop. Gives the number of elements. Throws TemplateError.
    [[nodiscard]] std::uint32_t begin_loop(ExecutionIndex loop,
                                           const ValuePlace& place,
                                           boost::json::value items);
    /// Bytes that the outputs of the loop have so far, about.
    std::size_t set_element_output(const Element& element, boost::json::value output);
    /// The outputs in the order of the elements, null for those that have none. Forgets the loop.
    [[nodiscard]] boost::json::value take_loop(ExecutionIndex loop);

    /// The parameters of a call as JSON text: placeholders resolved, `input` added where the
    /// function takes it and the document does not give it. Under compat: oa3 a schema with
    /// "x-fill": {PARAMETER: {"from": "variables", "names": "/pointer"}} has a parameter filled
    /// that the document does not give: with the variables, or the outputs of tasks ("outputs"), of
    /// the names that the pointer leads to in the other parameters, or all of them. Secrets are
    /// masked there. Literal parameters are written once and
    /// shared. Throws TemplateError; ParameterError when they are not what the function takes.
    [[nodiscard]] std::shared_ptr<const std::string> params(const ValuePlace& place);
    /// Whether anything that was asked of this so far has read a secret.
    [[nodiscard]] bool used_secrets() const noexcept { return used_secrets_; }
    /// The inputs that a task gives to the workflow that it runs. Throws TemplateError.
    [[nodiscard]] boost::json::object sub_workflow_inputs(const ValuePlace& place) const;

    /// What a task that waits waits for; `now` is when it begins. Throws TemplateError.
    [[nodiscard]] WaitPlan wait(const ValuePlace& place, WallTime now) const;

    /// What the task's `output` makes of the function's output; the function's output itself where
    /// there is none. Throws TemplateError.
    [[nodiscard]] boost::json::value reshape(const ValuePlace& place, boost::json::value output);

    /// The tasks outside of `finally` have ended: run.status and run.error are known from now on.
    void set_verdict(RunStatus status, const std::optional<Failure>& failure);
    /// What `concurrency.key` gives, as text; empty where there is none. After the variables.
    /// Throws TemplateError.
    [[nodiscard]] std::string concurrency_key() const;
    /// The workflow's outputs. Throws TemplateError.
    [[nodiscard]] boost::json::object outputs();

    [[nodiscard]] const TaskReport& report(TaskIndex task) const { return reports_[task]; }
    /// For changing it; what expressions see of the task follows.
    [[nodiscard]] TaskReport& edit(TaskIndex task);
    [[nodiscard]] std::vector<TaskReport> take_reports();
    /// Of several tasks with one name, this is the one that expressions see from now on.
    void set_latest(TaskIndex task);

private:
    class View;

    struct LoopValues {
        boost::json::array items;
        std::vector<std::string> keys;  ///< of a map
        boost::json::array outputs;
        std::size_t output_bytes = 0;
    };

    [[nodiscard]] boost::json::value input_of(const ValuePlace& place) const;
    [[nodiscard]] const boost::json::object* fills_of(const Task& task) const;
    void fill(const boost::json::object& fills, boost::json::value& params) const;
    // Null for `names` is all of them.
    [[nodiscard]] boost::json::object variables_for_functions(
        const std::vector<std::string_view>* names) const;
    [[nodiscard]] boost::json::object outputs_for_functions(
        const std::vector<std::string_view>* names) const;
    [[nodiscard]] const boost::json::value* find_task(std::string_view name) const;
    [[nodiscard]] const boost::json::value* find_root(std::string_view name) const;
    void find_secret_variables();
    [[nodiscard]] bool is_secret(const Placeholder& placeholder) const;
    [[nodiscard]] bool is_secret_environment(std::string_view name) const;
    [[nodiscard]] std::shared_ptr<const std::string> kept_text(std::string text) const;
    void index_names() const;

    const Workflow& workflow_;
    RunSources sources_;
    mutable bool used_secrets_ = false;  // what is made from now on is wiped
    boost::json::object roots_;          // inputs, vars, run, workflow
    std::vector<TaskReport> reports_;
    std::vector<std::shared_ptr<const std::string>> literal_params_;
    std::unordered_map<ExecutionIndex, LoopValues> loops_;
    std::unordered_map<ExecutionIndex, std::shared_ptr<const boost::json::value>>
        inputs_;  // of executions that others led to, until they end
    std::shared_ptr<const boost::json::value> handed_on_;
    std::unordered_map<std::string_view, const Template*> secret_variables_;
    mutable std::unordered_map<std::string_view, TaskIndex>
        names_;  // filled when a task is first looked up
    mutable std::unordered_map<TaskIndex, boost::json::value>
        seen_;  // tasks as expressions see them, made on demand
};

}  // namespace oa::core
