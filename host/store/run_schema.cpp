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

// A version without documents says that the workflow was removed. What a filter of `list` may name
// has an index in the order of the list: a run within a run is in none of them.
void add_requests_versions_and_tokens(SqliteDatabase& database) {
    database.execute(R"sql(
ALTER TABLE runs ADD COLUMN request_key TEXT;
ALTER TABLE runs ADD COLUMN request_digest TEXT;
CREATE UNIQUE INDEX runs_requested ON runs (request_key) WHERE request_key IS NOT NULL;
CREATE INDEX runs_newest ON runs (created) WHERE parent IS NULL;
CREATE INDEX runs_of_workflow ON runs (workflow, created) WHERE parent IS NULL;
CREATE INDEX runs_of_status ON runs (status, created) WHERE parent IS NULL;
CREATE INDEX runs_of_workflow_and_status ON runs (workflow, status, created) WHERE parent IS NULL;
CREATE TABLE workflow_versions (
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  documents TEXT REFERENCES documents (name),
  created INTEGER NOT NULL,
  made_by TEXT NOT NULL,
  PRIMARY KEY (name, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX versions_made_from ON workflow_versions (documents) WHERE documents IS NOT NULL;
CREATE TABLE tokens (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  hash BLOB NOT NULL,
  scopes TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER,
  last_used INTEGER,
  revoked INTEGER,
  created_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 3;
)sql");
}

using Step = void (*)(SqliteDatabase&);
/// From the version of the same number to the next one.
constexpr std::array<Step, store_schema> steps{make_runs_and_events, add_executions_and_hosts,
                                               add_requests_versions_and_tokens};

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

bool has_versions_and_tokens(SqliteDatabase& database) {
    return one_number(database, "PRAGMA user_version") >= 3;
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
