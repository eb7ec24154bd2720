#include "host/plugin/version_range.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace oa::host {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_identifier(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    });
}

bool is_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// Digits without a superfluous leading zero, as a number.
std::optional<std::uint64_t> to_number(std::string_view text) {
    if (!is_number(text) || (text.size() > 1 && text.front() == '0')) {
        return std::nullopt;
    }
    std::uint64_t out = 0;
    const auto end = text.data() + text.size();
    // The last one is kept free, so that every number has a next one.
    if (std::from_chars(text.data(), end, out).ec != std::errc() || out + 1 == 0) {
        return std::nullopt;
    }
    return out;
}

/// Cuts the text off up to a mark, or all of it.
std::string_view take_until(std::string_view& text, char mark) {
    const auto end = text.find(mark);
    const auto out = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    return out;
}

bool are_identifiers(std::string_view text) {
    if (text.empty() || text.back() == '.') {
        return false;
    }
    while (!text.empty()) {
        if (!is_identifier(take_until(text, '.'))) {
            return false;
        }
    }
    return true;
}

std::optional<std::vector<std::string>> parse_pre_release(std::string_view text) {
    if (!are_identifiers(text)) {
        return std::nullopt;
    }
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto part = take_until(text, '.');
        if (is_number(part) && part.size() > 1 && part.front() == '0') {
            return std::nullopt;
        }
        out.emplace_back(part);
    }
    return out;
}

std::strong_ordering compare_texts(std::string_view left, std::string_view right) {
    const int order = left.compare(right);
    return order == 0  ? std::strong_ordering::equal
           : order < 0 ? std::strong_ordering::less
                       : std::strong_ordering::greater;
}

std::strong_ordering compare_identifiers(const std::string& left, const std::string& right) {
    if (is_number(left) != is_number(right)) {
        return is_number(left) ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    if (is_number(left) && left.size() != right.size()) {
        return left.size() <=> right.size();
    }
    return compare_texts(left, right);
}

/// A version of which the last numbers may be missing.
struct PartialVersion {
    std::array<std::optional<std::uint64_t>, 3> numbers;
    std::vector<std::string> pre_release;

    [[nodiscard]] SemanticVersion lowest() const {
        return {numbers[0].value_or(0), numbers[1].value_or(0), numbers[2].value_or(0),
                pre_release};
    }
    /// How many numbers are there.
    [[nodiscard]] std::size_t size() const {
        return static_cast<std::size_t>(std::find(numbers.begin(), numbers.end(), std::nullopt) -
                                        numbers.begin());
    }
    /// The first version behind all that agree in so many numbers, and before its pre-releases.
    [[nodiscard]] SemanticVersion after(std::size_t agreeing) const {
        SemanticVersion out;
        const std::array<std::uint64_t*, 3> members{&out.major, &out.minor, &out.patch};
        for (std::size_t i = 0; i < agreeing; ++i) {
            *members.at(i) = numbers.at(i).value_or(0) + (i + 1 == agreeing ? 1U : 0U);
        }
        out.pre_release = {"0"};
        return out;
    }
};

std::optional<PartialVersion> parse_partial(std::string_view text) {
    PartialVersion out;
    if (const auto plus = text.find('+'); plus != std::string_view::npos) {
        if (!are_identifiers(text.substr(plus + 1))) {
            return std::nullopt;
        }
        text = text.substr(0, plus);
    }
    std::string_view numbers = text;
    if (const auto dash = text.find('-'); dash != std::string_view::npos) {
        auto pre_release = parse_pre_release(text.substr(dash + 1));
        if (!pre_release) {
            return std::nullopt;
        }
        out.pre_release = *std::move(pre_release);
        numbers = text.substr(0, dash);
    }
    if (numbers.empty() || numbers.back() == '.') {
        return std::nullopt;
    }
    bool any = false;
    for (std::size_t i = 0; !numbers.empty(); ++i) {
        const auto part = take_until(numbers, '.');
        if (i == out.numbers.size()) {
            return std::nullopt;
        }
        if (part == "x" || part == "X" || part == "*") {
            any = true;
            continue;
        }
        out.numbers.at(i) = to_number(part);
        if (any || !out.numbers.at(i)) {
            return std::nullopt;
        }
    }
    if (!out.pre_release.empty() && out.size() != out.numbers.size()) {
        return std::nullopt;
    }
    return out;
}

}  // namespace

std::strong_ordering operator<=>(const SemanticVersion& left, const SemanticVersion& right) {
    for (const auto order :
         {left.major <=> right.major, left.minor <=> right.minor, left.patch <=> right.patch}) {
        if (order != std::strong_ordering::equal) {
            return order;
        }
    }
    if (left.is_release() || right.is_release()) {
        return left.is_release() <=> right.is_release();
    }
    const auto shorter = std::min(left.pre_release.size(), right.pre_release.size());
    for (std::size_t i = 0; i < shorter; ++i) {
        const auto order = compare_identifiers(left.pre_release[i], right.pre_release[i]);
        if (order != std::strong_ordering::equal) {
            return order;
        }
    }
    return left.pre_release.size() <=> right.pre_release.size();
}

