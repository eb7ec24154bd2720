#include "host/store/sqlite_database.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include <sqlite3.h>

#include "host/store/sqlite_pages.hpp"
#include "host/store/store_files.hpp"

namespace oa::host {
namespace {

/// How many more pages in the log make a checkpoint worth its while: 4 MiB.
constexpr int checkpoint_pages = 1000;

struct HandleCloser {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
};
struct BackupFinisher {
    void operator()(sqlite3_backup* backup) const noexcept { sqlite3_backup_finish(backup); }
};

/// The first word, which tells what was being done.
std::string_view kind_of(std::string_view sql) {
    const std::size_t begin = sql.find_first_not_of(" \n");
    if (begin == std::string_view::npos) {
        return "statement";
    }
    const std::string_view rest = sql.substr(begin);
    return rest.substr(0, rest.find_first_of(" \n;("));
}

int flags_of(SqliteDatabase::Access access) {
    const int way =
        access == SqliteDatabase::Access::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    return way | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
}

}  // namespace

std::optional<Durability> parse_durability(std::string_view word) {
    for (const Durability durability : {Durability::Full, Durability::Normal, Durability::None}) {
        if (word == to_string(durability)) {
            return durability;
        }
    }
    return std::nullopt;
}

std::string_view to_string(Durability durability) {
    switch (durability) {
        case Durability::Full: return "full";
        case Durability::Normal: return "normal";
        case Durability::None: return "none";
    }
    return "unknown";
}

SqliteError::SqliteError(const std::string& message, int extended_code, int system_error)
    : StoreError(message), code_(extended_code), system_error_(system_error) {}

// A quota, or a limit for the size of files, is reported by SQLite as any failed write.
bool SqliteError::is_full() const noexcept {
    const bool no_room =
        system_error_ == ENOSPC || system_error_ == EDQUOT || system_error_ == EFBIG;
    return (code_ & 0xFF) == SQLITE_FULL || (code_ == SQLITE_IOERR_WRITE && no_room);
}

bool SqliteError::is_passing() const noexcept {
    const int primary = code_ & 0xFF;
    return is_full() || primary == SQLITE_BUSY || primary == SQLITE_CANTOPEN;
}

bool SqliteError::is_damage() const noexcept {
    const int primary = code_ & 0xFF;
    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || code_ == SQLITE_IOERR_DATA;
}

bool SqliteError::is_unknown() const noexcept {
    const int primary = code_ & 0xFF;
    return (primary == SQLITE_IOERR && code_ != SQLITE_IOERR_DATA && !is_full()) ||
           primary == SQLITE_NOMEM;
}

// ----- statements -----

SqliteStatement::SqliteStatement(SqliteDatabase& database, SqlText sql)
    : database_(database), sql_(sql), statement_(database.take(sql)) {}

SqliteStatement::~SqliteStatement() {
    database_.give_back(sql_, statement_);
}

SqliteStatement& SqliteStatement::bind(int parameter, std::int64_t number) {
    check(sqlite3_bind_int64(statement_, parameter, number));
    return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, std::string_view text) {
    check(sqlite3_bind_text64(statement_, parameter, text.data() != nullptr ? text.data() : "",
                              text.size(), SQLITE_STATIC, SQLITE_UTF8));
    return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, std::span<const std::byte> bytes) {
    if (bytes.empty()) {
        check(sqlite3_bind_zeroblob(statement_, parameter, 0));
    } else {
        check(
            sqlite3_bind_blob64(statement_, parameter, bytes.data(), bytes.size(), SQLITE_STATIC));
    }
    return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, const std::optional<std::int64_t>& number) {
    if (number) {
        return bind(parameter, *number);
    }
    check(sqlite3_bind_null(statement_, parameter));
    return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, const std::optional<std::string>& text) {
    if (text) {
        return bind(parameter, std::string_view(*text));
    }
    check(sqlite3_bind_null(statement_, parameter));
    return *this;
}

bool SqliteStatement::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        check(code);
    }
    return false;
}

void SqliteStatement::run() {
    while (step()) {
    }
    sqlite3_reset(statement_);
}

int SqliteStatement::columns() const {
    return sqlite3_column_count(statement_);
}

