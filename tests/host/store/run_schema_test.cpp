#include "host/store/run_schema.hpp"

#include "host/store/run_rows.hpp"
#include "host/store/store_restore.hpp"
#include "host/store/store_salvage.hpp"
#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

struct RunSchemaTest : StoreFixture {
    [[nodiscard]] SqliteDatabase::Settings database_settings() const {
        std::filesystem::create_directories(file().parent_path());
        SqliteDatabase::Settings made;
        made.file = file();
        return made;
    }

    /// A store as schema 1 had it: no table of executions.
    void make_first_schema(const std::string& run_id,
                           const std::vector<core::JournalEntry>& entries) const {
        SqliteDatabase database(database_settings());
        database.execute(R"sql(
CREATE TABLE runs (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workflow TEXT NOT NULL, status TEXT NOT NULL,
  attempt INTEGER NOT NULL, parent TEXT, created INTEGER NOT NULL, started INTEGER, ended INTEGER,
  records INTEGER NOT NULL, head BLOB NOT NULL, documents TEXT, retry_of TEXT, retry_from TEXT, triggered_by TEXT,
  priority INTEGER NOT NULL, concurrency_key TEXT, deaths INTEGER NOT NULL DEFAULT 0,
  paused INTEGER NOT NULL DEFAULT 0, waits INTEGER NOT NULL DEFAULT 0, failure TEXT, failure_message TEXT) STRICT;
CREATE INDEX runs_open ON runs (created) WHERE ended IS NULL;
CREATE INDEX runs_ended ON runs (ended) WHERE ended IS NOT NULL;
CREATE TABLE events (run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE, number INTEGER NOT NULL,
  at INTEGER NOT NULL, hash BLOB NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (run, number)) STRICT, WITHOUT ROWID;
CREATE TABLE log_lines (run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE, sequence INTEGER NOT NULL,
  at INTEGER NOT NULL, task TEXT, level INTEGER NOT NULL, message TEXT NOT NULL, fields TEXT,
  PRIMARY KEY (run, sequence)) STRICT, WITHOUT ROWID;
CREATE TABLE waits (run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE, execution INTEGER NOT NULL,
  PRIMARY KEY (run, execution)) STRICT, WITHOUT ROWID;
CREATE TABLE documents (name TEXT NOT NULL UNIQUE, content TEXT NOT NULL) STRICT;
CREATE INDEX runs_made_from ON runs (documents) WHERE documents IS NOT NULL;
CREATE TRIGGER events_stay BEFORE UPDATE ON events
BEGIN SELECT RAISE (ABORT, 'what has happened is not changed'); END;
PRAGMA application_id = 0x6F617275; PRAGMA user_version = 1;
)sql");
        SqliteStatement(database,
                        "INSERT INTO runs (key, id, workflow, status, attempt, created, started, "
                        "records, head, priority) "
                        "VALUES (1, ?1, 'nightly', 'running', 1, ?2, ?3, ?4, zeroblob(32), 0)")
            .bind(1, std::string_view(run_id))
            .bind(2, to_column(at_second(1)))
            .bind(3, to_column(at_second(2)))
            .bind(4, static_cast<std::int64_t>(entries.size()))
            .run();
        ChainHash head{};
        for (std::uint64_t number = 1; number <= entries.size(); ++number) {
            const std::string bytes = encode_entry(entries[number - 1]);
            const std::int64_t at = to_column(at_second(static_cast<std::int64_t>(number)));
            head = next_in_chain(
                head, {.run_id = run_id, .number = number, .at = at, .content = hash_of(bytes)});
            SqliteStatement(database, "INSERT INTO events VALUES (1, ?1, ?2, ?3, ?4)")
                .bind(1, static_cast<std::int64_t>(number))
                .bind(2, at)
                .bind(3, std::span<const std::byte>(head))
                .bind(4, std::string_view(bytes))
                .run();
        }
        SqliteStatement(database, "UPDATE runs SET head = ?1")
            .bind(1, std::span<const std::byte>(head))
            .run();
    }
    /// The same as schema 2 had it, with the execution that whole_run() has.
    void make_second_schema(const std::string& run_id,
                            const std::vector<core::JournalEntry>& entries) const {
        make_first_schema(run_id, entries);
        execute(R"sql(
CREATE TABLE hosts (number INTEGER PRIMARY KEY, opened INTEGER NOT NULL, closed INTEGER) STRICT;
CREATE INDEX runs_within ON runs (parent) WHERE parent IS NOT NULL;
CREATE TABLE executions (run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  execution INTEGER NOT NULL, task INTEGER NOT NULL, loop INTEGER, element INTEGER,
  attempt INTEGER NOT NULL, status TEXT NOT NULL, started INTEGER NOT NULL, ended INTEGER, failure TEXT,
  PRIMARY KEY (run, execution)) STRICT, WITHOUT ROWID;
INSERT INTO executions VALUES (1, 0, 0, NULL, NULL, 1, 'succeeded', 1800000003000000000, 1800000004000000000, NULL);
PRAGMA user_version = 2;
)sql");
    }
    void execute(SqlText sql) const { SqliteDatabase(database_settings()).execute(sql); }
    [[nodiscard]] std::int64_t schema_of(const std::filesystem::path& path) const {
        SqliteDatabase::Settings wanted = database_settings();
        wanted.file = path;
        SqliteDatabase database(wanted);
        SqliteStatement statement(database, "PRAGMA user_version");
        return statement.step() ? statement.number(0) : -1;
    }
    [[nodiscard]] std::filesystem::path copy(int schema = 1) const {
        return folder.path() / "store" / ("runs.db.schema-" + std::to_string(schema));
    }
};

