#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"

namespace oa::core {

/// What a document may cost. Input over a limit is an error that names the limit.
struct YamlLimits {
    std::size_t bytes_max = 4U << 20U;
    std::size_t scalar_bytes_max = 1U << 20U;  ///< of one scalar as it is written
    std::size_t depth_max = 64;                ///< collections within each other
    std::size_t nodes_max = 300'000;           ///< with aliases expanded
    std::size_t alias_expansion_max =
        10;  ///< nodes with aliases expanded, as a multiple of the nodes written
    std::size_t tasks_max = 10'000;  ///< items of the document's list `tasks`; checked early where
                                     ///< it is in block style, since reading on costs the most
};

/// A node of a YAML document. Never cyclic; an alias and its anchor are the same node.
struct YamlNode {
    enum class Kind { Scalar, Sequence, Mapping };
    /// How a scalar was written. Only plain ones can be numbers, booleans or null.
    enum class Style { Plain, Quoted, Block };

    struct Entry {
        std::string key;
        SourcePosition key_position;
        const YamlNode* value = nullptr;  ///< [owner: the document's YamlResult]
    };

    Kind kind = Kind::Scalar;
    Style style = Style::Plain;
    bool refused = false;     ///< a scalar whose tag has been reported: what it means is not known
    SourcePosition position;  ///< of the first character after anchor and tag; where there is no
                              ///< character: of the key, dash or comma in front
    std::size_t offset = 0;   ///< byte offset of that character in the text
    std::string scalar;
    std::vector<const YamlNode*> items;  ///< of a sequence [owner: the document's YamlResult]
    std::vector<Entry> entries;  ///< of a mapping, in document order; keys are unique; merge keys
                                 ///< (<<) are resolved, what they bring stands last

    /// nullptr when the mapping has no such key, or the node is no mapping. Looks at every entry.
    [[nodiscard]] const Entry* find(std::string_view key) const;
};

/// A document, and what is wrong with it. Owns the nodes.
struct YamlResult {
    std::deque<YamlNode> nodes;
    const YamlNode* root =
        nullptr;  ///< a mapping or a sequence; nullptr when the text could not be
                  ///< read to its end. Without a wrong part otherwise, so that
                  ///< further mistakes can be found: look at the diagnostics.
    Diagnostics diagnostics;
};

/// Reads one YAML 1.2 document through yaml-cpp's event interface. Refuses invalid UTF-8, control
/// characters, several documents, keys that are no scalars, duplicate keys, tags other than the
/// core schema's, unknown aliases, a document that is a lone scalar, and whatever exceeds a limit.
/// `file` only names the text in diagnostics.
[[nodiscard]] YamlResult parse_yaml(std::string_view text,
                                    const std::string& file,
                                    const YamlLimits& limits = {});

}  // namespace oa::core
