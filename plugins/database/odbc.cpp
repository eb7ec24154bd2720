#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <sql.h>
#include <sqlext.h>

#include "connection.hpp"
#include "fault.hpp"
#include "odbc_value.hpp"

// ODBC through the driver manager: Poco's connector makes numbers of decimals, and keeps the handle
// that cancelling needs to itself.

namespace oa::database {

namespace {

template <SQLSMALLINT Type>
class Handle {
public:
    Handle() = default;
    explicit Handle(SQLHANDLE parent) { SQLAllocHandle(Type, parent, &handle_); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        if (handle_ != nullptr) {
            SQLFreeHandle(Type, handle_);
        }
    }

    [[nodiscard]] SQLHANDLE get() const { return handle_; }

private:
    SQLHANDLE handle_ = nullptr;
};

using Environment = Handle<SQL_HANDLE_ENV>;
using Link = Handle<SQL_HANDLE_DBC>;
using Prepared = Handle<SQL_HANDLE_STMT>;

Report report_of(SQLSMALLINT type, SQLHANDLE handle) {
    std::array<SQLCHAR, 6> state{};
    std::array<SQLCHAR, 1024> text{};
    SQLINTEGER native = 0;
    SQLSMALLINT length = 0;
    Report out;
    if (SQL_SUCCEEDED(SQLGetDiagRec(type, handle, 1, state.data(), &native, text.data(),
                                    static_cast<SQLSMALLINT>(text.size()), &length))) {
        out.sqlstate = reinterpret_cast<const char*>(state.data());
        out.message = reinterpret_cast<const char*>(text.data());
        out.native = native;
    } else {
        out.message = "the driver tells no reason";
    }
    return out;
}

/// Drivers that say HY000 for everything are understood by what they tell people.
Meaning meaning_of(const Report& report) {
    const auto has = [&](const char* part) {
        return report.message.find(part) != std::string::npos;
    };
    if (report.sqlstate == "23000" && (has("UNIQUE") || has("unique") || has("uplicate"))) {
        return {ErrorCode::Conflict, Retry::No};
    }
    const Meaning known = meaning_of_sqlstate(report.sqlstate);
    if (known.code != ErrorCode::Internal) {
        return known;
    }
    if (has("no such table") || has("Can't open lib")) {
        return {ErrorCode::NotFound, Retry::No};
    }
    if (has("UNIQUE constraint")) {
        return {ErrorCode::Conflict, Retry::No};
    }
    if (has("constraint")) {
        return {ErrorCode::Precondition, Retry::No};
    }
    if (has("syntax error") || has("no such column")) {
        return {ErrorCode::InvalidParams, Retry::No};
    }
    if (has("locked")) {
        return {ErrorCode::Unavailable, Retry::Yes};
    }
    return known;
}

[[noreturn]] void fail(SQLSMALLINT type,
                       SQLHANDLE handle,
                       const BoundStatement* statement = nullptr) {
    Report report = report_of(type, handle);
    if (report.sqlstate == "08S01" || report.sqlstate == "08003" || report.sqlstate == "08007") {
        throw ConnectionLost("ODBC: the connection was lost");
    }
    const Meaning meaning = meaning_of(report);
    report.message = "ODBC: " + report.message;
    throw fault(meaning, report, statement);
}

/// A value in a connection string: {in braces}, where } is doubled.
std::string braced(const std::string& text) {
    std::string out = "{";
    for (const char c : text) {
        out += c;
        if (c == '}') {
            out += c;
        }
    }
    return out + "}";
}

std::string connection_string(const Settings& settings) {
    std::string out =
        settings.dsn.find('=') == std::string::npos ? "DSN=" + settings.dsn : settings.dsn;
    const auto add = [&](const char* key, const std::string& value) {
        if (!value.empty()) {
            out += (out.ends_with(';') ? "" : ";") + std::string(key) + "=" + braced(value);
        }
    };
    add("UID", settings.user);
    add("PWD", settings.password);
    add("Database", settings.database);
    return out;
}

/// ODBC takes numbers in place of pointers.
SQLPOINTER as_pointer(SQLULEN number) {
    return reinterpret_cast<SQLPOINTER>(number);  // NOLINT(performance-no-int-to-ptr): see above
}

SQLULEN isolation_code(Isolation isolation) {
    switch (isolation) {
        case Isolation::ReadUncommitted: return SQL_TXN_READ_UNCOMMITTED;
        case Isolation::ReadCommitted: return SQL_TXN_READ_COMMITTED;
        case Isolation::RepeatableRead: return SQL_TXN_REPEATABLE_READ;
        case Isolation::Serializable: break;
    }
    return SQL_TXN_SERIALIZABLE;
}

class OdbcConnection final : public Connection {
public:
    explicit OdbcConnection(const Settings& settings);
    OdbcConnection(const OdbcConnection&) = delete;
    OdbcConnection& operator=(const OdbcConnection&) = delete;
    ~OdbcConnection() override;

