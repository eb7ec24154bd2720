#include "host/store/log_lines.hpp"

#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

core::LogLine line(const std::string& message, const std::string& fields = {}) {
    return {at_second(7), "resize[3]", core::TaskLogLevel::Info, message, fields};
}

core::JournalBatch lines_of(const std::vector<std::string>& messages) {
    core::JournalBatch batch;
    for (const std::string& message : messages) {
        batch.lines.push_back(line(message));
    }
    return batch;
}

std::vector<std::string> messages(const std::vector<StoredLine>& lines) {
    std::vector<std::string> texts;
    texts.reserve(lines.size());
    for (const StoredLine& stored : lines) {
        texts.push_back(stored.line.message);
    }
    return texts;
}

struct LogLinesTest : StoreFixture {
    [[nodiscard]] RunStoreSettings limited(std::uint64_t bytes) const {
        RunStoreSettings made = settings();
        made.log_bytes_max = bytes;
        return made;
    }
};

TEST_F(LogLinesTest, KeepsThemInTheTransactionOfTheirRecords) {
    RunStore store(settings());
    core::JournalBatch batch = lines_of({"one", std::string("t\0o \xff", 5)});
    batch.lines[1].fields = R"({"rows":3})";
    batch.lines[1].level = core::TaskLogLevel::Error;
    batch.records.push_back({1, at_second(1), created("a")});
    append_batch(store, "a", batch);
    const std::vector<StoredLine> lines = store.lines("a", 0, 10);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].sequence, 1U);
    EXPECT_EQ(lines[0].line.at, at_second(7));
    EXPECT_EQ(lines[0].line.task, "resize[3]");
    EXPECT_EQ(lines[0].line.fields, "");
    EXPECT_EQ(lines[1].line.message, std::string("t\0o \uFFFD", 7));
    EXPECT_EQ(lines[1].line.fields, R"({"rows":3})");
    EXPECT_EQ(lines[1].line.level, core::TaskLogLevel::Error);
    EXPECT_TRUE(store.keeps_lines());
    EXPECT_TRUE(store.check().is_sound());
}

TEST_F(LogLinesTest, GivesThemAPageAtATime) {
    RunStore store(settings());
    append_all(store, "a", {created("a")});
    core::JournalBatch batch = lines_of({"1", "2", "3", "4", "5"});
    batch.records.push_back({2, at_second(2), event(core::RunStarted{})});
    append_batch(store, "a", batch);
    EXPECT_EQ(messages(store.lines("a", 0, 2)), (std::vector<std::string>{"1", "2"}));
    EXPECT_EQ(messages(store.lines("a", 2, 2)), (std::vector<std::string>{"3", "4"}));
    EXPECT_EQ(messages(store.lines("a", 4, 2)), (std::vector<std::string>{"5"}));
    EXPECT_TRUE(store.lines("a", 5, 2).empty());
    EXPECT_TRUE(store.lines("b", 0, 2).empty());
}

TEST_F(LogLinesTest, WritesThoseWithoutRecordsBeforeTheNextRecordsInOrder) {
    RunStore store(settings());
    append_all(store, "a", {created("a")});
    append_batch(store, "a", lines_of({"1", "2"}));
    append_batch(store, "a", lines_of({"3"}));
    core::JournalBatch batch = lines_of({"4"});
    batch.records.push_back({2, at_second(2), event(core::RunStarted{})});
    append_batch(store, "a", batch);
    EXPECT_EQ(messages(store.lines("a", 0, 10)), (std::vector<std::string>{"1", "2", "3", "4"}));
}

TEST_F(LogLinesTest, WritesThoseWithoutRecordsByItselfWhenNothingElseComes) {
    RunStore store(settings());
    append_all(store, "a", {created("a")});
    append_batch(store, "a", lines_of({"1"}));
    while (store.lines("a", 0, 10).empty()) {
        std::this_thread::yield();
    }
    append_batch(store, "a", lines_of({std::string(100'000, 'x')}));
    while (store.lines("a", 1, 10).empty()) {
        std::this_thread::yield();
    }
    EXPECT_EQ(store.statistics().records, 1U);
}

TEST_F(LogLinesTest, WritesWhatWaitsWhenItIsClosed) {
    {
        RunStore store(settings());
        append_all(store, "a", {created("a")});
        append_batch(store, "a", lines_of({"last words"}));
    }
    const RunStore store(settings());
    EXPECT_EQ(messages(store.lines("a", 0, 10)), (std::vector<std::string>{"last words"}));
}

TEST_F(LogLinesTest, DropsLinesOfARunThatThereIsNot) {
    RunStore store(settings());
    append_batch(store, "nobody", lines_of({"1"}));
    append_all(store, "a", whole_run("a"));
    EXPECT_TRUE(store.lines("nobody", 0, 10).empty());
    EXPECT_EQ(store.load("a").size(), 5U);
}

TEST_F(LogLinesTest, SaysWhatItDropsAboveTheLimitOfARun) {
    const std::string notice =
        "the rest of what this run says is dropped: the store keeps 25 bytes of it";
    {
        RunStore store(limited(25));
        append_all(store, "a", {created("a")});
        append_batch(store, "a", lines_of({"0123456789", "0123456789"}));
    }
    RunStore store(limited(25));  // which counts what there is
    for (int i = 0; i < 2; ++i) {
        append_batch(store, "a", lines_of({"01234", "more", "even more"}));
        append_all(store, "a", {event(core::RunStarted{})}, 2 + static_cast<std::uint64_t>(i));
    }
    append_all(store, "b", {created("b")});
    append_batch(store, "b", lines_of({"of another run"}));
    append_all(store, "b", {ended()}, 2);
    EXPECT_EQ(messages(store.lines("a", 0, 10)),
              (std::vector<std::string>{"0123456789", "0123456789", "01234", notice}));
    EXPECT_EQ(store.lines("a", 3, 1).at(0).line.task, "");
    EXPECT_EQ(store.lines("a", 3, 1).at(0).line.level, core::TaskLogLevel::Warn);
    EXPECT_EQ(store.lines("b", 0, 10).size(), 1U);
}

TEST_F(LogLinesTest, LetsNobodyWaitForADiskThatIsTooSlowForThem) {
    RunStoreSettings patient = settings();
    patient.busy_timeout = std::chrono::minutes(2);
    RunStore store(patient);
    append_all(store, "a", {created("a")});
    SqliteDatabase::Settings outside;
    outside.file = file();
    SqliteDatabase other(outside);
    std::optional<SqliteTransaction> obstacle(other);
    const core::JournalBatch megabyte = lines_of({std::string(1'000'000, 'x')});
    std::optional<core::JournalFailure> failure;
    int taken = 0;
    while (!failure && taken < 100) {
        failure = answer_to(store, "a", megabyte);
        ++taken;
    }
    ASSERT_TRUE(failure);
    EXPECT_TRUE(failure->is_passing);
    EXPECT_EQ(failure->message, "too many log lines wait for the disk");
    obstacle.reset();
}

TEST_F(LogLinesTest, GoWithTheirRun) {
    RunStore store(settings());
    append_all(store, "a", {created("a")});
    core::JournalBatch batch = lines_of({"1"});
    batch.records.push_back({2, at_second(2), ended()});
    append_batch(store, "a", batch);
    EXPECT_EQ(store.remove_old({.count_max = 0}, at_second(9)), 1U);
    append_all(store, "a", {created("a")});
    EXPECT_TRUE(store.lines("a", 0, 10).empty());
    EXPECT_TRUE(store.check().is_sound());
}

}  // namespace
}  // namespace oa::host
