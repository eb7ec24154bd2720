#include "core/expression/path_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace oa::core {
namespace {

using Segment = Expression::Segment;

constexpr std::size_t shown_token_max = 60;

/// Words that CEL keeps for itself. The first four cannot even follow a dot.
constexpr std::array<std::string_view, 21> reserved_words{
    "true",     "false",   "null",      "in",       "as",  "break",  "const",
    "continue", "else",    "for",       "function", "if",  "import", "let",
    "loop",     "package", "namespace", "return",   "var", "void",   "while"};
constexpr std::size_t keyword_count = 4;

bool is_reserved(std::string_view word) {
    return std::find(reserved_words.begin(), reserved_words.end(), word) != reserved_words.end();
}

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool continues_name(char c) {
    return starts_name(c) || is_digit(c);
}

bool is_utf8_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

void append_utf8(std::string& out, std::uint32_t code_point) {
    const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xC0U | (code_point >> 6U));
        put(0x80U | (code_point & 0x3FU));
    } else if (code_point < 0x10000) {
        put(0xE0U | (code_point >> 12U));
        put(0x80U | ((code_point >> 6U) & 0x3FU));
        put(0x80U | (code_point & 0x3FU));
    } else {
        put(0xF0U | (code_point >> 18U));
        put(0x80U | ((code_point >> 12U) & 0x3FU));
        put(0x80U | ((code_point >> 6U) & 0x3FU));
        put(0x80U | (code_point & 0x3FU));
    }
}

/// What stands at the start of `text`, as a person would name it: a word, an operator or one
/// character.
std::string_view first_token(std::string_view text) {
    static constexpr std::array<std::string_view, 6> long_operators{
        "&&", "||", "==", "!=", "<=", ">="};
    for (const auto op : long_operators) {
        if (text.substr(0, op.size()) == op) {
            return text.substr(0, op.size());
        }
    }
    std::size_t length = 1;
    if (continues_name(text.front())) {
        while (length < text.size() && length < shown_token_max && continues_name(text[length])) {
            ++length;
        }
    } else {
        while (length < text.size() && length < 4 && is_utf8_continuation(text[length])) {
            ++length;
        }
    }
    return text.substr(0, length);
}

/// Reads root and segments of a path. After a false return, error() tells why.
class PathReader {
public:
    explicit PathReader(std::string_view text) : text_(text) {}

    bool read() {
        skip_space();
        if (!read_root()) {
            return false;
        }
        for (skip_space(); !at_end(); skip_space()) {
            if (text_[at_] == '.') {
                if (!read_field()) {
                    return false;
                }
            } else if (text_[at_] == '[') {
                if (!read_brackets()) {
                    return false;
                }
            } else {
                break;
            }
        }
        if (!at_end()) {
            (void)refuse_token();
        }
        return true;
    }

    [[nodiscard]] std::size_t position() const noexcept { return at_; }
    [[nodiscard]] std::string& root() noexcept { return root_; }
    [[nodiscard]] std::vector<Segment>& segments() noexcept { return segments_; }
    [[nodiscard]] ExpressionError& error() noexcept { return error_; }

private:
    [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }

    void skip_space() noexcept {
        while (!at_end() && is_space(text_[at_])) {
            ++at_;
        }
    }

    bool refuse(std::size_t offset, std::string message, std::string hint = {}) {
        error_ = {offset, std::move(message), std::move(hint)};
        return false;
    }

    bool refuse_token() {
        const auto token = first_token(text_.substr(at_));
        return refuse(at_,
                      "this version reads paths only, such as tasks.fetch.output.items[0]; '" +
                          std::string(token) + "' is not part of one",
                      token == ":" ? "the sources that can stand before ':' are ENV, WALLET and "
                                     "VAULT, in capital letters"
                                   : "");
    }

    [[nodiscard]] std::string_view take_name() noexcept {
        const auto start = at_;
        while (!at_end() && continues_name(text_[at_])) {
            ++at_;
        }
        return text_.substr(start, at_ - start);
    }

    bool read_root() {
        if (at_end()) {
            return refuse(at_, "an expression is missing");
        }
        if (!starts_name(text_[at_])) {
            return refuse_token();
        }
        const auto start = at_;
        const auto name = take_name();
        if (is_reserved(name)) {
            return refuse(start, "'" + std::string(name) + "' is a reserved word, not a name",
                          "a variable of that name is read as vars[\"" + std::string(name) + "\"]");
        }
        root_ = name;
        return true;
    }

