#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/expression/cel/ast.hpp"

namespace oa::core::cel {

/// The part of the expression that the node was made of, shortened.
[[nodiscard]] std::string source_of(const Ast& ast, const Node& node);

/// A path without its segments from number `count` on: tasks["my task"].output.
[[nodiscard]] std::string path_words(const Ast& ast, const Node& node, std::size_t count);

/// "a number", "an array", "an object", for those who think of JSON.
[[nodiscard]] std::string_view json_word(Kind kind);

/// .name, ["my key"] or [0]
void append_segment(std::string& out, const Value& key);

struct Words {
    std::string message;
    std::string hint;
};

/// Why `value`, which the text calls `named`, has nothing under `key`.
[[nodiscard]] Words missing_value(const std::string& named, const Value& value, const Value& key);

/// The nearest name, or all that there are.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     const std::vector<std::string>& names,
                                     std::string_view there_is);

/// "a, b, c and 4 more"
[[nodiscard]] std::string listed(const std::vector<std::string>& names);

}  // namespace oa::core::cel
