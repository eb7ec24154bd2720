#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "core/schema/format.hpp"
#include "core/schema/regex.hpp"
#include "core/schema/type_set.hpp"

/// A schema as it is after compiling: a list of nodes, one for each schema within the schema, that
/// refer to each other by their index. What a node says is grouped by the kind of value that it is
/// about, so that a check skips what does not matter with one look.
namespace oa::core::schema {

using NodeIndex = std::uint32_t;
using ResourceIndex = std::uint32_t;
inline constexpr NodeIndex no_node = ~NodeIndex{0};

/// Values that are allowed: `enum`, or `const` as a list of one.
struct AllowedValues {
    std::string_view keyword;
    const boost::json::array* values = nullptr;  ///< within Program
    TypeSet types = type_set::none;              ///< that occur in it
    std::size_t steps = 1;                       ///< that comparing may cost
};

struct NumberRules {
    const boost::json::value* minimum = nullptr;  // all within Program
    const boost::json::value* maximum = nullptr;
    const boost::json::value* exclusive_minimum = nullptr;
    const boost::json::value* exclusive_maximum = nullptr;
    const boost::json::value* multiple_of = nullptr;
};

struct TextRules {
    std::optional<std::size_t> length_min = {};  ///< in code points
    std::optional<std::size_t> length_max = {};
    const Regex* pattern = nullptr;
    const Format* format = nullptr;
};

struct ArrayRules {
    std::optional<std::size_t> items_min = {};
    std::optional<std::size_t> items_max = {};
    bool unique = false;
    std::vector<NodeIndex> prefix = {};
    NodeIndex items = no_node;  ///< of those behind the prefix
    NodeIndex contains = no_node;
    std::optional<std::size_t> contains_min = {};
    std::optional<std::size_t> contains_max = {};
    NodeIndex unevaluated = no_node;
};

struct ObjectRules {
    using Field = std::pair<std::string, NodeIndex>;

    std::optional<std::size_t> fields_min = {};
    std::optional<std::size_t> fields_max = {};
    std::vector<std::string> required = {};
    std::vector<std::pair<std::string, std::vector<std::string>>> dependent_required = {};
    std::vector<Field> dependent_schemas = {};
    std::vector<Field> fields = {};  ///< sorted by name
    std::vector<std::pair<const Regex*, NodeIndex>> patterns = {};
    NodeIndex additional = no_node;
    NodeIndex names = no_node;
    NodeIndex unevaluated = no_node;

    /// The schema of a field in `properties`, or no_node.
    [[nodiscard]] NodeIndex find(std::string_view name) const;
};

/// Schemas that are about the same value.
struct InPlaceRules {
    NodeIndex reference = no_node;
    NodeIndex dynamic_reference = no_node;
    /// Of $dynamicRef, where it may lead elsewhere depending on how one got here.
    std::string dynamic_anchor = {};
    std::vector<NodeIndex> all_of = {};
    std::vector<NodeIndex> any_of = {};
    std::vector<NodeIndex> one_of = {};
    NodeIndex negated = no_node;
    NodeIndex condition = no_node;
    NodeIndex consequence = no_node;
    NodeIndex alternative = no_node;
};

struct Node {
    std::string location = {};  ///< JSON Pointer into the schema
    ResourceIndex resource = 0;
    bool never = false;  ///< the schema `false`
    std::string title = {};
    const boost::json::value* default_value = nullptr;  ///< within Program

    TypeSet types = type_set::any;
    std::vector<std::string> type_names = {};  ///< as they were written, for messages
    /// What a value can be that fits this node, with all that it refers to.
    TypeSet possible = type_set::any;

    std::vector<AllowedValues> values = {};
    std::unique_ptr<NumberRules> number = {};
    std::unique_ptr<TextRules> text = {};
    std::unique_ptr<ArrayRules> array = {};
    std::unique_ptr<ObjectRules> object = {};
    std::unique_ptr<InPlaceRules> in_place = {};
};

/// A schema with an identity of its own: the whole document, and whatever has an `$id`.
struct Resource {
    std::string uri = {};
    const boost::json::value* root = nullptr;  ///< within Program
    std::string location = {};
    std::map<std::string, NodeIndex, std::less<>> anchors = {};
    std::map<std::string, NodeIndex, std::less<>> dynamic_anchors = {};
};

struct Program {
    boost::json::value document = {};
    std::vector<std::unique_ptr<boost::json::array>> constants = {};  ///< those of `const`
    std::vector<std::unique_ptr<Regex>> patterns = {};
    std::vector<Node> nodes = {};  ///< the first one is the whole schema
    std::vector<Resource> resources = {};
    bool has_dynamic_references = false;
};

/// A key as a part of a JSON Pointer.
[[nodiscard]] std::string escaped_token(std::string_view key);

}  // namespace oa::core::schema
