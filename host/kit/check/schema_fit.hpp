#pragma once

#include <string>
#include <vector>

#include <boost/json/fwd.hpp>

namespace oa::host {

/// Where a value does not fit a JSON Schema: sentences that begin with a JSON Pointer. Nothing for
/// a schema that is none: schema_faults tells.
[[nodiscard]] std::vector<std::string> misfits(const boost::json::value& value,
                                               const boost::json::value& schema);

/// What is wrong with a schema itself: what does not compile, and a required property that a closed
/// object does not declare.
[[nodiscard]] std::vector<std::string> schema_faults(const boost::json::value& schema);

}  // namespace oa::host
