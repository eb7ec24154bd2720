#include "core/expression/text_splitter.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "core/expression/brace_path.hpp"

namespace oa::core {
namespace {

/// More would bury the first one, and a hostile text could ask for millions.
constexpr std::size_t errors_max = 10;

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool is_variable_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_variable_name(std::string_view name) {
    return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
           std::all_of(name.begin(), name.end(), is_variable_character);
}

/// A wallet key is any text on one line without brackets, dollars and quotes.
bool is_wallet_key(std::string_view key) {
    return !key.empty() && key.find_first_of("{}<>$\"'\\\n\r") == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_space(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

struct SourcePrefix {
    std::string_view text;
    Placeholder::Source source;
};

constexpr SourcePrefix source_prefixes[] = {{"ENV:", Placeholder::Source::Environment},
                                            {"WALLET:", Placeholder::Source::Wallet},
                                            {"VAULT:", Placeholder::Source::Vault}};

/// Pairs of {{ and }}, each of which becomes a single brace. What has no partner stays.
class BracePairs {
public:
    struct Place {
        std::size_t part = 0;
        std::size_t offset = 0;  // of the first of the two braces in that part
    };

    void open(Place place) { open_.push_back(place); }

    void close(Place place) {
        if (!open_.empty()) {
            dropped_.push_back(open_.back());
            dropped_.push_back(place);
            open_.pop_back();
        }
    }

    /// Takes one brace of each two of a pair away.
    void apply(std::vector<TextTemplate::Part>& parts) {
        std::sort(dropped_.begin(), dropped_.end(), [](const Place& left, const Place& right) {
            return std::pair(left.part, left.offset) < std::pair(right.part, right.offset);
        });
        for (std::size_t first = 0; first < dropped_.size();) {
            const std::size_t part = dropped_[first].part;
            auto& text = std::get<std::string>(parts[part]);
            std::string kept;
            std::size_t from = 0;
            for (; first < dropped_.size() && dropped_[first].part == part; ++first) {
                kept.append(text, from, dropped_[first].offset - from);
                from = dropped_[first].offset + 1;
            }
            text = kept.append(text, from);
        }
    }

private:
    std::vector<Place> open_;
    std::vector<Place> dropped_;
};

/// Splits a text at its placeholders. Each byte is looked at a bounded number of times, since after
/// a mistake reading goes on behind it, or stops for good when the text has run out.
class TextSplitter {
public:
    TextSplitter(std::string_view text, TextDialect dialect)
        : text_(text), oa3_(dialect == TextDialect::Oa3) {}

    SplitText split() {
        const std::string_view special = oa3_ ? "${}" : "$";
        while (oa3_ || errors_.size() < errors_max) {
            const auto next = text_.find_first_of(special, at_);
            if (next == std::string_view::npos) {
                break;
            }
            append_literal(next);
            if (text_[at_] == '$') {
                read_dollar();
            } else if (text_[at_] == '{') {
                read_open_brace();
            } else {
                read_close_brace();
            }
        }
        append_literal(text_.size());
        flush_literal();
        pairs_.apply(parts_);
        return {std::move(parts_), std::move(errors_)};
    }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    [[nodiscard]] bool stands_here(std::string_view word) const noexcept {
        return text_.substr(at_, word.size()) == word;
    }

    /// Takes everything from here to `end` as it is.
    void append_literal(std::size_t end) {
        literal_.append(text_.substr(at_, end - at_));
        at_ = end;
    }

    void flush_literal() {
        if (!literal_.empty()) {
            parts_.emplace_back(std::exchange(literal_, {}));
        }
        literal_start_ = at_;
    }

    static bool opens(char c) { return c == '{' || c == '<'; }

    // ----- braces of the older system -----

    void read_open_brace() {
        start_ = at_;
        if (peek(1) == '{') {
            pairs_.open({parts_.size(), literal_.size()});
            append_literal(at_ + 2);
        } else if (!read_worded_source() && !read_braced_source(1, 1) && !read_variable()) {
            append_literal(at_ + 1);
        }
    }

    void read_close_brace() {
        if (peek(1) == '}') {
            pairs_.close({parts_.size(), literal_.size()});
            append_literal(at_ + 2);
        } else {
            append_literal(at_ + 1);
        }
    }

    /// {name}
    bool read_variable() {
        const auto path = read_brace_path(text_.substr(at_));
        if (!path) {
            return false;
        }
        Placeholder placeholder;
        placeholder.expression = Expression::parse(path->expression).expression;
        if (!placeholder.expression) {
            return false;
        }
        placeholder.lenient = true;
        placeholder.text_only = true;
        at_ += path->size;
        add(std::move(placeholder));
        return true;
    }

    /// {ENV:X} with one brace, ${{ENV:X}} with two, behind a dollar.
    bool read_braced_source(std::size_t opening, std::size_t closing) {
        for (const auto& prefix : source_prefixes) {
            const std::size_t name_at = at_ + opening + prefix.text.size();
            if (text_.substr(std::min(at_ + opening, text_.size()), prefix.text.size()) ==
                prefix.text) {
                return add_source(prefix, name_at, closing);
            }
        }
        return false;
    }

    /// ENV{X}: the word has been taken for text already.
    bool read_worded_source() {
        for (const auto& prefix : source_prefixes) {
            const std::string_view word = prefix.text.substr(0, prefix.text.size() - 1);
            const std::size_t size = word.size();
            if (at_ - literal_start_ < size || text_.substr(at_ - size, size) != word ||
                (at_ > size && is_variable_character(text_[at_ - size - 1]))) {
                continue;
            }
            start_ = at_ - size;
            literal_.resize(literal_.size() - size);
            if (add_source(prefix, at_ + 1, 1)) {
                return true;
            }
            literal_ += word;
            return false;
        }
        return false;
    }

    /// A source whose name begins at `name_at`, up to that many closing braces.
    bool add_source(const SourcePrefix& prefix, std::size_t name_at, std::size_t closing) {
        const std::size_t end = std::min(text_.find_first_of("{}\n", name_at), text_.size());
        if (text_.substr(end, closing) != std::string_view("}}").substr(0, closing)) {
            return false;
        }
        const std::string_view inside = text_.substr(name_at, end - name_at);
        const std::size_t name_end = inside.find(":-");
        Placeholder placeholder;
        placeholder.source = prefix.source;
        placeholder.name = trimmed(inside.substr(0, name_end));
        if (name_end != std::string_view::npos) {
            placeholder.default_text = inside.substr(name_end + 2);
        }
        const bool valid = prefix.source == Placeholder::Source::Environment
                               ? is_variable_name(placeholder.name)
                               : is_wallet_key(placeholder.name);
        if (valid) {
            at_ = end + closing;
            add(std::move(placeholder));
        }
        return valid;
    }

    // ----- ${...} and $<...> -----

    void read_dollar() {
        start_ = at_;
        if (peek(1) == '$' && opens(peek(2))) {
            ++at_;
            append_literal(at_ + 2);
        } else if (oa3_ && stands_here("${{")) {
            if (!read_braced_source(3, 2)) {
                append_literal(at_ + 1);
            }
        } else if (opens(peek(1))) {
            read_placeholder();
        } else {
            append_literal(at_ + 1);
        }
    }

    /// Reports a mistake. In the older dialect what was read so far stays as it is.
    void refuse(std::size_t offset, std::string message, std::string hint = {}) {
        if (errors_.size() < errors_max) {
            errors_.push_back({offset, std::move(message), std::move(hint)});
        }
        if (oa3_) {
            literal_.append(text_.substr(start_, at_ - start_));
        }
    }

    void refuse_unterminated() {
        at_ = text_.size();
        refuse(start_,
               std::string("the placeholder that begins here is not closed with '") + close_ + "'",
               "a literal '" + std::string(text_.substr(start_, 2)) + "' is written '$" +
                   std::string(text_.substr(start_, 2)) + "'");
    }

    void read_placeholder() {
        open_ = text_[at_ + 1];
        close_ = open_ == '{' ? '}' : '>';
        at_ += 2;
        while (at_ < text_.size() && is_space(text_[at_])) {
            ++at_;
        }
        if (at_ == text_.size()) {
            refuse_unterminated();
            return;
        }
        if (text_[at_] == close_) {
            ++at_;
            refuse(start_, "the placeholder is empty",
                   "it takes a path such as inputs.name, or a source such as ENV:HOME");
            return;
        }
        for (const auto& prefix : source_prefixes) {
            if (stands_here(prefix.text)) {
                at_ += prefix.text.size();
                read_source(prefix);
                return;
            }
        }
        read_expression();
    }

    void read_expression() {
        const auto base = at_;
        // '>' is an operator, so between these brackets only a path can be told from what follows.
        const auto rest = text_.substr(base);
        auto parsed = close_ == '>' ? Expression::parse_path(rest) : Expression::parse(rest);
        at_ = base + parsed.consumed;
        if (parsed.expression && at_ < text_.size() && text_[at_] == close_) {
            ++at_;
            Placeholder placeholder;
            placeholder.expression = std::move(parsed.expression);
            placeholder.expression_offset = base;
            add(std::move(placeholder));
            return;
        }
        if (at_ == text_.size()) {
            refuse_unterminated();
            return;
        }
        if (close_ == '}' && begins_with_brace_and_name(rest)) {
            refuse(start_, "a placeholder has one pair of braces", "write ${...}, not ${{...}}");
            return;
        }
        refuse(base + parsed.error.offset, std::move(parsed.error.message),
               std::move(parsed.error.hint));
    }

    /// As other systems write their placeholders. A map of this language begins with a quoted key.
    static bool begins_with_brace_and_name(std::string_view text) {
        const std::size_t name = text.find_first_not_of(" \t", 1);
        return text.front() == '{' && name != std::string_view::npos &&
               is_variable_name(text.substr(name, 1));
    }

    void read_source(const SourcePrefix& prefix) {
        const auto name_start = at_;
        while (at_ < text_.size() && text_[at_] != close_ && text_.substr(at_, 2) != ":-") {
            ++at_;
        }
        const auto name_end = at_;
        if (at_ < text_.size() && text_[at_] == ':') {
            at_ += 2;
            skip_default();
        }
        if (at_ == text_.size()) {
            refuse_unterminated();
            return;
        }
        Placeholder placeholder;
        placeholder.source = prefix.source;
        placeholder.name = trimmed(text_.substr(name_start, name_end - name_start));
        if (name_end < at_) {
            placeholder.default_text = text_.substr(name_end + 2, at_ - name_end - 2);
        }
        ++at_;
        if (check_name(prefix, placeholder.name)) {
            add(std::move(placeholder));
        }
    }

    /// Goes to the closing bracket behind a default, or to the end of the text.
    void skip_default() noexcept {
        std::size_t depth = 0;
        for (; at_ < text_.size(); ++at_) {
            if (text_[at_] == open_) {
                ++depth;
            } else if (text_[at_] == close_ && depth-- == 0) {
                return;
            }
        }
    }

    bool check_name(const SourcePrefix& prefix, std::string_view name) {
        const auto source = std::string(prefix.text);
        if (name.empty()) {
            refuse(start_, "a name is missing after " + source);
            return false;
        }
        if (prefix.source == Placeholder::Source::Environment && !is_variable_name(name)) {
            refuse(start_, "what follows " + source + " is no name of an environment variable",
                   "it has letters, digits and '_' and begins with no digit; a default follows "
                   "':-', as in ENV:NAME:-default");
            return false;
        }
        if (prefix.source != Placeholder::Source::Environment && !is_wallet_key(name)) {
            refuse(start_, "what follows " + source + " is no key of a wallet",
                   "a key is one line without brackets, quotes, '$' and '\\'");
            return false;
        }
        return true;
    }

    void add(Placeholder placeholder) {
        flush_literal();
        placeholder.text = text_.substr(start_, at_ - start_);
        placeholder.offset = start_;
        parts_.emplace_back(std::move(placeholder));
    }

    std::string_view text_;
    bool oa3_;
    std::size_t at_ = 0;
    std::size_t start_ = 0;  // of the placeholder that is being read
    char open_ = '{';
    char close_ = '}';
    std::string literal_;            // read, but not yet in parts_
    std::size_t literal_start_ = 0;  // behind the last placeholder
    std::vector<TextTemplate::Part> parts_;
    std::vector<ExpressionError> errors_;
    BracePairs pairs_;
};

}  // namespace

SplitText split_text(std::string_view text, TextDialect dialect) {
    return TextSplitter(text, dialect).split();
}

}  // namespace oa::core
