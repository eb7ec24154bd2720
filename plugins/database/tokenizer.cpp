#include "tokenizer.hpp"

#include <algorithm>

namespace oa::database {

namespace {

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Letters, underscore, and every byte of a letter beyond ASCII.
bool starts_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool in_word(char c) {
    return starts_word(c) || is_digit(c);
}

}  // namespace

bool Tokenizer::next(Piece& piece) {
    if (position_ >= sql_.size()) {
        return false;
    }
    const std::size_t end = std::min(measure(piece.token), sql_.size());
    piece.text = sql_.substr(position_, end - position_);
    before_ = piece.text.back();
    position_ = end;
    return true;
}

std::size_t Tokenizer::measure(Token& token) const {
    const char c = at(position_);
    const auto word_end = [this](std::size_t from) {
        while (from < sql_.size() && in_word(sql_[from])) {
            ++from;
        }
        return from;
    };
    if (is_space(c)) {
        token = Token::Blank;
        return position_ + 1;
    }
    if (const std::size_t end = comment_end(); end > position_) {
        token = Token::Blank;
        return end;
    }
    if (const std::size_t end = quoted_end(); end > position_) {
        token = Token::Quoted;
        return end;
    }
    if (in_word(c)) {
        token = Token::Word;
        std::size_t end = word_end(position_);
        while (kind_ == Kind::Postgresql && at(end) == '$') {  // a$b is a name
            end = word_end(end + 1);
        }
        return end;
    }
    if (c == '?') {
        token = at(position_ + 1) == '?' ? Token::Escaped : Token::Question;
        return position_ + (token == Token::Escaped ? 2 : 1);
    }
    if (c == ':' && at(position_ + 1) == ':') {
        token = Token::Mark;
        return position_ + 2;
    }
    // x[1:n] is a part of an array, not a placeholder.
    if (c == ':' && starts_word(at(position_ + 1)) && !in_word(before_) && before_ != ')' &&
        before_ != ']') {
        token = Token::Named;
        return word_end(position_ + 1);
    }
    token = Token::Mark;
    return position_ + 1;
}

std::size_t Tokenizer::comment_end() const {
    const char c = at(position_);
    const char second = at(position_ + 1);
    // MySQL wants a blank after two dashes: 5--3 is 8 there.
    const bool dashes =
        c == '-' && second == '-' &&
        (kind_ != Kind::Mysql || position_ + 2 >= sql_.size() || is_space(at(position_ + 2)));
    if (dashes || (c == '#' && kind_ == Kind::Mysql)) {
        const std::size_t end = sql_.find('\n', position_);
        return end == std::string_view::npos ? sql_.size() : end + 1;
    }
    if (c != '/' || second != '*') {
        return position_;
    }
    std::size_t depth = 1;
    std::size_t i = position_ + 2;
    while (i < sql_.size() && depth > 0) {
        if (at(i) == '*' && at(i + 1) == '/') {
            --depth;
            i += 2;
        } else if (kind_ == Kind::Postgresql && at(i) == '/' && at(i + 1) == '*') {
            ++depth;
            i += 2;
        } else {
            ++i;
        }
    }
    return i;
}

std::size_t Tokenizer::quoted_end() const {
    const char c = at(position_);
    const bool mysql = kind_ == Kind::Mysql;
    if (c == '\'' || c == '"') {
        return until_quote(position_ + 1, c, mysql);
    }
    if (c == '`' && (mysql || kind_ == Kind::Sqlite)) {
        return until_quote(position_ + 1, c, false);
    }
    if (c == '[' && (kind_ == Kind::Sqlite || kind_ == Kind::Odbc)) {
        return until_quote(position_ + 1, ']', false);
    }
    if (kind_ != Kind::Postgresql) {
        return position_;
    }
    if ((c == 'E' || c == 'e') && at(position_ + 1) == '\'') {
        return until_quote(position_ + 2, '\'', true);
    }
    return c == '$' ? dollar_end() : position_;
}

std::size_t Tokenizer::until_quote(std::size_t begin, char quote, bool backslashes) const {
    for (std::size_t i = begin; i < sql_.size(); ++i) {
        if (backslashes && sql_[i] == '\\') {
            ++i;
        } else if (sql_[i] == quote) {
            if (at(i + 1) != quote || i + 1 >= sql_.size()) {
                return i + 1;
            }
            ++i;  // doubled: one of the text
        }
    }
    return sql_.size();
}

/// $$ ... $$ and $tag$ ... $tag$.
std::size_t Tokenizer::dollar_end() const {
    std::size_t i = position_ + 1;
    if (is_digit(at(i))) {
        return position_;
    }
    while (in_word(at(i)) && i < sql_.size()) {
        ++i;
    }
    if (at(i) != '$') {
        return position_;
    }
    const std::string_view tag = sql_.substr(position_, i + 1 - position_);
    const std::size_t end = sql_.find(tag, i + 1);
    return end == std::string_view::npos ? sql_.size() : end + tag.size();
}

}  // namespace oa::database
