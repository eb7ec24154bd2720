// A part of oa/json.hpp, which includes it: Json::dump, and UTF-8.

namespace oa {
inline namespace v1 {
namespace detail {

/// Bytes of the UTF-8 sequence at the start of `text`; 0 when there is none that is valid.
[[nodiscard]] inline std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0U) == 0x80U; };
    if (text.empty()) {
        return 0;
    }
    const unsigned char lead = byte(0);
    if (lead < 0x80U) {
        return 1;
    }
    if (lead >= 0xC2U && lead <= 0xDFU) {
        return tail(1) ? 2 : 0;
    }
    if (lead >= 0xE0U && lead <= 0xEFU) {
        // Neither an overlong form nor a surrogate.
        const bool second =
            tail(1) && (lead != 0xE0U || byte(1) >= 0xA0U) && (lead != 0xEDU || byte(1) <= 0x9FU);
        return second && tail(2) ? 3 : 0;
    }
    if (lead >= 0xF0U && lead <= 0xF4U) {
        // Neither overlong nor beyond U+10FFFF.
        const bool second =
            tail(1) && (lead != 0xF0U || byte(1) >= 0x90U) && (lead != 0xF4U || byte(1) <= 0x8FU);
        return second && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

class JsonWriter {
public:
    JsonWriter(std::string& out, JsonStyle style) noexcept : out_(out), style_(style) {}

    void write(const Json& value, std::size_t depth = 0) {
        switch (value.type()) {
            case JsonType::Null: out_ += "null"; break;
            case JsonType::Bool: out_ += value.as_bool() ? "true" : "false"; break;
            case JsonType::Int: write_number(value.as_int()); break;
            case JsonType::Uint: write_number(value.as_uint()); break;
            case JsonType::Double:
                if (std::isfinite(value.as_double())) {
                    write_number(value.as_double());
                } else {
                    out_ += "null";
                }
                break;
            case JsonType::String: write_string(value.as_string()); break;
            case JsonType::Array: write_array(value.as_array(), depth); break;
            case JsonType::Object: write_object(value.as_object(), depth); break;
        }
    }

    void write_string(std::string_view text) {
        out_ += '"';
        std::size_t clean_from = 0;  // what is fine as it is gets copied in one go
        for (std::size_t i = 0; i < text.size();) {
            const auto c = static_cast<unsigned char>(text[i]);
            const std::size_t length = utf8_length(text.substr(i));
            if (length > 1 || (length == 1 && c >= 0x20U && c != '"' && c != '\\')) {
                i += length;
                continue;
            }
            out_ += text.substr(clean_from, i - clean_from);
            if (length == 0) {
                out_ += "\xEF\xBF\xBD";
            } else {
                write_escape(c);
            }
            clean_from = ++i;
        }
        out_ += text.substr(clean_from);
        out_ += '"';
    }

private:
    template <typename T>
    void write_number(T number) {
        std::array<char, 40> buffer{};
        const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
        out_.append(buffer.data(), end);
    }

    void write_escape(unsigned char c) {
        switch (c) {
            case '"': out_ += "\\\""; return;
            case '\\': out_ += "\\\\"; return;
            case '\b': out_ += "\\b"; return;
            case '\f': out_ += "\\f"; return;
            case '\n': out_ += "\\n"; return;
            case '\r': out_ += "\\r"; return;
            case '\t': out_ += "\\t"; return;
            default: break;
        }
        constexpr std::string_view digits = "0123456789abcdef";
        out_ += "\\u00";
        out_ += digits[c >> 4U];
        out_ += digits[c & 0xFU];
    }

    void write_array(const Json::Array& array, std::size_t depth) {
        out_ += '[';
        const char* separator = "";
        for (const Json& value : array) {
            out_ += separator;
            separator = ",";
            new_line(depth + 1);
            write(value, depth + 1);
        }
        if (!array.empty()) {
            new_line(depth);
        }
        out_ += ']';
    }

    void write_object(const Json::Object& object, std::size_t depth) {
        out_ += '{';
        const char* separator = "";
        for (const Json::Member& member : object) {
            out_ += separator;
            separator = ",";
            new_line(depth + 1);
            write_string(member.key);
            out_ += style_ == JsonStyle::Indented ? ": " : ":";
            write(member.value, depth + 1);
        }
        if (!object.empty()) {
            new_line(depth);
        }
        out_ += '}';
    }

    void new_line(std::size_t depth) {
        if (style_ == JsonStyle::Indented) {
            out_ += '\n';
            out_.append(depth * 2, ' ');
        }
    }

    std::string& out_;
    JsonStyle style_;
};

}  // namespace detail

/// Whether the bytes are UTF-8, as every text that goes to the host has to be.
[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = detail::utf8_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

inline std::string Json::dump(JsonStyle style) const {
    std::string out;
    detail::JsonWriter(out, style).write(*this);
    return out;
}

}  // namespace v1
}  // namespace oa
