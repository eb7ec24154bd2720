#pragma once

#include "core/expression/cel/function.hpp"

namespace oa::core::cel {

// Short words for the tables of functions.
inline constexpr KindSet text_kind = set_of(Kind::String);
inline constexpr KindSet int_kind = set_of(Kind::Int);
inline constexpr KindSet bool_kind = set_of(Kind::Bool);
inline constexpr KindSet double_kind = set_of(Kind::Double);
inline constexpr KindSet bytes_kind = set_of(Kind::Bytes);
inline constexpr KindSet list_kind = set_of(Kind::List);

[[nodiscard]] constexpr Overload takes(KindSet first, KindSet result, Implementation run) {
    return {{first}, 1, result, run};
}
[[nodiscard]] constexpr Overload takes(KindSet first,
                                       KindSet second,
                                       KindSet result,
                                       Implementation run) {
    return {{first, second}, 2, result, run};
}
[[nodiscard]] constexpr Overload takes(
    KindSet first, KindSet second, KindSet third, KindSet result, Implementation run) {
    return {{first, second, third}, 3, result, run};
}
[[nodiscard]] constexpr Overload takes(KindSet first,
                                       KindSet second,
                                       KindSet third,
                                       KindSet fourth,
                                       KindSet result,
                                       Implementation run) {
    return {{first, second, third, fourth}, 4, result, run};
}

[[nodiscard]] constexpr Function global(std::string_view name,
                                        std::span<const Overload> overloads) {
    return {name, false, false, true, overloads};
}
[[nodiscard]] constexpr Function method(std::string_view name,
                                        std::span<const Overload> overloads) {
    return {name, true, false, true, overloads};
}

}  // namespace oa::core::cel
