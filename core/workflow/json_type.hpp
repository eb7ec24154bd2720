#pragma once

#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

namespace oa::core {

/// Whether a value is of the type: 5 and 5.0 are integers, every number is a number. True for a
/// type that is unknown.
[[nodiscard]] bool has_type(const boost::json::value& value, std::string_view type);

/// "the text 'x'", "the number 5", "a list": for messages.
[[nodiscard]] std::string describe(const boost::json::value& value);
/// "a string", "an integer": for messages.
[[nodiscard]] std::string with_article(std::string_view type);
/// "'a', 'b' or 5": for messages; the first few only.
[[nodiscard]] std::string list_values(const boost::json::array& values);

}  // namespace oa::core
