#include "tests/simulation/plan.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "tests/core/generated_workflow.hpp"

namespace oa::test {

namespace {

namespace json = boost::json;
using core::Flow;
using core::TaskIndex;
using core::Template;

constexpr std::uint32_t depth_max = 3;
constexpr std::size_t workflows_max = 7;

/// Texts are compiled once: there are few of them, and thousands of seeds.
Template text(const std::string& source) {
    static std::map<std::string, Template> compiled;
    auto found = compiled.find(source);
    if (found == compiled.end()) {
        found = compiled.emplace(source, Template(core::TextTemplate::parse(source).text_template))
                    .first;
    }
    return found->second;
}

const core::FunctionInfo& any_function() {
    static const core::FunctionInfo info = [] {
        core::FunctionInfo made;
        made.module = "any";
        made.function = "thing";
        made.parameters = {"input"};
        made.open = true;
        return made;
    }();
    return info;
}

core::Input input(std::string name, json::value otherwise) {
    core::Input made;
    made.name = std::move(name);
    made.default_value = std::move(otherwise);
    return made;
}

/// Makes the workflows of a plan.
class Author {
public:
    Author(Plan& plan, Random& random) : plan_(plan), random_(random) {}

    const core::Workflow& write(std::uint32_t depth, bool shares_variables) {
        Shape shape;
        shape.fail_fast = plan_.timed;
        shape.timeouts = plan_.timed;
        shape.one_path = !plan_.timed;
        shape.waits_percent = chance(random_, 30) ? 12 : 0;
        if (shares_variables || chance(random_, 15)) {
            shape.flow = Flow::Sequence;
        }
        core::Workflow made = generate(random_, shape);
        made.compat_oa3 = shares_variables || (made.flow == Flow::Sequence && chance(random_, 40));
        if (plan_.timed && depth == 0 && chance(random_, 15)) {
            made.concurrency.max_runs = 1 + below(random_, 2);
            made.concurrency.overlap = static_cast<core::Overlap>(below(random_, 3));
        }
        made.name = "w" + std::to_string(plan_.workflows.size());
        made.inputs.push_back(input("x", true));
        made.inputs.push_back(input("n", 1));
        made.inputs.push_back(input("list", json::array{1, 2}));
        made.variables.push_back({"v0", {}, text("${inputs.n}")});
        made.variables.push_back({"v1", {}, Template(json::value("one"))});
        if (plan_.timed) {  // what a source says may be something else after a crash
            made.variables.push_back({"v2", {}, text("${ENV:LIFE}")});
        }
        const std::size_t place = plan_.workflows.size();
        plan_.workflows.emplace_back(std::move(made));
        core::Workflow& workflow = plan_.workflows[place];
        for (TaskIndex task = 0; task < workflow.tasks.size(); ++task) {
            furnish_values(workflow, task, depth);
        }
        const TaskIndex shown = below(random_, workflow.main_count());
        workflow.outputs.push_back(
            {"shown", {}, text("${tasks." + workflow.tasks[shown].name + ".output}")});
        if (chance(random_, 10)) {
            workflow.outputs.push_back(
                {"part", {}, text("${tasks." + workflow.tasks[shown].name + ".output.v}")});
        }
        return workflow;
    }

private:
    void furnish_values(core::Workflow& workflow, TaskIndex index, std::uint32_t depth) {
        core::Task& task = workflow.tasks[index];
        task.module = "any";
        task.function = "thing";
        task.info = &any_function();
        Template::Object fields;
        if (task.wait) {
            give_wait(workflow, index);
            return;
        }
        if (task.sub_workflow || (depth == 0 && chance(random_, 8))) {
            task.sub_workflow.reset();
            give_workflow(workflow, task, depth);
        }
        // A workflow that is called takes the same three inputs as every other one.
        fields.push_back({"n", text("${inputs.n}")});
        if (!task.sub_workflow) {
            if (chance(random_, 60)) {
                fields.push_back({"a", text(readable(workflow, index))});
            }
            if (plan_.timed && chance(random_, 20)) {
                fields.push_back({"c", text("${vars.v2}")});
            }
            if (workflow.compat_oa3) {
                static constexpr const char* saved[] = {"${vars.v0}", "${vars.v1}",
                                                        "${has(vars.v9) ? vars.v9 : 0}"};
                fields.push_back({"b", text(saved[below(random_, 3)])});
            }
            task.idempotent =
                chance(random_, 15) ? std::optional(chance(random_, 20)) : std::nullopt;
            if (workflow.compat_oa3 && chance(random_, 40)) {
                static constexpr const char* names[] = {"v0", "v1", "v9"};  // the last is new
                task.save_as = names[below(random_, 3)];
            }
        } else if (chance(random_, 50)) {
            fields.back().value = text(readable(workflow, index));
        }
        if (task.for_each) {
            give_elements(workflow, index);
            fields.push_back({task.sub_workflow ? "list" : "i",
                              text(task.sub_workflow ? "${[item]}" : "${item}")});
        }
        const bool saves =
            task.save_as || (task.sub_workflow && task.sub_workflow->shares_variables);
        if (task.for_each && saves && !plan_.timed) {
            task.for_each->max_parallel = 1;  // the last one to save is what is seen
        }
        task.params = Template(std::move(fields));
        if (chance(random_, 8)) {
            task.output = text(chance(random_, 80) ? "${output}" : "${output.v}");
        }
    }

