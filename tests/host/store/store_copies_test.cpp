// What leaves a store, and what one is made from: restored, exported, salvaged.

#include <boost/json.hpp>

#include "host/store/run_schema.hpp"
#include "host/store/store_export.hpp"
#include "host/store/store_restore.hpp"
#include "host/store/store_salvage.hpp"
#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;

core::LogLine line(const std::string& message, const std::string& fields = {}) {
    return {at_second(3), "load", core::TaskLogLevel::Warn, message, fields};
}

struct StoreCopiesTest : StoreFixture {
    [[nodiscard]] SqliteDatabase::Settings reading() const {
        SqliteDatabase::Settings made;
        made.file = file();
        made.access = SqliteDatabase::Access::ReadOnly;
        return made;
    }
    void change(SqlText sql) const {
        SqliteDatabase::Settings made;
        made.file = file();
        SqliteDatabase database(made);
        database.execute("PRAGMA foreign_keys = OFF; DROP TRIGGER IF EXISTS events_stay");
        database.execute(sql);
    }
    static void append_with_lines(RunStore& store, const std::string& run_id) {
        core::JournalBatch batch;
        batch.records = {{1, at_second(1), created(run_id)}, {2, at_second(2), ended()}};
        batch.lines = {line("first"), line("second", R"({"rows":[1]})")};
        append_batch(store, run_id, batch);
    }
    std::vector<std::string> exported(const ExportOptions& options, ExportReport& report) const {
        std::vector<std::string> lines;
        SqliteDatabase database(reading());
        report = export_store(database, options,
                              [&](std::string_view text) { lines.emplace_back(text); });
        return lines;
    }
};

// ----- restore -----

struct StoreRestoreTest : StoreCopiesTest {};

TEST_F(StoreRestoreTest, MakesTheStoreThatWasBackedUp) {
    std::vector<std::string> before;
    std::string documents;
    {
        RunStore store(settings());
        documents = store.keep_documents("text");
        append_with_lines(store, "a");
        append_all(store, "b", {created("b")});
        store.back_up(folder / "copy");
        before = as_bytes(store.load("a"));
    }
    const StoreCheckReport report = restore_store(folder / "copy", folder / "new");
    EXPECT_EQ(report.runs, 2U);
    EXPECT_EQ(report.records, 3U);
    RunStore restored({.folder = folder / "new"});
    EXPECT_EQ(as_bytes(restored.load("a")), before);
    EXPECT_EQ(restored.lines("a", 0, 9).size(), 2U);
    EXPECT_EQ(restored.documents(documents), "text");
    append_all(restored, "b", {ended()}, 2);
    EXPECT_TRUE(restored.check().is_sound());
}

TEST_F(StoreRestoreTest, TakesTheLogThatWasCopiedWithAFile) {
    {
        RunStore store(settings());
        append_all(store, "a", whole_run("a"));
        // As a person copies it whose host has died: the file, and the log beside it.
        std::filesystem::copy(folder / "store", folder / "dead");
    }
    std::filesystem::remove(folder / "dead" / "runs.db-shm");
    restore_store(folder / "dead" / "runs.db", folder / "new");
    EXPECT_EQ(RunStore({.folder = folder / "new"}).load("a").size(), 5U);
}

TEST_F(StoreRestoreTest, ReplacesNothing) {
    { RunStore(settings()).back_up(folder / "copy"); }
    folder.write("new/mine", "precious");
    EXPECT_EQ(message_of<StoreError>([&] { restore_store(folder / "copy", folder / "new"); }),
              folder.at("new") + " is not empty; choose a folder that is not there yet");
    EXPECT_EQ(message_of<StoreError>([&] { restore_store(folder / "none", folder / "other"); }),
              "there is no file " + folder.at("none"));
    EXPECT_EQ(folder.read("new/mine"), "precious");
    EXPECT_FALSE(std::filesystem::exists(folder / "other"));
}

