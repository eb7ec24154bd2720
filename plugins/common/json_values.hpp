#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "oa/json.hpp"

/// What several modules do with JSON values: paths, texts, numbers, maps laid over maps.
namespace oa::common {

/// What is at a dotted path: "user.name", "tags.0". A key that holds dots itself comes first. The
/// empty path is the value itself. nullptr when there is nothing.
[[nodiscard]] const Json* find_path(const Json& value, std::string_view path) noexcept;

/// A number, or a text that is one ("25", "-1.5e3").
[[nodiscard]] std::optional<Json> number_of(const Json& value);

/// Of numbers, exactly, whatever their kinds.
[[nodiscard]] std::weak_ordering compare_numbers(const Json& left, const Json& right) noexcept;

/// ASCII letters in lower case.
[[nodiscard]] std::string lower_case(std::string_view text);

/// Without blanks and line breaks at its ends.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// A text as it is, anything else as JSON.
[[nodiscard]] std::string text_of(const Json& value);

/// Lays a map over another one: the members of `source` win. With `deep` maps within them are laid
/// over each other, too.
void merge_into(Json& target, const Json& source, bool deep);

/// The same text for equal values: keys in order, numbers in their shortest form.
[[nodiscard]] std::string canonical_text(const Json& value);

}  // namespace oa::common
