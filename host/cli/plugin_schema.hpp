#pragma once

#include <string>

#include <boost/json/fwd.hpp>

#include "host/cli/plugin_text.hpp"

namespace oa::host {

/// What a JSON Schema allows, in a few words: "string", "integer|null", "fast|safe", "array of
/// string"; "any" where it says nothing simple.
[[nodiscard]] std::string type_words(const boost::json::value& schema);

/// The properties of an object schema, one a row: name, type, required, default, description with
/// the limits that the schema sets. Only the heading when it has none.
[[nodiscard]] TextTable property_table(const boost::json::object& schema);

}  // namespace oa::host
