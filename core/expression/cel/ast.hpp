#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/expression/cel/arena.hpp"
#include "core/expression/cel/function.hpp"
#include "core/expression/cel/state.hpp"
#include "core/expression/cel/syntax.hpp"
#include "core/expression/cel/value.hpp"

namespace oa::core::cel {

enum class Op : std::uint8_t {
    Constant,     ///< value
    Path,         ///< paths[detail]; over an expression: with that as its child
    Index,        ///< child [ child ]
    List,         ///< children
    Map,          ///< children: key, value, key, value ...
    Not,          ///< child
    Negate,       ///< child
    Binary,       ///< two children
    And,          ///< two or more children
    Or,           ///< two or more children
    Conditional,  ///< three children
    Call,         ///< calls[detail] with the children
    HostCall,     ///< calls[detail].name with the children, by the activation
    UnknownCall,  ///< calls[detail].name: no such function, or not with as many arguments
    Macro,        ///< macros[detail] over the first child
};

struct Node {
    Op op = Op::Constant;
    Binary binary = Binary::Add;
    std::uint32_t detail = 0;
    std::uint32_t first = 0;  ///< in links
    std::uint32_t count = 0;
    std::uint32_t offset = 0;  ///< what messages are about, in bytes from the start of the text
    std::uint32_t begin = 0;   ///< of all of it, likewise
    std::uint32_t end = 0;     ///< likewise
    Value value;
};

/// What is selected with .field, ["key"] or [index].
struct Segment {
    Value key;  ///< a String or an Int
    std::size_t offset = 0;
    bool dotted = false;  ///< .field, without quotes
};

/// A name, a variable of a macro or an expression, and what is selected from it.
struct PathNode {
    enum class Base : std::uint8_t { Free, Local, Expression };

    Base base = Base::Free;
    bool tested = false;         ///< has(): tells whether the last segment is there
    bool type_name = false;      ///< means the type, unless a variable has that name
    bool function_name = false;  ///< is how a function is called
    std::optional<Kind> type;    ///< the type of that name
    std::uint32_t slot = 0;      ///< of a variable of a macro
    std::string root;            ///< of the other names
    std::size_t offset = 0;      ///< of the root
    std::vector<Segment> segments;
    /// Where dotted names are asked for: the root with no, one, two ... fields.
    std::vector<std::string> dotted_names;
};

struct CallNode {
    const Function* function = nullptr;
    std::string name;     ///< as written, for messages: "size", "math.floor"
    bool method = false;  ///< the first child is the receiver
    bool wrong_count = false;
    std::size_t host_arguments = 0;     ///< of a host's function: how many it takes
    KindSet host_result = any_kind;     ///< likewise: what it gives
    std::unique_ptr<re2::RE2> pattern;  ///< of matches() with a literal
};

struct MacroNode {
    enum class Macro : std::uint8_t {
        All,
        Exists,
        ExistsOne,
        Map,  ///< children: range, then a test when there are three, then what to make of an item
        Filter,
        TransformList,  ///< like Map
        TransformMap,   ///< like Map
    };

    Macro macro = Macro::All;
    std::string name;  ///< as written
    std::uint32_t slot = 0;
    bool two_variables = false;  ///< the second one is in the slot behind
};

/// A function that the program's user provides.
struct HostFunction {
    std::string name;
    std::size_t arguments = 0;
    KindSet result = any_kind;
};

/// What is known to fail whatever the values are, found while the expression was compiled.
struct Finding {
    std::size_t offset = 0;
    std::string message;
    std::string hint;
};

/// An expression ready for evaluation. Immutable once it is made.
struct Ast {
    std::string text;
    std::vector<Node> nodes;
    std::vector<NodeId> links;
    std::vector<PathNode> paths;  ///< in the order of the text
    std::vector<CallNode> calls;
    std::vector<MacroNode> macros;
    GrowingArena constants{SIZE_MAX};  ///< literals, fields, what was computed ahead
    std::vector<Finding> findings;
    NodeId root = no_node;
    std::uint32_t slots = 0;  ///< of the variables of macros

    [[nodiscard]] const Node& child(const Node& node, std::uint32_t number) const {
        return nodes[links[node.first + number]];
    }
    [[nodiscard]] NodeId child_id(const Node& node, std::uint32_t number) const {
        return links[node.first + number];
    }
};

}  // namespace oa::core::cel