    bool read_field() {
        ++at_;
        skip_space();
        if (at_end() || !starts_name(text_[at_])) {
            return refuse(at_, "a field name is expected after '.'",
                          "a name with other characters than letters, digits and '_' is written "
                          "[\"like this\"]");
        }
        const auto start = at_;
        const auto name = take_name();
        if (is_cel_keyword(name)) {
            return refuse(start, "'" + std::string(name) + "' is a reserved word, not a field name",
                          "write [\"" + std::string(name) + "\"]");
        }
        segments_.emplace_back(std::string(name));
        return true;
    }

    bool read_brackets() {
        ++at_;
        skip_space();
        if (at_end()) {
            return refuse(at_, "'[' is not closed");
        }
        const char first = text_[at_];
        if (first == '"' || first == '\'') {
            if (!read_key()) {
                return false;
            }
        } else if (is_digit(first) || first == '-') {
            if (!read_index()) {
                return false;
            }
        } else {
            return refuse(
                at_, "'[' takes a key in quotes or a whole number, such as [\"my key\"] or [0]");
        }
        skip_space();
        if (at_end() || text_[at_] != ']') {
            return refuse(at_, "']' is expected here");
        }
        ++at_;
        return true;
    }

    bool read_index() {
        const auto start = at_;
        if (text_[at_] == '-') {
            ++at_;
        }
        while (!at_end() && is_digit(text_[at_])) {
            ++at_;
        }
        std::int64_t index = 0;
        const auto* const end = text_.data() + at_;
        const auto [stop, failure] = std::from_chars(text_.data() + start, end, index);
        if (failure == std::errc::result_out_of_range) {
            return refuse(start, "a position must fit into 64 bits");
        }
        if (failure != std::errc{} || stop != end) {
            return refuse(start, "a whole number is expected after '-'");
        }
        segments_.emplace_back(index);
        return true;
    }

    bool read_key() {
        const auto start = at_;
        const char quote = text_[at_++];
        std::string key;
        while (!at_end() && text_[at_] != quote) {
            const char c = text_[at_];
            if (c == '\n' || c == '\r') {
                break;
            }
            if (c == '\\') {
                if (!read_escape(key)) {
                    return false;
                }
            } else {
                key += c;
                ++at_;
            }
        }
        if (at_end() || text_[at_] != quote) {
            at_ = start + 1;
            return refuse(start, std::string("the key is not closed with ") + quote);
        }
        ++at_;
        segments_.emplace_back(std::move(key));
        return true;
    }

    bool read_escape(std::string& key) {
        static constexpr std::string_view letters = "abfnrtv\\\"'`?";
        static constexpr std::string_view meanings = "\a\b\f\n\r\t\v\\\"'`?";
        const auto start = at_++;
        const char letter = at_end() ? '\0' : text_[at_];
        if (const auto found = letters.find(letter); found != std::string_view::npos) {
            key += meanings[found];
            ++at_;
            return true;
        }
        if (letter == 'u' || letter == 'U') {
            ++at_;
            return read_code_point(key, start, letter == 'u' ? 4 : 8);
        }
        return refuse(start, "'\\' is followed by no known escape",
                      R"(known are \\ \" \' \n \r \t \b \f \uXXXX and \UXXXXXXXX)");
    }

    bool read_code_point(std::string& key, std::size_t start, std::size_t digits) {
        const auto hex = text_.substr(at_, digits);
        std::uint32_t code_point = 0;
        const auto [stop, failure] =
            std::from_chars(hex.data(), hex.data() + hex.size(), code_point, 16);
        const bool complete =
            failure == std::errc{} && hex.size() == digits && stop == hex.data() + hex.size();
        if (!complete) {
            return refuse(start,
                          "this escape takes " + std::to_string(digits) + " hexadecimal digits");
        }
        if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) {
            return refuse(start, "this escape names no character",
                          "characters beyond \\uFFFF are written \\UXXXXXXXX");
        }
        append_utf8(key, code_point);
        at_ += digits;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string root_;
    std::vector<Segment> segments_;
    ExpressionError error_;
};

}  // namespace

bool is_cel_keyword(std::string_view word) {
    const auto* const end = reserved_words.begin() + keyword_count;
    return std::find(reserved_words.begin(), end, word) != end;
}

bool is_cel_name(std::string_view text) {
    return !text.empty() && starts_name(text.front()) &&
           std::all_of(text.begin(), text.end(), continues_name);
}

PathText read_path(std::string_view text) {
    PathReader reader(text);
    PathText result;
    result.complete = reader.read();
    result.consumed = reader.position();
    result.root = std::move(reader.root());
    result.segments = std::move(reader.segments());
    result.error = std::move(reader.error());
    return result;
}

}  // namespace oa::core
