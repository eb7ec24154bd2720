#pragma once

#include <optional>

#include <boost/json/value.hpp>

#include "core/duration.hpp"
#include "core/run/wait_plan.hpp"

namespace oa::host {

/// What is on record of a wait that has begun, beside its delay.
[[nodiscard]] boost::json::value as_record(const core::WaitPlan& plan);

/// The plan from what is on record of it; its kind is for the document to say. Nothing where that
/// is not what as_record() gives.
[[nodiscard]] std::optional<core::WaitPlan> plan_from_record(
    const boost::json::value& record, std::optional<core::Milliseconds> delay);

}  // namespace oa::host
