#pragma once

#include <string>
#include <string_view>

#include "core/workflow/yaml.hpp"

namespace oa::core {

/// The node that a JSON Pointer leads to in the value that `root` is; the last one on the way where
/// there is none.
[[nodiscard]] const YamlNode& node_at(const YamlNode& root, std::string_view pointer);

/// Where the key `field` of the mapping at the pointer stands; the mapping where there is none.
[[nodiscard]] SourcePosition key_position_at(const YamlNode& root,
                                             std::string_view pointer,
                                             std::string_view field);

/// The first key of a pointer, and what is left of it. Empty for the pointer to the whole value.
struct PointerHead {
    std::string key;
    std::string_view rest;
};
[[nodiscard]] PointerHead split_pointer(std::string_view pointer);

}  // namespace oa::core
