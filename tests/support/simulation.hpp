#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "core/workflow/workflow.hpp"

namespace oa::test {

/// What a simulated run meets:
///   inputs, environment, secrets   objects
///   cancel_at, pause_at, resume_at list of times in ms at which the run is asked to do so
///   approve_at                     list of answers, each an object with `at` in ms, `task`, and if
///                                  need be `element`, `approved` (true unless given), `by`,
///                                  `groups`, `comment`
///   clock_at                       list of objects with `at` and `by`: the wall clock is set by so
///                                  many ms
///   tasks                          by name, what its calls do, one after the other; the last one
///                                  is repeated. Each an object:
///       takes           ms until it answers; 10 unless given
///       output          unless given, the parameters of the call
///       fail            code of a failure, with message, retryable, retry_after (ms)
///       ignores_cancel  true: it goes on when it is told to stop
/// Tasks of workflows within the run are named as they are there.
using World = boost::json::object;

/// Runs a workflow with the host's own run loop under a clock of its own: nothing waits, and the
/// same world always gives the same lines, such as "10 end fetch succeeded". Times are ms.
[[nodiscard]] std::vector<std::string> simulate(std::shared_ptr<const core::Workflow> workflow,
                                                const World& world);

}  // namespace oa::test
