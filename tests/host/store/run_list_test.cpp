#include "host/store/run_list.hpp"

#include <iomanip>
#include <iostream>

#include "host/store/run_rows.hpp"
#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

using core::RunStatus;

struct RunListTest : StoreFixture {
    RunStore store{settings()};

    void add(const std::string& id,
             const std::string& workflow,
             std::int64_t second,
             std::optional<RunStatus> end = RunStatus::Succeeded) {
        core::RunCreated entry = std::get<core::RunCreated>(created(id));
        entry.workflow = workflow;
        append_one(store, id, {1, at_second(second), entry});
        if (end) {
            append_one(store, id, {2, at_second(second + 10), ended(*end)});
        }
    }
    static std::string ids(const RunPage& page) {
        std::string found;
        for (const RunSummary& run : page.runs) {
            found += run.id;
        }
        return found;
    }
    [[nodiscard]] std::string listed(const RunQuery& query) const { return ids(store.list(query)); }
};

TEST_F(RunListTest, ListsByStatusAndWorkflow) {
    add("a", "nightly", 1, RunStatus::Failed);
    add("b", "hourly", 2);
    add("c", "nightly", 3, RunStatus::Cancelled);
    add("d", "nightly", 4, std::nullopt);
    add("e", "hourly", 5, RunStatus::Failed);
    append_all(store, "x", {created("x", "a")});
    EXPECT_EQ(listed({}), "edcba");
    EXPECT_EQ(listed({.workflow = "nightly"}), "dca");
    EXPECT_EQ(listed({.statuses = {RunStatus::Failed}}), "ea");
    EXPECT_EQ(listed({.statuses = {RunStatus::Cancelled, RunStatus::Failed, RunStatus::Failed}}),
              "eca");
    EXPECT_EQ(listed({.workflow = "nightly", .statuses = {RunStatus::Failed, RunStatus::Queued}}),
              "da");
    EXPECT_EQ(listed({.parent_run_id = "a"}), "x");
    EXPECT_EQ(listed({.statuses = {RunStatus::Failed}, .parent_run_id = "a"}), "");
}

TEST_F(RunListTest, ListsByTimesTheFirstIncludedAndTheLastNot) {
    add("a", "nightly", 100);
    add("b", "nightly", 200);
    add("c", "nightly", 300, std::nullopt);
    EXPECT_EQ(listed({.created = {.from = at_second(200)}}), "cb");
    EXPECT_EQ(listed({.created = {.before = at_second(200)}}), "a");
    EXPECT_EQ(listed({.created = {at_second(100), at_second(300)}}), "ba");
    EXPECT_EQ(listed({.ended = {.from = at_second(210)}}), "b");
    EXPECT_EQ(listed({.ended = {.before = at_second(210)}}), "a");
    EXPECT_EQ(listed({.ended = {at_second(110), at_second(211)}}), "ba");
    EXPECT_EQ(listed({.workflow = "hourly", .ended = {.from = at_second(0)}}), "");
    EXPECT_EQ(listed({.created = {.from = at_second(150)}, .ended = {.from = at_second(0)}}), "b");
}

// While runs are added and removed, the one that a page ended with among them.
TEST_F(RunListTest, GoesOnWhereThePageBeforeEnded) {
    for (char id = 'a'; id <= 'i'; ++id) {
        add(std::string(1, id), "nightly", (id - 'a') / 3);  // three in a second
    }
    for (const std::vector<RunStatus>& statuses :
         {std::vector<RunStatus>{}, {RunStatus::Succeeded, RunStatus::Failed}}) {
        RunQuery query{.statuses = statuses, .limit = 4};
        const RunPage first = store.list(query);
        EXPECT_EQ(ids(first), "ihgf");
        query.after = first.next;
        EXPECT_EQ(listed(query), "edcb");
    }
    RunQuery query{.limit = 4};
    query.after = store.list(query).next;
    add("z", "nightly", 50);
    SqliteDatabase({.file = file()}).execute("DELETE FROM runs WHERE id IN ('f', 'd')");
    const RunPage second = store.list(query);
    EXPECT_EQ(ids(second), "ecba");
    EXPECT_EQ(second.next, std::nullopt);
    EXPECT_EQ(listed({.limit = 0}), "");
}

