#include "odbc_value.hpp"

#include <algorithm>
#include <array>

#include "value.hpp"

namespace oa::database::odbc {

namespace {

constexpr std::uint32_t unsigned_bit = 0x10000;
constexpr std::size_t short_text_max = 4000;  // more is a LONG type for some drivers

SQLSMALLINT sql_type(const Column& column) {
    return static_cast<SQLSMALLINT>(column.code & 0xFFFFU);
}

template <typename T>
bool read_number(
    SQLHSTMT statement, SQLUSMALLINT index, SQLSMALLINT c_type, T& number, bool& is_null) {
    SQLLEN length = 0;
    const SQLRETURN status = SQLGetData(statement, index, c_type, &number, sizeof(number), &length);
    is_null = length == SQL_NULL_DATA;
    return SQL_SUCCEEDED(status);
}

/// A text or blob of any size, in pieces.
bool read_bytes(
    SQLHSTMT statement, SQLUSMALLINT index, SQLSMALLINT c_type, std::string& out, bool& is_null) {
    std::array<char, 4096> piece{};
    // Texts come with a NUL after each piece.
    const std::size_t room = c_type == SQL_C_CHAR ? piece.size() - 1 : piece.size();
    for (;;) {
        SQLLEN length = 0;
        const SQLRETURN status = SQLGetData(statement, index, c_type, piece.data(),
                                            static_cast<SQLLEN>(piece.size()), &length);
        if (status == SQL_NO_DATA) {
            return true;
        }
        if (!SQL_SUCCEEDED(status)) {
            return false;
        }
        if (length == SQL_NULL_DATA) {
            is_null = true;
            return true;
        }
        const bool all = length != SQL_NO_TOTAL && static_cast<std::size_t>(length) <= room;
        out.append(piece.data(), all ? static_cast<std::size_t>(length) : room);
        if (all) {
            return true;
        }
    }
}

bool is_integer(SQLSMALLINT type) {
    return type == SQL_TINYINT || type == SQL_SMALLINT || type == SQL_INTEGER || type == SQL_BIGINT;
}

bool is_binary(SQLSMALLINT type) {
    return type == SQL_BINARY || type == SQL_VARBINARY || type == SQL_LONGVARBINARY;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

}  // namespace

void Parameters::bind(
    Slot& slot, SQLSMALLINT c_type, SQLSMALLINT sql_type, const void* data, std::size_t size) {
    // The driver only reads it.
    SQLBindParameter(statement_, static_cast<SQLUSMALLINT>(slots_.size()), SQL_PARAM_INPUT, c_type,
                     sql_type, std::max<std::size_t>(size, 1), 0,
                     const_cast<void*>(data),  // NOLINT(cppcoreguidelines-pro-type-const-cast)
                     static_cast<SQLLEN>(size), &slot.length);
}

void Parameters::add(const Value& value) {
    Slot& slot = slots_.emplace_back();
    const Json& json = value.json;
    if (value.kind == Value::Kind::Bytes) {
        slot.length = static_cast<SQLLEN>(value.bytes.size());
        bind(slot, SQL_C_BINARY,
             value.bytes.size() > short_text_max ? SQL_LONGVARBINARY : SQL_VARBINARY,
             value.bytes.data(), value.bytes.size());
    } else if (json.is_null()) {
        slot.length = SQL_NULL_DATA;
        bind(slot, SQL_C_CHAR, SQL_VARCHAR, nullptr, 0);
    } else if (json.is_bool() || json.type() == JsonType::Int) {
        slot.integer = json.is_bool() ? (json.as_bool() ? 1 : 0) : json.as_int();
        bind(slot, SQL_C_SBIGINT, json.is_bool() ? SQL_BIT : SQL_BIGINT, &slot.integer,
             sizeof(slot.integer));
    } else if (json.is_double()) {
        slot.real = json.as_double();
        bind(slot, SQL_C_DOUBLE, SQL_DOUBLE, &slot.real, sizeof(slot.real));
    } else {
        slot.text = json.is_string() ? std::string() : bind_text(json);
        const std::string& text = json.is_string() ? json.as_string() : slot.text;
        slot.length = static_cast<SQLLEN>(text.size());
        bind(slot, SQL_C_CHAR, text.size() > short_text_max ? SQL_LONGVARCHAR : SQL_VARCHAR,
             text.data(), text.size());
    }
}

std::vector<Column> columns_of(SQLHSTMT statement, SQLSMALLINT count) {
    std::vector<Column> out;
    for (SQLUSMALLINT i = 1; i <= static_cast<SQLUSMALLINT>(count); ++i) {
        std::array<SQLCHAR, 512> name{};
        SQLSMALLINT name_length = 0;
        SQLSMALLINT type = SQL_VARCHAR;
        SQLULEN size = 0;
        SQLSMALLINT digits = 0;
        SQLSMALLINT nullable = 0;
        SQLDescribeCol(statement, i, name.data(), static_cast<SQLSMALLINT>(name.size()),
                       &name_length, &type, &size, &digits, &nullable);
        SQLLEN is_unsigned = SQL_FALSE;
        SQLColAttribute(statement, i, SQL_DESC_UNSIGNED, nullptr, 0, nullptr, &is_unsigned);
        std::array<char, 128> type_name{};
        SQLColAttribute(statement, i, SQL_DESC_TYPE_NAME, type_name.data(),
                        static_cast<SQLSMALLINT>(type_name.size()), nullptr, nullptr);
        const auto code = static_cast<std::uint32_t>(static_cast<std::uint16_t>(type)) |
                          (is_unsigned == SQL_TRUE ? unsigned_bit : 0U);
        out.push_back({reinterpret_cast<const char*>(name.data()), lower(type_name.data()), code});
    }
    return out;
}

bool read_value(SQLHSTMT statement,
                SQLUSMALLINT index,
                const Column& column,
                Decimals decimals,
                RowSink& sink,
                Json& out) {
    const SQLSMALLINT type = sql_type(column);
    bool is_null = false;
    if (type == SQL_BIT) {
        unsigned char bit = 0;
        const bool read = read_number(statement, index, SQL_C_BIT, bit, is_null);
        out = is_null ? Json() : Json(bit != 0);
        return read;
    }
    if (is_integer(type) && (column.code & unsigned_bit) != 0 && type == SQL_BIGINT) {
        SQLUBIGINT number = 0;
        const bool read = read_number(statement, index, SQL_C_UBIGINT, number, is_null);
        out = is_null ? Json() : Json(static_cast<std::uint64_t>(number));
        return read;
    }
    if (is_integer(type)) {
        SQLBIGINT number = 0;
        const bool read = read_number(statement, index, SQL_C_SBIGINT, number, is_null);
        out = is_null ? Json() : Json(static_cast<std::int64_t>(number));
        return read;
    }
    if (type == SQL_REAL || type == SQL_FLOAT || type == SQL_DOUBLE) {
        double number = 0;
        const bool read = read_number(statement, index, SQL_C_DOUBLE, number, is_null);
        out = is_null ? Json() : real_value(number);
        return read;
    }
    std::string bytes;
    const bool read =
        read_bytes(statement, index, is_binary(type) ? SQL_C_BINARY : SQL_C_CHAR, bytes, is_null);
    if (!read || is_null) {
        out = Json();
    } else if (is_binary(type)) {
        out = sink.blob(bytes);
    } else if (type == SQL_DECIMAL || type == SQL_NUMERIC) {
        out = decimal_value(bytes, decimals);
    } else if (type == SQL_TYPE_TIMESTAMP || type == SQL_TYPE_TIME) {
        out = iso_time(bytes);
    } else {
        out = std::move(bytes);
    }
    return read;
}

}  // namespace oa::database::odbc
