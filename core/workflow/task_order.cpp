#include "core/workflow/task_order.hpp"

#include "core/workflow/dependency_order.hpp"
#include "core/workflow/flow_reader.hpp"

namespace oa::core {

TaskOrder::Verdict TaskOrder::look(TaskIndex reader, TaskIndex read) {
    const TaskIndex main_count = workflow_.main_count();
    if (reader < main_count && read >= main_count) {
        return Verdict::Later;
    }
    if (reader >= main_count && read < main_count) {
        return Verdict::Fine;
    }
    if (workflow_.flow == Flow::Transitions && reader < main_count) {
        return Verdict::Fine;  // it may have run before
    }
    if (reader == read) {
        return Verdict::Itself;
    }
    if (workflow_.flow != Flow::Graph || reader >= main_count) {
        return read < reader ? Verdict::Fine : Verdict::Later;
    }
    prepare();
    if (waits_for(reader, read)) {
        return Verdict::Fine;
    }
    return waits_for(read, reader) ? Verdict::Later : Verdict::Unordered;
}

void TaskOrder::prepare() {
    if (prepared_) {
        return;
    }
    prepared_ = true;
    waits_ = task_waits({workflow_.tasks.data(), workflow_.main_count()});
    rank_.assign(waits_.size(), 0);
    visit_.assign(waits_.size(), 0);
    const std::vector<std::size_t> order = order_by_dependency(waits_).order;
    for (std::size_t i = 0; i < order.size(); ++i) {
        rank_[order[i]] = i;
    }
    if (order.size() < waits_.size()) {
        steps_ = 0;  // there is a circle, and with it no order to speak of
    }
}

bool TaskOrder::waits_for(TaskIndex waiting, TaskIndex awaited) {
    std::vector<std::size_t> open = {waiting};
    ++walk_;
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        for (const std::size_t next : waits_[at]) {
            if (next == awaited || steps_ == 0) {
                return true;
            }
            --steps_;
            if (rank_[next] > rank_[awaited] && visit_[next] != walk_) {
                visit_[next] = walk_;
                open.push_back(next);
            }
        }
    }
    return steps_ == 0;
}

}  // namespace oa::core
