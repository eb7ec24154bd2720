#pragma once

#include <string>
#include <string_view>

#include "connection.hpp"
#include "oa/json.hpp"

namespace oa::database {

/// A value as text that databases read: numbers with all of their digits, true and false, lists and
/// objects as JSON. Not for null.
[[nodiscard]] std::string bind_text(const Json& json);

/// A decimal as text, or as a number: an integer where it is one within 64 bits. What is no number
/// (NaN) stays a text.
[[nodiscard]] Json decimal_value(std::string_view text, Decimals decimals);
/// NaN and the infinities, which JSON does not have, as text.
[[nodiscard]] Json real_value(double number);
/// The same for the four bytes of a REAL: 0.1 and not 0.10000000149.
[[nodiscard]] Json real_value(float number);
/// The value of a JSON text; the text itself when it cannot be read as one.
[[nodiscard]] Json json_value(std::string_view text);
/// "2024-05-01 12:00:00.5+02" as ISO 8601: "2024-05-01T12:00:00.5+02:00". Anything else stays as it
/// is.
[[nodiscard]] std::string iso_time(std::string_view text);

}  // namespace oa::database
