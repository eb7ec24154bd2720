#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "host/cli/terminal.hpp"

namespace oa::host {

/// A text by its lines.
class SourceLines {
public:
    explicit SourceLines(std::string text);

    /// Without its end, and without a byte order mark; nothing when there is no such line. Counts
    /// from 1.
    [[nodiscard]] std::optional<std::string_view> line(std::size_t number) const;

private:
    std::string text_;
    std::vector<std::size_t> starts_;
};

/// Where a finding stands in its line: what is marked there, in bytes.
struct MarkedText {
    std::string_view line;
    std::size_t offset = 0;
    std::size_t length = 1;  ///< of the word, the quoted text or the placeholder that begins there

    /// In UTF-16 code units, counted from 1; the second is the one behind the last.
    [[nodiscard]] std::size_t utf16_start() const;
    [[nodiscard]] std::size_t utf16_end() const;
    /// In characters, counted from 1, the one behind the last.
    [[nodiscard]] std::size_t character_end() const;
};

/// The texts that findings are about. Reads a file when it is first asked for; one that cannot be
/// read (any more) has no lines.
class SourceTexts {
public:
    explicit SourceTexts(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// A text that was read already, by the name that findings call it.
    void put(const std::string& file, std::string text);
    /// Nothing where the place is unknown or does not exist.
    [[nodiscard]] std::optional<MarkedText> find(const core::Diagnostic& diagnostic);

private:
    std::size_t bytes_max_;
    std::map<std::string, std::optional<SourceLines>> files_;
};

/// Below a finding, as compilers show it; lines, each with its end:
///
///       |
///     7 |     neds: build
///       |     ^^^^ did you mean 'needs'?
///
/// A long line is cut around the place; a hint that does not fit gets a line of its own.
[[nodiscard]] std::string source_excerpt(const core::Diagnostic& diagnostic,
                                         const MarkedText& place,
                                         const Terminal& terminal);

}  // namespace oa::host
