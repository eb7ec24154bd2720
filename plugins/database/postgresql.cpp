#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <libpq-fe.h>
#include <sys/socket.h>

#include "connection.hpp"
#include "fault.hpp"
#include "postgresql_open.hpp"
#include "postgresql_result.hpp"
#include "postgresql_value.hpp"

// PostgreSQL through libpq: COPY, SQLSTATEs, cancelling, and results row by row; Poco's connector
// has none of them.

namespace oa::database {

namespace {

using postgresql::affected_by;
using postgresql::fail;
using postgresql::Result;

constexpr std::size_t copy_chunk = std::size_t{64} << 10U;

/// What cancelling needs, for a thread that may outlive the connection.
struct Canceller {
    explicit Canceller(PGconn* connection) : handle(PQgetCancel(connection), PQfreeCancel) {}

    std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> handle;
    std::atomic<bool> busy = false;
};

class PostgresqlConnection final : public Connection {
public:
    explicit PostgresqlConnection(const Settings& settings)
        : handle_(postgresql::connect(settings)),
          socket_(PQsocket(handle_.get())),
          canceller_(std::make_shared<Canceller>(handle_.get())) {}

    [[nodiscard]] Kind kind() const override { return Kind::Postgresql; }
    Outcome execute(const BoundStatement& statement, Decimals decimals, RowSink& sink) override;
    void name_types(std::vector<Column>& columns) override;
    void begin(const TransactionOptions& options) override;
    void commit() override { run("COMMIT"); }
    void rollback() override { run("ROLLBACK"); }
    std::uint64_t insert(const InsertTarget& target,
                         RowSource& rows,
                         std::uint64_t count,
                         std::uint64_t& written) override;
    void cancel() noexcept override;
    void sever() noexcept override { ::shutdown(socket_, SHUT_RDWR); }

private:
    Result run(const std::string& sql);
    void send(const BoundStatement& statement);
    [[nodiscard]] std::vector<bool> arrays_among(const std::string& sql,
                                                 const BoundStatement* statement);
    [[nodiscard]] bool is_array(Oid type);
    std::uint64_t copy(const std::string& table,
                       const InsertTarget& target,
                       const std::vector<bool>& arrays,
                       RowSource& rows,
                       std::uint64_t count);
    void put(const std::string& data);

    postgresql::Handle handle_;
    int socket_;
    std::shared_ptr<Canceller> canceller_;
};

Result PostgresqlConnection::run(const std::string& sql) {
    Result result(PQexec(handle_.get(), sql.c_str()));
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        fail(handle_.get(), result.get(), nullptr);
    }
    return result;
}

bool PostgresqlConnection::is_array(Oid type) {
    if (!postgresql::type_name(type).empty()) {
        return postgresql::is_known_array(type);
    }
    const Result result =
        run("SELECT 1 FROM pg_catalog.pg_type WHERE typcategory = 'A' AND oid = " +
            std::to_string(type));
    return PQntuples(result.get()) == 1;
}

/// Which parameters of a statement are arrays, as the server sees it.
std::vector<bool> PostgresqlConnection::arrays_among(const std::string& sql,
                                                     const BoundStatement* statement) {
    const Result prepared(PQprepare(handle_.get(), "", sql.c_str(), 0, nullptr));
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) {
        fail(handle_.get(), prepared.get(), statement);
    }
    const Result told(PQdescribePrepared(handle_.get(), ""));
    if (PQresultStatus(told.get()) != PGRES_COMMAND_OK) {
        fail(handle_.get(), told.get(), statement);
    }
    std::vector<bool> out;
    out.reserve(static_cast<std::size_t>(PQnparams(told.get())));
    for (int i = 0; i < PQnparams(told.get()); ++i) {
        out.push_back(is_array(PQparamtype(told.get(), i)));
    }
    return out;
}

