// A part of oa/json.hpp, which includes it: Json::parse.

namespace oa {
inline namespace v1 {
namespace detail {

/// A double from JSON's number grammar, whatever the locale: strtod() is given no decimal point to
/// mistake, since 12.5e3 is handed over as 125e2.
[[nodiscard]] inline double parse_double(std::string_view number) {
    const std::size_t e = std::min(number.find_first_of("eE"), number.size());
    std::string_view digits = number.substr(0, e);
    std::string_view exponent_text = number.substr(std::min(e + 1, number.size()));
    if (exponent_text.starts_with('+')) {
        exponent_text.remove_prefix(1);
    }
    long long exponent = 0;
    const auto read = std::from_chars(exponent_text.data(),
                                      exponent_text.data() + exponent_text.size(), exponent);
    if (read.ec == std::errc::result_out_of_range) {
        exponent = exponent_text.starts_with('-') ? -1'000'000'000'000 : 1'000'000'000'000;
    }
    std::string plain(digits);
    if (const std::size_t point = digits.find('.'); point != std::string_view::npos) {
        plain.erase(point, 1);
        exponent -= static_cast<long long>(digits.size() - point - 1);
    }
    plain += 'e';
    plain += std::to_string(exponent);
    return std::strtod(plain.c_str(), nullptr);
}

class JsonParser {
public:
    explicit JsonParser(std::string_view text) noexcept : text_(text) {}

    [[nodiscard]] Json parse() {
        Json value = parse_value(0);
        skip_space();
        if (at_ != text_.size()) {
            fail("something follows the value");
        }
        return value;
    }

private:
    static constexpr std::size_t depth_max = 64;

    [[noreturn]] void fail(const std::string& what) const { fail_at(at_, what); }

    [[noreturn]] void fail_at(std::size_t offset, const std::string& what) const {
        const std::string_view before = text_.substr(0, offset);
        const auto line = std::count(before.begin(), before.end(), '\n') + 1;
        const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
        const auto column =
            std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_start), before.end(),
                          [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
        throw JsonError("line " + std::to_string(line) + ", column " + std::to_string(column + 1) +
                        ": " + what);
    }

    [[nodiscard]] bool done() const noexcept { return at_ == text_.size(); }
    [[nodiscard]] char peek() const noexcept { return done() ? '\0' : text_[at_]; }

    bool take(char c) noexcept {
        if (done() || text_[at_] != c) {
            return false;
        }
        ++at_;
        return true;
    }

    void skip_space() noexcept {
        at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size());
    }

    Json parse_value(std::size_t depth) {
        skip_space();
        if (done()) {
            fail("the text ends where a value should be");
        }
        switch (peek()) {
            case '{': return parse_object(depth);
            case '[': return parse_array(depth);
            case '"': return Json(parse_string());
            case 't': return parse_word("true", Json(true));
            case 'f': return parse_word("false", Json(false));
            case 'n': return parse_word("null", Json());
            default: return parse_number();
        }
    }

    Json parse_word(std::string_view word, Json value) {
        if (!text_.substr(at_).starts_with(word)) {
            fail("expected a value");
        }
        at_ += word.size();
        return value;
    }

    void check_depth(std::size_t depth) const {
        if (depth >= depth_max) {
            fail("nested more than " + std::to_string(depth_max) + " levels deep");
        }
    }

    Json parse_array(std::size_t depth) {
        check_depth(depth);
        ++at_;
        Json::Array array;
        skip_space();
        if (take(']')) {
            return Json(std::move(array));
        }
        for (;;) {
            array.push_back(parse_value(depth + 1));
            skip_space();
            if (take(']')) {
                return Json(std::move(array));
            }
            if (!take(',')) {
                fail("expected ',' or ']'");
            }
        }
    }

    Json parse_object(std::size_t depth) {
        check_depth(depth);
        ++at_;
        Json::Object object;
        skip_space();
        if (take('}')) {
            return Json(std::move(object));
        }
        for (;;) {
            parse_member(object, depth);
            skip_space();
            if (take('}')) {
                return Json(std::move(object));
            }
            if (!take(',')) {
                fail("expected ',' or '}'");
            }
        }
    }

    void parse_member(Json::Object& object, std::size_t depth) {
        skip_space();
        const std::size_t key_at = at_;
        if (peek() != '"') {
            fail("expected a key in double quotes");
        }
        std::string key = parse_string();
        skip_space();
        if (!take(':')) {
            fail("expected ':'");
        }
        if (object.contains(key)) {
            fail_at(key_at, "the key \"" + key + "\" is there twice");
        }
        object.insert(std::move(key), parse_value(depth + 1));
    }

    std::string parse_string() {
        const std::size_t start = at_++;
        std::string out;
        for (;;) {
            const std::size_t clean_from = at_;
            while (!done() && is_plain(text_[at_])) {
                ++at_;
            }
            out += text_.substr(clean_from, at_ - clean_from);
            if (done()) {
                fail_at(start, "the string does not end");
            }
            if (take('"')) {
                return out;
            }
            if (take('\\')) {
                parse_escape(out);
            } else if (static_cast<unsigned char>(peek()) < 0x20U) {
                fail("a control character in a string has to be escaped");
            } else {
                const std::size_t length = utf8_length(text_.substr(at_));
                if (length == 0) {
                    fail("the bytes are not UTF-8");
                }
                out += text_.substr(at_, length);
                at_ += length;
            }
        }
    }

    [[nodiscard]] static bool is_plain(char c) noexcept {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20U && byte < 0x80U && c != '"' && c != '\\';
    }

    void parse_escape(std::string& out) {
        const char c = peek();
        at_ += done() ? 0U : 1U;
        switch (c) {
            case '"':
            case '\\':
            case '/': out += c; return;
            case 'b': out += '\b'; return;
            case 'f': out += '\f'; return;
            case 'n': out += '\n'; return;
            case 'r': out += '\r'; return;
            case 't': out += '\t'; return;
            case 'u': append_utf8(out, parse_code_point()); return;
            default: fail_at(at_ - 1, "this escape does not exist in JSON");
        }
    }

    std::uint32_t parse_code_point() {
        const std::size_t start = at_ - 2;
        const std::uint32_t first = parse_hex4();
        if (first < 0xD800U || first > 0xDFFFU) {
            return first;
        }
        if (first <= 0xDBFFU && text_.substr(at_).starts_with("\\u")) {
            at_ += 2;
            const std::uint32_t second = parse_hex4();
            if (second >= 0xDC00U && second <= 0xDFFFU) {
                return 0x10000U + ((first - 0xD800U) << 10U) + (second - 0xDC00U);
            }
        }
        fail_at(start, "half of a surrogate pair");
    }

    std::uint32_t parse_hex4() {
        const std::string_view digits = text_.substr(at_, 4);
        std::uint32_t value = 0;
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (digits.size() != 4 || read.ec != std::errc() ||
            read.ptr != digits.data() + digits.size()) {
            fail("expected four hexadecimal digits");
        }
        at_ += 4;
        return value;
    }

    static void append_utf8(std::string& out, std::uint32_t code_point) {
        const auto put = [&](std::uint32_t byte) {
            out += static_cast<char>(static_cast<unsigned char>(byte));
        };
        if (code_point < 0x80U) {
            put(code_point);
        } else if (code_point < 0x800U) {
            put(0xC0U | (code_point >> 6U));
            put(0x80U | (code_point & 0x3FU));
        } else if (code_point < 0x10000U) {
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

    std::size_t take_digits() {
        const std::size_t start = at_;
        while (peek() >= '0' && peek() <= '9') {
            ++at_;
        }
        return at_ - start;
    }

    Json parse_number() {
        const std::size_t start = at_;
        const bool negative = take('-');
        const bool leading_zero = peek() == '0';
        const std::size_t integer_digits = take_digits();
        if (integer_digits == 0) {
            at_ = start;
            fail(negative ? "expected digits after '-'" : "expected a value");
        }
        if (leading_zero && integer_digits > 1) {
            fail_at(start, "a number has no leading zeros");
        }
        bool is_integer = true;
        if (take('.')) {
            is_integer = false;
            if (take_digits() == 0) {
                fail("expected digits after '.'");
            }
        }
        if (take('e') || take('E')) {
            is_integer = false;
            if (!take('+')) {
                take('-');
            }
            if (take_digits() == 0) {
                fail("expected digits of the exponent");
            }
        }
        return number_value(start, is_integer);
    }

    [[nodiscard]] Json number_value(std::size_t start, bool is_integer) const {
        const std::string_view number = text_.substr(start, at_ - start);
        const char* const end = number.data() + number.size();
        if (is_integer) {
            std::int64_t integer = 0;
            if (std::from_chars(number.data(), end, integer).ec == std::errc()) {
                return Json(integer);
            }
            std::uint64_t large = 0;
            if (std::from_chars(number.data(), end, large).ec == std::errc()) {
                return Json(large);
            }
        }
        const double value = parse_double(number);
        if (!std::isfinite(value)) {
            fail_at(start, "the number is too large");
        }
        return Json(value);
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace detail

inline Json Json::parse(std::string_view text) {
    return detail::JsonParser(text).parse();
}

}  // namespace v1
}  // namespace oa
