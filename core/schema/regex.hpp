#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace oa::core::schema {

/// A regular expression as JSON Schema means it: ECMA-262 with the u flag, found anywhere. It is
/// run by RE2, in time linear in the text, so it can neither look around nor refer back. Safe for
/// any number of threads.
class Regex {
public:
    Regex(std::string_view pattern, std::size_t memory_max);
    ~Regex();
    Regex(const Regex&) = delete;
    Regex& operator=(const Regex&) = delete;

    /// Why the pattern is none that can be run; empty when it is one. Otherwise nothing else may
    /// be called.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
    [[nodiscard]] const std::string& pattern() const noexcept { return pattern_; }

    [[nodiscard]] bool found_in(std::string_view text) const;
    /// What looking through a text may cost, in steps of ValidateOptions::steps_max.
    [[nodiscard]] std::size_t steps(std::string_view text) const noexcept;

private:
    struct Engine;

    std::string pattern_;
    std::string problem_;
    std::unique_ptr<Engine> engine_;
};

/// The same pattern in the syntax of RE2, where the two differ: \u0041, \cJ, (?<name>...),
/// \p{Letter}, \p{Script=Greek}.
[[nodiscard]] std::string to_re2(std::string_view pattern);

}  // namespace oa::core::schema
