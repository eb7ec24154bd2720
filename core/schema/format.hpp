#pragma once

#include <string_view>

namespace oa::core::schema {

/// A value of the keyword `format` that is checked.
struct Format {
    std::string_view name;
    std::string_view takes;  ///< for messages: "a date such as 2024-05-31"
    bool (*fits)(std::string_view text);
};

/// Nothing for a name that is not known, which then says nothing about a text.
[[nodiscard]] const Format* find_format(std::string_view name);

}  // namespace oa::core::schema
