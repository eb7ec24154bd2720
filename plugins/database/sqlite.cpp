#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>

#include <sqlite3.h>
#include <sys/stat.h>

#include "connection.hpp"
#include "fault.hpp"
#include "value.hpp"

// SQLite through its own interface: Poco's connector cuts texts at a NUL byte and waits a minute
// for a lock.

namespace oa::database {

namespace {

Meaning meaning_of(int code, std::string_view message) {
    switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID: return {ErrorCode::Conflict, Retry::No};
        case SQLITE_BUSY_SNAPSHOT: return {ErrorCode::Conflict, Retry::Yes};
        case SQLITE_READONLY_DIRECTORY: return {ErrorCode::Permission, Retry::No};
        default: break;
    }
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return {ErrorCode::Unavailable, Retry::Yes};
        case SQLITE_CONSTRAINT: return {ErrorCode::Precondition, Retry::No};
        case SQLITE_PERM:
        case SQLITE_AUTH: return {ErrorCode::Permission, Retry::No};
        case SQLITE_READONLY:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return {ErrorCode::Precondition, Retry::No};
        case SQLITE_FULL:
        case SQLITE_TOOBIG:
        case SQLITE_NOMEM: return {ErrorCode::Exhausted, Retry::No};
        case SQLITE_MISMATCH:
        case SQLITE_RANGE: return {ErrorCode::InvalidParams, Retry::No};
        case SQLITE_ERROR:
            return {message.starts_with("no such table")  ? ErrorCode::NotFound
                    : message.ends_with("already exists") ? ErrorCode::Conflict
                                                          : ErrorCode::InvalidParams,
                    Retry::No};
        default: return {};
    }
}

[[noreturn]] void fail(sqlite3* db, const BoundStatement* statement = nullptr) {
    Report report;
    report.message = std::string("SQLite: ") + sqlite3_errmsg(db);
    const int code = sqlite3_extended_errcode(db);
    report.native = code;
    if (const int at = sqlite3_error_offset(db); at >= 0 && statement != nullptr) {
        report.at = static_cast<std::size_t>(at);
    }
    throw fault(meaning_of(code, sqlite3_errmsg(db)), report, statement);
}

/// Other files than the one that the connection names are not for statements to open.
int authorize(
    void* /*unused*/, int action, const char* file, const char*, const char*, const char*) {
    const bool other_file = action == SQLITE_ATTACH && (file == nullptr || *file != '\0');
    return other_file ? SQLITE_DENY : SQLITE_OK;
}

