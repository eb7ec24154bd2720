#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "support.hpp"

namespace re2 {
class RE2;
}

namespace oa::files {

/// Replaces a text, or what a regular expression matches, by another one.
class TextChange {
public:
    struct Options {
        std::string search;       // not empty
        std::string replacement;  // of an expression: \1 is its first group, \0 all of it
        bool regex = false;
        bool ignore_case = false;
        std::uint64_t count_max = 0;  // replacements in one text; 0: all
        std::size_t size_max = 0;     // of the result, in bytes
    };

    /// Throws INVALID_PARAMS for an expression that cannot be.
    explicit TextChange(Options options);
    ~TextChange();
    TextChange(const TextChange&) = delete;
    TextChange& operator=(const TextChange&) = delete;

    struct Result {
        std::string text;
        std::uint64_t count = 0;
    };
    /// Takes time in proportion to the text. Throws EXHAUSTED when the result is too long.
    [[nodiscard]] Result apply(std::string_view text, const Checkpoint& check) const;

private:
    Options options_;
    std::unique_ptr<re2::RE2> regex_;
};

}  // namespace oa::files
