#include "core/json/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>

namespace oa::core {
namespace {

namespace json = boost::json;

/// A mistake that the library's parser does not see, found while its events come in.
enum class Fault { None, NotFinite, DuplicateKey };

/// Builds the value, and refuses what RFC 8259 lets through but nobody can mean.
class ValueHandler {
public:
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();

    ValueHandler() { stack_.reset(); }

    [[nodiscard]] json::value release() { return stack_.release(); }
    [[nodiscard]] Fault fault() const { return fault_; }
    [[nodiscard]] const std::string& detail() const { return detail_; }

    bool on_document_begin(json::error_code& /*ec*/) { return true; }
    bool on_document_end(json::error_code& /*ec*/) { return true; }
    bool on_array_begin(json::error_code& /*ec*/) { return true; }
    bool on_array_end(std::size_t count, json::error_code& /*ec*/) {
        stack_.push_array(count);
        return true;
    }
    bool on_object_begin(json::error_code& /*ec*/) {
        first_keys_.push_back(keys_.size());
        return true;
    }
    bool on_object_end(std::size_t count, json::error_code& ec) {
        const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(first_keys_.back());
        std::sort(first, keys_.end());
        const auto repeated = std::adjacent_find(first, keys_.end());
        if (repeated != keys_.end()) {
            return refuse(Fault::DuplicateKey, *repeated, ec);
        }
        keys_.erase(first, keys_.end());
        first_keys_.pop_back();
        stack_.push_object(count);
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t /*total*/, json::error_code& /*ec*/) {
        key_.append(part.data(), part.size());
        stack_.push_chars(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t /*total*/, json::error_code& /*ec*/) {
        key_.append(part.data(), part.size());
        stack_.push_key(part);
        keys_.push_back(std::exchange(key_, {}));
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t /*total*/, json::error_code& /*ec*/) {
        stack_.push_chars(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t /*total*/, json::error_code& /*ec*/) {
        stack_.push_string(part);
        return true;
    }
    bool on_number_part(json::string_view part, json::error_code& /*ec*/) {
        number_.append(part.data(), part.size());
        return true;
    }
    bool on_int64(std::int64_t number, json::string_view /*part*/, json::error_code& /*ec*/) {
        number_.clear();
        stack_.push_int64(number);
        return true;
    }
    bool on_uint64(std::uint64_t number, json::string_view /*part*/, json::error_code& /*ec*/) {
        number_.clear();
        stack_.push_uint64(number);
        return true;
    }
    bool on_double(double number, json::string_view part, json::error_code& ec) {
        number_.append(part.data(), part.size());
        // The library's own conversion may be off by a bit in the last place.
        double exact = number;
        const auto [end, error] =
            std::from_chars(number_.data(), number_.data() + number_.size(), exact);
        if (!std::isfinite(number) || !std::isfinite(exact)) {
            return refuse(Fault::NotFinite, number_, ec);
        }
        const bool whole = end == number_.data() + number_.size();
        stack_.push_double(error == std::errc() && whole ? exact : number);
        number_.clear();
        return true;
    }
    bool on_bool(bool truth, json::error_code& /*ec*/) {
        stack_.push_bool(truth);
        return true;
    }
    bool on_null(json::error_code& /*ec*/) {
        stack_.push_null();
        return true;
    }
    bool on_comment_part(json::string_view /*part*/, json::error_code& /*ec*/) { return true; }
    bool on_comment(json::string_view /*part*/, json::error_code& /*ec*/) { return true; }

private:
    bool refuse(Fault fault, std::string detail, json::error_code& ec) {
        fault_ = fault;
        detail_ = std::move(detail);
        ec = json::error::exception;
        return false;
    }

    json::value_stack stack_;
    std::vector<std::string> keys_;        // of all objects that are still open
    std::vector<std::size_t> first_keys_;  // where each of them begins in keys_
    std::string key_;
    std::string number_;
    Fault fault_ = Fault::None;
    std::string detail_;
};

std::string place(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t line_break = before.rfind('\n');
    const std::string_view in_line =
        line_break == std::string_view::npos ? before : before.substr(line_break + 1);
    const auto column = 1 + std::count_if(in_line.begin(), in_line.end(), [](char c) {
                            return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
                        });
    return "line " + std::to_string(line) + ", column " + std::to_string(column) + ": ";
}

std::string shortened(const std::string& text) {
    constexpr std::size_t shown_max = 60;
    return text.size() <= shown_max ? text : text.substr(0, shown_max) + "...";
}

std::string explain(const json::error_code& ec, const ValueHandler& handler) {
    switch (handler.fault()) {
        case Fault::NotFinite: return "the number " + shortened(handler.detail()) + " is too large";
        case Fault::DuplicateKey:
            return "the key \"" + shortened(handler.detail()) + "\" stands twice in this object";
        case Fault::None: break;
    }
    if (ec == json::error::too_deep) {
        return "nested too deep";
    }
    if (ec == json::error::incomplete) {
        return "the text ends too early";
    }
    if (ec == json::error::extra_data) {
        return "something follows the value";
    }
    return "not valid JSON (" + ec.message() + ")";
}

// ----- writing -----

void append_number(std::string& out, double number) {
    if (!std::isfinite(number)) {
        out += "null";
        return;
    }
    std::array<char, 32> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    const std::string_view text(buffer.data(),
                                static_cast<std::size_t>(result.ptr - buffer.data()));
    out += text;
    if (text.find_first_of(".e") == std::string_view::npos) {
        out += ".0";  // it would read back as an integer
    }
}

template <typename Integer>
void append_integer(std::string& out, Integer number) {
    std::array<char, 24> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    out.append(buffer.data(), result.ptr);
}

void append_escaped(std::string& out, unsigned char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\b': out += "\\b"; return;
        case '\f': out += "\\f"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default:
            out += "\\u00";
            out += digits[c >> 4U];
            out += digits[c & 0xFU];
    }
}

void append_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t plain_from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        out.append(text.substr(plain_from, i - plain_from));
        append_escaped(out, c);
        plain_from = i + 1;
    }
    out.append(text.substr(plain_from));
    out += '"';
}

class Writer {
public:
    Writer(std::string& out, JsonStyle style) : out_(out), style_(style) {}

