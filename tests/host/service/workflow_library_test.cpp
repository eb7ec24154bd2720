#include "host/service/workflow_library.hpp"

#include "tests/host/service/service_fixture.hpp"

namespace oa::host {
namespace {

using test_service::House;
using Kind = ServiceError::Kind;

struct WorkflowLibraryTest : testing::Test {
    test::TemporaryFolder folder;
    House house{folder.path()};
    WorkflowLibrary& library = house.library;

    static std::string document(const std::string& message, const std::string& name = {}) {
        return (name.empty() ? "" : "name: " + name + "\n") +
               "tasks:\n  - name: say\n    test.do:\n      message: " + message + "\n";
    }
    static Kind kind_of(const std::function<void()>& what, std::string* code = nullptr) {
        try {
            what();
        } catch (const ServiceError& error) {
            if (code != nullptr) {
                *code = error.code();
            }
            return error.kind();
        }
        ADD_FAILURE() << "nothing was refused";
        return Kind::Unavailable;
    }
    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const auto& entry : library.list()) {
            names.push_back(entry->name);
        }
        return names;
    }
};

TEST_F(WorkflowLibraryTest, OffersTheDocumentsOfAFolderByName) {
    house.write("b.yaml", document("1"));
    house.write("a.yml", document("2", "first"));
    house.write("notes.txt", "no workflow");
    house.write(".hidden.yaml", document("3"));
    const auto report = library.reload();
    EXPECT_EQ(report.workflows, 2U);
    EXPECT_EQ(report.added, 2U);
    EXPECT_EQ(names(), (std::vector<std::string>{"b", "first"}));
    EXPECT_EQ(library.get("first")->version, 1U);
}

TEST_F(WorkflowLibraryTest, CountsVersionsByWhatDocumentsSay) {
    house.write("a.yaml", document("1"));
    library.reload();
    const std::string etag = library.get("a")->etag;
    EXPECT_EQ(library.reload().changed, 0U);
    EXPECT_EQ(library.get("a")->version, 1U);
    house.write("a.yaml", document("2"));
    EXPECT_EQ(library.reload().changed, 1U);
    EXPECT_EQ(library.get("a")->version, 2U);
    EXPECT_NE(library.get("a")->etag, etag);
    EXPECT_EQ(library.version("a", 1)->text, document("1"));
    EXPECT_EQ(library.version("a", 2)->text, document("2"));
    EXPECT_EQ(kind_of([&] { static_cast<void>(library.version("a", 3)); }), Kind::NotFound);
}

TEST_F(WorkflowLibraryTest, KeepsOfferingWhatWasGoodWhereADocumentHasErrors) {
    house.write("a.yaml", document("1"));
    house.write("bad.yaml", "tasks: 7\n");
    auto report = library.reload();
    EXPECT_TRUE(core::has_errors(report.diagnostics));
    EXPECT_FALSE(library.get("bad")->checked.workflow);
    EXPECT_EQ(library.get("bad")->version, 0U);
    house.write("a.yaml", "tasks: 7\n");
    report = library.reload();
    ASSERT_TRUE(library.get("a")->checked.workflow);
    EXPECT_TRUE(core::has_errors(library.get("a")->checked.diagnostics));
    EXPECT_EQ(library.get("a")->version, 1U);
}

TEST_F(WorkflowLibraryTest, TellsOfTwoDocumentsWithOneName) {
    house.write("a.yaml", document("1", "same"));
    house.write("b.yaml", document("2", "same"));
    const auto report = library.reload();
    ASSERT_EQ(report.diagnostics.size(), 1U);
    EXPECT_NE(report.diagnostics[0].message.find("a.yaml"), std::string::npos);
    EXPECT_EQ(library.get("same")->text, document("1", "same"));
}

TEST_F(WorkflowLibraryTest, ForgetsWhatIsGoneFromTheFolderButNotWhatItWas) {
    house.write("a.yaml", document("1"));
    library.reload();
    std::filesystem::remove(house.workflows / "a.yaml");
    EXPECT_EQ(library.reload().removed, 1U);
    EXPECT_EQ(kind_of([&] { static_cast<void>(library.get("a")); }), Kind::NotFound);
    EXPECT_EQ(library.version("a", 1)->text, document("1"));
    house.write("a.yaml", document("1"));
    library.reload();
    EXPECT_EQ(library.get("a")->version, 3U);  // its removal was the second
}

