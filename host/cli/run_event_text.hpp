#pragma once

#include <string>

#include <boost/json/object.hpp>

namespace oa::host {

/// An event (docs/events.md) for people, in one line without its end: "TIME RUN WORKFLOW:
/// task.ended push: succeeded". Without run and workflow where it is clear which they are.
[[nodiscard]] std::string event_text(const boost::json::object& event, bool with_run);

}  // namespace oa::host
