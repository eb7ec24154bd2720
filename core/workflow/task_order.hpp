#pragma once

#include <cstddef>
#include <vector>

#include "core/workflow/workflow.hpp"

namespace oa::core {

/// What is certain about which task has ended when another one starts. Borrows the workflow.
class TaskOrder {
public:
    enum class Verdict {
        Fine,       ///< it has ended, or may have
        Itself,     ///< it is the same task
        Later,      ///< it starts only after the other one has ended
        Unordered,  ///< nothing makes the other one wait for it
    };

    /// `steps` is what may be spent on walking from task to task; once it is used up, all is fine.
    TaskOrder(const Workflow& workflow, std::size_t& steps) : workflow_(workflow), steps_(steps) {}

    /// Whether `reader` can see the result of `read`.
    [[nodiscard]] Verdict look(TaskIndex reader, TaskIndex read);

private:
    void prepare();
    [[nodiscard]] bool waits_for(TaskIndex waiting, TaskIndex awaited);

    const Workflow& workflow_;
    std::size_t& steps_;
    bool prepared_ = false;
    std::vector<std::vector<std::size_t>> waits_;  // a graph's task -> those that it waits for
    std::vector<std::size_t> rank_;   // each is above those of all that the task waits for
    std::vector<std::size_t> visit_;  // the walk that came by last
    std::size_t walk_ = 0;
};

}  // namespace oa::core
