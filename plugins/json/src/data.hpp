#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include <oa/plugin.hpp>

// What the functions of the module have in common: where data come from, paths, order.
namespace oa::json {

/// Parameter `data`, or else `input`; a text is read as JSON. INVALID_PARAMS.
[[nodiscard]] Json data_param(Call& call);

/// The same where a list is needed. An input that is a map gives its first list of items, rows,
/// json, data or content, so that functions follow one another.
[[nodiscard]] Json list_param(Call& call);

/// What is at a dotted path: "user.name", "tags.0". A key that holds dots itself comes first. The
/// empty path is the value itself. nullptr when there is nothing.
[[nodiscard]] const Json* find_path(const Json& value, std::string_view path) noexcept;

/// A number, or a text that is one ("25", "-1.5e3").
[[nodiscard]] std::optional<Json> number_of(const Json& value);

/// Of numbers, exactly, whatever their kinds.
[[nodiscard]] std::weak_ordering compare_numbers(const Json& left, const Json& right) noexcept;

/// ASCII letters in lower case.
[[nodiscard]] std::string lower_case(std::string_view text);

/// A text as it is, anything else as JSON.
[[nodiscard]] std::string text_of(const Json& value);

}  // namespace oa::json
