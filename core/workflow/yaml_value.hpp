#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "core/workflow/yaml.hpp"

namespace oa::core {

/// Which plain scalars are more than text: YAML 1.2's core schema, or also yes, no, on and off, as
/// the older system had it.
enum class YamlDialect { Core, Oa3 };

enum class ScalarKind { Text, Null, Boolean, Integer, Number, NotFinite };

[[nodiscard]] ScalarKind plain_scalar_kind(std::string_view text,
                                           YamlDialect dialect = YamlDialect::Core);

struct ScalarValue {
    std::optional<boost::json::value> value;  ///< empty when there is none in JSON
    std::string message;                      ///< then: why
    std::string hint;
};

/// The JSON value of a scalar node. Numbers that 64 bits or a double cannot hold, and .inf and
/// .nan, have none.
[[nodiscard]] ScalarValue scalar_value(const YamlNode& node,
                                       YamlDialect dialect = YamlDialect::Core);

}  // namespace oa::core
