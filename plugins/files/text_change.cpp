#include "text_change.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <re2/re2.h>

namespace oa::files {

namespace {

constexpr std::uint64_t checks_every = 1024;  // replacements

/// The length of the character at `at`, so that an empty match never lies inside of one.
std::size_t character_at(std::string_view text, std::size_t at) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        ++end;
    }
    return end - at;
}

}  // namespace

TextChange::TextChange(Options options) : options_(std::move(options)) {
    re2::RE2::Options how;
    how.set_log_errors(false);
    how.set_literal(!options_.regex);
    how.set_case_sensitive(!options_.ignore_case);
    how.set_one_line(false);
    // A literal is searched for as bytes, so that the rest of the text may be of any encoding.
    if (!options_.regex && !options_.ignore_case) {
        how.set_encoding(re2::RE2::Options::EncodingLatin1);
    }
    // Within a line ^ and $ mean its ends, unless the expression says (?-m).
    regex_ = std::make_unique<re2::RE2>(options_.regex ? "(?m)" + options_.search : options_.search,
                                        how);
    if (!regex_->ok()) {
        throw invalid_params("/search",
                             "the regular expression cannot be: " + with_marks(regex_->error()));
    }
    std::string problem;
    if (options_.regex && !regex_->CheckRewriteString(options_.replacement, &problem)) {
        throw invalid_params("/replacement", "the replacement cannot be: " + with_marks(problem));
    }
}

TextChange::~TextChange() = default;

TextChange::Result TextChange::apply(std::string_view text, const Checkpoint& check) const {
    const int groups = options_.regex ? 1 + re2::RE2::MaxSubmatch(options_.replacement) : 1;
    std::vector<re2::StringPiece> found(static_cast<std::size_t>(groups));
    Result result;
    std::size_t at = 0;
    std::size_t copied = 0;
    while (at <= text.size() && (options_.count_max == 0 || result.count < options_.count_max)) {
        if (result.count % checks_every == 0) {
            check();
        }
        if (!regex_->Match(text, at, text.size(), re2::RE2::UNANCHORED, found.data(), groups)) {
            break;
        }
        const auto begin = static_cast<std::size_t>(found[0].data() - text.data());
        result.text += text.substr(copied, begin - copied);
        if (!options_.regex) {
            result.text += options_.replacement;
        } else if (!regex_->Rewrite(&result.text, options_.replacement, found.data(), groups)) {
            throw internal("a checked replacement cannot be applied");
        }
        ++result.count;
        copied = begin + found[0].size();
        at = copied;
        if (found[0].empty() && at < text.size()) {
            at += character_at(text, at);
        } else if (found[0].empty()) {
            ++at;
        }
        if (result.text.size() > options_.size_max) {
            break;
        }
    }
    result.text += text.substr(copied);
    if (result.text.size() > options_.size_max) {
        throw exhausted("the text would be longer than the limit of " +
                        std::to_string(options_.size_max) + " bytes (max_bytes)");
    }
    return result;
}

}  // namespace oa::files
