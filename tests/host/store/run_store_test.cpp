#include "host/store/run_store.hpp"

#include <sys/stat.h>

#include "tests/host/store/event_generator.hpp"
#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

struct RunStoreTest : StoreFixture {
    RunStore store{settings()};

    std::string refusal(const std::string& run_id,
                        std::uint64_t number,
                        const core::JournalEntry& entry) {
        return message_of<StoreError>([&] {
            append_one(store, run_id, {number, at_second(0), entry});
        });
    }
};

TEST_F(RunStoreTest, GivesBackWhatWasAppendedInOrder) {
    const std::vector<core::JournalEntry> entries = whole_run("a");
    append_all(store, "a", entries);
    append_all(store, "b", whole_run("b"));
    const std::vector<core::JournalRecord> records = store.load("a");
    ASSERT_EQ(records.size(), entries.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        EXPECT_EQ(records[i].number, i + 1);
        EXPECT_EQ(records[i].at, at_second(static_cast<std::int64_t>(i) + 1));
        EXPECT_EQ(encode_entry(records[i].entry), encode_entry(entries[i]));
    }
    EXPECT_TRUE(store.load("c").empty());
}

TEST_F(RunStoreTest, KeepsTimesToTheLastDigit) {
    const core::WallTime precise = at_second(0) + core::WallTime::duration(123'456'789);
    append_one(store, "a", {1, precise, created("a")});
    append_one(store, "a",
               {2, core::WallTime(std::chrono::seconds(-1)), event(core::RunStarted{})});
    EXPECT_EQ(store.load("a").at(0).at, precise);
    EXPECT_EQ(store.load("a").at(1).at, core::WallTime(std::chrono::seconds(-1)));
}

TEST_F(RunStoreTest, KeepsItAllWhenItIsOpenedAgain) {
    std::vector<std::string> before;
    const RunStoreSettings again = {.folder = folder.path() / "again"};
    {
        RunStore first(again);
        append_all(first, "a", {created("a"), event(core::RunStarted{})});
        before = as_bytes(first.load("a"));
    }
    RunStore second(again);
    EXPECT_EQ(as_bytes(second.load("a")), before);
    append_all(second, "a", {ended(core::RunStatus::Failed)}, 3);
    EXPECT_EQ(second.load("a").size(), 3U);
    EXPECT_TRUE(second.check().is_sound());
}

TEST_F(RunStoreTest, RefusesWhatDoesNotFollow) {
    EXPECT_EQ(refusal("a", 1, event(core::RunStarted{})),
              "run a: record 1 is not the first one, but there is no such run in the store");
    EXPECT_EQ(refusal("a", 2, created("a")),
              "run a: record 2 is not the first one, but there is no such run in the store");
    EXPECT_EQ(refusal("a", 1, created("b")), "run a: record 1 is about another run: b");
    append_all(store, "a", {created("a"), event(core::RunStarted{})});
    const std::string last = " does not follow: the last one that the store has is 2";
    EXPECT_EQ(refusal("a", 2, event(core::RunStarted{})), "run a: record 2" + last);
    EXPECT_EQ(refusal("a", 4, event(core::RunStarted{})), "run a: record 4" + last);
    EXPECT_EQ(refusal("a", 1, created("a")), "run a: record 1" + last);
    EXPECT_EQ(refusal("a", 3, created("a")),
              "run a: record 3 creates the run, which there is already");
    append_all(store, "a", {ended()}, 3);
    EXPECT_EQ(refusal("a", 4, event(core::RunStarted{})),
              "run a: record 4 comes after the end of the run");
    EXPECT_EQ(store.load("a").size(), 3U);
    EXPECT_TRUE(store.check().is_sound());
}

TEST_F(RunStoreTest, TellsHowRunsStand) {
    append_all(store, "a", {created("a")});
    ASSERT_TRUE(store.find("a"));
    EXPECT_EQ(store.find("a")->status, core::RunStatus::Queued);
    EXPECT_EQ(store.find("a")->started, std::nullopt);
    append_all(store, "a", {event(core::RunStarted{})}, 2);
    EXPECT_EQ(store.find("a")->status, core::RunStatus::Running);
    append_all(store, "a", {ended(core::RunStatus::Cancelled)}, 3);
    RunSummary expected;
    expected.id = "a";
    expected.workflow = "nightly";
    expected.status = core::RunStatus::Cancelled;
    expected.created = at_second(1);
    expected.started = at_second(2);
    expected.ended = at_second(3);
    expected.records = 3;
    EXPECT_EQ(store.find("a"), expected);
    EXPECT_EQ(store.find("b"), std::nullopt);
}

