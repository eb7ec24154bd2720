#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

namespace oa::core {

struct JsonLimits {
    std::size_t depth_max = 64;
    std::size_t bytes_max = 64U << 20U;
};

/// What is wrong with a JSON text, with the place in it.
class JsonError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Reads RFC 8259 text strictly: one value, valid UTF-8, no duplicate keys, no number that is not
/// finite, nothing deeper than the limit. Integers within 64 bits stay exact; others become double.
/// Throws JsonError ("line 3, column 7: ...").
[[nodiscard]] boost::json::value parse_json(std::string_view text, const JsonLimits& limits = {});

enum class JsonStyle { Compact, Indented };

/// Writes JSON as people do: 5 and not 5E0, the shortest text that reads back to the same double,
/// keys in the order that they were put in. Indented output uses two spaces. A number that is not
/// finite is written as null.
[[nodiscard]] std::string write_json(const boost::json::value& value,
                                     JsonStyle style = JsonStyle::Compact);
void append_json(std::string& out, const boost::json::value& value);

/// About how many bytes the compact text of a value has, without writing it: escapes are not
/// counted, and numbers as 8. For comparing with limits.
[[nodiscard]] std::size_t json_size(const boost::json::value& value);

}  // namespace oa::core