    void give_wait(core::Workflow& workflow, TaskIndex index) {
        core::Task& task = workflow.tasks[index];
        task.module.clear();
        task.function.clear();
        task.info = nullptr;
        core::Wait& wait = *task.wait;
        switch (wait.kind) {
            case core::Wait::Kind::Sleep:
                wait.value = Template(json::value(std::to_string(below(random_, 700)) + "ms"));
                break;
            case core::Wait::Kind::Until:
                wait.value = Template(
                    json::value("2019-12-20T00:00:0" + std::to_string(below(random_, 6)) + ".5Z"));
                break;
            case core::Wait::Kind::Approval:
                wait.value = text(readable(workflow, index));
                if (plan_.timed && chance(random_, 50)) {
                    wait.timeout = Template(json::value("300ms"));
                }
        }
        if (task.for_each) {
            give_elements(workflow, index);
        }
        // What it gives tells when that was.
        if (!plan_.timed || chance(random_, 20)) {
            task.output = text("${has(output.approved) ? output.approved : true}");
        }
    }

    void give_workflow(core::Workflow& workflow, core::Task& task, std::uint32_t depth) {
        if (depth >= depth_max || plan_.workflows.size() >= workflows_max) {
            return;
        }
        const std::string above = workflow.name;
        core::SubWorkflow called;
        called.shares_variables = workflow.compat_oa3 && chance(random_, 60);
        called.workflow = &write(depth + 1, called.shares_variables);
        called.name = called.workflow->name;
        task.sub_workflow = std::move(called);
        task.module.clear();
        task.function.clear();
        task.info = nullptr;
    }

    void give_elements(core::Workflow& workflow, TaskIndex index) {
        core::Loop& loop = *workflow.tasks[index].for_each;
        switch (below(random_, plan_.timed ? 7 : 5)) {
            case 0: loop.items = Template(json::value(json::array{1, 2, 3})); break;
            case 1: loop.items = Template(json::value(json::object{{"k", 1}, {"l", 2}})); break;
            case 2: loop.items = text("${inputs.list}"); break;
            case 3: loop.items = text("${inputs.n > 2 ? [] : [1, 2, 3, 4]}"); break;
            case 4: {
                std::string path = readable(workflow, index);
                path.pop_back();
                loop.items = text(path + ".list}");
                break;
            }
            case 5:  // what they are depends on the moment at which that is asked
                loop.items = text("${[tasks." + neighbour(workflow, index) + ".status]}");
                break;
            default:  // what a source says may be something else after a crash
                loop.items = Template(Template::Array{text("${ENV:LIFE}"), text("${inputs.n}")});
        }
    }

    /// A task that often is decided on together with this one.
    const std::string& neighbour(const core::Workflow& workflow, TaskIndex index) {
        const TaskIndex before = below(random_, 3) + 1;
        return workflow.tasks[index > before ? index - before : 0].name;
    }

    /// A placeholder that reads another task: in worlds without time, one that has certainly ended,
    /// or will certainly not have begun.
    std::string readable(const core::Workflow& workflow, TaskIndex index) {
        const core::Task& task = workflow.tasks[index];
        std::vector<TaskIndex> choice;
        if (plan_.timed || workflow.flow != Flow::Graph || index >= workflow.main_count()) {
            choice.push_back(below(random_, static_cast<std::uint32_t>(workflow.tasks.size())));
        } else {
            choice = task.needs;
        }
        if (choice.empty()) {
            return "${inputs.n}";
        }
        const TaskIndex other = choice[below(random_, static_cast<std::uint32_t>(choice.size()))];
        if (!plan_.timed && other == index && task.retry.attempts_max > 1) {
            return "${inputs.n}";  // a run that is done again may need fewer attempts
        }
        return "${tasks." + workflow.tasks[other].name + ".output}";
    }

