#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace oa::core::cel {

/// What a value can be.
enum class Kind : std::uint8_t {
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    List,
    Map,
    Type,
    Timestamp,
    Duration,
};

inline constexpr std::size_t kind_count = 12;

/// A set of kinds, for what is known of a value before it is there.
using KindSet = std::uint16_t;

[[nodiscard]] constexpr KindSet set_of(Kind kind) {
    return static_cast<KindSet>(1U << static_cast<unsigned>(kind));
}

template <typename... Kinds>
[[nodiscard]] constexpr KindSet set_of(Kind first, Kinds... others) {
    return static_cast<KindSet>(set_of(first) | set_of(others...));
}

[[nodiscard]] constexpr bool holds(KindSet set, Kind kind) {
    return (set & set_of(kind)) != 0;
}

/// The only kind in the set; nothing when there are others.
[[nodiscard]] constexpr std::optional<Kind> only(KindSet set) {
    for (std::size_t i = 0; i < kind_count; ++i) {
        if (set == set_of(static_cast<Kind>(i))) {
            return static_cast<Kind>(i);
        }
    }
    return std::nullopt;
}

inline constexpr KindSet any_kind = (1U << kind_count) - 1;
inline constexpr KindSet no_kind = 0;
inline constexpr KindSet number_kinds = set_of(Kind::Int, Kind::Uint, Kind::Double);
inline constexpr KindSet whole_kinds = set_of(Kind::Int, Kind::Uint);

/// The name that the type has in expressions: "int", "null_type", "google.protobuf.Timestamp".
[[nodiscard]] std::string_view type_name(Kind kind);

/// The type of that name.
[[nodiscard]] std::optional<Kind> type_named(std::string_view name);

/// For messages: "an integer", "a list".
[[nodiscard]] std::string_view with_article(Kind kind);

}  // namespace oa::core::cel
