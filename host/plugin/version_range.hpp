#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oa::host {

/// A version as Semantic Versioning 2.0.0 has it. Build metadata takes no part in anything.
struct SemanticVersion {
    std::uint64_t major = 0;
    std::uint64_t minor = 0;
    std::uint64_t patch = 0;
    std::vector<std::string> pre_release;  ///< "rc", "1"; empty: a release

    [[nodiscard]] bool is_release() const { return pre_release.empty(); }

    friend bool operator==(const SemanticVersion&, const SemanticVersion&) = default;
    /// By precedence: 1.0.0-alpha < 1.0.0-alpha.1 < 1.0.0-beta < 1.0.0.
    friend std::strong_ordering operator<=>(const SemanticVersion& left,
                                            const SemanticVersion& right);
};

/// Nothing when the text is no such version.
[[nodiscard]] std::optional<SemanticVersion> parse_version(std::string_view text);

/// Which versions will do. Written as package managers write it:
///   1.2.3         that version; 1.2, 1.2.x and 1 stand for any that starts so; * for any
///   ^1.2.3        at least that, without a change of the first number that is not 0
///   ~1.2.3        at least that, without a change of the second number
///   >=1.2 <2      all of them at once; >, >=, <, <= and =
///   ^1 || ^2      one of them
/// A pre-release fits only where a comparison names a pre-release of the same three numbers.
class VersionRange {
public:
    /// Nothing when the text is no range.
    [[nodiscard]] static std::optional<VersionRange> parse(std::string_view text);

    [[nodiscard]] bool admits(const SemanticVersion& version) const;

private:
    friend class RangeReader;
    enum class Operator { Less, LessOrEqual, Equal, GreaterOrEqual, Greater };
    struct Comparison {
        Operator op = Operator::Equal;
        SemanticVersion version;

        [[nodiscard]] bool admits(const SemanticVersion& candidate) const;
    };
    using Comparisons = std::vector<Comparison>;

    std::vector<Comparisons> alternatives_;  // all of one of them
};

}  // namespace oa::host
