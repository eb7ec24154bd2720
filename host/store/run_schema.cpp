#include "host/store/run_schema.hpp"

#include <array>
#include <filesystem>
#include <string>
#include <system_error>

#include "host/store/run_rows.hpp"
#include "host/store/sqlite_pages.hpp"

namespace oa::host {
namespace {

std::int64_t one_number(SqliteDatabase& database, SqlText sql) {
    SqliteStatement statement(database, sql);
    return statement.step() ? statement.number(0) : 0;
}

// Times are nanoseconds since 1970. `head` is the hash of the run's last event. Texts that are
// empty are NULL. A line without a task is the store's own.
void make_runs_and_events(SqliteDatabase& database) {
    database.execute(R"sql(
CREATE TABLE runs (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workflow TEXT NOT NULL,
  status TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  parent TEXT,
  created INTEGER NOT NULL,
  started INTEGER,
  ended INTEGER,
  records INTEGER NOT NULL,
  head BLOB NOT NULL,
  documents TEXT,
  retry_of TEXT,
  retry_from TEXT,
  triggered_by TEXT,
  priority INTEGER NOT NULL,
  concurrency_key TEXT,
  deaths INTEGER NOT NULL DEFAULT 0,
  paused INTEGER NOT NULL DEFAULT 0,
  waits INTEGER NOT NULL DEFAULT 0,
  failure TEXT,
  failure_message TEXT
) STRICT;
CREATE INDEX runs_open ON runs (created) WHERE ended IS NULL;
CREATE INDEX runs_ended ON runs (ended) WHERE ended IS NOT NULL;
CREATE TABLE events (
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  hash BLOB NOT NULL,
  entry TEXT NOT NULL,
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER events_stay BEFORE UPDATE ON events
BEGIN SELECT RAISE (ABORT, 'what has happened is not changed'); END;
CREATE TABLE log_lines (
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  sequence INTEGER NOT NULL,
  at INTEGER NOT NULL,
  task TEXT,
  level INTEGER NOT NULL,
  message TEXT NOT NULL,
  fields TEXT,
  PRIMARY KEY (run, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE waits (
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  execution INTEGER NOT NULL,
  PRIMARY KEY (run, execution)
) STRICT, WITHOUT ROWID;
CREATE TABLE documents (
  name TEXT NOT NULL UNIQUE,
  content TEXT NOT NULL
) STRICT;
CREATE INDEX runs_made_from ON runs (documents) WHERE documents IS NOT NULL;
PRAGMA application_id = 0x6F617275;
PRAGMA user_version = 1;
)sql");
}

// A host that did not close died.
void add_executions_and_hosts(SqliteDatabase& database) {
    database.execute(R"sql(
CREATE TABLE hosts (
  number INTEGER PRIMARY KEY,
  opened INTEGER NOT NULL,
  closed INTEGER
) STRICT;
CREATE INDEX runs_within ON runs (parent) WHERE parent IS NOT NULL;
CREATE TABLE executions (
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  execution INTEGER NOT NULL,
  task INTEGER NOT NULL,
  loop INTEGER,
  element INTEGER,
  attempt INTEGER NOT NULL,
  status TEXT NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER,
  failure TEXT,
  PRIMARY KEY (run, execution)
) STRICT, WITHOUT ROWID;
)sql");
    for (const RunRow& run : read_run_rows(database)) {
        RunTally tally;
        each_record(database, run, [&](const StoredRecord& stored) { tally.add(stored.record); });
        for (const auto& [index, execution] : tally.executions()) {
            write_execution(database, run.key, index, execution);
        }
    }
    database.execute("PRAGMA user_version = 2");
}

using Step = void (*)(SqliteDatabase&);
/// From the version of the same number to the next one.
constexpr std::array<Step, store_schema> steps{make_runs_and_events, add_executions_and_hosts};

void keep_a_copy(SqliteDatabase& database, std::int64_t schema) {
    std::filesystem::path copy = database.file();
    copy += ".schema-" + std::to_string(schema);
    // One that is there is of an attempt that did not come to its end.
    std::error_code error;
    if (!std::filesystem::exists(copy, error)) {
        database.back_up(copy);
    }
}

/// The schema of a store; 0 for an empty database.
std::int64_t schema_of(SqliteDatabase& database) {
    const std::int64_t found = one_number(database, "PRAGMA user_version");
    const bool is_empty = one_number(database, "SELECT count(*) FROM sqlite_schema") == 0;
    const bool is_ours = one_number(database, "PRAGMA application_id") == store_application;
    if (!is_ours && !(is_empty && found == 0)) {
        throw StoreError(database.file().string() + " is a database, but not a store of oa");
    }
    if (found > store_schema) {
        throw StoreTooNew(database.file().string() + " has schema " + std::to_string(found) +
                          "; this program knows up to " + std::to_string(store_schema) +
                          ": a newer one made it");
    }
    return found;
}

}  // namespace

void bring_up_to_date(SqliteDatabase& database, OlderCopy copy) {
    const std::int64_t found = schema_of(database);
    if (copy == OlderCopy::Keep && found > 0 && found < store_schema) {
        keep_a_copy(database, found);
    }
    for (auto schema = static_cast<std::size_t>(found); schema < steps.size(); ++schema) {
        SqliteTransaction transaction(database);
        steps[schema](database);
        transaction.commit();
    }
}

void demand_up_to_date(SqliteDatabase& database) {
    const std::int64_t found = schema_of(database);
    if (found < store_schema) {
        throw StoreError(database.file().string() + " has schema " + std::to_string(found) +
                         ", and this program reads schema " + std::to_string(store_schema) +
                         "; it is brought up to date when a host opens it");
    }
}

}  // namespace oa::host
