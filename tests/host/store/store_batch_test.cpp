// Batches: as a whole or not at all, and who is told what.

#include <thread>

#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

struct StoreBatchTest : StoreFixture {
    static core::JournalBatch batch_of(const std::vector<core::JournalEntry>& entries,
                                       std::uint64_t first = 1) {
        core::JournalBatch batch;
        for (std::uint64_t i = 0; i < entries.size(); ++i) {
            batch.records.push_back(
                {first + i, at_second(static_cast<std::int64_t>(first + i)), entries[i]});
        }
        return batch;
    }
};

TEST_F(StoreBatchTest, KeepsAWholeRunInOneTransaction) {
    RunStore store(settings());
    EXPECT_EQ(answer_to(store, "a", batch_of(whole_run("a"))), std::nullopt);
    EXPECT_EQ(store.load("a").size(), 5U);
    EXPECT_EQ(store.find("a")->status, core::RunStatus::Succeeded);
    EXPECT_EQ(store.statistics().transactions, 1U);
    EXPECT_EQ(store.statistics().batches, 1U);
    EXPECT_EQ(store.statistics().records, 5U);
    EXPECT_TRUE(store.check().is_sound());
}

TEST_F(StoreBatchTest, AnswersALoneCallerBeforeItReturnsAndOnHisThread) {
    RunStore store(settings());
    const core::JournalBatch batch = batch_of(whole_run("a"));
    std::thread::id answered;
    store.append("a", batch, [&](const core::JournalFailure* /*failure*/) {
        answered = std::this_thread::get_id();
    });
    EXPECT_EQ(answered, std::this_thread::get_id());
}

TEST_F(StoreBatchTest, LetsWhoIsToldAppendWhatFollows) {
    RunStore store(settings());
    const core::JournalBatch first = batch_of({created("a")});
    const core::JournalBatch second = batch_of({event(core::RunStarted{}), ended()}, 2);
    int answers = 0;
    store.append("a", first, [&](const core::JournalFailure* failure) {
        ++answers;
        EXPECT_EQ(failure, nullptr);
        store.append("a", second, [&](const core::JournalFailure* next) {
            ++answers;
            EXPECT_EQ(next, nullptr);
        });
    });
    EXPECT_EQ(answers, 2);
    EXPECT_EQ(store.load("a").size(), 3U);
}

TEST_F(StoreBatchTest, KeepsNothingOfABatchInWhichOneRecordDoesNotFit) {
    RunStore store(settings());
    append_all(store, "a", {created("a")});
    core::JournalBatch gap = batch_of({event(core::RunStarted{}), ended()}, 2);
    gap.records[1].number = 4;
    gap.lines.push_back({at_second(1), "t", core::TaskLogLevel::Info, "not kept either", ""});
    const auto failure = answer_to(store, "a", gap);
    ASSERT_TRUE(failure);
    EXPECT_FALSE(failure->is_passing);
    EXPECT_EQ(failure->message,
              "run a: record 4 does not follow: the last one that the store has is 2");
    EXPECT_EQ(store.load("a").size(), 1U);
    EXPECT_TRUE(store.lines("a", 0, 10).empty());
    const auto late = answer_to(
        store, "a", batch_of({event(core::RunStarted{}), ended(), event(core::RunStarted{})}, 2));
    EXPECT_EQ(late->message, "run a: record 4 comes after the end of the run");
    const auto twice = answer_to(store, "b", batch_of({created("b"), created("b")}));
    EXPECT_EQ(twice->message, "run b: record 2 creates the run, which there is already");
    EXPECT_FALSE(store.find("b"));
    // The same run goes on.
    EXPECT_EQ(answer_to(store, "a", batch_of({event(core::RunStarted{}), ended()}, 2)),
              std::nullopt);
    EXPECT_TRUE(store.check().is_sound());
}

TEST_F(StoreBatchTest, TellsWhatCouldNotBeReadBack) {
    RunStore store(settings());
    boost::json::value deep = 1;
    for (int i = 0; i < 1001; ++i) {
        deep = boost::json::array{std::move(deep)};
    }
    append_all(store, "a", {created("a")});
    const auto failure = answer_to(store, "a", batch_of({output_of(0, std::move(deep))}, 2));
    ASSERT_TRUE(failure);
    EXPECT_FALSE(failure->is_passing);
    EXPECT_EQ(failure->message,
              "run a: record 2 has an output that is nested deeper than 1000 levels");
    append_all(store, "a", {event(core::RunStarted{})}, 2);
}

TEST_F(StoreBatchTest, SaysThatALockedFileIsPassing) {
    RunStoreSettings impatient = settings();
    impatient.busy_timeout = std::chrono::milliseconds(1);
    RunStore store(impatient);
    const core::JournalBatch batch = batch_of(whole_run("a"));
    {
        SqliteDatabase::Settings outside;
        outside.file = file();
        SqliteDatabase other(outside);
        const SqliteTransaction obstacle(other);
        const auto failure = answer_to(store, "a", batch);
        ASSERT_TRUE(failure);
        EXPECT_TRUE(failure->is_passing);
        EXPECT_EQ(failure->message, file().string() + ": BEGIN: database is locked");
    }
    EXPECT_EQ(answer_to(store, "a", batch), std::nullopt);
    EXPECT_TRUE(store.check().is_sound());
}

