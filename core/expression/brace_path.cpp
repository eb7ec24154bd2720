#include "core/expression/brace_path.hpp"

#include <algorithm>

#include <boost/json.hpp>

namespace oa::core {
namespace {

/// No longer one is worth looking for, and a hostile text could make each search a long one.
constexpr std::size_t path_bytes_max = 1'024;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

class BracePathReader {
public:
    explicit BracePathReader(std::string_view text) : text_(text.substr(0, path_bytes_max)) {}

    std::optional<BracePath> read() {
        at_ = 1;
        skip_spaces();
        const std::string_view name = identifier();
        if (name.empty()) {
            return std::nullopt;
        }
        path_.expression = "vars";
        append_key(name);
        while (peek() == '.' || peek() == '[') {
            if (!read_step()) {
                return std::nullopt;
            }
        }
        skip_spaces();
        if (peek() != '}') {
            return std::nullopt;
        }
        path_.size = at_ + 1;
        return std::move(path_);
    }

private:
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    void skip_spaces() {
        while (peek() == ' ') {
            ++at_;
        }
    }

    std::string_view identifier() {
        const std::size_t start = at_;
        while (is_letter(peek()) || (at_ > start && is_digit(peek()))) {
            ++at_;
        }
        return text_.substr(start, at_ - start);
    }

    void append_key(std::string_view key) {
        path_.expression += '[' + boost::json::serialize(boost::json::string(key)) + ']';
    }

    bool read_step() {
        const bool dotted = peek() == '.';
        ++at_;
        if (dotted) {
            const std::string_view name = identifier();
            append_key(name);
            return !name.empty();
        }
        const char quote = peek();
        return quote == '\'' || quote == '"' ? read_quoted(quote) : read_bare();
    }

    bool read_quoted(char quote) {
        const std::size_t start = ++at_;
        const std::size_t end = text_.find(quote, start);
        if (end == std::string_view::npos || text_.substr(end + 1, 1) != "]") {
            return false;
        }
        append_key(text_.substr(start, end - start));
        at_ = end + 2;
        return true;
    }

    bool read_bare() {
        const std::size_t end = text_.find_first_of("[]{}'\"\n", at_);
        if (end == std::string_view::npos || end == at_ || text_[end] != ']') {
            return false;
        }
        const std::string_view key = text_.substr(at_, end - at_);
        constexpr std::size_t index_digits_max = 9;
        if (key.size() <= index_digits_max && std::all_of(key.begin(), key.end(), is_digit)) {
            path_.expression += '[' + std::to_string(std::stoul(std::string(key))) + ']';
        } else {
            append_key(key);
        }
        at_ = end + 1;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    BracePath path_;
};

}  // namespace

std::optional<BracePath> read_brace_path(std::string_view text) {
    return BracePathReader(text).read();
}

}  // namespace oa::core