TEST_F(RunStoreTest, TellsHowTasksStand) {
    append_all(store, "a",
               {created("a"), event(core::RunStarted{}), core::AttemptStarted{0, 2, 1, {}},
                core::AttemptStarted{1, 1, 1, {}},
                event(core::AttemptFailed{0, 1, {"refused", "no", true, 0}}),
                core::AttemptStarted{0, 2, 2, {}}, output_of(1, 1),
                core::AttemptStarted{4, 5, 1, core::Element{3, 0}},
                core::AttemptStarted{5, 5, 1, core::Element{3, 1}},
                event(core::AttemptFailed{5, 1, {"broken", "no", false, 0}}),
                event(core::AttemptSucceeded{9, 1})});
    const std::vector<TaskSummary> tasks = store.tasks("a");
    ASSERT_EQ(tasks.size(), 3U);
    EXPECT_EQ(tasks[0].summary.task, 1U);
    EXPECT_EQ(tasks[0].summary.status, core::TaskStatus::Succeeded);
    EXPECT_EQ(tasks[0].summary.ended, at_second(7));
    EXPECT_EQ(tasks[1].summary.task, 2U);
    EXPECT_EQ(tasks[1].summary.status, core::TaskStatus::Running);
    EXPECT_EQ(tasks[1].summary.attempt, 2U);
    EXPECT_EQ(tasks[1].summary.failure, std::nullopt);
    EXPECT_EQ(tasks[2].execution, 5U);
    EXPECT_EQ(tasks[2].executions, 2U);
    EXPECT_EQ(tasks[2].summary.element, (core::Element{3, 1}));
    EXPECT_EQ(tasks[2].summary.failure, "broken");
    EXPECT_TRUE(store.check().is_sound());

    append_all(store, "a", {ended(core::RunStatus::Failed)}, 12);
    EXPECT_EQ(store.tasks("a")[1].summary.status, core::TaskStatus::Cancelled);
    EXPECT_EQ(store.tasks("a")[1].summary.ended, at_second(12));
    EXPECT_TRUE(store.tasks("b").empty());
    EXPECT_TRUE(store.check().is_sound());
}

TEST_F(RunStoreTest, ListsTheNewestFirstAPageAtATime) {
    for (int i = 0; i < 25; ++i) {
        const std::string id = "run" + std::to_string(i);
        append_all(store, id, i % 2 == 0 ? whole_run(id) : std::vector{created(id)});
    }
    append_all(store, "run3/task/0", {created("run3/task/0", "run3")});
    std::vector<std::string> ids;
    RunQuery query;
    query.limit = 10;
    std::size_t pages = 0;
    do {
        const RunPage page = store.list(query);
        EXPECT_LE(page.runs.size(), 10U);
        for (const RunSummary& run : page.runs) {
            ids.push_back(run.id);
        }
        query.after = page.next;
        ++pages;
    } while (query.after);
    EXPECT_EQ(pages, 3U);
    ASSERT_EQ(ids.size(), 25U);
    EXPECT_EQ(ids.front(), "run24");
    EXPECT_EQ(ids.back(), "run0");
    EXPECT_EQ(store.list({.statuses = {core::RunStatus::Succeeded}}).runs.size(), 13U);
    EXPECT_EQ(store.list({.workflow = "nightly"}).runs.size(), 25U);
    EXPECT_TRUE(store.list({.workflow = "' OR 1=1 --"}).runs.empty());
    const RunPage within = store.list({.parent_run_id = "run3"});
    ASSERT_EQ(within.runs.size(), 1U);
    EXPECT_EQ(within.runs[0].parent_run_id, "run3");
    EXPECT_EQ(within.next, std::nullopt);
}

