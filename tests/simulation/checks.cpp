#include "tests/simulation/checks.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/run/report.hpp"
#include "tests/simulation/plan.hpp"
#include "tests/simulation/world.hpp"

namespace oa::test {

namespace {

namespace json = boost::json;
using core::TaskIndex;

/// How much of a report is looked at: what follows from what was done, how often it was tried, when
/// that was.
enum class Detail { Outcome, Attempts, Times };

json::object as_json(const RunResult& result, Detail detail) {
    json::object all = core::to_json(result.report);
    json::object& run = all["run"].as_object();
    const bool times = detail == Detail::Times;
    if (!times) {
        run.erase("started_at");
        run.erase("duration_ms");
    }
    run.erase("id");
    for (std::size_t index = 0; index < result.report.tasks.size(); ++index) {
        const core::TaskReport& report = result.report.tasks[index];
        json::object& task = all["tasks"].as_array()[index].as_object();
        task.erase("run");  // not on record
        task["activations"] = report.activations;
        task["elements_ended"] = report.elements_ended;
        if (!times) {
            task.erase("started_at");
            task.erase("duration_ms");
        }
        if (detail == Detail::Outcome) {
            task.erase("attempts");
        }
    }
    all["variables"] = result.variables;
    return all;
}

void compare(Context& context,
             const std::string& what,
             const RunResult& expected,
             const RunResult& seen,
             Detail detail) {
    const json::object wanted = as_json(expected, detail);
    const json::object got = as_json(seen, detail);
    if (wanted == got) {
        return;
    }
    std::string where;
    const auto note = [&where](const std::string& name, const json::value& left,
                               const json::value& right) {
        if (left != right) {
            where += "\n    " + name + "\n      " + core::write_json(left) + "\n      " +
                     core::write_json(right);
        }
    };
    note("run", wanted.at("run"), got.at("run"));
    note("outputs", wanted.at("outputs"), got.at("outputs"));
    note("variables", wanted.at("variables"), got.at("variables"));
    const json::array& left = wanted.at("tasks").as_array();
    const json::array& right = got.at("tasks").as_array();
    for (std::size_t index = 0; index < std::max(left.size(), right.size()); ++index) {
        note("task", index < left.size() ? left[index] : nullptr,
             index < right.size() ? right[index] : nullptr);
    }
    context.breach(what + where);
}

/// Whether a call was made for a task of a run, or for a run within it.
bool is_of(const std::string& key, const std::string& run_id, const std::string& task) {
    return key.starts_with(run_id + "/" + task + "/");
}

// Seen from outside alone: nothing of a task begins after something began that needs it, and what
// has an end has it before.
void check_order(World& world, const std::string& run_id, const core::Workflow& workflow) {
    std::vector<bool> named(workflow.tasks.size(), false);
    for (const core::Task& task : workflow.tasks) {
        for (const auto* targets : {&task.on_success, &task.on_failure}) {
            for (const TaskIndex target : *targets) {
                named[target] = true;
            }
        }
    }
    struct Span {
        std::uint64_t first = UINT64_MAX;
        std::uint64_t last_begin = 0;
    };
    std::vector<Span> spans(workflow.tasks.size());
    for (TaskIndex task = 0; task < workflow.tasks.size(); ++task) {
        for (const auto& [which, call] : world.witness().calls()) {
            if (is_of(which.first, run_id, workflow.tasks[task].name)) {
                spans[task].first = std::min(spans[task].first, call.first_begin);
                spans[task].last_begin = std::max(spans[task].last_begin, call.last_begin);
            }
        }
    }
    for (TaskIndex task = 0; task < workflow.tasks.size(); ++task) {
        std::vector<TaskIndex> before = workflow.tasks[task].needs;
        const bool finally = task >= workflow.main_count();
        if (finally || workflow.flow == core::Flow::Sequence) {
            for (TaskIndex earlier = 0; earlier < task; ++earlier) {
                before.push_back(earlier);
            }
        }
        for (const TaskIndex earlier : before) {
            if ((finally || !named[earlier]) && spans[earlier].last_begin > spans[task].first) {
                world.context().breach("in run " + run_id + " a call for " +
                                       workflow.tasks[earlier].name + " begins after one for " +
                                       workflow.tasks[task].name);
            }
        }
    }
}

bool is_within(const std::string& id, const std::string& run_id) {
    return id.starts_with(run_id + "/");
}

bool was_interrupted(const World& world, const std::string& run_id) {
    for (const std::string& id : world.store().runs()) {
        if ((id == run_id || is_within(id, run_id)) && world.store().audit(id)->was_interrupted()) {
            return true;
        }
    }
    return false;
}

// Where a task of a run within the run failed and that was allowed, that run succeeded and is taken
// over; done again it may well go another way.
bool may_come_to_something_else(const World& world, const std::string& run_id) {
    const std::vector<std::string> runs = world.store().runs();
    return std::any_of(runs.begin(), runs.end(), [&](const std::string& id) {
        const RunAudit& audit = *world.store().audit(id);
        return is_within(id, run_id) && audit.ended()->status == core::RunStatus::Succeeded &&
               audit.has_failures();
    });
}

bool is_in_quarantine(const World& world, const std::string& id) {
    const std::optional<core::RunEnded>& end =
        world.store().audit(id.substr(0, id.find('/')))->ended();
    return end && end->failure && end->failure->code == "quarantined";
}

void check_read(World& world, const std::string& id, const core::RunEnded& ended) {
    const RunResult read = world.read(id);
    const auto told = world.told().find(id);
    if (told != world.told().end()) {
        compare(world.context(), "run " + id + " reads otherwise than it was told", told->second,
                read, Detail::Times);
    } else if (read.report.status != ended.status || read.report.outputs != ended.outputs) {
        world.context().breach("run " + id + " reads otherwise than its end");
    }
}

void check_end(World& world) {
    for (const std::string& id : world.store().runs()) {
        const RunAudit& audit = *world.store().audit(id);
        if (!audit.ended()) {
            world.context().breach("run " + id + " is open for ever");
        } else if (audit.was_given_up() && !is_in_quarantine(world, id)) {
            world.context().breach("run " + id + " was given up, but not the run around it");
        }
    }
    if (!world.context().breaches.empty()) {
        return;
    }
    for (const std::string& id : world.store().runs()) {
        const RunAudit& audit = *world.store().audit(id);
        check_order(world, id, audit.workflow());
        if (audit.created().parent_run_id.empty()) {
            check_read(world, id, *audit.ended());
        }
    }
}

// What succeeded and follows from nothing that is done again is not called again.
void check_not_called_again(World& world, const std::string& first) {
    const std::string again = first + "-again";
    const RunAudit* after = world.store().audit(again);
    const RunAudit& before = *world.store().audit(first);
    if (after == nullptr || before.workflow().flow == core::Flow::Transitions) {
        return;  // a task may be activated more than once, and fail in between
    }
    const core::Workflow& workflow = before.workflow();
    for (const auto& [which, call] : world.witness().calls()) {
        for (TaskIndex task = 0; task < workflow.main_count(); ++task) {
            if (after->does_again(task) == 0 &&
                before.status(task) == core::TaskStatus::Succeeded &&
                is_of(which.first, again, workflow.tasks[task].name)) {
                world.context().breach("a call is made for " + workflow.tasks[task].name +
                                       ", which had succeeded: " + which.first);
            }
        }
    }
}

// The world without faults, where nothing is taken over either, is what it should have come to.
void check_against_ideal(World& world, const Plan& plan) {
    World ideal(plan, {.faults = false, .reuse = false});
    ideal.run();
    for (const std::string& what : ideal.context().breaches) {
        world.context().breach("without faults: " + what);
    }
    if (!ideal.context().breaches.empty()) {
        return;
    }
    for (const auto& [id, wanted] : ideal.told()) {
        const bool again = id.ends_with("-again");
        if (!again) {
            check_not_called_again(world, id);
        }
        const std::string first = again ? id.substr(0, id.find('-')) : id;
        if (was_interrupted(world, id) || was_interrupted(world, first) ||
            (again && may_come_to_something_else(world, first))) {
            continue;
        }
        if (world.store().audit(id) == nullptr) {
            world.context().breach("run " + id + " was not done again");
            continue;
        }
        ++world.context().figures.compared;
        compare(world.context(), "run " + id + " did not come to what it should", wanted,
                world.read(id), again ? Detail::Outcome : Detail::Attempts);
    }
}

}  // namespace

SeedResult simulate_seed(std::uint64_t seed, bool tracing) {
    const Plan plan = make_plan(seed);
    World world(plan, {.faults = true, .reuse = true, .tracing = tracing});
    world.run();
    if (world.context().breaches.empty()) {
        check_end(world);
    }
    if (world.context().breaches.empty() && !plan.timed) {
        check_against_ideal(world, plan);
    }
    SeedResult result;
    result.seed = seed;
    result.figures = world.context().figures;
    result.breaches = std::move(world.context().breaches);
    result.trace = std::move(world.context().lines);
    return result;
}

}  // namespace oa::test
