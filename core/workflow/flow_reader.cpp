#include "core/workflow/flow_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/workflow/dependency_order.hpp"

namespace oa::core {
namespace {

Flow infer_flow(std::span<const TaskDraft> drafts) {
    Flow flow = Flow::Sequence;
    for (const TaskDraft& draft : drafts) {
        if (!draft.needs.empty()) {
            return Flow::Graph;
        }
        if (!draft.on_success.empty() || !draft.on_failure.empty()) {
            flow = Flow::Transitions;
        }
    }
    return flow;
}

std::string in_quotes(const std::string& name) {
    return "'" + excerpt(name) + "'";
}

/// A task waits for its needs, and a handler for the tasks that name it.
void add_waits(const Task& task, std::size_t index, std::vector<std::vector<std::size_t>>& waits) {
    waits[index].insert(waits[index].end(), task.needs.begin(), task.needs.end());
    for (const auto* handlers : {&task.on_success, &task.on_failure}) {
        for (const TaskIndex handler : *handlers) {
            waits[handler].push_back(index);
        }
    }
}

class FlowReader {
public:
    FlowReader(Reading& reading, std::vector<TaskDraft>& drafts, std::size_t main_count)
        : reading_(reading),
          drafts_(drafts),
          main_count_(main_count),
          index_(reading.task_indices),
          seen_in_(drafts.size(), 0) {}

    void read(Flow flow) {
        flow_ = flow;
        index_names();
        for (TaskIndex task = 0; task < main_count_; ++task) {
            resolve_needs(task);
            TaskDraft& draft = drafts_[task];
            resolve_targets(draft.on_success, "on_success", draft.task.on_success,
                            draft.task.ends_on_success);
            resolve_targets(draft.on_failure, "on_failure", draft.task.on_failure,
                            draft.task.ends_on_failure);
        }
        if (flow_ == Flow::Graph) {
            check_handlers();
            check_circles();
        }
    }

    std::vector<TaskIndex> find_entries() {
        if (flow_ == Flow::Sequence) {
            return {0};
        }
        std::vector<TaskIndex> entries;
        const std::vector<bool> named = find_targets();
        for (TaskIndex task = 0; task < main_count_; ++task) {
            if (!named[task] && drafts_[task].needs.empty()) {
                entries.push_back(task);
            }
        }
        if (flow_ == Flow::Transitions) {
            entries.resize(1, 0);
        }
        return entries;
    }

    void warn_unreachable(TaskIndex entry) {
        if (reading_.flow_is_wrong) {
            return;
        }
        std::vector<bool> reached(main_count_, false);
        std::vector<TaskIndex> open = {entry};
        reached[entry] = true;
        while (!open.empty()) {
            const Task& task = drafts_[open.back()].task;
            open.pop_back();
            for (const auto* targets : {&task.on_success, &task.on_failure}) {
                for (const TaskIndex target : *targets) {
                    if (!reached[target]) {
                        reached[target] = true;
                        open.push_back(target);
                    }
                }
            }
        }
        for (TaskIndex task = 0; task < main_count_; ++task) {
            if (!reached[task]) {
                reading_.warn(drafts_[task].name_position,
                              "the task " + in_quotes(drafts_[task].task.name) + " never runs",
                              "the run begins with " + in_quotes(drafts_[entry].task.name) +
                                  ", and nothing leads from there to it",
                              "unreachable-task");
            }
        }
    }

private:
    void refuse(SourcePosition position,
                std::string message,
                std::string hint = {},
                std::string_view code = "wrong-flow") {
        reading_.flow_is_wrong = true;
        reading_.error(position, std::move(message), std::move(hint), code);
    }

    // ----- names -----

