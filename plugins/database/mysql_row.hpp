#pragma once

#include <memory>
#include <string>
#include <vector>

#include <mysql.h>

#include "connection.hpp"

namespace oa::database::mysql {

struct CloseStatement {
    void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
};
using Prepared = std::unique_ptr<MYSQL_STMT, CloseStatement>;

/// Values as the library takes them. They point into `values`, which outlives them.
class Parameters {
public:
    void add(const Value& value);
    [[nodiscard]] MYSQL_BIND* data();
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    struct Slot {
        std::int64_t integer = 0;
        double real = 0;
        std::string text;  // of lists and objects
        const std::string* bytes = nullptr;
        enum_field_types type = MYSQL_TYPE_NULL;
        bool is_unsigned = false;
    };

    std::vector<Slot> slots_;
    std::vector<MYSQL_BIND> binds_;
    std::size_t bytes_ = 0;
};

/// Reads the result of an executed statement row by row, as the server sends it.
class RowReader {
public:
    explicit RowReader(MYSQL_STMT* statement);
    RowReader(const RowReader&) = delete;
    RowReader& operator=(const RowReader&) = delete;
    ~RowReader() = default;

    [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
    /// 0 where there is a row, MYSQL_NO_DATA at the end, 1 after an error.
    [[nodiscard]] int fetch();
    void read(Decimals decimals, RowSink& sink, std::vector<Json>& row);

private:
    enum class Type : std::uint8_t {
        Boolean,
        Integer,
        Real,
        Float,
        Decimal,
        Time,
        Bits,
        Json,
        Blob,
        Text
    };

    struct Cell {
        Type type = Type::Text;
        unsigned int decimals = 0;  // digits of the fraction of a second
        bool is_unsigned = false;
        std::int64_t integer = 0;
        double real = 0;
        float single = 0;
        MYSQL_TIME time{};
        std::string text;   // the start of it, or all
        std::string whole;  // all of it where that is more
        unsigned long length = 0;
        my_bool is_null = 0;
    };

    [[nodiscard]] static Type type_of(const MYSQL_FIELD& field);
    static void bind(Cell& cell, MYSQL_BIND& bind);
    [[nodiscard]] std::string_view text(std::size_t index);
    [[nodiscard]] Json value(std::size_t index, Decimals decimals, RowSink& sink);

    MYSQL_STMT* statement_;
    std::vector<Column> columns_;
    std::vector<Cell> cells_;
    std::vector<MYSQL_BIND> binds_;
};

}  // namespace oa::database::mysql