struct CloseStatement {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, CloseStatement>;

struct CloseDatabase {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

bool has(const std::string& type, std::string_view part) {
    return type.find(part) != std::string::npos;
}

/// What a column holds as far as its declaration tells; SQLite itself lets it hold anything.
enum class Declared : std::uint8_t { Plain, Boolean, Decimal, Time, Json };

Declared declared(const std::string& type) {
    if (type.starts_with("bool")) {
        return Declared::Boolean;
    }
    if (type.starts_with("decimal") || type.starts_with("numeric")) {
        return Declared::Decimal;
    }
    if (type.starts_with("json")) {
        return Declared::Json;
    }
    return has(type, "date") || has(type, "time") ? Declared::Time : Declared::Plain;
}

std::string lower(const char* text) {
    std::string out = text == nullptr ? "" : text;
    for (char& c : out) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

class SqliteConnection final : public Connection {
public:
    explicit SqliteConnection(const Settings& settings) : busy_timeout_(settings.busy_timeout) {
        open(settings);
    }

    [[nodiscard]] Kind kind() const override { return Kind::Sqlite; }
    Outcome execute(const BoundStatement& statement, Decimals decimals, RowSink& sink) override;
    void begin(const TransactionOptions& options) override;
    void commit() override { run("COMMIT"); }
    void rollback() override { run("ROLLBACK"); }
    std::uint64_t insert(const InsertTarget& target,
                         RowSource& rows,
                         std::uint64_t count,
                         std::uint64_t& written) override;
    void cancel() noexcept override {
        cancelled_ = true;
        sqlite3_interrupt(db_.get());
    }
    void sever() noexcept override { cancel(); }

private:
    void open(const Settings& settings);
    void run(const char* sql);
    [[nodiscard]] bool wait_for_lock(int attempt);
    [[nodiscard]] Prepared prepare(const BoundStatement& statement);
    void bind(sqlite3_stmt* prepared, int index, const Value& value);
    void give_rows(sqlite3_stmt* prepared,
                   const BoundStatement& statement,
                   Decimals decimals,
                   RowSink& sink);
    [[nodiscard]] static Json value(
        sqlite3_stmt* prepared, int index, Declared type, Decimals decimals, RowSink& sink);

    std::chrono::milliseconds busy_timeout_;
    std::chrono::steady_clock::time_point busy_until_;
    std::atomic<bool> cancelled_ = false;
    Database db_;
};

/// SQLite's own way of waiting does not hear of being interrupted. False: give up.
bool SqliteConnection::wait_for_lock(int attempt) {
    constexpr int pause_max = 20;  // milliseconds
    const auto now = std::chrono::steady_clock::now();
    if (attempt == 0) {
        busy_until_ = now + busy_timeout_;
    }
    if (cancelled_ || now >= busy_until_) {
        return false;
    }
    sqlite3_sleep(std::min(attempt + 1, pause_max));
    return true;
}

void SqliteConnection::open(const Settings& settings) {
    sqlite3* db = nullptr;
    // A name that begins with "file:" is a name; links in it are followed as everywhere.
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | (settings.create ? SQLITE_OPEN_CREATE : 0);
    const int opened = sqlite3_open_v2(settings.file.c_str(), &db, flags, nullptr);
    db_.reset(db);
    if (opened != SQLITE_OK) {
        const int cause = sqlite3_system_errno(db);
        const bool missing = cause == ENOENT || cause == ENOTDIR;
        const bool forbidden = cause == EACCES || cause == EPERM || cause == EROFS;
        throw fault({missing     ? ErrorCode::NotFound
                     : forbidden ? ErrorCode::Permission
                                 : ErrorCode::Precondition,
                     Retry::No},
                    {.message = "cannot open the database '" + settings.file +
                                "': " + (cause != 0 ? std::strerror(cause) : sqlite3_errmsg(db)),
                     .native = opened});
    }
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_handler(
        db,
        [](void* self, int attempt) {
            return static_cast<SqliteConnection*>(self)->wait_for_lock(attempt) ? 1 : 0;
        },
        this);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_set_authorizer(db, authorize, nullptr);
    run("PRAGMA foreign_keys = ON");
}

void SqliteConnection::run(const char* sql) {
    if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail(db_.get());
    }
}

Prepared SqliteConnection::prepare(const BoundStatement& statement) {
    sqlite3_stmt* prepared = nullptr;
    const char* rest = nullptr;
    if (sqlite3_prepare_v2(db_.get(), statement.text.data(),
                           static_cast<int>(statement.text.size()), &prepared,
                           &rest) != SQLITE_OK) {
        fail(db_.get(), &statement);
    }
    Prepared out(prepared);
    if (!is_blank(Kind::Sqlite,
                  std::string_view(rest, static_cast<std::size_t>(statement.text.data() +
                                                                  statement.text.size() - rest)))) {
        throw invalid_params(statement.pointer,
                             "sql holds more than one statement: use transaction for several");
    }
    if (const int wanted = sqlite3_bind_parameter_count(prepared);
        wanted != static_cast<int>(statement.values.size())) {
        throw invalid_params(statement.pointer, "the statement has " + std::to_string(wanted) +
                                                    " placeholders, and params gives values for " +
                                                    std::to_string(statement.values.size()));
    }
    return out;
}

void SqliteConnection::bind(sqlite3_stmt* prepared, int index, const Value& value) {
    const Json& json = value.json;
    int status = SQLITE_OK;
    if (value.kind == Value::Kind::Bytes) {
        status = sqlite3_bind_blob64(prepared, index, value.bytes.data(), value.bytes.size(),
                                     SQLITE_TRANSIENT);
    } else if (json.is_null()) {
        status = sqlite3_bind_null(prepared, index);
    } else if (json.is_bool()) {
        status = sqlite3_bind_int(prepared, index, json.as_bool() ? 1 : 0);
    } else if (json.type() == JsonType::Int) {
        status = sqlite3_bind_int64(prepared, index, json.as_int());
    } else if (json.is_double()) {
        status = sqlite3_bind_double(prepared, index, json.as_double());
    } else {  // texts, lists, objects, and integers that SQLite does not have
        const std::string text = bind_text(json);
        status = sqlite3_bind_text64(prepared, index, text.data(), text.size(), SQLITE_TRANSIENT,
                                     SQLITE_UTF8);
    }
    if (status != SQLITE_OK) {
        fail(db_.get());
    }
}

Outcome SqliteConnection::execute(const BoundStatement& statement,
                                  Decimals decimals,
                                  RowSink& sink) {
    const Prepared prepared = prepare(statement);
    for (std::size_t i = 0; i < statement.values.size(); ++i) {
        bind(prepared.get(), static_cast<int>(i) + 1, statement.values[i]);
    }
    const auto changes_before = sqlite3_total_changes64(db_.get());
    const auto id_before = sqlite3_last_insert_rowid(db_.get());
    give_rows(prepared.get(), statement, decimals, sink);
    Outcome out;
    if (sqlite3_stmt_readonly(prepared.get()) == 0 &&
        sqlite3_total_changes64(db_.get()) != changes_before) {
        out.affected = sqlite3_changes64(db_.get());
        const auto id = sqlite3_last_insert_rowid(db_.get());
        if (id != id_before) {
            out.last_insert_id = id;
        }
    }
    return out;
}

void SqliteConnection::give_rows(sqlite3_stmt* prepared,
                                 const BoundStatement& statement,
                                 Decimals decimals,
                                 RowSink& sink) {
    const int width = sqlite3_column_count(prepared);
    std::vector<Column> columns;
    std::vector<Declared> types;
    for (int i = 0; i < width; ++i) {
        columns.push_back(
            {sqlite3_column_name(prepared, i), lower(sqlite3_column_decltype(prepared, i))});
        types.push_back(declared(columns.back().type));
    }
    if (width > 0) {
        sink.begin(columns);
    }
    std::vector<Json> row;
    int status = SQLITE_OK;
    while ((status = sqlite3_step(prepared)) == SQLITE_ROW) {
        row.clear();
        for (int i = 0; i < width; ++i) {
            row.push_back(value(prepared, i, types[static_cast<std::size_t>(i)], decimals, sink));
        }
        if (sink.row(row) == Flow::Stop) {
            return;
        }
    }
    if (status != SQLITE_DONE) {
        fail(db_.get(), &statement);
    }
}

Json SqliteConnection::value(
    sqlite3_stmt* prepared, int index, Declared type, Decimals decimals, RowSink& sink) {
    const auto bytes = [&](const void* data) {
        const int size = sqlite3_column_bytes(prepared, index);
        return data == nullptr ? std::string_view()
                               : std::string_view(static_cast<const char*>(data),
                                                  static_cast<std::size_t>(size));
    };
    switch (sqlite3_column_type(prepared, index)) {
        case SQLITE_NULL: return nullptr;
        case SQLITE_INTEGER: {
            const std::int64_t number = sqlite3_column_int64(prepared, index);
            if (type == Declared::Boolean && (number == 0 || number == 1)) {
                return number == 1;
            }
            return type == Declared::Decimal && decimals == Decimals::Text
                       ? Json(std::to_string(number))
                       : Json(number);
        }
        case SQLITE_FLOAT: {
            const Json number = real_value(sqlite3_column_double(prepared, index));
            return type == Declared::Decimal && decimals == Decimals::Text ? Json(bind_text(number))
                                                                           : number;
        }
        case SQLITE_BLOB: return sink.blob(bytes(sqlite3_column_blob(prepared, index)));
        default: break;
    }
    const std::string_view text = bytes(sqlite3_column_text(prepared, index));
    switch (type) {
        case Declared::Json: return json_value(text);
        case Declared::Decimal: return decimal_value(text, decimals);
        case Declared::Time: return iso_time(text);
        case Declared::Boolean:
        case Declared::Plain: break;
    }
    return text;
}

void SqliteConnection::begin(const TransactionOptions& options) {
    // Every transaction of SQLite is serialisable. One that writes takes its lock at once: waiting
    // for it later could fail at any statement.
    run(options.read_only ? "PRAGMA query_only = ON" : "PRAGMA query_only = OFF");
    run(options.read_only ? "BEGIN DEFERRED" : "BEGIN IMMEDIATE");
}

std::uint64_t SqliteConnection::insert(const InsertTarget& target,
                                       RowSource& rows,
                                       std::uint64_t count,
                                       std::uint64_t& written) {
    BoundStatement statement;
    statement.text = insert_statement(Kind::Sqlite, target, 1);
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v3(db_.get(), statement.text.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &raw,
                           nullptr) != SQLITE_OK) {
        fail(db_.get());
    }
    const Prepared prepared(raw);
    std::vector<Value> values;
    std::uint64_t done = 0;
    for (; done < count && rows.next(values); ++done) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            bind(raw, static_cast<int>(i) + 1, values[i]);
        }
        if (sqlite3_step(raw) != SQLITE_DONE) {
            try {
                fail(db_.get());
            } catch (const Error& error) {
                throw with_message(error, rows.place() + ": " + error.what());
            }
        }
        written += static_cast<std::uint64_t>(sqlite3_changes64(db_.get()));
        sqlite3_reset(raw);
    }
    return done;
}

}  // namespace

std::unique_ptr<Connection> open_sqlite(const Settings& settings) {
    return std::make_unique<SqliteConnection>(settings);
}

}  // namespace oa::database
