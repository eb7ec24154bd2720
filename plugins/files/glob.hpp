#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oa/plugin.hpp"

namespace re2 {
class RE2;
}

namespace oa::files {

/// A set of glob patterns over paths with '/' between their parts. `*` and `?` stand for anything
/// within a part, `[a-z]` and `[!a-z]` for one character, `{a,b}` for either, `**` for any number
/// of parts, and `\` takes the meaning of what follows. A pattern without a slash looks at the last
/// part alone. Matching takes time in proportion to the length of the path, whatever the pattern.
class Globs {
public:
    /// Matches nothing.
    Globs();
    /// Throws INVALID_PARAMS, pointing at the parameter, for a pattern that cannot be.
    Globs(const std::vector<std::string>& patterns, std::string_view parameter);
    Globs(Globs&&) noexcept;
    Globs& operator=(Globs&&) noexcept;
    Globs(const Globs&) = delete;
    Globs& operator=(const Globs&) = delete;
    ~Globs();

    [[nodiscard]] bool empty() const { return regex_ == nullptr; }
    /// `path` is relative. Bytes that are not UTF-8 count as one character each.
    [[nodiscard]] bool matches(std::string_view path) const;

private:
    std::unique_ptr<re2::RE2> regex_;
};

/// The parameter `name`: one pattern or a list of them.
[[nodiscard]] Globs globs_param(Call& call, std::string_view name);

}  // namespace oa::files
