#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <boost/json/value.hpp>

#include "core/port/journal.hpp"
#include "core/run/run_machine.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::host {

/// Tells the executions of a run by what led to them, from the commands of its machine: the number
/// of an execution depends on what ended first, that does not. In a run that takes something over,
/// what follows from something that it does itself is like nothing in the run before it.
class Lineage {
public:
    using Id = std::uint64_t;

    /// Both must outlive it.
    Lineage(const core::Workflow& workflow, const core::RunMachine& machine)
        : workflow_(workflow), machine_(machine) {}

    void see(const core::HandOn& command);
    void see(const core::TaskEnded& command);
    /// An attempt is made here, and not taken over.
    void note_made(const core::StartAttempt& attempt);
    /// Of an execution of a task that has not ended.
    [[nodiscard]] Id of(core::TaskIndex task, core::ExecutionIndex execution) const;

private:
    const core::Workflow& workflow_;
    const core::RunMachine& machine_;
    std::map<core::ExecutionIndex, Id> leads_;  // what led to an execution
    Id ended_ = 0;                              // the execution that ended last
    std::set<core::ExecutionIndex> made_;       // of those that have not ended
    std::set<core::TaskIndex> tasks_made_;
};

/// What a run that is done again takes over from the run before it: the outputs of what succeeded
/// there and does not follow from anything that is done again. Never changes once it is made.
struct Reuse {
    /// A task, what led to it, and the element, if it has any.
    struct Place {
        core::TaskIndex task = 0;
        Lineage::Id lineage = 0;
        std::optional<std::uint32_t> element;

        friend bool operator<(const Place& left, const Place& right) {
            return std::tie(left.task, left.lineage, left.element) <
                   std::tie(right.task, right.lineage, right.element);
        }
    };
    /// Of a task that shares the run's variables: the variables. Never null.
    std::map<Place, std::shared_ptr<const boost::json::value>> outputs;
    /// The runs within that run that did not succeed: what succeeded in them is taken over, too.
    std::map<Place, std::string> sub_runs;
};

[[nodiscard]] Reuse::Place make_place(const core::StartAttempt& start, const Lineage& lineage);

/// Reads what may be taken over from the records of a run of this workflow.
///
/// Done again are the tasks that did not succeed; with `from`, that task; and all that come after
/// them, by `needs`, by transitions or in the sequence, and what is done finally. Of a loop that
/// failed only the elements that did not succeed are done again, unless they read what those before
/// them have saved.
[[nodiscard]] Reuse make_reuse(const core::Workflow& workflow,
                               const std::string& run_id,
                               const std::vector<core::JournalRecord>& records,
                               std::optional<core::TaskIndex> from);

}  // namespace oa::host
