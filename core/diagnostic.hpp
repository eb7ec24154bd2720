#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oa::core {

/// A place in a text file. Both count from 1; columns count characters, not bytes. 0 means unknown.
struct SourcePosition {
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 mistakes what the compiler generates
    friend auto operator<=>(const SourcePosition&, const SourcePosition&) = default;
};

enum class Severity { Error, Warning };

/// One thing that is wrong with a document, in words that tell the fix.
struct Diagnostic {
    Severity severity = Severity::Error;
    std::string file = {};
    SourcePosition position = {};
    /// One sentence: the offending text and what was expected; no full stop.
    std::string message = {};
    std::string hint = {};  ///< e.g. "did you mean 'http'?"; may be empty
    /// The kind of mistake, for tools: "unknown-key". Static text that never changes its meaning;
    /// empty where there is nothing more to say than its severity.
    std::string_view code = {};

    friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

using Diagnostics = std::vector<Diagnostic>;

/// "file:line:column: error: message; hint". The position is left out where it is unknown.
[[nodiscard]] std::string to_string(const Diagnostic& diagnostic);

/// Its code; "workflow-error" or "workflow-warning" where it has none.
[[nodiscard]] std::string_view code_of(const Diagnostic& diagnostic);

[[nodiscard]] bool has_errors(const Diagnostics& diagnostics);

/// Orders by file and position, so that people read a file from top to bottom. Equal places keep
/// their order.
void sort_by_position(Diagnostics& diagnostics);

}  // namespace oa::core