TEST_F(StoreRestoreTest, RefusesACopyThatIsDamaged) {
    {
        RunStore store(settings());
        append_all(store, "a", whole_run("a"));
    }
    change("UPDATE events SET at = at + 1 WHERE number = 2");
    const std::string message =
        message_of<StoreError>([&] { restore_store(file(), folder / "new"); });
    EXPECT_EQ(message, file().string() + " is not sound, and is not restored: " +
                           folder.at("new/runs.db.partial") +
                           ": run a: record 2 is damaged: it is not what its hash was made from");
    folder.write("text", "no database");
    EXPECT_THROW(restore_store(folder / "text", folder / "third"), StoreError);
    for (const char* name : {"new", "third"}) {
        for (const auto& entry : std::filesystem::directory_iterator(folder / name)) {
            EXPECT_EQ(entry.path().filename(), "lock");
        }
    }
}

// ----- export -----

struct StoreExportTest : StoreCopiesTest {};

TEST_F(StoreExportTest, WritesEachRecordAndLineAsJson) {
    {
        RunStore store(settings());
        append_with_lines(store, "a");
        append_all(store, "b", whole_run("b"));
    }
    ExportReport report;
    const std::vector<std::string> lines = exported({.lines = true}, report);
    ASSERT_EQ(lines.size(), 9U);
    EXPECT_EQ(report.runs, 2U);
    EXPECT_EQ(report.records, 7U);
    EXPECT_EQ(report.lines, 2U);
    EXPECT_EQ(lines[1], R"({"run":"a","number":2,"at":"2027-01-15T08:00:02.000000000Z","v":1,)"
                        R"("kind":"run_ended","status":"succeeded","outputs":{}})");
    EXPECT_EQ(lines[3],
              R"({"run":"a","line":2,"at":"2027-01-15T08:00:03.000000000Z","task":"load",)"
              R"("level":"warn","message":"second","fields":{"rows":[1]}})");
    for (const std::string& text : lines) {
        EXPECT_NO_THROW(json::parse(text)) << text;
    }
    EXPECT_EQ(exported({}, report).size(), 7U);
    EXPECT_EQ(exported({.run_id = "b"}, report).size(), 5U);
    EXPECT_EQ(message_of<StoreError>([&] { exported({.run_id = "c"}, report); }),
              file().string() + " has no run c");
}

TEST_F(StoreExportTest, WorksBesideTheHostThatWrites) {
    RunStore store(settings());
    append_all(store, "a", whole_run("a"));
    ExportReport report;
    EXPECT_EQ(exported({}, report).size(), 5U);
    append_all(store, "b", whole_run("b"));
    EXPECT_EQ(exported({}, report).size(), 10U);
}

TEST_F(StoreExportTest, TellsWhatItCouldNotRead) {
    {
        RunStore store(settings());
        append_all(store, "a", whole_run("a"));
        append_all(store, "b", whole_run("b"));
    }
    change("UPDATE events SET at = at + 1 WHERE number = 2 AND run = 1");
    ExportReport report;
    EXPECT_EQ(exported({}, report).size(), 6U);
    EXPECT_EQ(report.runs, 1U);
    EXPECT_EQ(report.problems,
              std::vector{file().string() + ": run a: record 2 is damaged: it is not what its hash "
                                            "was made from"});
}

// ----- salvage -----

struct StoreSalvageTest : StoreCopiesTest {
    [[nodiscard]] SalvageReport salvage() const {
        SqliteDatabase damaged(reading());
        return salvage_store(damaged, folder / "new");
    }
    [[nodiscard]] static std::vector<std::string> names(const SalvageReport& report) {
        std::vector<std::string> ids;
        for (const SalvageReport::Left& left : report.left) {
            ids.push_back(left.run);
        }
        return ids;
    }
};

