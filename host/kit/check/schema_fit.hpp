#pragma once

#include <string>
#include <vector>

#include <boost/json/fwd.hpp>

namespace oa::host {

/// Where a value does not fit a JSON Schema: sentences that begin with a JSON Pointer. Looked at
/// are type, enum, const, required, properties, additionalProperties, items, the limits of numbers,
/// lengths and counts, and allOf, anyOf and oneOf of these. Every other keyword, such as pattern,
/// format, $ref or if, is taken as fulfilled.
[[nodiscard]] std::vector<std::string> misfits(const boost::json::value& value,
                                               const boost::json::value& schema);

/// What is wrong with a schema itself: a type that does not exist, a keyword whose value has the
/// wrong form, a required property that a closed object does not declare.
[[nodiscard]] std::vector<std::string> schema_faults(const boost::json::value& schema);

}  // namespace oa::host
