#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host/store/store_error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace oa::host {

/// What may be lost when the power fails or the system stops; when only the program dies, nothing
/// is, whatever is chosen.
enum class Durability {
    Full,    ///< nothing: what is committed is on the disk
    Normal,  ///< the commits since the last checkpoint, and nothing is left inconsistent
    None,    ///< what the system has not written by itself yet; the file may be damaged
};

/// "full", "normal" or "none".
[[nodiscard]] std::optional<Durability> parse_durability(std::string_view word);
[[nodiscard]] std::string_view to_string(Durability durability);

/// SQL that stands in the source: no text that is made at run time becomes SQL, values are bound.
class SqlText {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): a literal is meant to be one
    consteval SqlText(const char* literal) : text_(literal) {}
    [[nodiscard]] constexpr std::string_view view() const { return text_; }

private:
    std::string_view text_;
};

/// What SQLite refuses. what() names the file, the kind of the statement and SQLite's reason.
class SqliteError : public StoreError {
public:
    /// `system_error` is the errno of the write behind it, or 0.
    SqliteError(const std::string& message, int extended_code, int system_error);

    /// The disk is full, the file is locked or cannot be opened now: nothing of the transaction is
    /// kept, the file is as it was, and the same may be tried again.
    [[nodiscard]] bool is_passing() const noexcept;
    /// The file is not what SQLite wrote.
    [[nodiscard]] bool is_damage() const noexcept;
    /// The disk, or memory, failed in between: what the file has is unknown until it is opened
    /// again.
    [[nodiscard]] bool is_unknown() const noexcept;

private:
    [[nodiscard]] bool is_full() const noexcept;

    int code_;
    int system_error_;
};

class SqliteDatabase;

/// A prepared statement, lent by a database until it goes out of scope. Parameters and columns are
/// counted as SQLite does: from 1 and from 0.
class SqliteStatement {
public:
    SqliteStatement(SqliteDatabase& database, SqlText sql);
    ~SqliteStatement();
    SqliteStatement(const SqliteStatement&) = delete;
    SqliteStatement& operator=(const SqliteStatement&) = delete;

    // Texts and bytes are borrowed until the statement has run.
    SqliteStatement& bind(int parameter, std::int64_t number);
    SqliteStatement& bind(int parameter, std::string_view text);
    SqliteStatement& bind(int parameter, std::span<const std::byte> bytes);
    /// NULL for nothing.
    SqliteStatement& bind(int parameter, const std::optional<std::int64_t>& number);
    SqliteStatement& bind(int parameter, const std::optional<std::string>& text);

    /// True: there is a row. False: there is none, or no more.
    [[nodiscard]] bool step();
    /// To its end; then it can be bound and run again.
    void run();

    /// How many a row has.
    [[nodiscard]] int columns() const;
    [[nodiscard]] bool is_null(int column) const;
    /// Of any type, as SQLite writes it.
    [[nodiscard]] std::string written(int column) const;
    // Of the row; texts and bytes hold until the next step. Throws StoreDamaged for another type.
    [[nodiscard]] std::int64_t number(int column) const;
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::string_view bytes(int column) const;

private:
    void check(int code) const;
    void demand_type(int column, int type) const;

    SqliteDatabase& database_;
    SqlText sql_;
    sqlite3_stmt* statement_;
};

/// One connection to a SQLite file, set up for a store and asked whether it is. Used by one thread
/// at a time.
class SqliteDatabase {
public:
    enum class Access { ReadWrite, ReadOnly };
    struct Settings {
        std::filesystem::path file;
        Access access = Access::ReadWrite;
        Durability durability = Durability::Full;
        std::chrono::milliseconds busy_timeout{5000};  ///< how long to wait for another's lock
    };

    /// Makes the file, for its owner alone, if there is none and it may be written.
    explicit SqliteDatabase(Settings settings);
    ~SqliteDatabase();
    SqliteDatabase(const SqliteDatabase&) = delete;
    SqliteDatabase& operator=(const SqliteDatabase&) = delete;

    /// Several statements, without parameters or results.
    void execute(SqlText sql);
    [[nodiscard]] bool in_transaction() const;
    [[nodiscard]] const std::filesystem::path& file() const { return settings_.file; }

    /// Brings what has been committed from the log into the file, once there is enough of it to be
    /// worth that. Nothing is lost when this throws: it is still in the log.
    void checkpoint_if_due();
    /// Copies it as it is now, with what is written meanwhile left out, to a file that there is
    /// not yet. What is there when this returns is whole, and on the disk.
    void back_up(const std::filesystem::path& to);

private:
    friend class SqliteStatement;
    friend class SqliteTransaction;
    friend class SqliteSnapshot;

    [[noreturn]] void fail(int code, std::string_view doing) const;
    [[nodiscard]] int last_error_of_log() const noexcept;
    void roll_back() noexcept;
    void open();
    void set_up();
    void copy_pages(const std::filesystem::path& to);
    void demand_setting(SqlText pragma, std::string_view wanted);
    [[nodiscard]] sqlite3_stmt* take(SqlText sql);
    void give_back(SqlText sql, sqlite3_stmt* statement);
    void close() noexcept;
    static int note_commit(void* database, sqlite3* handle, const char* name, int pages);

    Settings settings_;
    sqlite3* handle_ = nullptr;
    std::multimap<std::string_view, sqlite3_stmt*> idle_;
    int log_pages_ = 0;         // in the log since it last began anew
    int pages_at_attempt_ = 0;  // the same when a checkpoint was last tried
};

/// Rolled back unless it is committed.
class SqliteTransaction {
public:
    /// Takes the lock for writing at once, so that nothing fails half way for want of it.
    explicit SqliteTransaction(SqliteDatabase& database);
    ~SqliteTransaction();
    SqliteTransaction(const SqliteTransaction&) = delete;
    SqliteTransaction& operator=(const SqliteTransaction&) = delete;

    void commit();

private:
    SqliteDatabase& database_;
};

/// What is read as long as it lives is of one state.
class SqliteSnapshot {
public:
    explicit SqliteSnapshot(SqliteDatabase& database);
    ~SqliteSnapshot();
    SqliteSnapshot(const SqliteSnapshot&) = delete;
    SqliteSnapshot& operator=(const SqliteSnapshot&) = delete;

private:
    SqliteDatabase& database_;
};

}  // namespace oa::host
