// What happens to a file behind the store's back.

#include "host/store/store_check.hpp"

#include <fstream>

#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

struct StoreCheckTest : StoreFixture {
    void SetUp() override {
        RunStore store(settings());
        for (const char* id : {"a", "b", "c"}) {
            append_all(store, id, whole_run(id));
            append_all(store, std::string(id) + "2", {created(std::string(id) + "2")});
        }
    }
    void change(SqlText sql) const {
        SqliteDatabase::Settings wanted;
        wanted.file = file();
        SqliteDatabase database(wanted);
        database.execute("PRAGMA foreign_keys = OFF; DROP TRIGGER IF EXISTS events_stay");
        database.execute(sql);
    }
    [[nodiscard]] std::vector<std::string> problems() const {
        return RunStore(settings()).check().problems;
    }
    [[nodiscard]] std::string load_message() const {
        const RunStore store(settings());
        return message_of<StoreDamaged>([&] { static_cast<void>(store.load("a")); });
    }
    [[nodiscard]] std::string of_run(const std::string& problem) const {
        return file().string() + ": run a: " + problem;
    }
};

TEST_F(StoreCheckTest, IsContentWithWhatWasWritten) {
    const StoreCheckReport report = RunStore(settings()).check();
    EXPECT_EQ(report.problems, std::vector<std::string>{});
    EXPECT_EQ(report.runs, 6U);
    EXPECT_EQ(report.records, 18U);
}

TEST_F(StoreCheckTest, FindsAChangedEvent) {
    change("UPDATE events SET entry = replace(entry, '42', '43') WHERE run = 1");
    EXPECT_EQ(load_message(), of_run("record 4 is damaged: it is not what its hash was made from"));
    EXPECT_EQ(problems(), std::vector{load_message()});
    // Others can still be read.
    EXPECT_EQ(RunStore(settings()).load("b").size(), 5U);
}

TEST_F(StoreCheckTest, FindsAChangedTime) {
    change("UPDATE events SET at = at + 1 WHERE run = 1 AND number = 2");
    EXPECT_EQ(load_message(), of_run("record 2 is damaged: it is not what its hash was made from"));
}

TEST_F(StoreCheckTest, FindsWhatIsMissing) {
    change("DELETE FROM events WHERE run = 1 AND number = 2");
    EXPECT_EQ(load_message(), of_run("record 2 is missing; the next one is 3"));
    EXPECT_EQ(problems(), std::vector{load_message()});
}

TEST_F(StoreCheckTest, FindsAMissingEnd) {
    change("DELETE FROM events WHERE run = 1 AND number = 5");
    EXPECT_EQ(load_message(), of_run("4 records are there, but record 5 was the last one"));
    EXPECT_EQ(problems(), std::vector{load_message()});
}

TEST_F(StoreCheckTest, FindsEventsThatWereExchanged) {
    change(
        "UPDATE events SET run = 99 WHERE run = 1; UPDATE events SET run = 1 WHERE run = 3;"
        "UPDATE events SET run = 3 WHERE run = 99");
    EXPECT_EQ(load_message(), of_run("record 1 is damaged: it is not what its hash was made from"));
}

TEST_F(StoreCheckTest, FindsTablesThatSaySomethingElse) {
    change("UPDATE runs SET status = 'failed' WHERE key = 1; DELETE FROM executions WHERE run = 1");
    EXPECT_EQ(problems(), (std::vector{of_run("the table `runs` does not say what its records do"),
                                       of_run("the table `executions` does not say what its "
                                              "records do")}));
}

TEST_F(StoreCheckTest, FindsEventsOfNoRun) {
    change("DELETE FROM runs WHERE key = 1; DELETE FROM executions WHERE run = 1");
    EXPECT_EQ(problems(), std::vector{file().string() +
                                      ": the table `events` has rows of a run that there is not"});
}

TEST_F(StoreCheckTest, NamesARowThatNobodyWrote) {
    change("UPDATE runs SET status = 'happy' WHERE key = 1");
    EXPECT_EQ(load_message(), "run a: its row in `runs` is damaged");
    EXPECT_EQ(problems(), std::vector{load_message()});
}

TEST_F(StoreCheckTest, NamesAnEventOfANewerProgram) {
    const std::string bytes = R"({"v":9,"kind":"dream"})";
    {
        SqliteDatabase::Settings wanted;
        wanted.file = file();
        SqliteDatabase database(wanted);
        database.execute("DROP TRIGGER events_stay");
        const ChainHash hash =
            next_in_chain({}, {.run_id = "a2", .number = 1, .at = 0, .content = hash_of(bytes)});
        SqliteStatement(database, "UPDATE events SET entry = ?1, at = 0, hash = ?2 WHERE run = 2")
            .bind(1, std::string_view(bytes))
            .bind(2, std::span<const std::byte>(hash))
            .run();
    }
    const RunStore store(settings());
    EXPECT_EQ(message_of<StoreTooNew>([&] { static_cast<void>(store.load("a2")); }),
              file().string() +
                  ": run a2: record 1 has format 9; this program knows up to 1: a "
                  "newer one wrote it");
}

TEST_F(StoreCheckTest, FindsADamagedPage) {
    const auto size = std::filesystem::file_size(file());
    constexpr std::size_t whole = 8192;
    ASSERT_GE(size, 4 * whole);
    {
        std::fstream bytes(file(), std::ios::binary | std::ios::in | std::ios::out);
        bytes.seekp(whole);
        bytes << std::string(size - whole, '\x5a');
    }
    try {
        const StoreCheckReport report = RunStore(settings()).check();
        EXPECT_FALSE(report.is_sound());
    } catch (const StoreError& error) {
        EXPECT_NE(std::string(error.what()).find(file().string()), std::string::npos);
    }
}

}  // namespace
}  // namespace oa::host