    Plan& plan_;
    Random& random_;
};

json::object some_inputs(Random& random) {
    return {{"x", chance(random, 70)},
            {"n", 1 + below(random, 3)},
            {"list", chance(random, 20) ? json::array{} : json::array{5, 1, 7}}};
}

void plan_runs(Plan& plan, Random& random) {
    const std::uint32_t count = chance(random, 20) ? 1 + below(random, 8) : 1 + below(random, 2);
    for (std::uint32_t number = 0; number < count; ++number) {
        PlannedRun run;
        run.id = "r" + std::to_string(number);
        const bool same = number > 0 && chance(random, 40);
        run.workflow = same ? plan.runs.back().workflow : &Author(plan, random).write(0, false);
        run.inputs = some_inputs(random);
        run.start_at = core::Milliseconds{below(random, 200)};
        while (plan.timed && chance(random, 25) && run.cancels_at.size() < 3) {
            run.cancels_at.push_back(run.start_at + core::Milliseconds{below(random, 1'500)});
        }
        if (plan.timed && chance(random, 10)) {
            const core::Milliseconds from = run.start_at + core::Milliseconds{below(random, 800)};
            run.pauses.push_back({from, from + core::Milliseconds{below(random, 1'500)}});
        }
        run.again = chance(random, 50);
        if (chance(random, 30)) {
            run.again_from = below(random, run.workflow->main_count());
        }
        plan.runs.push_back(std::move(run));
    }
}

void describe(std::string& text, const core::Workflow& workflow, const core::Task& task) {
    text += "    " + task.name;
    const auto list = [&](const char* name, const std::vector<TaskIndex>& tasks) {
        for (const TaskIndex each : tasks) {
            text += std::string(" ") + name + workflow.tasks[each].name;
        }
    };
    list("<", task.needs);
    list("+", task.on_success);
    list("-", task.on_failure);
    if (task.sub_workflow) {
        text += " runs " + task.sub_workflow->name;
        text += task.sub_workflow->shares_variables ? " with variables" : "";
    }
    static constexpr const char* waits[] = {" sleeps", " waits", " asks"};
    text += task.wait ? waits[static_cast<int>(task.wait->kind)] : "";
    text += task.for_each ? " for_each" : "";
    text += task.when ? " when " + task.when->text : "";
    text += task.retry.attempts_max > 1 ? " retry " + std::to_string(task.retry.attempts_max) : "";
    text += task.timeout ? " timeout " + std::to_string(task.timeout->count()) : "";
    text += task.allow_failure ? " allow_failure" : "";
    text += task.idempotent.value_or(true) ? "" : " not_idempotent";
    text += task.save_as ? " saves " + *task.save_as : "";
    text += "\n";
}

void describe(std::string& text, const core::Workflow& workflow) {
    text += "  " + workflow.name + " " + std::string(to_string(workflow.flow)) +
            (workflow.compat_oa3 ? " oa3" : "") + (workflow.fail_fast ? " fail_fast" : "") +
            (workflow.timeout ? " timeout " + std::to_string(workflow.timeout->count()) : "") +
            ", finally " + std::to_string(workflow.finally_count) + "\n";
    for (const core::Task& task : workflow.tasks) {
        describe(text, workflow, task);
    }
}

}  // namespace

Plan make_plan(std::uint64_t seed) {
    Random random(seed);
    Plan plan;
    plan.seed = seed;
    plan.timed = chance(random, 50);
    plan.settings.seed = seed;
    plan.settings.activations_per_task_max = 5;
    plan.settings.cancel_grace = core::Milliseconds{200};
    plan.behaviour.fails_percent = below(random, 40);
    plan.behaviour.fails_again_percent = below(random, 1 + plan.behaviour.fails_percent / 4);
    plan.behaviour.takes_max_ms = chance(random, 15) ? 1 : 300;
    plan.behaviour.waits_max_ms = chance(random, 50) ? 0 : 3;
    plan.behaviour.ignores_cancel_percent = below(random, 50);
    plan.behaviour.logs_percent = chance(random, 15) ? 30 : 0;
    plan.behaviour.rejects_percent = below(random, 40);
    plan.faults.crashes = below(random, 5);
    plan.faults.stops = chance(random, 15) ? 1 + below(random, 2) : 0;
    plan.faults.later_percent = chance(random, 30) ? 0 : below(random, 101);
    plan.faults.answer_max_ms = 1 + below(random, 20);
    plan.faults.full_disks = chance(random, 20) ? 1 + below(random, 2) : 0;
    plan.faults.broken_stores = chance(random, 10) ? 1 : 0;
    plan.queue.max_runs = chance(random, 70) ? 100 : 1 + below(random, 3);
    plan_runs(plan, random);
    return plan;
}

std::string describe(const Plan& plan) {
    std::string text = "plan " + std::to_string(plan.seed) + (plan.timed ? ", timed" : "") + "\n";
    for (const core::Workflow& workflow : plan.workflows) {
        describe(text, workflow);
    }
    for (const PlannedRun& run : plan.runs) {
        text += "  run " + run.id + " of " + run.workflow->name + " at " +
                std::to_string(run.start_at.count()) + " ms";
        for (const core::Milliseconds at : run.cancels_at) {
            text += ", cancelled at " + std::to_string(at.count()) + " ms";
        }
        for (const PlannedRun::Pause& pause : run.pauses) {
            text += ", paused from " + std::to_string(pause.from.count()) + " to " +
                    std::to_string(pause.to.count()) + " ms";
        }
        text += run.again ? ", again" : "";
        text += run.again_from ? " from " + run.workflow->tasks[*run.again_from].name : "";
        text += "\n";
    }
    return text;
}

}  // namespace oa::test
