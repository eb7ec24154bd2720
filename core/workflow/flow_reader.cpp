#include "core/workflow/flow_reader.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/workflow/dependency_order.hpp"

namespace oa::core {
namespace {

constexpr std::string_view end_target = "end";

Flow infer_flow(const std::vector<TaskDraft>& drafts) {
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

class FlowReader {
public:
    FlowReader(Reading& reading, std::vector<TaskDraft>& drafts)
        : reading_(reading),
          drafts_(drafts),
          flow_(infer_flow(drafts)),
          seen_in_(drafts.size(), 0) {}

    Flow read() {
        index_names();
        for (TaskIndex task = 0; task < drafts_.size(); ++task) {
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
        return flow_;
    }

    std::vector<TaskIndex> find_entries() {
        if (flow_ == Flow::Sequence) {
            return {0};
        }
        std::vector<TaskIndex> entries;
        const std::vector<bool> named = find_targets();
        for (TaskIndex task = 0; task < drafts_.size(); ++task) {
            if (!named[task] && drafts_[task].needs.empty()) {
                entries.push_back(task);
            }
        }
        if (flow_ == Flow::Transitions) {
            entries.resize(1, 0);
            warn_unreachable(entries.front());
        }
        return entries;
    }

private:
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
            if (reading_.compat_oa3 && flow_ == Flow::Sequence) {
                reading_.warn(draft.name_position, message, hint);
            } else {
                reading_.error(draft.name_position, message, hint);
            }
        }
    }

    std::optional<TaskIndex> find(const PlacedText& name) {
        const auto found = index_.find(name.text);
        if (found == index_.end()) {
            reading_.error(name.position, "there is no task " + in_quotes(name.text),
                           reading_.suggest(name.text, reading_.tasks.list));
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
            const auto need = find(name);
            if (need && *need == task) {
                reading_.error(name.position,
                               "the task " + in_quotes(name.text) + " cannot need itself");
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
                    reading_.error(name.position,
                                   "'end' stands alone in '" + key + "': it ends the branch");
                }
            } else if (const auto target = find(name)) {
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
            reading_.error(drafts_[handler].needs.front().position,
                           in_quotes(drafts_[handler].task.name) + " is named by '" + key +
                               "' of " + in_quotes(draft.task.name) +
                               ", so it cannot have 'needs' itself",
                           "a task either waits for its needs or is started by another");
        }
    }

    /// A task waits for its needs, and a handler for the tasks that name it.
    void check_circles() {
        std::vector<std::vector<std::size_t>> waits(drafts_.size());
        for (std::size_t task = 0; task < drafts_.size(); ++task) {
            const Task& read = drafts_[task].task;
            waits[task].insert(waits[task].end(), read.needs.begin(), read.needs.end());
            for (const auto* handlers : {&read.on_success, &read.on_failure}) {
                for (const TaskIndex handler : *handlers) {
                    waits[handler].push_back(task);
                }
            }
        }
        for (const auto& circle : order_by_dependency(waits).circles) {
            std::string path;
            for (const std::size_t task : circle) {
                path += drafts_[task].task.name + " -> ";
            }
            const TaskDraft& first = drafts_[circle.front()];
            reading_.error(first.needs.empty() ? first.name_position : first.needs.front().position,
                           "these tasks wait for each other: " + path + first.task.name);
        }
    }

    // ----- rules of transitions -----

    void warn_unreachable(TaskIndex entry) {
        std::vector<bool> reached(drafts_.size(), false);
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
        for (TaskIndex task = 0; task < drafts_.size(); ++task) {
            if (!reached[task]) {
                reading_.warn(drafts_[task].name_position,
                              "the task " + in_quotes(drafts_[task].task.name) + " never runs",
                              "the run begins with " + in_quotes(drafts_[entry].task.name) +
                                  ", and nothing leads from there to it");
            }
        }
    }

    Reading& reading_;
    std::vector<TaskDraft>& drafts_;
    Flow flow_;
    std::unordered_map<std::string, TaskIndex> index_;
    std::size_t list_number_ = 0;
    std::vector<std::size_t> seen_in_;  // the latest list that named each task
};

}  // namespace

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
        const std::string base = task.function.empty() ? "task" : task.module + "." + task.function;
        task.name = base;
        while (reading.tasks.has(task.name)) {
            task.name = base + "-" + std::to_string(++used.emplace(base, 1).first->second);
        }
        reading.tasks.add(task.name);
    }
}

void read_flow(Reading& reading, std::vector<TaskDraft> drafts, Workflow& workflow) {
    FlowReader reader(reading, drafts);
    workflow.flow = reader.read();
    workflow.entries = reader.find_entries();
    workflow.tasks.reserve(drafts.size());
    for (TaskDraft& draft : drafts) {
        workflow.tasks.push_back(std::move(draft.task));
    }
}

}  // namespace oa::core