bool SqliteStatement::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::string SqliteStatement::written(int column) const {
    const unsigned char* text = sqlite3_column_text(statement_, column);
    return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

std::int64_t SqliteStatement::number(int column) const {
    demand_type(column, SQLITE_INTEGER);
    return sqlite3_column_int64(statement_, column);
}

std::string_view SqliteStatement::text(int column) const {
    demand_type(column, SQLITE_TEXT);
    const auto* begin = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {begin, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view SqliteStatement::bytes(int column) const {
    demand_type(column, SQLITE_BLOB);
    const auto* begin = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return {begin, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void SqliteStatement::check(int code) const {
    if (code != SQLITE_OK) {
        database_.fail(code, kind_of(sql_.view()));
    }
}

void SqliteStatement::demand_type(int column, int type) const {
    if (sqlite3_column_type(statement_, column) != type) {
        throw StoreDamaged(database_.file().string() + ": the column \"" +
                           sqlite3_column_name(statement_, column) +
                           "\" has a value of another type than was written");
    }
}

// ----- the database -----

SqliteDatabase::SqliteDatabase(Settings settings) : settings_(std::move(settings)) {
    if (settings_.access == Access::ReadWrite) {
        make_private_file(settings_.file);
    }
    try {
        open();
        set_up();
    } catch (...) {
        close();
        throw;
    }
}

SqliteDatabase::~SqliteDatabase() {
    close();
}

void SqliteDatabase::open() {
    const int code = sqlite3_open_v2(settings_.file.c_str(), &handle_, flags_of(settings_.access),
                                     checked_pages());
    if (code != SQLITE_OK) {
        fail(code, "open");
    }
    int reserved = checksum_bytes;
    sqlite3_file_control(handle_, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    sqlite3_busy_timeout(handle_, static_cast<int>(settings_.busy_timeout.count()));
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

void SqliteDatabase::set_up() {
    execute("PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON");
    demand_setting("PRAGMA foreign_keys", "1");
    if (settings_.access == Access::ReadOnly) {
        return;
    }
    execute("PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864");
    demand_setting("PRAGMA journal_mode", "wal");
    // What is removed is gone from the file, and not only out of reach.
    execute("PRAGMA secure_delete = ON");
    demand_setting("PRAGMA secure_delete", "1");
    // SQLite's own checkpoints come within a commit, and say nothing when they fail.
    sqlite3_wal_hook(handle_, &SqliteDatabase::note_commit, this);
    switch (settings_.durability) {
        case Durability::Full:
            execute("PRAGMA synchronous = FULL");
            return demand_setting("PRAGMA synchronous", "2");
        case Durability::Normal:
            execute("PRAGMA synchronous = NORMAL");
            return demand_setting("PRAGMA synchronous", "1");
        case Durability::None:
            execute("PRAGMA synchronous = OFF");
            return demand_setting("PRAGMA synchronous", "0");
    }
}

// SQLite ignores what it does not know or cannot do, and says nothing.
void SqliteDatabase::demand_setting(SqlText pragma, std::string_view wanted) {
    SqliteStatement statement(*this, pragma);
    std::string found;
    if (statement.step()) {
        found = statement.written(0);
    }
    if (found != wanted) {
        throw StoreError(
            settings_.file.string() +
            ": SQLite does not take a setting that the store needs: " + std::string(pragma.view()) +
            " is " + found + " and not " + std::string(wanted) + "; is the file on a local disk?");
    }
}

void SqliteDatabase::execute(SqlText sql) {
    const int code = sqlite3_exec(handle_, sql.view().data(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        fail(code, kind_of(sql.view()));
    }
}

bool SqliteDatabase::in_transaction() const {
    return sqlite3_get_autocommit(handle_) == 0;
}

int SqliteDatabase::note_commit(void* database,
                                sqlite3* /*handle*/,
                                const char* /*name*/,
                                int pages) {
    static_cast<SqliteDatabase*>(database)->log_pages_ = pages;
    return SQLITE_OK;
}

void SqliteDatabase::checkpoint_if_due() {
    if (log_pages_ < pages_at_attempt_) {
        pages_at_attempt_ = 0;
    }
    if (log_pages_ - pages_at_attempt_ < checkpoint_pages) {
        return;
    }
    pages_at_attempt_ = log_pages_;
    const int code =
        sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (code != SQLITE_OK) {
        fail(code, "checkpoint");
    }
}

void SqliteDatabase::back_up(const std::filesystem::path& to) {
    std::error_code error;
    if (std::filesystem::exists(to, error)) {
        throw StoreError("the copy would replace " + to.string() + "; choose another name");
    }
    std::filesystem::path partial = to;
    partial += ".partial";
    std::filesystem::remove(partial, error);  // of one that did not come to its end
    make_private_file(partial);
    try {
        copy_pages(partial);
        sync(partial);
    } catch (const StoreError&) {
        std::filesystem::remove(partial, error);
        throw;
    }
    std::filesystem::rename(partial, to, error);
    if (error) {
        throw StoreError("cannot make " + to.string() + ": " + error.message());
    }
    sync(folder_of(to));
}

void SqliteDatabase::copy_pages(const std::filesystem::path& to) {
    sqlite3* raw = nullptr;
    int code = sqlite3_open_v2(to.c_str(), &raw, flags_of(Access::ReadWrite), checked_pages());
    const std::unique_ptr<sqlite3, HandleCloser> copy(raw);
    if (code == SQLITE_OK) {
        const std::unique_ptr<sqlite3_backup, BackupFinisher> backup(
            sqlite3_backup_init(raw, "main", handle_, "main"));
        // All in one step, which sees one state and does not begin anew when another is written.
        code = backup ? sqlite3_backup_step(backup.get(), -1) : sqlite3_extended_errcode(raw);
    }
    if (code != SQLITE_DONE) {
        throw SqliteError("cannot copy " + settings_.file.string() + " to " + to.string() + ": " +
                              sqlite3_errstr(code),
                          code, 0);
    }
}

void SqliteDatabase::fail(int code, std::string_view doing) const {
    const int extended = handle_ != nullptr ? sqlite3_extended_errcode(handle_) : code;
    const bool about_this = (extended & 0xFF) == (code & 0xFF);
    std::string message = settings_.file.string() + ": " + std::string(doing) + ": ";
    if (about_this && extended == SQLITE_IOERR_DATA) {
        message += "a page is damaged: it is not what its checksum was made from";
    } else {
        message +=
            handle_ != nullptr && about_this ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    }
    if ((code & 0xFF) == SQLITE_CANTOPEN && handle_ != nullptr &&
        sqlite3_system_errno(handle_) != 0) {
        message += std::string(" (") + std::strerror(sqlite3_system_errno(handle_)) + ')';
    }
    throw SqliteError(message, about_this ? extended : code, last_error_of_log());
}

// What a commit writes goes into the log; sqlite3_system_errno() does not know of it.
int SqliteDatabase::last_error_of_log() const noexcept {
    sqlite3_file* log = nullptr;
    int error = 0;
    if (handle_ != nullptr &&
        sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER,
                             static_cast<void*>(&log)) == SQLITE_OK &&
        log != nullptr && log->pMethods != nullptr) {
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error);
    }
    return error;
}

sqlite3_stmt* SqliteDatabase::take(SqlText sql) {
    const auto found = idle_.find(sql.view());
    if (found != idle_.end()) {
        sqlite3_stmt* statement = found->second;
        idle_.erase(found);
        return statement;
    }
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v3(handle_, sql.view().data(), static_cast<int>(sql.view().size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) {
        fail(code, kind_of(sql.view()));
    }
    return statement;
}

void SqliteDatabase::give_back(SqlText sql, sqlite3_stmt* statement) {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    idle_.emplace(sql.view(), statement);
}

// Nothing to do when it is committed, or SQLite has rolled back by itself. When this fails nothing
// is committed either; the next BEGIN then fails and says so.
void SqliteDatabase::roll_back() noexcept {
    if (in_transaction()) {
        sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

void SqliteDatabase::close() noexcept {
    for (const auto& [sql, statement] : idle_) {
        sqlite3_finalize(statement);
    }
    idle_.clear();
    sqlite3_close_v2(std::exchange(handle_, nullptr));
}

// ----- transactions -----

SqliteTransaction::SqliteTransaction(SqliteDatabase& database) : database_(database) {
    SqliteStatement(database_, "BEGIN IMMEDIATE").run();
}

SqliteTransaction::~SqliteTransaction() {
    database_.roll_back();
}

void SqliteTransaction::commit() {
    SqliteStatement(database_, "COMMIT").run();
}

SqliteSnapshot::SqliteSnapshot(SqliteDatabase& database) : database_(database) {
    SqliteStatement(database_, "BEGIN").run();
}

SqliteSnapshot::~SqliteSnapshot() {
    database_.roll_back();
}

}  // namespace oa::host
