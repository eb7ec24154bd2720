#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/duration.hpp"
#include "core/port/function_catalog.hpp"
#include "core/workflow/source_text.hpp"
#include "core/workflow/yaml.hpp"
#include "core/workflow/yaml_value.hpp"

namespace oa::core {

/// Names that a document declares, in its order; known before anything that refers to them is read.
struct NameSet {
    std::vector<std::string> list;
    std::unordered_set<std::string> set;

    void add(const std::string& name);
    [[nodiscard]] bool has(const std::string& name) const { return set.count(name) != 0; }
};

/// What all parts of the reader share while one document is read: the text, the catalog, the names
/// and the list of mistakes.
class Reading {
public:
    /// `found` is what was wrong with the text as YAML.
    Reading(std::string_view text,
            const std::string& file,
            const FunctionCatalog& catalog,
            Diagnostics found);
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    void error(SourcePosition position, std::string message, std::string hint = {});
    void warn(SourcePosition position, std::string message, std::string hint = {});
    /// "did you mean 'x'?", or an empty text. Stops searching after so many comparisons that a
    /// document full of mistakes cannot take long.
    [[nodiscard]] std::string suggest(std::string_view word,
                                      std::span<const std::string> candidates);
    /// "the key 'x' is unknown here", with the nearest known one.
    void unknown_key(SourcePosition position,
                     std::string_view key,
                     std::span<const std::string> known);
    /// "'x' is not available in this version".
    void unavailable(SourcePosition position, std::string_view what);

    /// What was found, sorted and without repetitions. Leaves nothing behind.
    [[nodiscard]] Diagnostics take_diagnostics();

    [[nodiscard]] YamlDialect dialect() const {
        return compat_oa3 ? YamlDialect::Oa3 : YamlDialect::Core;
    }

    const SourceText source;
    const FunctionCatalog& catalog;
    bool compat_oa3 = false;
    NameSet inputs;
    NameSet variables;
    NameSet tasks;

private:
    void add(Severity severity, SourcePosition position, std::string message, std::string hint);

    const std::string& file_;
    Diagnostics diagnostics_;
    std::size_t dropped_ = 0;
    std::size_t comparisons_left_;
};

/// A scalar that has no value: `key:` or `key: null`. Keys with that count as not given.
[[nodiscard]] bool is_null(const YamlNode& node);

/// "a mapping", "a list", "the number 5", "the text 'x'": what stands there, for messages.
[[nodiscard]] std::string describe(const YamlNode& node, YamlDialect dialect = YamlDialect::Core);

// Each reports what does not fit, by the name `what`, and gives nothing then.

/// A text. Numbers and the like are taken as they are written.
[[nodiscard]] std::optional<std::string> read_text(Reading& reading,
                                                   const YamlNode& node,
                                                   std::string_view what);
[[nodiscard]] std::optional<bool> read_bool(Reading& reading,
                                            const YamlNode& node,
                                            std::string_view what);
[[nodiscard]] std::optional<Milliseconds> read_duration(Reading& reading,
                                                        const YamlNode& node,
                                                        std::string_view what);
[[nodiscard]] std::optional<std::uint32_t> read_count(Reading& reading,
                                                      const YamlNode& node,
                                                      std::string_view what,
                                                      std::uint32_t maximum);
[[nodiscard]] std::optional<double> read_number(
    Reading& reading, const YamlNode& node, std::string_view what, double minimum, double maximum);
/// The mapping's entries; none for null, and after an error.
[[nodiscard]] std::span<const YamlNode::Entry> read_mapping(Reading& reading,
                                                            const YamlNode& node,
                                                            std::string_view what);

struct PlacedText {
    std::string text;
    SourcePosition position;
};

/// A text or a list of texts; nothing for null.
[[nodiscard]] std::vector<PlacedText> read_texts(Reading& reading,
                                                 const YamlNode& node,
                                                 std::string_view what);

/// Why a text cannot be a name; nothing when it can: 1..128 printable characters.
[[nodiscard]] std::optional<std::string> name_problem(std::string_view name);

}  // namespace oa::core