void PostgresqlConnection::send(const BoundStatement& statement) {
    const auto& values = statement.values;
    std::vector<bool> arrays;
    // A JSON list is an array or a JSON document: the server is asked only where there is one.
    if (std::any_of(values.begin(), values.end(),
                    [](const Value& v) { return v.json.is_array(); })) {
        arrays = arrays_among(statement.text, &statement);
    }
    postgresql::Parameters parameters;
    for (std::size_t i = 0; i < values.size(); ++i) {
        parameters.add(values[i], values[i].json.is_array() && i < arrays.size() && arrays[i]);
    }
    if (!parameters.send(handle_.get(), statement.text)) {
        fail(handle_.get(), nullptr, &statement);
    }
    PQsetSingleRowMode(handle_.get());
}

Outcome PostgresqlConnection::execute(const BoundStatement& statement,
                                      Decimals decimals,
                                      RowSink& sink) {
    send(statement);
    Outcome out;
    std::vector<Column> columns;
    std::vector<Json> row;
    bool begun = false;
    while (const Result result{PQgetResult(handle_.get())}) {
        const ExecStatusType status = PQresultStatus(result.get());
        if (status == PGRES_COMMAND_OK) {
            out.affected = affected_by(result.get());
            continue;
        }
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
            throw invalid_params(statement.pointer,
                                 "COPY from or to the client is not run as a statement: use insert "
                                 "or export");
        }
        if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK) {
            fail(handle_.get(), result.get(), &statement);
        }
        if (!begun) {
            columns = postgresql::columns_of(result.get());
            sink.begin(columns);
            begun = true;
        }
        for (int i = 0; i < PQntuples(result.get()); ++i) {
            postgresql::read_row(result.get(), i, columns, decimals, sink, row);
            if (sink.row(row) == Flow::Stop) {
                return out;
            }
        }
        out.affected = affected_by(result.get());
    }
    return out;
}

/// Types that extensions and users have made have numbers of their own in each database.
void PostgresqlConnection::name_types(std::vector<Column>& columns) {
    std::string unknown;
    for (const Column& column : columns) {
        if (column.type.empty()) {
            unknown += (unknown.empty() ? "" : ",") + std::to_string(column.code);
        }
    }
    if (unknown.empty()) {
        return;
    }
    const Result result =
        run("SELECT oid::text, typname FROM pg_catalog.pg_type WHERE oid IN (" + unknown + ")");
    for (int i = 0; i < PQntuples(result.get()); ++i) {
        std::string name = PQgetvalue(result.get(), i, 1);
        if (name.starts_with('_')) {
            name = name.substr(1) + "[]";
        }
        for (Column& column : columns) {
            if (std::to_string(column.code) == PQgetvalue(result.get(), i, 0)) {
                column.type = name;
            }
        }
    }
}

void PostgresqlConnection::begin(const TransactionOptions& options) {
    std::string sql = "BEGIN";
    if (options.isolation) {
        sql += " ISOLATION LEVEL ";
        sql += isolation_name(*options.isolation);
    }
    run(sql + (options.read_only ? " READ ONLY" : " READ WRITE"));
}

void PostgresqlConnection::put(const std::string& data) {
    if (PQputCopyData(handle_.get(), data.data(), static_cast<int>(data.size())) != 1) {
        fail(handle_.get(), nullptr, nullptr);
    }
}

/// Returns how many rows it sent.
std::uint64_t PostgresqlConnection::copy(const std::string& table,
                                         const InsertTarget& target,
                                         const std::vector<bool>& arrays,
                                         RowSource& rows,
                                         std::uint64_t count) {
    const std::string sql =
        "COPY " + table + " (" + quoted_list(Kind::Postgresql, target.columns) + ") FROM STDIN";
    const Result started(PQexec(handle_.get(), sql.c_str()));
    if (PQresultStatus(started.get()) != PGRES_COPY_IN) {
        fail(handle_.get(), started.get(), nullptr);
    }
    std::string data;
    std::vector<Value> values;
    std::uint64_t sent = 0;
    for (; sent < count && rows.next(values); ++sent) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (i > 0) {
                data += '\t';
            }
            postgresql::append_copy_value(data, values[i], arrays[i]);
        }
        data += '\n';
        if (data.size() >= copy_chunk) {
            put(data);
            data.clear();
        }
    }
    put(data);
    if (PQputCopyEnd(handle_.get(), nullptr) != 1) {
        fail(handle_.get(), nullptr, nullptr);
    }
    while (const Result ended{PQgetResult(handle_.get())}) {
        if (PQresultStatus(ended.get()) != PGRES_COMMAND_OK) {
            fail(handle_.get(), ended.get(), nullptr);
        }
    }
    return sent;
}

