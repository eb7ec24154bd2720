#pragma once

#include "host/api/api_call.hpp"
#include "host/api/live_routes.hpp"

namespace oa::host {

/// Answers with the events of a run as they come (text/event-stream), from the record after
/// `after` on, until the run has ended.
void stream_events(const std::shared_ptr<ApiCall>& call,
                   const LiveRoutes& services,
                   const std::string& run,
                   std::uint64_t after);

/// Answers with what a run's tasks say, as text, until it has ended.
void follow_log(const std::shared_ptr<ApiCall>& call,
                const LiveRoutes& services,
                const std::string& run,
                std::uint64_t after);

/// A line as text, with its end: "TIME LEVEL task: message {fields}".
[[nodiscard]] std::string line_text(const StoredLine& stored);

}  // namespace oa::host
