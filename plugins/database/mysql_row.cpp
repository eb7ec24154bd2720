#include "mysql_row.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "value.hpp"

namespace oa::database::mysql {

namespace {

constexpr unsigned int binary_charset = 63;
constexpr std::size_t first_size = 256;  // most texts fit; longer ones are fetched again

std::string_view attribute(const MYSQL_FIELD& field, mariadb_field_attr_t which) {
    MARIADB_CONST_STRING text{};
    return mariadb_field_attr(&text, &field, which) == 0 ? std::string_view(text.str, text.length)
                                                         : std::string_view();
}

bool is_json(const MYSQL_FIELD& field) {
    // MariaDB keeps JSON in a text and tells so beside it.
    return field.type == MYSQL_TYPE_JSON ||
           attribute(field, MARIADB_FIELD_ATTR_FORMAT_NAME) == "json";
}

std::string type_name(const MYSQL_FIELD& field) {
    if (is_json(field)) {
        return "json";
    }
    if (const auto name = attribute(field, MARIADB_FIELD_ATTR_DATA_TYPE_NAME); !name.empty()) {
        return std::string(name);  // uuid, inet6 ...
    }
    const bool binary = field.charsetnr == binary_charset;
    const std::string end = (field.flags & UNSIGNED_FLAG) != 0 ? " unsigned" : "";
    switch (field.type) {
        case MYSQL_TYPE_TINY: return "tinyint" + end;
        case MYSQL_TYPE_SHORT: return "smallint" + end;
        case MYSQL_TYPE_INT24: return "mediumint" + end;
        case MYSQL_TYPE_LONG: return "int" + end;
        case MYSQL_TYPE_LONGLONG: return "bigint" + end;
        case MYSQL_TYPE_YEAR: return "year";
        case MYSQL_TYPE_FLOAT: return "float";
        case MYSQL_TYPE_DOUBLE: return "double";
        case MYSQL_TYPE_DECIMAL:
        case MYSQL_TYPE_NEWDECIMAL: return "decimal";
        case MYSQL_TYPE_BIT: return "bit";
        case MYSQL_TYPE_DATE:
        case MYSQL_TYPE_NEWDATE: return "date";
        case MYSQL_TYPE_TIME: return "time";
        case MYSQL_TYPE_DATETIME: return "datetime";
        case MYSQL_TYPE_TIMESTAMP: return "timestamp";
        case MYSQL_TYPE_NULL: return "null";
        case MYSQL_TYPE_GEOMETRY: return "geometry";
        case MYSQL_TYPE_TINY_BLOB:
        case MYSQL_TYPE_MEDIUM_BLOB:
        case MYSQL_TYPE_LONG_BLOB:
        case MYSQL_TYPE_BLOB: return binary ? "blob" : "text";
        case MYSQL_TYPE_STRING:
            return (field.flags & ENUM_FLAG) != 0  ? "enum"
                   : (field.flags & SET_FLAG) != 0 ? "set"
                   : binary                        ? "binary"
                                                   : "char";
        default: return binary ? "varbinary" : "varchar";
    }
}

Json time_value(const MYSQL_TIME& time, enum_field_types type, unsigned int decimals) {
    std::array<char, 64> text{};
    int size = 0;
    if (type == MYSQL_TYPE_TIME) {  // up to 838 hours, either way
        size = std::snprintf(text.data(), text.size(), "%s%02u:%02u:%02u", time.neg != 0 ? "-" : "",
                             time.day * 24 + time.hour, time.minute, time.second);
    } else if (type == MYSQL_TYPE_DATE || type == MYSQL_TYPE_NEWDATE) {
        size = std::snprintf(text.data(), text.size(), "%04u-%02u-%02u", time.year, time.month,
                             time.day);
        return std::string_view(text.data(), static_cast<std::size_t>(size));
    } else {
        size = std::snprintf(text.data(), text.size(), "%04u-%02u-%02uT%02u:%02u:%02u", time.year,
                             time.month, time.day, time.hour, time.minute, time.second);
    }
    std::string out(text.data(), static_cast<std::size_t>(size));
    if (decimals > 0 && decimals <= 6) {
        size = std::snprintf(text.data(), text.size(), ".%06lu", time.second_part);
        out.append(text.data(),
                   std::min<std::size_t>(static_cast<std::size_t>(size), decimals + 1));
    }
    // The session's zone is UTC.
    return type == MYSQL_TYPE_TIMESTAMP ? out + "+00:00" : out;
}

}  // namespace

void Parameters::add(const Value& value) {
    Slot slot;
    const Json& json = value.json;
    if (value.kind == Value::Kind::Bytes) {
        slot.type = MYSQL_TYPE_BLOB;
        slot.bytes = &value.bytes;
    } else if (json.is_bool()) {
        slot.type = MYSQL_TYPE_LONGLONG;
        slot.integer = json.as_bool() ? 1 : 0;
    } else if (json.is_integer()) {
        slot.type = MYSQL_TYPE_LONGLONG;
        slot.is_unsigned = json.type() == JsonType::Uint;
        slot.integer = slot.is_unsigned ? static_cast<std::int64_t>(json.as_uint()) : json.as_int();
    } else if (json.is_double()) {
        slot.type = MYSQL_TYPE_DOUBLE;
        slot.real = json.as_double();
    } else if (json.is_string()) {
        slot.type = MYSQL_TYPE_STRING;
        slot.bytes = &json.as_string();
    } else if (!json.is_null()) {
        slot.type = MYSQL_TYPE_STRING;
        slot.text = json.dump();
    }
    bytes_ += 16 + (slot.bytes != nullptr ? slot.bytes->size() : slot.text.size());
    slots_.push_back(std::move(slot));
}

MYSQL_BIND* Parameters::data() {
    binds_.assign(slots_.size(), MYSQL_BIND{});
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        Slot& slot = slots_[i];
        MYSQL_BIND& bind = binds_[i];
        bind.buffer_type = slot.type;
        bind.is_unsigned = slot.is_unsigned ? 1 : 0;
        if (slot.type == MYSQL_TYPE_LONGLONG) {
            bind.buffer = &slot.integer;
        } else if (slot.type == MYSQL_TYPE_DOUBLE) {
            bind.buffer = &slot.real;
        } else if (slot.type != MYSQL_TYPE_NULL) {
            const std::string& bytes = slot.bytes != nullptr ? *slot.bytes : slot.text;
            // The library only reads it.
            bind.buffer =
                const_cast<char*>(bytes.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
            bind.buffer_length = bytes.size();
        }
    }
    return binds_.data();
}

RowReader::Type RowReader::type_of(const MYSQL_FIELD& field) {
    if (is_json(field)) {
        return Type::Json;
    }
    switch (field.type) {
        case MYSQL_TYPE_TINY: return field.length == 1 ? Type::Boolean : Type::Integer;
        case MYSQL_TYPE_SHORT:
        case MYSQL_TYPE_INT24:
        case MYSQL_TYPE_LONG:
        case MYSQL_TYPE_LONGLONG:
        case MYSQL_TYPE_YEAR: return Type::Integer;
        case MYSQL_TYPE_DOUBLE: return Type::Real;
        case MYSQL_TYPE_FLOAT: return Type::Float;
        case MYSQL_TYPE_DECIMAL:
        case MYSQL_TYPE_NEWDECIMAL: return Type::Decimal;
        case MYSQL_TYPE_DATE:
        case MYSQL_TYPE_NEWDATE:
        case MYSQL_TYPE_TIME:
        case MYSQL_TYPE_DATETIME:
        case MYSQL_TYPE_TIMESTAMP: return Type::Time;
        case MYSQL_TYPE_BIT: return Type::Bits;
        case MYSQL_TYPE_GEOMETRY: return Type::Blob;
        default: break;
    }
    const bool named = !attribute(field, MARIADB_FIELD_ATTR_DATA_TYPE_NAME).empty();
    return field.charsetnr == binary_charset && !named ? Type::Blob : Type::Text;
}

RowReader::RowReader(MYSQL_STMT* statement) : statement_(statement) {
    const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> meta(
        mysql_stmt_result_metadata(statement), mysql_free_result);
    const unsigned int count = mysql_num_fields(meta.get());
    const MYSQL_FIELD* const fields = mysql_fetch_fields(meta.get());
    cells_.resize(count);
    binds_.resize(count);
    for (unsigned int i = 0; i < count; ++i) {
        const MYSQL_FIELD& field = fields[i];
        columns_.push_back({std::string(field.name, field.name_length), type_name(field),
                            static_cast<std::uint32_t>(field.type)});
        cells_[i].type = type_of(field);
        cells_[i].decimals = field.decimals;
        cells_[i].is_unsigned = (field.flags & UNSIGNED_FLAG) != 0;
        bind(cells_[i], binds_[i]);
        if (cells_[i].type == Type::Time) {
            binds_[i].buffer_type = field.type;
        }
    }
    mysql_stmt_bind_result(statement, binds_.data());
}

void RowReader::bind(Cell& cell, MYSQL_BIND& bind) {
    bind.length = &cell.length;
    bind.is_null = &cell.is_null;
    switch (cell.type) {
        case Type::Boolean:
        case Type::Integer:
            bind.buffer_type = MYSQL_TYPE_LONGLONG;
            bind.is_unsigned = cell.is_unsigned ? 1 : 0;
            bind.buffer = &cell.integer;
            return;
        case Type::Real:
            bind.buffer_type = MYSQL_TYPE_DOUBLE;
            bind.buffer = &cell.real;
            return;
        case Type::Float:
            bind.buffer_type = MYSQL_TYPE_FLOAT;
            bind.buffer = &cell.single;
            return;
        case Type::Time:
            bind.buffer = &cell.time;
            bind.buffer_length = sizeof(cell.time);
            return;
        case Type::Decimal:
        case Type::Bits:
        case Type::Json:
        case Type::Blob:
        case Type::Text: break;
    }
    cell.text.resize(first_size);
    bind.buffer_type =
        cell.type == Type::Blob || cell.type == Type::Bits ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
    bind.buffer = cell.text.data();
    bind.buffer_length = cell.text.size();
}

int RowReader::fetch() {
    const int status = mysql_stmt_fetch(statement_);
    return status == MYSQL_DATA_TRUNCATED ? 0 : status;
}

std::string_view RowReader::text(std::size_t index) {
    Cell& cell = cells_[index];
    if (cell.length <= first_size) {
        return {cell.text.data(), cell.length};
    }
    // Into a buffer of its own: the one that is bound must stay where it is.
    cell.whole.resize(cell.length);
    MYSQL_BIND whole{};
    unsigned long length = 0;
    my_bool is_null = 0;
    whole.buffer_type = binds_[index].buffer_type;
    whole.buffer = cell.whole.data();
    whole.buffer_length = cell.length;
    whole.length = &length;
    whole.is_null = &is_null;
    mysql_stmt_fetch_column(statement_, &whole, static_cast<unsigned int>(index), 0);
    return cell.whole;
}

Json RowReader::value(std::size_t index, Decimals decimals, RowSink& sink) {
    Cell& cell = cells_[index];
    if (cell.is_null != 0) {
        return nullptr;
    }
    switch (cell.type) {
        case Type::Boolean:
            if (cell.integer == 0 || cell.integer == 1) {
                return cell.integer == 1;
            }
            [[fallthrough]];
        case Type::Integer:
            return cell.is_unsigned ? Json(static_cast<std::uint64_t>(cell.integer))
                                    : Json(cell.integer);
        case Type::Real: return real_value(cell.real);
        case Type::Float: return real_value(cell.single);
        case Type::Decimal: return decimal_value(text(index), decimals);
        case Type::Time: return time_value(cell.time, binds_[index].buffer_type, cell.decimals);
        case Type::Bits: {
            std::uint64_t bits = 0;
            for (const char c : text(index)) {
                bits = bits << 8U | static_cast<unsigned char>(c);
            }
            return bits;
        }
        case Type::Json: return json_value(text(index));
        case Type::Blob: return sink.blob(text(index));
        case Type::Text: break;
    }
    return text(index);
}

void RowReader::read(Decimals decimals, RowSink& sink, std::vector<Json>& row) {
    row.clear();
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        row.push_back(value(i, decimals, sink));
    }
}

}  // namespace oa::database::mysql