    void index_names() {
        for (TaskIndex task = 0; task < drafts_.size(); ++task) {
            const TaskDraft& draft = drafts_[task];
            const auto [first, is_new] = index_.emplace(draft.task.name, task);
            if (is_new) {
                continue;
            }
            const SourcePosition there = drafts_[first->second].name_position;
            const std::string message = "another task is named " + in_quotes(draft.task.name);
            const std::string hint = "it is in line " + std::to_string(there.line) + ", column " +
                                     std::to_string(there.column);
            const bool both_main = task < main_count_;  // the first one stands before it
            if (reading_.compat_oa3 && flow_ == Flow::Sequence && both_main) {
                reading_.warn(draft.name_position, message, hint, "duplicate-task");
            } else {
                reading_.error(draft.name_position, message, hint, "duplicate-task");
            }
        }
    }

    std::optional<TaskIndex> find(const PlacedText& name, bool is_target) {
        const auto found = index_.find(name.text);
        if (found == index_.end()) {
            std::string hint = reading_.suggest(name.text, reading_.tasks.list);
            if (hint.empty() && is_target) {
                hint =
                    reading_.suggest(name.text, std::vector<std::string>{std::string(end_target)});
            }
            refuse(name.position, "there is no task " + in_quotes(name.text), std::move(hint),
                   "unknown-task");
            return std::nullopt;
        }
        if (found->second >= main_count_) {
            refuse(name.position, in_quotes(name.text) + " is a task of 'finally'",
                   "those run after all others, so nothing can lead to them or wait for "
                   "them");
            return std::nullopt;
        }
        return found->second;
    }

    void add(std::vector<TaskIndex>& list, TaskIndex task, const PlacedText& name) {
        if (std::exchange(seen_in_[task], list_number_) == list_number_) {
            reading_.warn(name.position, in_quotes(name.text) + " stands twice in this list");
        } else {
            list.push_back(task);
        }
    }

    void resolve_needs(TaskIndex task) {
        TaskDraft& draft = drafts_[task];
        ++list_number_;
        for (const PlacedText& name : draft.needs) {
            const auto need = find(name, false);
            if (need && *need == task) {
                refuse(name.position, "the task " + in_quotes(name.text) + " cannot need itself",
                       {}, "task-cycle");
            } else if (need) {
                add(draft.task.needs, *need, name);
            }
        }
    }

    void resolve_targets(const std::vector<PlacedText>& names,
                         const std::string& key,
                         std::vector<TaskIndex>& targets,
                         bool& ends) {
        ++list_number_;
        for (const PlacedText& name : names) {
            if (name.text == end_target) {
                ends = true;
                if (names.size() > 1) {
                    refuse(name.position,
                           "'end' stands alone in '" + key + "': it ends the branch");
                }
            } else if (const auto target = find(name, true)) {
                add(targets, *target, name);
            }
        }
    }

    /// Tasks that another one names as a target.
    [[nodiscard]] std::vector<bool> find_targets() const {
        std::vector<bool> named(drafts_.size(), false);
        for (TaskIndex task = 0; task < drafts_.size(); ++task) {
            for (const auto* targets :
                 {&drafts_[task].task.on_success, &drafts_[task].task.on_failure}) {
                for (const TaskIndex target : *targets) {
                    named[target] = named[target] || target != task;
                }
            }
        }
        return named;
    }

    // ----- rules of a graph -----

    void check_handlers() {
        std::vector<bool> reported(drafts_.size(), false);
        for (const TaskDraft& draft : drafts_) {
            check_handlers(draft, draft.task.on_success, "on_success", reported);
            check_handlers(draft, draft.task.on_failure, "on_failure", reported);
        }
    }

    void check_handlers(const TaskDraft& draft,
                        const std::vector<TaskIndex>& handlers,
                        const std::string& key,
                        std::vector<bool>& reported) {
        for (const TaskIndex handler : handlers) {
            if (drafts_[handler].needs.empty() || reported[handler]) {
                continue;
            }
            reported[handler] = true;
            refuse(drafts_[handler].needs.front().position,
                   in_quotes(drafts_[handler].task.name) + " is named by '" + key + "' of " +
                       in_quotes(draft.task.name) + ", so it cannot have 'needs' itself",
                   "a task either waits for its needs or is started by another");
        }
    }

