#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kind.hpp"

namespace oa::database {

enum class Token : std::uint8_t {
    Blank,     ///< white space or a comment
    Quoted,    ///< a string or a quoted name
    Word,      ///< a name, keyword or number
    Mark,      ///< one character of anything else
    Question,  ///< ?
    Escaped,   ///< ??
    Named      ///< :name
};

struct Piece {
    Token token = Token::Mark;
    std::string_view text;
};

/// Splits a statement into pieces as far as placeholders need it. All of the text is given out,
/// whatever it is: what is not understood comes as marks, what never ends goes to the end.
class Tokenizer {
public:
    Tokenizer(Kind kind, std::string_view sql) : kind_(kind), sql_(sql) {}

    /// False at the end.
    bool next(Piece& piece);

private:
    [[nodiscard]] char at(std::size_t index) const {
        return index < sql_.size() ? sql_[index] : '\0';
    }
    [[nodiscard]] std::size_t measure(Token& token) const;
    [[nodiscard]] std::size_t comment_end() const;
    [[nodiscard]] std::size_t quoted_end() const;
    [[nodiscard]] std::size_t until_quote(std::size_t begin, char quote, bool backslashes) const;
    [[nodiscard]] std::size_t dollar_end() const;

    Kind kind_;
    std::string_view sql_;
    std::size_t position_ = 0;
    char before_ = ' ';  // the last character of the piece before
};

}  // namespace oa::database
