#include "host/store/workflow_versions.hpp"

#include "host/store/store_restore.hpp"
#include "host/store/store_salvage.hpp"
#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

struct WorkflowVersionsTest : StoreFixture {
    std::optional<RunStore> store{std::in_place, settings()};

    std::uint64_t keep(const std::string& name, const std::string& text, std::int64_t second = 1) {
        return store->keep_version(name, store->keep_documents(text), "ops", at_second(second));
    }
    void change(SqlText sql) {
        store.reset();
        SqliteDatabase database({.file = file()});
        database.execute("PRAGMA foreign_keys = OFF");
        database.execute(sql);
    }
    static std::vector<std::uint64_t> numbers(const std::vector<WorkflowVersion>& versions) {
        std::vector<std::uint64_t> found;
        found.reserve(versions.size());
        for (const WorkflowVersion& version : versions) {
            found.push_back(version.version);
        }
        return found;
    }
};

TEST_F(WorkflowVersionsTest, CountsTheVersionsOfEachName) {
    EXPECT_EQ(keep("nightly", "one", 1), 1U);
    EXPECT_EQ(keep("nightly", "two", 2), 2U);
    EXPECT_EQ(keep("hourly", "two", 3), 1U);
    EXPECT_EQ(keep("nightly", "one", 4), 3U);  // as it was before
    EXPECT_EQ(numbers(store->versions("nightly", 9)), (std::vector<std::uint64_t>{3, 2, 1}));
    EXPECT_EQ(numbers(store->versions("nightly", 1, 3)), (std::vector<std::uint64_t>{2}));
    EXPECT_EQ(store->versions("none", 9), std::vector<WorkflowVersion>{});
    EXPECT_EQ(store->newest_version("none"), std::nullopt);
    EXPECT_EQ(store->newest_version("nightly"),
              (WorkflowVersion{"nightly", 3, store->keep_documents("one"), at_second(4), "ops"}));
    EXPECT_TRUE(store->check().is_sound());
}

TEST_F(WorkflowVersionsTest, AddsNothingForTheSameDocuments) {
    EXPECT_EQ(keep("nightly", "one", 1), 1U);
    EXPECT_EQ(keep("nightly", "one", 2), 1U);
    EXPECT_EQ(store->newest_version("nightly")->created, at_second(1));
}

TEST_F(WorkflowVersionsTest, RefusesDocumentsThatAreNotThere) {
    EXPECT_EQ(message_of<StoreError>([&] {
                  store->keep_version("nightly", document_name("none"), "ops", at_second(1));
              }),
              "workflow nightly: the store does not have its documents, " + document_name("none"));
    EXPECT_EQ(store->newest_version("nightly"), std::nullopt);
}

TEST_F(WorkflowVersionsTest, RemovesAWorkflowByAVersionThatSaysSo) {
    keep("nightly", "one");
    keep("hourly", "two");
    EXPECT_EQ(store->workflows().size(), 2U);
    EXPECT_TRUE(store->remove_workflow("nightly", "ada", at_second(5)));
    EXPECT_FALSE(store->remove_workflow("nightly", "ada", at_second(6)));
    EXPECT_FALSE(store->remove_workflow("none", "ada", at_second(6)));
    ASSERT_EQ(store->workflows().size(), 1U);
    EXPECT_EQ(store->workflows()[0].name, "hourly");
    EXPECT_TRUE(store->newest_version("nightly")->is_removal());
    EXPECT_EQ(store->newest_version("nightly")->made_by, "ada");
    EXPECT_EQ(keep("nightly", "one"), 3U);  // and there it is again
    EXPECT_EQ(store->workflows().size(), 2U);
}

TEST_F(WorkflowVersionsTest, KeepsTheDocumentsOfEveryVersion) {
    keep("nightly", "one");
    keep("nightly", "two");
    static_cast<void>(store->keep_documents("of nothing"));
    store->remove_workflow("nightly", "ops", at_second(2));
    store->remove_old({.document_grace = std::chrono::seconds(0)}, at_second(9));
    EXPECT_EQ(store->documents(document_name("one")), "one");
    EXPECT_EQ(store->documents(document_name("two")), "two");
    EXPECT_EQ(store->documents(document_name("of nothing")), std::nullopt);
}

TEST_F(WorkflowVersionsTest, AreInEveryCopy) {
    keep("nightly", "one");
    keep("nightly", "two");
    store->remove_workflow("hourly", "ops", at_second(2));
    keep("hourly", "one");
    store->remove_workflow("hourly", "ops", at_second(3));
    const std::vector<WorkflowVersion> nightly = store->versions("nightly", 9);
    store->back_up(folder / "copy");
    store.reset();
    restore_store(folder / "copy", folder / "restored");
    SqliteDatabase database({.file = file()});
    EXPECT_EQ(salvage_store(database, folder / "salvaged").versions, 4U);
    for (const char* name : {"restored", "salvaged"}) {
        const RunStore copy({.folder = folder / name});
        EXPECT_EQ(copy.versions("nightly", 9), nightly) << name;
        EXPECT_TRUE(copy.newest_version("hourly")->is_removal()) << name;
        EXPECT_TRUE(copy.check().is_sound()) << name;
    }
}

TEST_F(WorkflowVersionsTest, AreLeftWhereTheirDocumentsAreDamaged) {
    keep("nightly", "one");
    keep("nightly", "two");
    change("UPDATE documents SET content = 'three' WHERE content = 'two'");
    SqliteDatabase database({.file = file()});
    const SalvageReport report = salvage_store(database, folder / "salvaged");
    EXPECT_EQ(report.versions, 1U);
    EXPECT_EQ(report.problems, std::vector{file().string() + ": document " + document_name("two") +
                                           " is damaged: it is not what its name was made from"});
    EXPECT_TRUE(RunStore({.folder = folder / "salvaged"}).check().is_sound());
}

TEST_F(WorkflowVersionsTest, AreCheckedForTheirDocuments) {
    keep("nightly", "one");
    change("DELETE FROM documents");
    EXPECT_EQ(RunStore(settings()).check().problems,
              std::vector{file().string() +
                          ": the table `workflow_versions` has rows of documents that there are "
                          "not"});
}

}  // namespace
}  // namespace oa::host
