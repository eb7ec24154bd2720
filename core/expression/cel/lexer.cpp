#include "core/expression/cel/lexer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/expression/cel/string_literal.hpp"
#include "core/expression/cel/utf8.hpp"

namespace oa::core::cel {
namespace {

constexpr std::array<std::string_view, 21> reserved_words{
    "true",     "false",   "null",      "in",       "as",  "break",  "const",
    "continue", "else",    "for",       "function", "if",  "import", "let",
    "loop",     "package", "namespace", "return",   "var", "void",   "while"};
constexpr std::size_t keyword_count = 4;

constexpr std::array<std::string_view, 22> symbols{"&&", "||", "==", "!=", "<=", ">=", "<", ">",
                                                   "!",  "?",  ":",  "+",  "-",  "*",  "/", "%",
                                                   ".",  ",",  "(",  ")",  "[",  "]"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool continues_name(char c) {
    return starts_name(c) || is_digit(c);
}

bool is_quote(char c) {
    return c == '"' || c == '\'';
}

}  // namespace

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool is_name(std::string_view text) {
    return !text.empty() && starts_name(text.front()) &&
           std::all_of(text.begin(), text.end(), continues_name);
}

bool is_keyword(std::string_view word) {
    const auto* const end = reserved_words.begin() + keyword_count;
    return std::find(reserved_words.begin(), end, word) != end;
}

bool is_reserved(std::string_view word) {
    return std::find(reserved_words.begin(), reserved_words.end(), word) != reserved_words.end();
}

std::size_t Lexer::skip_space() {
    while (at_ < text_.size()) {
        if (is_space(text_[at_])) {
            ++at_;
        } else if (text_.substr(at_, 2) == "//") {
            at_ = std::min(text_.find('\n', at_), text_.size());
        } else {
            break;
        }
    }
    return at_;
}

Token Lexer::token(Token::Kind kind, std::size_t size) {
    const Token made{kind, at_, text_.substr(at_, size)};
    at_ += size;
    return made;
}

Token Lexer::broken(std::size_t offset, std::string message, std::string hint) {
    error_ = {offset, std::move(message), std::move(hint)};
    return token(Token::Kind::Broken, std::min<std::size_t>(1, text_.size() - at_));
}

Token Lexer::take() {
    (void)skip_space();
    if (at_ == text_.size()) {
        return token(Token::Kind::End, 0);
    }
    const char c = peek();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
        return take_number();
    }
    if (const auto prefix = string_prefix(); is_quote(peek(prefix))) {
        return take_string(prefix);
    }
    if (starts_name(c)) {
        return take_word();
    }
    return c == '`' ? take_quoted_name() : take_symbol();
}

/// Letters before a quote: r, b, rb or br, in any case.
std::size_t Lexer::string_prefix() const {
    const auto letter = [this](std::size_t i) {
        const char c = peek(i);
        return c == 'R' ? 'r' : c == 'B' ? 'b' : c;
    };
    if (letter(0) != 'r' && letter(0) != 'b') {
        return 0;
    }
    const bool two = (letter(1) == 'r' || letter(1) == 'b') && letter(1) != letter(0);
    return two ? 2 : 1;
}

Token Lexer::take_word() {
    std::size_t size = 1;
    while (continues_name(peek(size))) {
        ++size;
    }
    return token(Token::Kind::Name, size);
}

Token Lexer::take_quoted_name() {
    const auto end =
        text_.substr(0, std::min(text_.size(), text_.find('\n', at_))).find('`', at_ + 1);
    if (end == std::string_view::npos || end == at_ + 1) {
        return broken(at_,
                      end == at_ + 1 ? "a name is missing between the back quotes"
                                     : "the name is not closed with `",
                      "");
    }
    const auto size = end + 1 - at_;
    auto quoted = token(Token::Kind::Quoted, size);
    return quoted;
}

Token Lexer::take_number() {
    std::size_t size = 0;
    auto kind = Token::Kind::Int;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
        size = 2;
        while (is_hex_digit(peek(size))) {
            ++size;
        }
        if (size == 2) {
            return broken(at_, "hexadecimal digits are missing after 0x", "");
        }
    } else {
        const auto skip_digits = [&] {
            while (is_digit(peek(size))) {
                ++size;
            }
        };
        skip_digits();
        if (peek(size) == '.' && is_digit(peek(size + 1))) {
            kind = Token::Kind::Double;
            ++size;
            skip_digits();
        }
        const bool exponent = peek(size) == 'e' || peek(size) == 'E';
        const std::size_t sign = peek(size + 1) == '+' || peek(size + 1) == '-' ? 1 : 0;
        if (exponent && is_digit(peek(size + 1 + sign))) {
            kind = Token::Kind::Double;
            size += 1 + sign;
            skip_digits();
        }
    }
    if (kind == Token::Kind::Int && (peek(size) == 'u' || peek(size) == 'U') &&
        !continues_name(peek(size + 1))) {
        auto number = token(Token::Kind::Uint, size);
        ++at_;
        return number;
    }
    if (starts_name(peek(size))) {
        return broken(at_ + size,
                      "a number cannot be followed by '" + std::string(1, peek(size)) + "'",
                      "a name does not begin with a digit; a unit is written as text, such as "
                      "duration(\"5m\")");
    }
    return token(kind, size);
}

Token Lexer::take_string(std::size_t prefix) {
    auto read = read_string_literal(text_, at_, prefix);
    if (!read.complete) {
        error_ = std::move(read.error);
        // The text behind the quote may be fine, so reading can go on there.
        return token(Token::Kind::Broken, prefix + 1);
    }
    literal_ = std::move(read.value);
    return token(read.bytes ? Token::Kind::Bytes : Token::Kind::String, read.size);
}

Token Lexer::take_symbol() {
    for (const auto symbol : symbols) {
        if (text_.substr(at_, symbol.size()) == symbol) {
            return token(Token::Kind::Symbol, symbol.size());
        }
    }
    if (peek() == '{' || peek() == '}') {
        return token(Token::Kind::Symbol, 1);
    }
    return token(Token::Kind::Foreign, first_character(text_.substr(at_)).size);
}

}  // namespace oa::core::cel
