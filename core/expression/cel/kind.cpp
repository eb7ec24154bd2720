#include "core/expression/cel/kind.hpp"

#include <array>

namespace oa::core::cel {
namespace {

struct Names {
    std::string_view type;
    std::string_view with_article;
};

constexpr std::array<Names, kind_count> names{{{"null_type", "null"},
                                               {"bool", "a boolean"},
                                               {"int", "an integer"},
                                               {"uint", "an unsigned integer"},
                                               {"double", "a double"},
                                               {"string", "a string"},
                                               {"bytes", "bytes"},
                                               {"list", "a list"},
                                               {"map", "a map"},
                                               {"type", "a type"},
                                               {"google.protobuf.Timestamp", "a timestamp"},
                                               {"google.protobuf.Duration", "a duration"}}};

}  // namespace

std::string_view type_name(Kind kind) {
    return names[static_cast<std::size_t>(kind)].type;
}

std::optional<Kind> type_named(std::string_view name) {
    for (std::size_t i = 0; i < kind_count; ++i) {
        if (names[i].type == name) {
            return static_cast<Kind>(i);
        }
    }
    return std::nullopt;
}

std::string_view with_article(Kind kind) {
    return names[static_cast<std::size_t>(kind)].with_article;
}

}  // namespace oa::core::cel
