#pragma once

#include <deque>
#include <string>
#include <vector>

#include <sql.h>
#include <sqlext.h>

#include "connection.hpp"

namespace oa::database::odbc {

/// Binds values to a statement. It outlives the execution.
class Parameters {
public:
    explicit Parameters(SQLHSTMT statement) : statement_(statement) {}

    /// The next value. `value` outlives the execution.
    void add(const Value& value);
    [[nodiscard]] std::size_t size() const { return slots_.size(); }

private:
    struct Slot {
        SQLBIGINT integer = 0;
        double real = 0;
        std::string text;
        SQLLEN length = 0;
    };

    void bind(
        Slot& slot, SQLSMALLINT c_type, SQLSMALLINT sql_type, const void* data, std::size_t size);

    SQLHSTMT statement_;
    std::deque<Slot> slots_;  // they must not move
};

/// The columns of a result. `code` is the SQL type; unsigned ones have `unsigned_bit` in it.
[[nodiscard]] std::vector<Column> columns_of(SQLHSTMT statement, SQLSMALLINT count);

/// A value of the row that was fetched. False when the driver reports an error.
[[nodiscard]] bool read_value(SQLHSTMT statement,
                              SQLUSMALLINT index,
                              const Column& column,
                              Decimals decimals,
                              RowSink& sink,
                              Json& out);

}  // namespace oa::database::odbc