TEST_F(RunSchemaTest, BringsAStoreOfTheFirstSchemaUpToDate) {
    std::vector<core::JournalEntry> entries = whole_run("a");
    entries.pop_back();
    make_first_schema("a", entries);
    RunStore store(settings());
    EXPECT_EQ(schema_of(file()), store_schema);
    EXPECT_EQ(store.load("a").size(), entries.size());
    ASSERT_EQ(store.tasks("a").size(), 1U);
    EXPECT_EQ(store.tasks("a")[0].summary.status, core::TaskStatus::Succeeded);
    append_all(store, "a", {ended(core::RunStatus::Succeeded)}, 5);
    EXPECT_EQ(store.check().problems, std::vector<std::string>{});
    EXPECT_EQ(schema_of(copy()), 1);
}

TEST_F(RunSchemaTest, BringsAStoreOfTheSecondSchemaUpToDate) {
    std::vector<core::JournalEntry> entries = whole_run("a");
    entries.pop_back();
    make_second_schema("a", entries);
    RunStore store(settings());
    EXPECT_EQ(schema_of(file()), store_schema);
    EXPECT_EQ(schema_of(copy(2)), 2);
    EXPECT_EQ(store.check().problems, std::vector<std::string>{});
    EXPECT_EQ(store.find("a")->request_key, "");
    EXPECT_EQ(store.list({.workflow = "nightly"}).runs.size(), 1U);
    append_all(store, "a", {ended(core::RunStatus::Succeeded)}, 5);
    core::RunCreated entry = std::get<core::RunCreated>(created("b"));
    entry.request_key = "order 7";
    append_all(store, "b", {entry});
    EXPECT_EQ(store.find_request("order 7")->id, "b");
    store.keep_version("nightly", store.keep_documents("text"), "ops", at_second(1));
    EXPECT_EQ(store.check().problems, std::vector<std::string>{});
}

TEST_F(RunSchemaTest, SalvagesAndRestoresAStoreOfTheSecondSchema) {
    std::vector<core::JournalEntry> entries = whole_run("a");
    entries.pop_back();
    make_second_schema("a", entries);
    {
        SqliteDatabase older(database_settings());
        EXPECT_EQ(salvage_store(older, folder / "new").runs, 1U);
    }
    EXPECT_EQ(restore_store(file(), folder / "restored").runs, 1U);
    EXPECT_EQ(schema_of(file()), 2);
    EXPECT_EQ(schema_of(folder / "new" / "runs.db"), store_schema);
    EXPECT_EQ(schema_of(folder / "restored" / "runs.db"), store_schema);
}

TEST_F(RunSchemaTest, ChangesNothingWhenItCannotReadWhatIsThere) {
    make_first_schema("a",
                      whole_run("a"));  // its row says that it has not ended, but the chain holds
    execute("DELETE FROM events WHERE number = 3");
    EXPECT_EQ(message_of<StoreDamaged>([&] { const RunStore store(settings()); }),
              file().string() + ": run a: record 3 is missing; the next one is 4");
    EXPECT_EQ(schema_of(file()), 1);
    EXPECT_EQ(schema_of(copy()), 1);
    // Once more, with the copy already there.
    EXPECT_THROW(const RunStore store(settings()), StoreDamaged);
}

TEST_F(RunSchemaTest, RefusesWhatANewerProgramMade) {
    { const RunStore store(settings()); }
    execute("PRAGMA user_version = 77");
    EXPECT_EQ(message_of<StoreTooNew>([&] { const RunStore store(settings()); }),
              file().string() + " has schema 77; this program knows up to 3: a newer one made it");
    EXPECT_EQ(schema_of(file()), 77);
}

TEST_F(RunSchemaTest, RefusesADatabaseThatIsNoStore) {
    execute("CREATE TABLE mine (a)");
    EXPECT_EQ(message_of<StoreError>([&] { const RunStore store(settings()); }),
              file().string() + " is a database, but not a store of oa");
    EXPECT_EQ(schema_of(file()), 0);
}

TEST_F(RunSchemaTest, LetsNobodyChangeWhatHasHappened) {
    {
        RunStore store(settings());
        append_all(store, "a", whole_run("a"));
    }
    EXPECT_EQ(message_of<SqliteError>([&] { execute("UPDATE events SET entry = '{}'"); }),
              file().string() + ": UPDATE: what has happened is not changed");
}

}  // namespace
}  // namespace oa::host
