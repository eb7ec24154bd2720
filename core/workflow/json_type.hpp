#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

namespace oa::core {

/// string, integer, number, boolean, array, object; and null, which only schemas can ask for.
[[nodiscard]] const std::vector<std::string>& json_type_names();

/// Whether a value is of the type: 5 and 5.0 are integers, every number is a number. True for a
/// type that is unknown.
[[nodiscard]] bool has_type(const boost::json::value& value, std::string_view type);

/// Equal as JSON Schema has it: 1 and 1.0 are.
[[nodiscard]] bool same_value(const boost::json::value& left, const boost::json::value& right);
[[nodiscard]] bool is_among(const boost::json::value& value, const boost::json::array& values);

/// "the text 'x'", "the number 5", "a list": for messages.
[[nodiscard]] std::string describe(const boost::json::value& value);
/// "a string", "an integer": for messages.
[[nodiscard]] std::string with_article(std::string_view type);
/// "'a', 'b' or 5": for messages; the first few only.
[[nodiscard]] std::string list_values(const boost::json::array& values);

}  // namespace oa::core
