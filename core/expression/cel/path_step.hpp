#pragma once

#include <cmath>
#include <cstdint>
#include <optional>

#include "core/expression/cel/value.hpp"

namespace oa::core::cel {

/// A position in a list, from any kind of number that is whole.
[[nodiscard]] inline std::optional<std::uint64_t> position_of(const Value& key) {
    switch (key.kind()) {
        case Kind::Int:
            return key.as_int() < 0 ? std::nullopt
                                    : std::optional(static_cast<std::uint64_t>(key.as_int()));
        case Kind::Uint: return key.as_uint();
        case Kind::Double: {
            const auto number = key.as_double();
            const bool whole = number >= 0 && number < 0x1p63 && std::trunc(number) == number;
            return whole ? std::optional(static_cast<std::uint64_t>(number)) : std::nullopt;
        }
        default: return std::nullopt;
    }
}

/// What is selected by a key or position. Nothing when there is no such thing.
[[nodiscard]] inline std::optional<Value> index_step(const Value& container, const Value& key) {
    if (container.is(Kind::Map)) {
        return container.find(key);
    }
    const auto position = container.is(Kind::List) ? position_of(key) : std::nullopt;
    if (!position || *position >= container.list_size()) {
        return std::nullopt;
    }
    return container.item(static_cast<std::size_t>(*position));
}

/// The same for a segment of a path, which is a String or an Int.
[[nodiscard]] inline std::optional<Value> path_step(const Value& container, const Value& key) {
    if (container.is(Kind::Map) && key.is(Kind::String)) {
        return container.find(key.as_text());
    }
    return index_step(container, key);
}

}  // namespace oa::core::cel
