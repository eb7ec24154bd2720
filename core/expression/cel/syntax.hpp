#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/expression/cel/arena.hpp"
#include "core/expression/cel/value.hpp"

namespace oa::core::cel {

enum class Binary : std::uint8_t {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
};

struct Operator {
    std::string_view symbol;
    Binary binary = Binary::Add;
    int level = 1;  ///< from 1 to 3; higher binds tighter
};

/// nullptr when there is none between two operands; && and || are none of these.
[[nodiscard]] const Operator* operator_of(std::string_view symbol);
[[nodiscard]] std::string_view symbol_of(Binary binary);

using SyntaxId = std::uint32_t;
inline constexpr SyntaxId no_syntax = UINT32_MAX;

/// What was read, as it was written: names mean nothing yet.
struct Syntax {
    enum class Kind : std::uint8_t {
        Literal,
        Name,    ///< text; absolute with a dot before it
        Select,  ///< operand . text
        Index,   ///< operand [ index ]
        Call,    ///< text ( arguments ), of a method with the receiver first
        List,
        Map,  ///< key, value, key, value ...
        Not,
        Negate,
        Binary,
        And,  ///< of two or more
        Or,   ///< of two or more
        Conditional,
    };

    Kind kind = Kind::Literal;
    Binary binary = Binary::Add;
    bool absolute = false;
    bool method = false;
    std::uint16_t height = 1;
    std::size_t begin = 0;   ///< of all of it, in bytes from the start of the text
    std::size_t end = 0;     ///< likewise
    std::size_t offset = 0;  ///< of the operator or name that messages are about
    std::string_view text;
    Value literal;
    std::vector<SyntaxId> children;
};

struct SyntaxTree {
    std::vector<Syntax> nodes;
    GrowingArena texts{SIZE_MAX};  ///< of literals
    SyntaxId root = no_syntax;

    [[nodiscard]] const Syntax& operator[](SyntaxId id) const { return nodes[id]; }
};

}  // namespace oa::core::cel