    [[nodiscard]] Kind kind() const override { return Kind::Odbc; }
    Outcome execute(const BoundStatement& statement, Decimals decimals, RowSink& sink) override;
    void begin(const TransactionOptions& options) override;
    /// A transaction that is to read only is undone, since few drivers refuse to write in it.
    void commit() override { end(read_only_ ? SQL_ROLLBACK : SQL_COMMIT); }
    void rollback() override { end(SQL_ROLLBACK); }
    std::uint64_t insert(const InsertTarget& target,
                         RowSource& rows,
                         std::uint64_t count,
                         std::uint64_t& written) override;
    void cancel() noexcept override;
    /// There is nothing to cut: the connection is the driver's.
    void sever() noexcept override { cancel(); }

private:
    /// Names the statement that cancel() is to reach, while it exists.
    class Running {
    public:
        Running(OdbcConnection& connection, SQLHSTMT statement) : connection_(&connection) {
            const std::scoped_lock lock(connection_->mutex_);
            connection_->running_ = statement;
        }
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;
        ~Running() {
            const std::scoped_lock lock(connection_->mutex_);
            connection_->running_ = nullptr;
        }

    private:
        OdbcConnection* connection_;
    };

    void set(SQLINTEGER attribute, SQLULEN value);
    void end(SQLSMALLINT how);
    void give_rows(SQLHSTMT prepared,
                   SQLSMALLINT width,
                   const BoundStatement& statement,
                   Decimals decimals,
                   RowSink& sink);