TEST_F(RunStoreTest, ListsWhatHasNotEndedTheOldestFirst) {
    append_all(store, "z", {created("z"), event(core::RunStarted{})});
    append_all(store, "ended", whole_run("ended"));
    append_all(store, "z/task/0", {created("z/task/0", "z")});
    append_all(store, "a", {created("a")});
    std::vector<std::string> ids;
    for (const RunSummary& run : store.open_runs()) {
        ids.push_back(run.id);
    }
    EXPECT_EQ(ids, (std::vector<std::string>{"z", "z/task/0", "a"}));
}

TEST_F(RunStoreTest, ServesOneHostAtATime) {
    EXPECT_EQ(message_of<StoreInUse>([&] { const RunStore second(settings()); }),
              "the store in " + (folder / "store").string() + " is in use by process " +
                  std::to_string(::getpid()) + "; a store serves one host at a time");
    // A process that was killed leaves no lock behind.
    const RunStoreSettings other = {.folder = folder.path() / "other"};
    EXPECT_EQ(in_a_child([&] {
                  const RunStore killed(other);
                  ::raise(SIGKILL);
                  return 0;
              }),
              128 + SIGKILL);
    EXPECT_NO_THROW(const RunStore next(other));
}

TEST_F(RunStoreTest, KeepsOthersOut) {
    append_all(store, "a", whole_run("a"));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
        struct stat status {};
        ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0077U, 0U) << entry.path();
    }
}

TEST_F(RunStoreTest, CopiesItselfWhileItIsWritten) {
    append_all(store, "a", whole_run("a"));
    append_all(store, "b", {created("b")});
    std::filesystem::create_directory(folder / "copy");
    store.back_up(folder / "copy" / "runs.db");
    append_all(store, "b", {event(core::RunStarted{})}, 2);
    EXPECT_THROW(store.back_up(folder / "copy" / "runs.db"), StoreError);

    RunStore copy({.folder = folder / "copy"});
    EXPECT_EQ(as_bytes(copy.load("a")), as_bytes(store.load("a")));
    EXPECT_EQ(copy.load("b").size(), 1U);
    EXPECT_TRUE(copy.check().is_sound());
    append_all(copy, "b", {event(core::RunStarted{})}, 2);
}

TEST_F(RunStoreTest, AddsUpWhateverEventsComeAsItsCheckDoes) {
    EventGenerator generator(7);
    for (int run = 0; run < 40; ++run) {
        const std::string id = "run" + std::to_string(run);
        append_all(store, id, {created(id)});
        for (std::uint64_t number = 2; number < 60; ++number) {
            // Few executions and attempts, so that events meet.
            core::JournalEntry entry = event(generator.run_event());
            switch (generator.below(6)) {
                case 0:
                case 1:
                    entry = core::AttemptStarted{
                        generator.below(4), generator.below(3), 1 + generator.below(2),
                        generator.flag() ? std::optional(core::Element{1, 2}) : std::nullopt};
                    break;
                case 2: entry = event(core::AttemptSucceeded{generator.below(4), 1}); break;
                case 3: entry = event(core::AttemptFailed{generator.below(4), 2, {}}); break;
                default: break;
            }
            append_all(store, id, {entry}, number);
        }
        if (generator.flag()) {
            append_all(store, id, {ended(core::RunStatus::Failed)}, 60);
        }
    }
    const StoreCheckReport report = store.check();
    EXPECT_EQ(report.problems, std::vector<std::string>{});
    EXPECT_EQ(report.runs, 40U);
    EXPECT_EQ(report.records, store.statistics().records);
}

TEST_F(RunStoreTest, KnowsWhetherTheHostBeforeWentInGoodOrder) {
    RunStoreSettings own = settings();
    own.folder = folder.path() / "own";
    EXPECT_FALSE(RunStore(own).last_host_died()) << "there was none";
    EXPECT_FALSE(RunStore(own).last_host_died());
    // What the kernel leaves of a host that is killed: the file as it was while it was open.
    RunStoreSettings of_copy = settings();
    of_copy.folder = folder.path() / "copy";
    std::filesystem::create_directory(of_copy.folder);
    RunStore(own).back_up(of_copy.folder / "runs.db");
    EXPECT_TRUE(RunStore(of_copy).last_host_died());
    EXPECT_FALSE(RunStore(of_copy).last_host_died());
}

}  // namespace
}  // namespace oa::host