TEST_F(WorkflowLibraryTest, SavesADocumentAsAFile) {
    const auto saved = library.put("new", document("1"), {}, "ann");
    EXPECT_TRUE(saved.is_new);
    EXPECT_EQ(saved.entry->version, 1U);
    EXPECT_EQ(saved.entry->file, house.workflows / "new.yaml");
    const auto again = library.put("new", document("2"), {.etag = saved.entry->etag}, "ann");
    EXPECT_FALSE(again.is_new);
    EXPECT_EQ(again.entry->version, 2U);
    EXPECT_EQ(house.store.versions("new", 1).at(0).made_by, "ann");
    std::string code;
    EXPECT_EQ(
        kind_of([&] { library.put("new", document("3"), {.etag = saved.entry->etag}, "bob"); },
                &code),
        Kind::Stale);
    EXPECT_EQ(code, "workflow_changed");
    EXPECT_EQ(kind_of([&] { library.put("new", document("3"), {.is_new = true}, "bob"); }),
              Kind::Stale);
    EXPECT_EQ(library.get("new")->text, document("2"));
    EXPECT_EQ(library.reload().changed, 0U);
}

TEST_F(WorkflowLibraryTest, TakesTheNameOfADocument) {
    EXPECT_EQ(library.put("", document("1", "called"), {}, "ann").entry->name, "called");
    EXPECT_TRUE(std::filesystem::exists(house.workflows / "called.yaml"));
    std::string code;
    EXPECT_EQ(kind_of([&] { library.put("", document("1"), {}, "ann"); }, &code), Kind::Invalid);
    EXPECT_EQ(code, "invalid_name");
    EXPECT_EQ(kind_of([&] { library.put("other", document("1", "called"), {}, "ann"); }, &code),
              Kind::Invalid);
    EXPECT_EQ(code, "name_mismatch");
}

TEST_F(WorkflowLibraryTest, WritesNothingOfWhatHasErrors) {
    try {
        library.put("bad", "tasks:\n  - name: x\n    nothing.here: {}\n", {}, "ann");
        FAIL();
    } catch (const ServiceError& error) {
        EXPECT_EQ(error.code(), "invalid_workflow");
        ASSERT_EQ(error.errors().size(), 1U);
        EXPECT_EQ(error.errors()[0].at("line").to_number<int>(), 3);
    }
    EXPECT_FALSE(std::filesystem::exists(house.workflows / "bad.yaml"));
    EXPECT_TRUE(library.list().empty());
}

// However a name is spelt, nothing outside of the folder is written, read or removed.
TEST_F(WorkflowLibraryTest, NoNameLeadsOutOfTheFolder) {
    const std::vector<std::string> names{
        "../evil", "..",   ".",   "a/b",         "/etc/passwd", "a\\b", ".hidden",
        "-x",      "a..b", "a b", "caf\xc3\xa9", "a\n",         "con:", std::string("a\0b", 3),
        "%2e%2e"};
    for (const std::string& name : names) {
        std::string code;
        EXPECT_EQ(kind_of([&] { library.put(name, document("1"), {}, "ann"); }, &code),
                  Kind::Invalid)
            << name;
        EXPECT_EQ(code, "invalid_name") << name;
        EXPECT_EQ(kind_of([&] { library.remove(name, {}, "ann"); }), Kind::NotFound) << name;
    }
    EXPECT_FALSE(is_workflow_name(std::string(129, 'a')));
    EXPECT_TRUE(is_workflow_name(std::string(128, 'a')));
    EXPECT_FALSE(is_workflow_name(std::string("a\0b", 3)));
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
        files += entry.path().extension() == ".yaml" ? 1 : 0;
    }
    EXPECT_EQ(files, 0U);
}

TEST_F(WorkflowLibraryTest, RemovesAWorkflow) {
    const auto saved = library.put("a", document("1"), {}, "ann");
    EXPECT_EQ(kind_of([&] { library.remove("a", {.etag = "\"another\""}, "ann"); }), Kind::Stale);
    library.remove("a", {.etag = saved.entry->etag}, "ann");
    EXPECT_FALSE(std::filesystem::exists(house.workflows / "a.yaml"));
    EXPECT_TRUE(house.store.newest_version("a")->is_removal());
}

TEST_F(WorkflowLibraryTest, ReadsAnewWhatRunsADocumentThatChanges) {
    house.write("inner.yaml", document("1"));
    house.write("outer.yaml", "tasks:\n  - name: in\n    workflow: inner\n");
    library.reload();
    ASSERT_EQ(library.get("outer")->version, 1U);
    library.put("inner", document("2"), {}, "ann");
    EXPECT_EQ(library.get("outer")->version, 2U);
    library.remove("inner", {}, "ann");
    EXPECT_TRUE(core::has_errors(library.get("outer")->checked.diagnostics));
}

}  // namespace
}  // namespace oa::host