    std::unique_ptr<Environment> environment_;
    std::unique_ptr<Link> link_;
    bool connected_ = false;
    bool read_only_ = false;
    std::mutex mutex_;
    SQLHSTMT running_ = nullptr;
};

OdbcConnection::OdbcConnection(const Settings& settings)
    : environment_(std::make_unique<Environment>(nullptr)) {
    SQLSetEnvAttr(environment_->get(), SQL_ATTR_ODBC_VERSION, as_pointer(SQL_OV_ODBC3), 0);
    link_ = std::make_unique<Link>(environment_->get());
    const auto seconds = static_cast<SQLULEN>(
        std::max<std::int64_t>(1, (settings.connect_timeout.count() + 999) / 1000));
    SQLSetConnectAttr(link_->get(), SQL_ATTR_LOGIN_TIMEOUT, as_pointer(seconds), 0);
    std::string text = connection_string(settings);
    if (!SQL_SUCCEEDED(SQLDriverConnect(
            link_->get(), nullptr, reinterpret_cast<SQLCHAR*>(text.data()),
            static_cast<SQLSMALLINT>(text.size()), nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT))) {
        Report report = report_of(SQL_HANDLE_DBC, link_->get());
        report.message = "cannot connect to " + place_of(settings) + ": " +
                         without_password(report.message, settings);
        Meaning meaning = meaning_of(report);
        if (meaning.code == ErrorCode::Internal) {
            meaning = {ErrorCode::Unavailable, Retry::Yes};
        }
        throw fault(meaning, report);
    }
    connected_ = true;
}

OdbcConnection::~OdbcConnection() {
    if (connected_) {
        SQLEndTran(SQL_HANDLE_DBC, link_->get(), SQL_ROLLBACK);
        SQLDisconnect(link_->get());
    }
}

void OdbcConnection::set(SQLINTEGER attribute, SQLULEN value) {
    if (!SQL_SUCCEEDED(SQLSetConnectAttr(link_->get(), attribute, as_pointer(value), 0))) {
        fail(SQL_HANDLE_DBC, link_->get());
    }
}

void OdbcConnection::begin(const TransactionOptions& options) {
    read_only_ = options.read_only;
    if (options.isolation) {
        set(SQL_ATTR_TXN_ISOLATION, isolation_code(*options.isolation));
    }
    set(SQL_ATTR_AUTOCOMMIT, SQL_AUTOCOMMIT_OFF);
}

void OdbcConnection::end(SQLSMALLINT how) {
    if (!SQL_SUCCEEDED(SQLEndTran(SQL_HANDLE_DBC, link_->get(), how))) {
        fail(SQL_HANDLE_DBC, link_->get());
    }
}

Outcome OdbcConnection::execute(const BoundStatement& statement, Decimals decimals, RowSink& sink) {
    const Prepared prepared(link_->get());
    std::string text = statement.text;
    if (!SQL_SUCCEEDED(SQLPrepare(prepared.get(), reinterpret_cast<SQLCHAR*>(text.data()),
                                  static_cast<SQLINTEGER>(text.size())))) {
        fail(SQL_HANDLE_STMT, prepared.get(), &statement);
    }
    odbc::Parameters parameters(prepared.get());
    for (const Value& value : statement.values) {
        parameters.add(value);
    }
    const Running running(*this, prepared.get());
    const SQLRETURN status = SQLExecute(prepared.get());
    if (!SQL_SUCCEEDED(status) && status != SQL_NO_DATA) {
        fail(SQL_HANDLE_STMT, prepared.get(), &statement);
    }
    Outcome out;
    SQLSMALLINT width = 0;
    SQLNumResultCols(prepared.get(), &width);
    if (width > 0) {
        give_rows(prepared.get(), width, statement, decimals, sink);
        return out;
    }
    SQLLEN count = 0;
    SQLRowCount(prepared.get(), &count);
    out.affected = std::max<SQLLEN>(count, 0);
    return out;
}

void OdbcConnection::give_rows(SQLHSTMT prepared,
                               SQLSMALLINT width,
                               const BoundStatement& statement,
                               Decimals decimals,
                               RowSink& sink) {
    const std::vector<Column> columns = odbc::columns_of(prepared, width);
    sink.begin(columns);
    std::vector<Json> row;
    SQLRETURN status = SQL_SUCCESS;
    while (SQL_SUCCEEDED(status = SQLFetch(prepared))) {
        row.assign(columns.size(), Json());
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (!odbc::read_value(prepared, static_cast<SQLUSMALLINT>(i + 1), columns[i], decimals,
                                  sink, row[i])) {
                fail(SQL_HANDLE_STMT, prepared, &statement);
            }
        }
        if (sink.row(row) == Flow::Stop) {
            return;
        }
    }
    if (status != SQL_NO_DATA) {
        fail(SQL_HANDLE_STMT, prepared, &statement);
    }
}

std::uint64_t OdbcConnection::insert(const InsertTarget& target,
                                     RowSource& rows,
                                     std::uint64_t count,
                                     std::uint64_t& written) {
    const Prepared prepared(link_->get());
    std::string text = insert_statement(Kind::Odbc, target, 1);
    if (!SQL_SUCCEEDED(SQLPrepare(prepared.get(), reinterpret_cast<SQLCHAR*>(text.data()),
                                  static_cast<SQLINTEGER>(text.size())))) {
        fail(SQL_HANDLE_STMT, prepared.get());
    }
    const Running running(*this, prepared.get());
    std::vector<Value> values;
    std::uint64_t done = 0;
    for (; done < count && rows.next(values); ++done) {
        odbc::Parameters parameters(prepared.get());
        for (const Value& value : values) {
            parameters.add(value);
        }
        const SQLRETURN status = SQLExecute(prepared.get());
        if (!SQL_SUCCEEDED(status) && status != SQL_NO_DATA) {
            try {
                fail(SQL_HANDLE_STMT, prepared.get());
            } catch (const ConnectionLost&) {
                throw;
            } catch (const Error& error) {
                throw with_message(error, rows.place() + ": " + error.what());
            }
        }
        SQLFreeStmt(prepared.get(), SQL_CLOSE);
        ++written;
    }
    return done;
}

void OdbcConnection::cancel() noexcept {
    const std::scoped_lock lock(mutex_);
    if (running_ != nullptr) {
        SQLCancel(running_);
    }
}

}  // namespace

std::unique_ptr<Connection> open_odbc(const Settings& settings) {
    return std::make_unique<OdbcConnection>(settings);
}

}  // namespace oa::database
