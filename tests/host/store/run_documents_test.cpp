#include "host/store/run_documents.hpp"

#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

struct RunDocumentsTest : StoreFixture {
    RunStore store{settings()};

    void make_run(const std::string& run_id, const std::string& documents) {
        core::RunCreated entry = std::get<core::RunCreated>(created(run_id));
        entry.documents = documents;
        append_all(store, run_id, {entry, ended()});
    }
};

TEST_F(RunDocumentsTest, AreKeptOnceByWhatTheySay) {
    const std::string text("tasks:\n  - a\0\xff", 14);
    const std::string name = store.keep_documents(text);
    EXPECT_EQ(name.substr(0, 7), "sha256:");
    EXPECT_EQ(name.size(), 71U);
    EXPECT_EQ(store.keep_documents(text), name);
    EXPECT_NE(store.keep_documents("other"), name);
    EXPECT_EQ(store.documents(name), text);
    EXPECT_EQ(store.documents("sha256:00"), std::nullopt);
    EXPECT_EQ(document_name(""),
              "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_F(RunDocumentsTest, AreThereWhenTheStoreIsOpenedAgain) {
    const RunStoreSettings again = {.folder = folder.path() / "again"};
    std::string name;
    { name = RunStore(again).keep_documents("text"); }
    RunStore second(again);
    EXPECT_EQ(second.documents(name), "text");
    EXPECT_EQ(second.keep_documents("text"), name);
}

TEST_F(RunDocumentsTest, MustBeThereBeforeARunIsMadeFromThem) {
    core::RunCreated entry = std::get<core::RunCreated>(created("a"));
    entry.documents = "sha256:00";
    EXPECT_EQ(message_of<StoreError>([&] { append_all(store, "a", {entry}); }),
              "run a: record 1 names documents that the store does not have: sha256:00");
}

TEST_F(RunDocumentsTest, GoWithTheLastRunThatIsMadeFromThem) {
    const std::string both = store.keep_documents("of both");
    const std::string one = store.keep_documents("of one");
    const std::string none = store.keep_documents("of none");
    make_run("a", both);
    make_run("b", one);
    make_run("c", both);
    // Names that were given out a moment ago may be about to be used.
    EXPECT_EQ(store.remove_old({.count_max = 1}, at_second(9)), 2U);
    EXPECT_TRUE(store.documents(none));
    store.remove_old({.count_max = 1, .document_grace = std::chrono::seconds(0)}, at_second(9));
    EXPECT_TRUE(store.documents(both));
    EXPECT_FALSE(store.documents(one));
    EXPECT_FALSE(store.documents(none));
    // It does not believe that it has what it has removed.
    EXPECT_EQ(store.keep_documents("of none"), none);
    make_run("d", none);
    EXPECT_EQ(store.documents(none), "of none");
}

TEST_F(RunDocumentsTest, AreVerifiedWhenTheyAreRead) {
    const std::string name = store.keep_documents("text");
    SqliteDatabase::Settings wanted;
    wanted.file = file();
    SqliteDatabase(wanted).execute("UPDATE documents SET content = 'test'");
    EXPECT_EQ(message_of<StoreDamaged>([&] { static_cast<void>(store.documents(name)); }),
              file().string() + ": document " + name +
                  " is damaged: it is not what its name was made from");
    EXPECT_EQ(store.check().problems,
              std::vector{file().string() + ": document " + name +
                          " is damaged: it is not what its name was made from"});
}

}  // namespace
}  // namespace oa::host
