#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "connection.hpp"

namespace oa::database::postgresql {

constexpr std::uint32_t bytea = 17;

/// The name of a type that every server has under this number; empty for any other.
[[nodiscard]] std::string_view type_name(std::uint32_t oid);
/// Whether it is a list of one of those.
[[nodiscard]] bool is_known_array(std::uint32_t oid);

/// A value that came as text.
[[nodiscard]] Json value_of(std::uint32_t oid,
                            std::string_view text,
                            Decimals decimals,
                            RowSink& sink);

/// A JSON list as PostgreSQL writes arrays: {1,2,"a b",NULL}.
[[nodiscard]] std::string array_text(const Json& list);

/// Appends a value to a line of COPY's text format.
void append_copy_value(std::string& line, const Value& value, bool as_array);

}  // namespace oa::database::postgresql
