#include "glob.hpp"

#include <cstddef>
#include <optional>
#include <utility>

#include <re2/re2.h>

#include "support.hpp"

namespace oa::files {

namespace {

constexpr std::size_t pattern_max = 4096;  // bytes
constexpr std::size_t patterns_max = 1000;

/// Writes one pattern as a regular expression over a whole path.
class Translation {
public:
    explicit Translation(std::string_view pattern) : pattern_(pattern) {
        while (pattern_.size() > 1 && pattern_.ends_with('/')) {
            pattern_.remove_suffix(1);
        }
        if (pattern_.find('/') == std::string_view::npos) {
            out_ = "(?:.*/)?";
        } else if (pattern_.starts_with('/')) {
            pattern_.remove_prefix(1);  // paths are relative to the folder
        }
    }

    /// Nothing, and the reason in problem(), for a pattern that cannot be.
    std::optional<std::string> run() {
        while (at_ < pattern_.size() && problem_.empty()) {
            take();
        }
        if (problem_.empty() && braces_ > 0) {
            problem_ = "'{' is never closed";
        }
        return problem_.empty() ? std::optional(out_) : std::nullopt;
    }
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    void take() {
        const char c = pattern_[at_++];
        switch (c) {
            case '*': take_star(); return;
            case '?': out_ += "[^/]"; return;
            case '[': take_class(); return;
            case '{':
                out_ += "(?:";
                ++braces_;
                return;
            case '\\':
                if (at_ == pattern_.size()) {
                    problem_ = "nothing follows its last '\\'";
                    return;
                }
                literal(pattern_[at_++]);
                return;
            default: break;
        }
        if (braces_ > 0 && c == ',') {
            out_ += '|';
        } else if (braces_ > 0 && c == '}') {
            out_ += ')';
            --braces_;
        } else {
            literal(c);
        }
    }

    void take_star() {
        const bool starts_part = at_ == 1 || pattern_[at_ - 2] == '/';
        if (at_ == pattern_.size() || pattern_[at_] != '*') {
            out_ += "[^/]*";
            return;
        }
        ++at_;
        if (starts_part && at_ < pattern_.size() && pattern_[at_] == '/') {
            ++at_;
            out_ += "(?:.*/)?";
        } else {
            out_ += ".*";
        }
    }

    void take_class() {
        const std::size_t first = at_;
        const bool inverted =
            first < pattern_.size() && (pattern_[first] == '!' || pattern_[first] == '^');
        const std::size_t begin = first + (inverted ? 1 : 0);
        // A bracket right after the first one stands for itself.
        const std::size_t end = pattern_.find(']', begin + 1);
        if (end == std::string_view::npos) {
            problem_ = "'[' is never closed";
            return;
        }
        out_ += inverted ? "[^/" : "[";
        for (std::size_t i = begin; i < end; ++i) {
            if (pattern_[i] == '[' || pattern_[i] == ']' || pattern_[i] == '\\' ||
                pattern_[i] == '^') {
                out_ += '\\';
            }
            out_ += pattern_[i];
        }
        out_ += ']';
        at_ = end + 1;
    }

    void literal(char c) { out_ += re2::RE2::QuoteMeta(std::string(1, c)); }

    std::string_view pattern_;
    std::size_t at_ = 0;
    int braces_ = 0;
    std::string out_;
    std::string problem_;
};

}  // namespace

Globs::Globs() = default;
Globs::Globs(Globs&&) noexcept = default;
Globs& Globs::operator=(Globs&&) noexcept = default;
Globs::~Globs() = default;

Globs::Globs(const std::vector<std::string>& patterns, std::string_view parameter) {
    if (patterns.size() > patterns_max) {
        throw invalid_params(pointer_to(parameter),
                             std::string(parameter) + " has more than 1000 patterns");
    }
    const auto refuse = [&](const std::string& pattern, const std::string& problem) {
        throw invalid_params(pointer_to(parameter),
                             "the pattern '" + pattern + "' cannot be: " + problem);
    };
    std::string all;
    for (const auto& pattern : patterns) {
        if (pattern.empty() || pattern.size() > pattern_max) {
            refuse(pattern.substr(0, 40), pattern.empty() ? "it is empty" : "it is too long");
        }
        Translation translation(pattern);
        const auto text = translation.run();
        if (!text) {
            refuse(pattern, translation.problem());
        }
        all += (all.empty() ? "(?:" : "|(?:") + *text + ")";
    }
    if (all.empty()) {
        return;
    }
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_dot_nl(true);  // names may hold line breaks
    options.set_never_capture(true);
    regex_ = std::make_unique<re2::RE2>(all, options);
    if (!regex_->ok()) {
        refuse(patterns.front(), regex_->error());
    }
}

bool Globs::matches(std::string_view path) const {
    if (!regex_) {
        return false;
    }
    return find_invalid_utf8(path) == std::string_view::npos
               ? re2::RE2::FullMatch(path, *regex_)
               : re2::RE2::FullMatch(with_marks(path), *regex_);
}

Globs globs_param(Call& call, std::string_view name) {
    return {texts_param(call, name), name};
}

}  // namespace oa::files