/// How the rows go from the table that COPY filled to the one that they are for. The last one of
/// equal keys counts, as when rows are inserted one by one; a key with a null in it equals no
/// other.
std::string merge_statement(const InsertTarget& target) {
    const std::string columns = quoted_list(Kind::Postgresql, target.columns);
    const std::string insert = "INSERT INTO " + target.table + " (" + columns + ") ";
    const std::string end = conflict_clause(Kind::Postgresql, target);
    if (target.on_conflict == OnConflict::Ignore) {
        return insert + "SELECT " + columns + " FROM pg_temp.oa_rows ORDER BY oa_number" + end;
    }
    std::string some_null;
    for (const std::string& key : target.keys) {
        some_null +=
            (some_null.empty() ? "" : " OR ") + quoted_name(Kind::Postgresql, key) + " IS NULL";
    }
    const std::string distinct = quoted_list(Kind::Postgresql, target.keys) + ", CASE WHEN " +
                                 some_null + " THEN oa_number END";
    return insert + "SELECT DISTINCT ON (" + distinct + ") " + columns +
           " FROM pg_temp.oa_rows ORDER BY " + distinct + ", oa_number DESC" + end;
}

std::uint64_t PostgresqlConnection::insert(const InsertTarget& target,
                                           RowSource& rows,
                                           std::uint64_t count,
                                           std::uint64_t& written) {
    std::string probe = "INSERT INTO " + target.table + " (" +
                        quoted_list(Kind::Postgresql, target.columns) + ") VALUES (";
    for (std::size_t i = 1; i <= target.columns.size(); ++i) {
        probe += (i == 1 ? "$" : ", $") + std::to_string(i);
    }
    const std::vector<bool> arrays = arrays_among(probe + ")", nullptr);
    if (target.on_conflict == OnConflict::Error) {
        const std::uint64_t sent = copy(target.table, target, arrays, rows, count);
        written += sent;
        return sent;
    }
    run("CREATE TEMPORARY TABLE oa_rows ON COMMIT DROP AS SELECT " +
        quoted_list(Kind::Postgresql, target.columns) + " FROM " + target.table + " WITH NO DATA");
    run("ALTER TABLE pg_temp.oa_rows ADD COLUMN oa_number bigserial");
    const std::uint64_t sent = copy("pg_temp.oa_rows", target, arrays, rows, count);
    const Result merged = run(merge_statement(target));
    written += static_cast<std::uint64_t>(affected_by(merged.get()));
    return sent;
}

/// Asking means a connection of its own, which may take long: on a thread that nobody waits for.
void PostgresqlConnection::cancel() noexcept {
    if (canceller_->handle == nullptr || canceller_->busy.exchange(true)) {
        return;
    }
    try {
        std::thread([canceller = canceller_] {
            std::array<char, 256> why{};
            PQcancel(canceller->handle.get(), why.data(), static_cast<int>(why.size()));
            canceller->busy = false;
        }).detach();
    } catch (const std::system_error&) {
        canceller_->busy = false;  // no thread is to be had now: asked again soon, cut in the end
    }
}

}  // namespace

std::unique_ptr<Connection> open_postgresql(const Settings& settings) {
    return std::make_unique<PostgresqlConnection>(settings);
}

}  // namespace oa::database
