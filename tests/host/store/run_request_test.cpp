// Runs that a client asked for under a name of its own: asking again makes no second one.

#include "host/store/run_schema.hpp"
#include "host/store/run_writer.hpp"
#include "host/store/store_restore.hpp"
#include "host/store/store_salvage.hpp"
#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

core::JournalEntry requested(const std::string& run_id, const std::string& request_key) {
    core::RunCreated entry = std::get<core::RunCreated>(created(run_id));
    entry.request_key = request_key;
    entry.request_digest = "digest of " + run_id;
    return entry;
}

struct RunRequestTest : StoreFixture {};

TEST_F(RunRequestTest, FindsTheRunThatARequestMade) {
    RunStore store(settings());
    append_all(store, "a", {requested("a", "order 7"), ended()});
    append_all(store, "b", {created("b")});
    const RunSummary found = store.find_request("order 7").value();
    EXPECT_EQ(found.id, "a");
    EXPECT_EQ(found.request_key, "order 7");
    EXPECT_EQ(found.request_digest, "digest of a");
    EXPECT_EQ(store.find_request("order 8"), std::nullopt);
    EXPECT_EQ(store.find_request(""), std::nullopt);  // `b` has none
    EXPECT_EQ(store.check().problems, std::vector<std::string>{});
}

TEST_F(RunRequestTest, RefusesASecondRunOfARequest) {
    RunStore store(settings());
    append_all(store, "a", {requested("a", "order 7")});
    const auto failure = answer_to(
        store, "b", {.records = {{1, at_second(1), requested("b", "order 7")}}, .lines = {}});
    ASSERT_TRUE(failure);
    EXPECT_FALSE(failure->is_passing);
    EXPECT_EQ(failure->message, "run b: record 1 is of a request that run a was made by already");
    EXPECT_EQ(store.find("b"), std::nullopt);
    append_all(store, "c", {requested("c", "order 8"), ended()});
    append_all(store, "a", {ended()}, 2);
    EXPECT_TRUE(store.check().is_sound());
}

TEST_F(RunRequestTest, RefusesItAloneInAGroup) {
    { const RunStore store(settings()); }
    std::vector<core::JournalBatch> batches;
    for (const char* id : {"a", "b", "c", "d"}) {
        const bool is_second = id[0] == 'b' || id[0] == 'd';
        batches.push_back(
            {.records = {{1, at_second(1), requested(id, is_second ? "order 7" : id)}},
             .lines = {}});
    }
    batches[0].records[0].entry = requested("a", "order 7");
    SqliteDatabase database({.file = file()});
    RunWriter writer(database, 1000);
    BatchGroup group;
    for (const core::JournalBatch& batch : batches) {
        group.push_back(
            make_pending(std::get<core::RunCreated>(batch.records[0].entry).run_id, batch));
    }
    writer.write(group);
    std::string refused;
    for (const PendingBatch& batch : group) {
        refused += batch.failure ? batch.run_id : "";
    }
    EXPECT_EQ(refused, "bd");
    EXPECT_EQ(StoreReader(folder / "store").list({}).runs.size(), 2U);
}

TEST_F(RunRequestTest, ForgetsARequestWithItsRun) {
    RunStore store(settings());
    append_all(store, "a", {requested("a", "order 7"), ended()});
    EXPECT_EQ(store.remove_old({.count_max = 0}, at_second(9)), 1U);
    EXPECT_EQ(store.find_request("order 7"), std::nullopt);
    append_all(store, "b", {requested("b", "order 7")});
    EXPECT_EQ(store.find_request("order 7")->id, "b");
}

TEST_F(RunRequestTest, KnowsARequestInEveryCopy) {
    {
        RunStore store(settings());
        append_all(store, "a", {requested("a", "order 7")});
        store.back_up(folder / "copy");
    }
    restore_store(folder / "copy", folder / "restored");
    SqliteDatabase database({.file = file()});
    EXPECT_EQ(salvage_store(database, folder / "salvaged").runs, 1U);
    for (const char* name : {"restored", "salvaged"}) {
        RunStore store({.folder = folder / name});
        EXPECT_EQ(store.find_request("order 7")->request_digest, "digest of a") << name;
        EXPECT_THROW(append_all(store, "b", {requested("b", "order 7")}), Refused);
        EXPECT_TRUE(store.check().is_sound());
    }
}

TEST_F(RunRequestTest, NoticesThatTheTableSaysSomethingElse) {
    {
        RunStore store(settings());
        append_all(store, "a", {requested("a", "order 7")});
    }
    SqliteDatabase({.file = file()}).execute("UPDATE runs SET request_digest = 'another'");
    EXPECT_EQ(RunStore(settings()).check().problems,
              std::vector{file().string() +
                          ": run a: the table `runs` does not say what its records do"});
}

}  // namespace
}  // namespace oa::host