TEST_F(StoreBatchTest, KeepsWhatIsToldAboutARun) {
    RunStore store(settings());
    core::RunCreated entry = std::get<core::RunCreated>(created("a"));
    entry.attempt = 2;
    entry.documents = store.keep_documents("tasks: []");
    entry.retry_of = "z";
    entry.retry_from = "load";
    entry.trigger = "schedule";
    entry.priority = -7;
    entry.key = "tenant 1";
    core::RunEnded end;
    end.status = core::RunStatus::Failed;
    end.failure = core::Failure{"crashed", "the process died", false, 0};
    append_batch(store, "a",
                 batch_of({entry, core::RunResumed{1, false}, core::RunResumed{2, false}, end}));
    append_batch(store, "b", batch_of({created("b")}));
    const RunSummary found = store.find("a").value();
    EXPECT_EQ(found.attempt, 2U);
    EXPECT_EQ(found.documents, entry.documents);
    EXPECT_EQ(found.retry_of, "z");
    EXPECT_EQ(found.retry_from, "load");
    EXPECT_EQ(found.trigger, "schedule");
    EXPECT_EQ(found.priority, -7);
    EXPECT_EQ(found.key, "tenant 1");
    EXPECT_EQ(found.deaths, 2U);
    EXPECT_EQ(found.failure, "crashed");
    EXPECT_EQ(found.failure_message, "the process died");
    for (const RunQuery& query : {RunQuery{.trigger = "schedule"}, RunQuery{.key = "tenant 1"},
                                  RunQuery{.retry_of = "z"}}) {
        ASSERT_EQ(store.list(query).runs.size(), 1U);
        EXPECT_EQ(store.list(query).runs[0], found);
    }
    EXPECT_TRUE(store.list({.trigger = "cli"}).runs.empty());
    EXPECT_EQ(store.check().problems, std::vector<std::string>{});
}

TEST_F(StoreBatchTest, TellsWhichRunsWaitOrArePaused) {
    RunStore store(settings());
    const core::Failure no_value{"unresolved", "no such value", false, 0};
    append_batch(
        store, "a",
        batch_of({created("a"), event(core::RunStarted{}), event(core::WaitBegun{0, 1, {}, {}}),
                  event(core::WaitBegun{1, 1, core::Milliseconds(5), {}}),
                  event(core::WaitBegun{2, 1, core::Milliseconds(5), {}}),
                  event(core::WaitBegun{3, 1, {}, no_value}),
                  event(core::PauseRequested{"for lunch"})}));
    append_batch(store, "b", batch_of({created("b")}));
    EXPECT_EQ(store.find("a")->waits, 3U);
    EXPECT_TRUE(store.find("a")->is_paused);
    EXPECT_EQ(store.list({.is_paused = true}).runs.size(), 1U);
    EXPECT_EQ(store.list({.is_waiting = false}).runs.at(0).id, "b");
    append_batch(store, "a",
                 batch_of({event(core::WaitEnded{0, 1, {}}), event(core::WaitEnded{0, 1, {}}),
                           event(core::TimerFired{{core::Timer::Kind::Wait, 1, 1}}),
                           event(core::TimerFired{{core::Timer::Kind::RetryDelay, 2, 1}}),
                           event(core::ResumeRequested{})},
                          8));
    EXPECT_EQ(store.find("a")->waits, 1U);
    EXPECT_FALSE(store.find("a")->is_paused);
    EXPECT_EQ(store.check().problems, std::vector<std::string>{});
    append_batch(store, "a", batch_of({event(core::CancelRequested{"no more"})}, 13));
    EXPECT_EQ(store.find("a")->waits, 0U);
    append_batch(store, "a", batch_of({event(core::WaitBegun{9, 1, {}, {}}), ended()}, 14));
    EXPECT_EQ(store.find("a")->waits, 0U);
    EXPECT_EQ(store.check().problems, std::vector<std::string>{});
}

TEST_F(StoreBatchTest, FindsRunsByTheBeginningOfTheirIds) {
    RunStore store(settings());
    for (const char* id : {"01AA", "01AB", "01B"}) {
        append_batch(store, id, batch_of({created(id)}));
    }
    append_batch(store, "01B/task/0", batch_of({created("01B/task/0", "01B")}));
    EXPECT_EQ(store.resolve("01A"), (std::vector<std::string>{"01AA", "01AB"}));
    EXPECT_EQ(store.resolve("01B"), (std::vector<std::string>{"01B"}));
    EXPECT_EQ(store.resolve("01AB"), (std::vector<std::string>{"01AB"}));
    EXPECT_EQ(store.resolve("", 2).size(), 2U);
    EXPECT_TRUE(store.resolve("01%").empty());
}

}  // namespace
}  // namespace oa::host
