#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/schema/evaluation.hpp"

namespace oa::core::schema {

/// "the text 'x'"; of a value that is not known, what it can be: "a text or a list".
[[nodiscard]] std::string described(const Subject& subject);

/// "a string", "an integer or a null".
[[nodiscard]] std::string described_types(const std::vector<std::string>& names);
[[nodiscard]] std::string described_types(TypeSet types);

/// "3 items", "1 item".
[[nodiscard]] std::string counted(std::size_t count, std::string_view thing);

/// "the number 5", "a string with the field 'x'": what fits a schema, if that can be said in few
/// words; otherwise empty.
[[nodiscard]] std::string summary(const Program& program, NodeIndex node);

/// "did you mean 'get'?", where a text is not among those that are allowed.
[[nodiscard]] std::string nearest_value(const boost::json::value& value,
                                        const boost::json::array& values);

}  // namespace oa::core::schema
