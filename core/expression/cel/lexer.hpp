#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace oa::core::cel {

/// What is wrong with a text, and where.
struct SyntaxError {
    std::size_t offset = 0;
    std::string message;
    std::string hint;
};

struct Token {
    enum class Kind : std::uint8_t {
        End,      ///< of the text
        Symbol,   ///< an operator, a bracket or punctuation
        Name,     ///< words of the language (in, true) included
        Quoted,   ///< `a name in back quotes`, which can follow a dot only
        Int,      ///< its digits, 0x included
        Uint,     ///< its digits, without the u
        Double,   ///< as written
        String,   ///< its value is in Lexer::literal()
        Bytes,    ///< likewise
        Foreign,  ///< a character that begins no token
        Broken,   ///< a literal that cannot be read: see Lexer::error()
    };

    Kind kind = Kind::End;
    std::size_t offset = 0;
    std::string_view text;

    [[nodiscard]] bool is(std::string_view symbol) const {
        return kind == Kind::Symbol && text == symbol;
    }
    [[nodiscard]] bool is_word(std::string_view word) const {
        return kind == Kind::Name && text == word;
    }
    [[nodiscard]] std::size_t end() const { return offset + text.size(); }
};

/// Splits a text into tokens, one at a time, so that what follows an expression is never looked at.
class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    /// The next token, and over to the one behind it. White space and comments are skipped.
    [[nodiscard]] Token take();

    /// Where the next token begins: behind white space and comments.
    [[nodiscard]] std::size_t skip_space();

    /// The value of the String or Bytes that was taken last.
    [[nodiscard]] std::string& literal() { return literal_; }
    /// Why the token that was taken last is Broken.
    [[nodiscard]] SyntaxError& error() { return error_; }

private:
    [[nodiscard]] Token token(Token::Kind kind, std::size_t size);
    [[nodiscard]] Token broken(std::size_t offset, std::string message, std::string hint);
    [[nodiscard]] Token take_number();
    [[nodiscard]] Token take_word();
    [[nodiscard]] Token take_quoted_name();
    [[nodiscard]] Token take_string(std::size_t prefix);
    [[nodiscard]] Token take_symbol();
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    [[nodiscard]] std::size_t string_prefix() const;

    std::string_view text_;
    std::size_t at_ = 0;
    std::string literal_;
    SyntaxError error_;
};

/// Whether the text can stand as a name, or after a dot, as far as its characters go.
[[nodiscard]] bool is_name(std::string_view text);

/// The words that cannot even follow a dot: true, false, null and in.
[[nodiscard]] bool is_keyword(std::string_view word);

/// The words that cannot be names of variables, keywords among them.
[[nodiscard]] bool is_reserved(std::string_view word);

[[nodiscard]] bool is_space(char c);

}  // namespace oa::core::cel
