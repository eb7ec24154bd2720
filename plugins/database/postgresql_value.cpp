#include "postgresql_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <utility>

#include <libpq-fe.h>

#include "value.hpp"

namespace oa::database::postgresql {

namespace {

struct Type {
    std::uint32_t oid;
    std::string_view name;
};

// pg_type.dat: numbers that never change.
constexpr std::array types{Type{16, "bool"},
                           Type{bytea, "bytea"},
                           Type{18, "char"},
                           Type{19, "name"},
                           Type{20, "int8"},
                           Type{21, "int2"},
                           Type{23, "int4"},
                           Type{25, "text"},
                           Type{26, "oid"},
                           Type{114, "json"},
                           Type{199, "json[]"},
                           Type{650, "cidr"},
                           Type{700, "float4"},
                           Type{701, "float8"},
                           Type{705, "unknown"},
                           Type{790, "money"},
                           Type{829, "macaddr"},
                           Type{869, "inet"},
                           Type{1000, "bool[]"},
                           Type{1001, "bytea[]"},
                           Type{1005, "int2[]"},
                           Type{1007, "int4[]"},
                           Type{1009, "text[]"},
                           Type{1014, "bpchar[]"},
                           Type{1015, "varchar[]"},
                           Type{1016, "int8[]"},
                           Type{1021, "float4[]"},
                           Type{1022, "float8[]"},
                           Type{1042, "bpchar"},
                           Type{1043, "varchar"},
                           Type{1082, "date"},
                           Type{1083, "time"},
                           Type{1114, "timestamp"},
                           Type{1115, "timestamp[]"},
                           Type{1182, "date[]"},
                           Type{1184, "timestamptz"},
                           Type{1185, "timestamptz[]"},
                           Type{1186, "interval"},
                           Type{1231, "numeric[]"},
                           Type{1266, "timetz"},
                           Type{1560, "bit"},
                           Type{1562, "varbit"},
                           Type{1700, "numeric"},
                           Type{2278, "void"},
                           Type{2950, "uuid"},
                           Type{2951, "uuid[]"},
                           Type{3802, "jsonb"},
                           Type{3807, "jsonb[]"}};

template <typename T>
Json number(std::string_view text) {
    T value{};
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    return read.ec == std::errc() && read.ptr == end ? Json(value) : Json(text);
}

Json bytes(std::string_view text, RowSink& sink) {
    std::size_t size = 0;
    const std::unique_ptr<unsigned char, decltype(&PQfreemem)> decoded(
        PQunescapeBytea(reinterpret_cast<const unsigned char*>(text.data()), &size), PQfreemem);
    return sink.blob({reinterpret_cast<const char*>(decoded.get()), decoded ? size : 0});
}

void append_element(std::string& out, const Json& item) {
    if (item.is_null()) {
        out += "NULL";
    } else if (item.is_array()) {
        out += array_text(item);
    } else {
        out += '"';
        for (const char c : bind_text(item)) {
            if (c == '"' || c == '\\') {
                out += '\\';
            }
            out += c;
        }
        out += '"';
    }
}

void append_escaped(std::string& line, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '\\': line += "\\\\"; break;
            case '\t': line += "\\t"; break;
            case '\n': line += "\\n"; break;
            case '\r': line += "\\r"; break;
            default: line += c;
        }
    }
}

void append_hex(std::string& line, std::string_view data) {
    constexpr std::string_view digits = "0123456789abcdef";
    line += "\\\\x";
    for (const char c : data) {
        line += digits[static_cast<unsigned char>(c) >> 4U];
        line += digits[static_cast<unsigned char>(c) & 15U];
    }
}

}  // namespace

std::string_view type_name(std::uint32_t oid) {
    const auto* const found =
        std::lower_bound(types.begin(), types.end(), oid,
                         [](const Type& type, std::uint32_t wanted) { return type.oid < wanted; });
    return found != types.end() && found->oid == oid ? found->name : std::string_view();
}

bool is_known_array(std::uint32_t oid) {
    return type_name(oid).ends_with("[]");
}

Json value_of(std::uint32_t oid, std::string_view text, Decimals decimals, RowSink& sink) {
    switch (oid) {
        case 16: return text == "t";
        case bytea: return bytes(text, sink);
        case 20:
        case 21:
        case 23: return number<std::int64_t>(text);
        case 26: return number<std::uint32_t>(text);
        case 700:
        case 701:
            // Its shortest text, which is the one that reads back the same.
            return text.find_first_of("Nn") == std::string_view::npos ? number<double>(text)
                                                                      : Json(text);
        case 1700: return decimal_value(text, decimals);
        case 114:
        case 3802: return json_value(text);
        case 1083:
        case 1114:
        case 1184:
        case 1266: return iso_time(text);
        default: return text;
    }
}

std::string array_text(const Json& list) {
    std::string out = "{";
    for (const Json& item : list.as_array()) {
        if (out.size() > 1) {
            out += ',';
        }
        append_element(out, item);
    }
    return out + "}";
}

void append_copy_value(std::string& line, const Value& value, bool as_array) {
    if (value.kind == Value::Kind::Bytes) {
        append_hex(line, value.bytes);
    } else if (value.json.is_null()) {
        line += "\\N";
    } else if (value.json.is_string()) {
        append_escaped(line, value.json.as_string());
    } else if (value.json.is_array() && as_array) {
        append_escaped(line, array_text(value.json));
    } else if (value.json.is_array() || value.json.is_object()) {
        append_escaped(line, value.json.dump());
    } else {
        line += value.json.dump();  // numbers, true and false have nothing to escape
    }
}

}  // namespace oa::database::postgresql