    void write(const json::value& value) {
        switch (value.kind()) {
            case json::kind::null: out_ += "null"; break;
            case json::kind::bool_: out_ += value.get_bool() ? "true" : "false"; break;
            case json::kind::int64: append_integer(out_, value.get_int64()); break;
            case json::kind::uint64: append_integer(out_, value.get_uint64()); break;
            case json::kind::double_: append_number(out_, value.get_double()); break;
            case json::kind::string: {
                const json::string& text = value.get_string();
                append_string(out_, {text.data(), text.size()});
                break;
            }
            case json::kind::array: write(value.get_array()); break;
            case json::kind::object: write(value.get_object()); break;
        }
    }

private:
    void write(const json::array& items) {
        out_ += '[';
        ++depth_;
        bool first = true;
        for (const json::value& item : items) {
            next(std::exchange(first, false));
            write(item);
        }
        --depth_;
        close(items.empty(), ']');
    }

    void write(const json::object& fields) {
        out_ += '{';
        ++depth_;
        bool first = true;
        for (const auto& field : fields) {
            next(std::exchange(first, false));
            append_string(out_, {field.key().data(), field.key().size()});
            out_ += style_ == JsonStyle::Indented ? ": " : ":";
            write(field.value());
        }
        --depth_;
        close(fields.empty(), '}');
    }

    void next(bool first) {
        if (!first) {
            out_ += ',';
        }
        break_line();
    }

    void close(bool empty, char bracket) {
        if (!empty) {
            break_line();
        }
        out_ += bracket;
    }

    void break_line() {
        if (style_ == JsonStyle::Indented) {
            out_ += '\n';
            out_.append(depth_ * 2, ' ');
        }
    }

    std::string& out_;
    JsonStyle style_;
    std::size_t depth_ = 0;
};

}  // namespace

json::value parse_json(std::string_view text, const JsonLimits& limits) {
    if (text.size() > limits.bytes_max) {
        throw JsonError("the text has " + std::to_string(text.size()) + " bytes; at most " +
                        std::to_string(limits.bytes_max) + " are allowed");
    }
    json::parse_options options;
    options.max_depth = limits.depth_max;
    json::basic_parser<ValueHandler> parser(options);
    json::error_code ec;
    const std::size_t consumed = parser.write_some(false, text.data(), text.size(), ec);
    if (!ec && consumed < text.size()) {
        ec = json::error::extra_data;
    }
    if (ec) {
        throw JsonError(place(text, consumed) + explain(ec, parser.handler()));
    }
    return parser.handler().release();
}

std::string write_json(const json::value& value, JsonStyle style) {
    std::string out;
    Writer(out, style).write(value);
    return out;
}

void append_json(std::string& out, const json::value& value) {
    Writer(out, JsonStyle::Compact).write(value);
}

std::size_t json_size(const boost::json::value& value) {
    constexpr std::size_t scalar = 8;
    switch (value.kind()) {
        case boost::json::kind::string: return value.get_string().size() + 2;
        case boost::json::kind::array: {
            std::size_t size = 2;
            for (const boost::json::value& item : value.get_array()) {
                size += json_size(item) + 1;
            }
            return size;
        }
        case boost::json::kind::object: {
            std::size_t size = 2;
            for (const auto& entry : value.get_object()) {
                size += entry.key().size() + json_size(entry.value()) + 4;
            }
            return size;
        }
        case boost::json::kind::null:
        case boost::json::kind::bool_:
        case boost::json::kind::int64:
        case boost::json::kind::uint64:
        case boost::json::kind::double_: break;
    }
    return scalar;
}

}  // namespace oa::core