    void check_circles() {
        std::vector<std::vector<std::size_t>> waits(main_count_);
        for (std::size_t task = 0; task < main_count_; ++task) {
            add_waits(drafts_[task].task, task, waits);
        }
        for (const auto& circle : order_by_dependency(waits).circles) {
            std::string path;
            for (const std::size_t task : circle) {
                path += drafts_[task].task.name + " -> ";
            }
            const TaskDraft& first = drafts_[circle.front()];
            refuse(first.needs.empty() ? first.name_position : first.needs.front().position,
                   "these tasks wait for each other: " + path + first.task.name, {}, "task-cycle");
        }
    }

    Reading& reading_;
    std::vector<TaskDraft>& drafts_;
    std::size_t main_count_;
    Flow flow_ = Flow::Sequence;
    std::unordered_map<std::string, TaskIndex>& index_;
    std::size_t list_number_ = 0;
    std::vector<std::size_t> seen_in_;  // the latest list that named each task
};

}  // namespace

namespace {

std::string default_name(const Task& task) {
    if (task.sub_workflow && task.module.empty()) {
        const std::string stem = std::filesystem::path(task.sub_workflow->name).stem().string();
        return name_problem(stem) ? "workflow" : stem;
    }
    if (task.wait) {
        return std::string(to_string(task.wait->kind));
    }
    return task.function.empty() ? "task" : task.module + "." + task.function;
}

void move_tasks(std::vector<TaskDraft>& drafts, Workflow& workflow) {
    workflow.tasks.reserve(drafts.size());
    for (TaskDraft& draft : drafts) {
        workflow.tasks.push_back(std::move(draft.task));
    }
}

}  // namespace

std::vector<std::vector<std::size_t>> task_waits(std::span<const Task> tasks) {
    std::vector<std::vector<std::size_t>> waits(tasks.size());
    for (std::size_t task = 0; task < tasks.size(); ++task) {
        add_waits(tasks[task], task, waits);
    }
    return waits;
}

void name_tasks(Reading& reading, std::vector<TaskDraft>& drafts) {
    for (const TaskDraft& draft : drafts) {
        if (!draft.task.name.empty()) {
            reading.tasks.add(draft.task.name);
        }
    }
    std::unordered_map<std::string, std::size_t> used;
    for (TaskDraft& draft : drafts) {
        Task& task = draft.task;
        if (!task.name.empty()) {
            continue;
        }
        const std::string base = default_name(task);
        task.name = base;
        while (reading.tasks.has(task.name)) {
            task.name = base + "-" + std::to_string(++used.emplace(base, 1).first->second);
        }
        reading.tasks.add(task.name);
    }
}

void read_flow(Reading& reading, std::vector<TaskDraft> drafts, std::size_t finally_count) {
    const std::size_t main_count = drafts.size() - finally_count;
    Workflow& workflow = reading.workflow;
    workflow.finally_count = static_cast<std::uint32_t>(finally_count);
    workflow.flow = infer_flow({drafts.data(), main_count});
    FlowReader reader(reading, drafts, main_count);
    reader.read(workflow.flow);
    workflow.entries = reader.find_entries();
    if (workflow.flow == Flow::Transitions) {
        reader.warn_unreachable(workflow.entries.front());
    }
    move_tasks(drafts, workflow);
}

void read_steps(Reading& reading, std::vector<TaskDraft> drafts, TaskIndex entry) {
    reading.workflow.flow = Flow::Transitions;
    reading.workflow.entries = {entry};
    FlowReader reader(reading, drafts, drafts.size());
    reader.read(Flow::Transitions);
    reader.warn_unreachable(entry);
    move_tasks(drafts, reading.workflow);
}

}  // namespace oa::core
