#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "core/workflow/yaml.hpp"
#include "core/workflow/yaml_value.hpp"

namespace oa::test {

inline boost::json::value json_of(const core::YamlNode& node) {
    if (node.kind == core::YamlNode::Kind::Scalar) {
        return core::scalar_value(node).value.value_or(nullptr);
    }
    if (node.kind == core::YamlNode::Kind::Sequence) {
        boost::json::array items;
        for (const auto* item : node.items) {
            items.push_back(json_of(*item));
        }
        return items;
    }
    boost::json::object fields;
    for (const auto& entry : node.entries) {
        fields.emplace(entry.key, json_of(*entry.value));
    }
    return fields;
}

/// A YAML document as editors see it. Throws where it is none.
inline boost::json::value json_of(std::string_view yaml) {
    const auto result = core::parse_yaml(yaml, "test.yaml");
    if (result.root == nullptr || core::has_errors(result.diagnostics)) {
        throw std::runtime_error("not YAML: " + std::string(yaml));
    }
    return json_of(*result.root);
}

}  // namespace oa::test
