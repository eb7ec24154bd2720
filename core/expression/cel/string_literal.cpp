#include "core/expression/cel/string_literal.hpp"

#include <charconv>
#include <cstdint>
#include <utility>

#include "core/expression/cel/utf8.hpp"

namespace oa::core::cel {
namespace {

class Reader {
public:
    Reader(std::string_view text, std::size_t offset, std::size_t prefix)
        : text_(text), start_(offset), at_(offset + prefix) {
        for (const char c : text.substr(offset, prefix)) {
            raw_ = raw_ || c == 'r' || c == 'R';
            result_.bytes = result_.bytes || c == 'b' || c == 'B';
        }
        const auto quote = text.substr(at_, 1);
        const bool triple = text.substr(at_ + 1, 1) == quote && text.substr(at_ + 2, 1) == quote;
        end_ = text.substr(at_, triple ? 3 : 1);
        at_ += end_.size();
    }

    [[nodiscard]] StringLiteral read() {
        while (at_ < text_.size() && text_.substr(at_, end_.size()) != end_) {
            const char c = text_[at_];
            if (end_.size() == 1 && (c == '\n' || c == '\r')) {
                break;
            }
            if (c == '\\' && !raw_) {
                if (!read_escape()) {
                    return std::move(result_);
                }
            } else {
                result_.value += c;
                ++at_;
            }
        }
        if (at_ >= text_.size() || text_.substr(at_, end_.size()) != end_) {
            refuse_unterminated();
            return std::move(result_);
        }
        result_.size = at_ + end_.size() - start_;
        result_.complete = true;
        return std::move(result_);
    }

private:
    bool refuse(std::size_t offset, std::string message, std::string hint = {}) {
        result_.error = {offset, std::move(message), std::move(hint)};
        return false;
    }

    void refuse_unterminated() {
        const bool line_ends = at_ < text_.size();
        (void)refuse(start_, "the text is not closed with " + std::string(end_),
                     line_ends ? "a line break within a text is written \\n, or the text is put "
                                 "between \"\"\" and \"\"\""
                               : "");
    }

    bool read_escape() {
        static constexpr std::string_view letters = "abfnrtv\\\"'`?";
        static constexpr std::string_view meanings = "\a\b\f\n\r\t\v\\\"'`?";
        const auto start = at_++;
        const char letter = at_ < text_.size() ? text_[at_] : '\0';
        if (const auto found = letters.find(letter); found != std::string_view::npos) {
            result_.value += meanings[found];
            ++at_;
            return true;
        }
        switch (letter) {
            case 'x':
            case 'X': ++at_; return read_number(start, 2, 16);
            case 'u': ++at_; return read_number(start, 4, 16);
            case 'U': ++at_; return read_number(start, 8, 16);
            case '0':
            case '1':
            case '2':
            case '3': return read_number(start, 3, 8);
            default: break;
        }
        return refuse(start, "'\\' is followed by no known escape",
                      R"(known are \\ \" \' \n \r \t \b \f \uXXXX and \UXXXXXXXX; a backslash is )"
                      R"(written \\, or r"..." takes all of them as they are)");
    }

    bool read_number(std::size_t start, std::size_t digits, int base) {
        const auto written = text_.substr(at_, digits);
        std::uint32_t number = 0;
        const auto [stop, failure] =
            std::from_chars(written.data(), written.data() + written.size(), number, base);
        if (failure != std::errc{} || written.size() != digits ||
            stop != written.data() + written.size()) {
            return refuse(start, "this escape takes " + std::to_string(digits) +
                                     (base == 16 ? " hexadecimal" : " octal") + " digits");
        }
        at_ += digits;
        if (result_.bytes) {
            if (digits > 3) {
                return refuse(start, "bytes have no escape for characters",
                              "a byte is written \\xFF");
            }
            result_.value += static_cast<char>(number);
            return true;
        }
        if (!is_code_point(number)) {
            return refuse(start, "this escape names no character",
                          "characters beyond \\uFFFF are written \\UXXXXXXXX");
        }
        append_utf8(result_.value, number);
        return true;
    }

    std::string_view text_;
    std::size_t start_;
    std::size_t at_;
    std::string_view end_;
    bool raw_ = false;
    StringLiteral result_;
};

}  // namespace

StringLiteral read_string_literal(std::string_view text, std::size_t offset, std::size_t prefix) {
    return Reader(text, offset, prefix).read();
}

}  // namespace oa::core::cel
