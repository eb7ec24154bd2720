#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <boost/json/value.hpp>

#include "core/port/journal.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::host {

/// What a run that is done again takes over from the run before it: the outputs of what succeeded
/// there and does not follow from anything that is done again. Never changes once it is made.
struct Reuse {
    /// A task's activation, from 1, and the element, if it has any.
    struct Place {
        core::TaskIndex task = 0;
        std::uint32_t activation = 1;
        std::optional<std::uint32_t> element;

        friend bool operator<(const Place& left, const Place& right) {
            return std::tie(left.task, left.activation, left.element) <
                   std::tie(right.task, right.activation, right.element);
        }
    };
    /// Of a task that shares the run's variables: the variables. Never null.
    std::map<Place, std::shared_ptr<const boost::json::value>> outputs;
    /// The runs within that run that did not succeed: what succeeded in them is taken over, too.
    std::map<Place, std::string> sub_runs;
};

/// Reads what may be taken over from the records of a run of this workflow.
///
/// Done again are the tasks that did not succeed; with `from`, that task; and all that come after
/// them, by `needs`, by transitions or in the sequence, and what is done finally. Of a loop that
/// failed only the elements that did not succeed are done again.
[[nodiscard]] Reuse make_reuse(const core::Workflow& workflow,
                               const std::string& run_id,
                               const std::vector<core::JournalRecord>& records,
                               std::optional<core::TaskIndex> from);

}  // namespace oa::host