TEST(RunCursorTest, IsATextForOthers) {
    const RunCursor cursor{-5, 17};
    EXPECT_EQ(to_string(cursor), "-5.17");
    EXPECT_EQ(parse_run_cursor("-5.17"), cursor);
    for (const char* wrong :
         {"", "5", "5.", ".5", "5.6x", "5,6", " 5.6", "5.6.7", "99999999999999999999.1", "a.b"}) {
        EXPECT_EQ(parse_run_cursor(wrong), std::nullopt) << wrong;
    }
}

// Prints what a page of a hundred costs of 100,000 runs, half of them within runs.
TEST_F(RunListTest, FindsAPageAmongManyRuns) {
    SqliteDatabase writing({.file = file(), .durability = Durability::None});
    {
        SqliteTransaction transaction(writing);
        writing.execute(R"sql(
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)
INSERT INTO runs (id, workflow, status, attempt, parent, created, started, ended, records, head,
  documents, triggered_by, priority)
SELECT printf('01JC%022d', n), printf('workflow %d', n / 2 % 50),
  CASE WHEN n < 21 THEN 'failed' WHEN n > 199980 THEN 'running' ELSE 'succeeded' END, 1, NULL,
  1800000000000000000 + n * 1000000000, 1800000000000000000 + n * 1000000000,
  1800000000000000000 + n * 1000000000 + 5000000, 5, zeroblob(32), NULL, 'cli', 0
FROM (SELECT n FROM numbers UNION ALL SELECT n + 100000 FROM numbers);
UPDATE runs SET parent = printf('01JC%022d', key - 1) WHERE key % 2 = 0;
)sql");
        transaction.commit();
    }
    const auto measure = [&](const std::string& what, const RunQuery& query, std::size_t expected) {
        auto best = std::chrono::steady_clock::duration::max();
        for (int i = 0; i < 5; ++i) {
            const auto begin = std::chrono::steady_clock::now();
            EXPECT_EQ(store.list(query).runs.size(), expected) << what;
            best = std::min(best, std::chrono::steady_clock::now() - begin);
        }
        std::cout << std::setw(44) << std::left << what << std::right << std::setw(8)
                  << std::chrono::duration_cast<std::chrono::microseconds>(best).count() << " us\n";
    };
    const RunPage all = store.list({});
    measure("all", {}, 100);
    measure("one workflow", {.workflow = "workflow 7"}, 100);
    measure("a workflow that there is not", {.workflow = "none"}, 0);
    measure("a status that few have", {.statuses = {RunStatus::Failed}}, 10);
    measure("a status that most have", {.statuses = {RunStatus::Succeeded}}, 100);
    measure("any status",
            {.statuses = {RunStatus::Failed, RunStatus::Succeeded, RunStatus::Running,
                          RunStatus::Queued, RunStatus::Cancelled}},
            100);
    measure("a workflow and a status that few have",
            {.workflow = "workflow 7", .statuses = {RunStatus::Failed}}, 1);
    measure("created in a time long ago", {.created = {at_second(1000), at_second(1100)}}, 50);
    measure("of a workflow, created before a time long ago",
            {.workflow = "workflow 7", .created = {.before = at_second(100'000)}}, 100);
    measure("ended in a time long ago", {.ended = {at_second(1000), at_second(1100)}}, 50);
    measure("ended after a time long ago", {.ended = {.from = at_second(1000)}}, 100);
    measure("a trigger that none has (all are looked at)", {.trigger = "webhook"}, 0);
    measure("within a run", {.parent_run_id = all.runs[0].id}, 1);
}

}  // namespace
}  // namespace oa::host