TEST_F(StoreSalvageTest, CopiesTheRunsThatAreWholeAndTellsOfTheOthers) {
    std::vector<std::string> before;
    std::string documents;
    {
        RunStore store(settings());
        documents = store.keep_documents("text");
        append_with_lines(store, "a");
        append_all(store, "b", whole_run("b"));
        core::RunCreated entry = std::get<core::RunCreated>(created("c"));
        entry.documents = documents;
        append_all(
            store, "c",
            {entry, core::AttemptStarted{0, 0, 1, {}}, event(core::WaitBegun{1, 1, {}, {}})});
        before = as_bytes(store.load("c"));
    }
    change(
        "UPDATE events SET at = at + 1 WHERE number = 3 AND run = 2;"
        "UPDATE runs SET workflow = 'x', status = 'failed' WHERE id = 'c'; DELETE FROM waits");
    const SalvageReport report = salvage();
    EXPECT_EQ(report.runs, 2U);
    EXPECT_EQ(report.records, 5U);
    EXPECT_EQ(report.lines, 2U);
    EXPECT_EQ(report.problems, std::vector<std::string>{});
    ASSERT_EQ(report.left.size(), 1U);
    EXPECT_EQ(report.left[0].run, "b");
    EXPECT_EQ(report.left[0].sound, 2U);
    EXPECT_EQ(report.left[0].records, 5U);
    EXPECT_EQ(
        report.left[0].reason,
        file().string() + ": run b: record 3 is damaged: it is not what its hash was made from");

    RunStore fresh({.folder = folder / "new"});
    EXPECT_EQ(as_bytes(fresh.load("c")), before);
    EXPECT_EQ(fresh.find("c")->workflow, "nightly");
    EXPECT_EQ(fresh.find("c")->waits, 1U);
    EXPECT_EQ(fresh.documents(documents), "text");
    EXPECT_EQ(fresh.lines("a", 0, 9).size(), 2U);
    EXPECT_EQ(fresh.check().problems, std::vector<std::string>{});
    append_all(fresh, "c", {ended()}, 4);
}

TEST_F(StoreSalvageTest, LeavesWhatCouldNotGoOn) {
    {
        RunStore store(settings());
        append_all(store, "open", {created("open")});
        append_all(store, "open/1", {created("open/1", "open"), event(core::RunStarted{})});
        append_all(store, "open/1/1", {created("open/1/1", "open/1"), event(core::RunStarted{})});
        append_all(store, "open/2", whole_run("open/2", "open"));
        append_all(store, "ended", whole_run("ended"));
        append_all(store, "ended/1", whole_run("ended/1", "ended"));
        append_all(store, "ended/2", whole_run("ended/2", "ended"));
        core::RunCreated entry = std::get<core::RunCreated>(created("lost"));
        entry.documents = store.keep_documents("text");
        append_all(store, "lost", {entry});
        entry.run_id = "done";
        append_all(store, "done", {entry, ended()});
    }
    change(
        "UPDATE events SET at = at + 1 WHERE number = 2 AND "
        "run IN (SELECT key FROM runs WHERE id IN ('open/1/1', 'ended/1'));"
        "DELETE FROM documents");
    const SalvageReport report = salvage();
    EXPECT_EQ(names(report), (std::vector<std::string>{"open", "open/1", "open/1/1", "open/2",
                                                       "ended/1", "lost"}));
    EXPECT_EQ(report.left[0].reason, "it cannot go on: run open/1 within it is damaged");
    EXPECT_EQ(report.left[3].reason, "it is within run open, which is left");
    EXPECT_EQ(report.runs, 3U);
    EXPECT_EQ(report.problems.size(), 1U);  // the documents of `done`
    EXPECT_EQ(RunStore({.folder = folder / "new"}).check().problems, std::vector<std::string>{});
}

TEST_F(StoreSalvageTest, ReadsAroundADamagedPage) {
    constexpr std::size_t runs = 300;
    {
        RunStore store(settings());
        for (std::size_t i = 0; i < runs; ++i) {
            const std::string id = "run" + std::to_string(i);
            append_all(store, id, whole_run(id));
        }
    }
    const std::string content = folder.read("store/runs.db");
    constexpr std::size_t page = 4096;
    std::size_t most = 0;
    for (std::size_t at = page; at + page <= content.size(); at += page * 7) {
        std::string damaged = content;
        damaged.replace(at, page, page, '\x5a');
        folder.write("store/runs.db", damaged);
        std::filesystem::remove_all(folder / "new");
        try {
            const SalvageReport report = salvage();
            EXPECT_EQ(RunStore({.folder = folder / "new"}).check().problems,
                      std::vector<std::string>{});
            most = std::max<std::size_t>(most, report.runs);
            EXPECT_TRUE(report.runs == runs || !report.left.empty() || !report.problems.empty());
        } catch (const StoreError& error) {
            EXPECT_STRNE(error.what(), "");  // the page that all others hang from
        }
    }
    EXPECT_GT(most, runs * 3 / 4);
}

TEST_F(StoreSalvageTest, ReplacesNothing) {
    { const RunStore store(settings()); }
    folder.write("new/mine", "precious");
    EXPECT_THROW(static_cast<void>(salvage()), StoreError);
}

}  // namespace
}  // namespace oa::host