std::optional<SemanticVersion> parse_version(std::string_view text) {
    const auto parsed = parse_partial(text);
    if (!parsed || parsed->size() != parsed->numbers.size()) {
        return std::nullopt;
    }
    return parsed->lowest();
}

/// Reads one range.
class RangeReader {
public:
    explicit RangeReader(std::string_view text) : text_(text) {}

    std::optional<VersionRange> read() {
        VersionRange out;
        for (;;) {
            VersionRange::Comparisons all;
            if (!read_all(all)) {
                return std::nullopt;
            }
            out.alternatives_.push_back(std::move(all));
            if (text_.empty()) {
                return out;
            }
            text_.remove_prefix(2);  // "||"
        }
    }

private:
    using Operator = VersionRange::Operator;

    void skip_spaces() {
        text_.remove_prefix(std::min(text_.find_first_not_of(' '), text_.size()));
    }

    /// Comparisons up to the end or "||"; at least one.
    bool read_all(VersionRange::Comparisons& out) {
        bool some = false;
        for (skip_spaces(); !text_.empty() && !text_.starts_with("||"); skip_spaces()) {
            if (!read_one(out)) {
                return false;
            }
            some = true;
        }
        return some;
    }

    std::string_view take_operator() {
        for (const std::string_view op : {"^", "~", ">=", "<=", ">", "<", "="}) {
            if (text_.starts_with(op)) {
                text_.remove_prefix(op.size());
                return op;
            }
        }
        return "";
    }

    bool read_one(VersionRange::Comparisons& out) {
        const auto op = take_operator();
        skip_spaces();
        const auto word = text_.substr(0, text_.find_first_of(" |"));
        text_.remove_prefix(word.size());
        const auto version = parse_partial(word);
        if (!version) {
            return false;
        }
        add(out, op, *version);
        return true;
    }

    static void add(VersionRange::Comparisons& out,
                    std::string_view op,
                    const PartialVersion& version) {
        const std::size_t given = version.size();
        const auto low = version.lowest();
        if (op == "^") {
            add_between(out, version, caret_agreement(version));
        } else if (op == "~") {
            add_between(out, version, std::min<std::size_t>(given, 2));
        } else if (op == ">=") {
            out.push_back({Operator::GreaterOrEqual, low});
        } else if (op == "<") {
            // Of the numbers that are missing none may count, so neither may a pre-release.
            out.push_back({Operator::Less, given == 3 ? low : before_releases(low)});
        } else if (op == ">") {
            add_greater(out, version);
        } else if (op == "<=") {
            if (given == 3) {
                out.push_back({Operator::LessOrEqual, low});
            } else if (given != 0) {
                out.push_back({Operator::Less, version.after(given)});
            } else {
                add_between(out, version, 0);
            }
        } else if (given == 3) {
            out.push_back({Operator::Equal, low});
        } else {
            add_between(out, version, given);
        }
    }

    static SemanticVersion before_releases(SemanticVersion version) {
        version.pre_release = {"0"};
        return version;
    }

    static void add_greater(VersionRange::Comparisons& out, const PartialVersion& version) {
        const std::size_t given = version.size();
        if (given == 3) {
            out.push_back({Operator::Greater, version.lowest()});
        } else if (given == 0) {
            out.push_back({Operator::Less, before_releases({})});  // there is nothing greater
        } else {
            auto next = version.after(given);
            next.pre_release.clear();
            out.push_back({Operator::GreaterOrEqual, next});
        }
    }

    /// How many numbers must stay: up to the first that is not 0.
    static std::size_t caret_agreement(const PartialVersion& version) {
        const std::size_t given = version.size();
        for (std::size_t i = 0; i < given; ++i) {
            if (version.numbers.at(i) != 0U) {
                return i + 1;
            }
        }
        return given;
    }

    /// At least the version, and the first so many numbers stay.
    static void add_between(VersionRange::Comparisons& out,
                            const PartialVersion& version,
                            std::size_t agreeing) {
        out.push_back({Operator::GreaterOrEqual, version.lowest()});
        if (agreeing != 0) {
            out.push_back({Operator::Less, version.after(agreeing)});
        }
    }

    std::string_view text_;
};

std::optional<VersionRange> VersionRange::parse(std::string_view text) {
    return RangeReader(text).read();
}

bool VersionRange::Comparison::admits(const SemanticVersion& candidate) const {
    const auto order = candidate <=> version;
    switch (op) {
        case Operator::Less: return std::is_lt(order);
        case Operator::LessOrEqual: return std::is_lteq(order);
        case Operator::Equal: return std::is_eq(order);
        case Operator::GreaterOrEqual: return std::is_gteq(order);
        case Operator::Greater: return std::is_gt(order);
    }
    return false;
}

bool VersionRange::admits(const SemanticVersion& version) const {
    const auto names_its_pre_releases = [&](const Comparison& comparison) {
        const auto& named = comparison.version;
        return !named.is_release() && named.major == version.major &&
               named.minor == version.minor && named.patch == version.patch;
    };
    return std::any_of(alternatives_.begin(), alternatives_.end(), [&](const Comparisons& all) {
        return std::all_of(all.begin(), all.end(),
                           [&](const Comparison& one) { return one.admits(version); }) &&
               (version.is_release() ||
                std::any_of(all.begin(), all.end(), names_its_pre_releases));
    });
}

}  // namespace oa::host
