#include "host/document/document_bundle.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/support/fake_workflow_source.hpp"

namespace oa::host {
namespace {

using Document = core::WorkflowSource::Document;
using Problem = core::WorkflowSource::Problem;

TEST(DocumentBundleTest, FindsAgainWhatWasFoundWhenTheDocumentWasRead) {
    test::FakeWorkflowSource files;
    files.documents["inner"] = "tasks: [{name: \"é\\n\"}]\n";
    DocumentBundle bundle("outer.yaml", "tasks: []\n");
    const RecordingSource recording(files, bundle);
    const auto found = recording.find("inner", "outer.yaml");
    ASSERT_TRUE(std::holds_alternative<Document>(found));
    EXPECT_TRUE(std::holds_alternative<Problem>(recording.find("nobody", "outer.yaml")));

    const DocumentBundle again(bundle.text());
    EXPECT_EQ(again.file(), "outer.yaml");
    EXPECT_EQ(again.document(), "tasks: []\n");
    const auto kept = again.find("inner", "outer.yaml");
    ASSERT_TRUE(std::holds_alternative<Document>(kept));
    EXPECT_EQ(std::get<Document>(kept).file, std::get<Document>(found).file);
    EXPECT_EQ(std::get<Document>(kept).text, files.documents["inner"]);
    EXPECT_TRUE(std::holds_alternative<Problem>(again.find("inner", "elsewhere.yaml")));
    EXPECT_TRUE(std::holds_alternative<Problem>(again.find("nobody", "outer.yaml")));
    EXPECT_EQ(again.text(), bundle.text());
}

TEST(DocumentBundleTest, RefusesWhatIsNoBundle) {
    for (const char* const text :
         {"", "[]", "{}", R"({"v":2,"file":"a","texts":{"a":""},"found":[]})",
          R"({"v":1,"file":"b","texts":{"a":""},"found":[]})",
          R"({"v":1,"file":"a","texts":{"a":""},"found":[["x","a","b"]]})",
          R"({"v":1,"file":"a","texts":{"a":7},"found":[]})",
          R"({"v":1,"file":"a","texts":{"a":""},"found":[["x"]]})"}) {
        EXPECT_THROW(DocumentBundle{std::string_view(text)}, std::runtime_error) << text;
    }
}

}  // namespace
}  // namespace oa::host
