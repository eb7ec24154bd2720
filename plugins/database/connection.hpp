#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dialect.hpp"
#include "oa/json.hpp"
#include "settings.hpp"
#include "statement.hpp"

namespace oa::database {

/// A column of a result. `type` is the database's own name of it, in lower case; empty when the
/// database tells none. `code` is for the connection that made it.
struct Column {
    std::string name;
    std::string type;
    std::uint32_t code = 0;
};

enum class Flow : std::uint8_t { Continue, Stop };

/// Takes the result of a statement, row by row. Blobs arrive through `blob`, so that they can go
/// somewhere else than into the row.
class RowSink {
public:
    virtual ~RowSink() = default;
    /// Once, before the first row, for a statement that has a result (an empty one too).
    virtual void begin(const std::vector<Column>& columns) = 0;
    /// The values are the sink's from here on. Stop: no more rows are wanted, and the connection
    /// will not be used any more.
    virtual Flow row(std::vector<Json>& values) = 0;
    /// What stands for these bytes in a row.
    virtual Json blob(std::string_view bytes) = 0;
};

/// Rows for a bulk insert. Every row has one value for each column.
class RowSource {
public:
    virtual ~RowSource() = default;
    [[nodiscard]] virtual const std::vector<std::string>& columns() const = 0;
    /// False at the end. `values` is overwritten. Strings of a file are bound as text.
    virtual bool next(std::vector<Value>& values) = 0;
    /// Which row next() gave last, for messages: "row 3" or "line 7 of 'orders.csv'".
    [[nodiscard]] virtual std::string place() const = 0;
};

/// How a statement went, beside its rows.
struct Outcome {
    std::int64_t affected = 0;  ///< rows inserted, changed or removed
    std::optional<std::int64_t> last_insert_id;
};

struct TransactionOptions {
    std::optional<Isolation> isolation;
    bool read_only = false;
};

/// How decimals (NUMERIC, DECIMAL) come: as text with all of their digits, or as numbers.
enum class Decimals : std::uint8_t { Text, Number };

/// One connection, for one thread. cancel() and sever() alone may be called on another one, while
/// the connection exists. Members throw oa::Error (see fault.hpp).
class Connection {
public:
    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    virtual ~Connection() = default;

    [[nodiscard]] virtual Kind kind() const = 0;

    /// Runs one statement with its values.
    virtual Outcome execute(const BoundStatement& statement, Decimals decimals, RowSink& sink) = 0;
    /// Completes the types of columns that needed another question. The connection must be idle.
    virtual void name_types(std::vector<Column>& columns) { static_cast<void>(columns); }

    virtual void begin(const TransactionOptions& options) = 0;
    virtual void commit() = 0;
    virtual void rollback() = 0;

    /// Inserts rows from `rows` until it ends or `count` are done, within the transaction that is
    /// open. Returns how many rows it read; `written` is raised by how many of them were inserted
    /// or changed.
    virtual std::uint64_t insert(const InsertTarget& target,
                                 RowSource& rows,
                                 std::uint64_t count,
                                 std::uint64_t& written) = 0;

    /// Asks the statement that runs now to end. [thread: any]
    virtual void cancel() noexcept = 0;
    /// Ends whatever runs by cutting the connection, where that is possible. [thread: any]
    virtual void sever() noexcept = 0;
};

// Each opens a connection, which may block: see open.hpp.
[[nodiscard]] std::unique_ptr<Connection> open_sqlite(const Settings& settings);
[[nodiscard]] std::unique_ptr<Connection> open_postgresql(const Settings& settings);
[[nodiscard]] std::unique_ptr<Connection> open_mysql(const Settings& settings);
[[nodiscard]] std::unique_ptr<Connection> open_odbc(const Settings& settings);

}  // namespace oa::database
