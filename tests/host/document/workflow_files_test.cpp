#include "host/document/workflow_files.hpp"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

namespace fs = std::filesystem;

struct WorkflowFilesTest : testing::Test {
    WorkflowFilesTest() {
        folder.write("flows/main.yaml", "main");
        folder.write("flows/deploy.yaml", "deploy");
        folder.write("flows/clean.yml", "clean");
        folder.write("flows/parts/step.yaml", "step");
        folder.write("library/shared.yaml", "shared");
        folder.write("library/deploy.yaml", "the other deploy");
        folder.write("outside.yaml", "outside");
        fs::create_directory(folder.path() / "flows/empty.yaml");
    }

    std::string path(const std::string& file) const { return folder.at(file); }

    /// "file: text", or the problem.
    std::string find(const WorkflowFiles& files,
                     const std::string& name,
                     const std::string& from) const {
        const auto found = files.find(name, from);
        if (const auto* problem = std::get_if<core::WorkflowSource::Problem>(&found)) {
            return problem->hint.empty() ? problem->message
                                         : problem->message + "; " + problem->hint;
        }
        const auto& document = std::get<core::WorkflowSource::Document>(found);
        return document.file + ": " + document.text;
    }
    std::string find(const std::string& name) const {
        const WorkflowFiles files(path("flows/main.yaml"), 1'000, path("library"));
        return find(files, name, path("flows/main.yaml"));
    }

    test::TemporaryFolder folder;
};

TEST_F(WorkflowFilesTest, FindsANameWithoutItsSuffix) {
    EXPECT_EQ(find("deploy"), path("flows/deploy.yaml") + ": deploy");
    EXPECT_EQ(find("clean"), path("flows/clean.yml") + ": clean");
    EXPECT_EQ(find("parts/step"), path("flows/parts/step.yaml") + ": step");
    EXPECT_EQ(find("deploy.yaml"), path("flows/deploy.yaml") + ": deploy");
}

TEST_F(WorkflowFilesTest, LooksIntoTheLibraryLast) {
    EXPECT_EQ(find("shared"), path("library/shared.yaml") + ": shared");
    const WorkflowFiles without(path("flows/main.yaml"), 1'000);
    EXPECT_EQ(find(without, "shared", path("flows/main.yaml")),
              "there is no workflow 'shared' in '" + path("flows") + "'");
}

TEST_F(WorkflowFilesTest, NamesADocumentAlwaysTheSame) {
    EXPECT_EQ(find("./parts/../deploy"), find("deploy"));
    EXPECT_EQ(find("main"), path("flows/main.yaml") + ": main");
    const WorkflowFiles files(path("flows/main.yaml"), 1'000);
    EXPECT_EQ(find(files, "../main", path("flows/parts/step.yaml")),
              path("flows/main.yaml") + ": main");
    EXPECT_EQ(find(files, "step", path("flows/parts/step.yaml")),
              path("flows/parts/step.yaml") + ": step");
}

TEST_F(WorkflowFilesTest, KeepsPathsAsThePersonWroteThem) {
    const fs::path before = fs::current_path();
    fs::current_path(folder.path());
    const WorkflowFiles files("flows/main.yaml", 1'000);
    EXPECT_EQ(find(files, "deploy", "flows/main.yaml"), "flows/deploy.yaml: deploy");
    EXPECT_EQ(find(files, "../main", "flows/parts/step.yaml"), "flows/main.yaml: main");
    const WorkflowFiles piped("standard input", 1'000);
    EXPECT_EQ(find(piped, "outside", "standard input"), "outside.yaml: outside");
    fs::current_path(before);
}

TEST_F(WorkflowFilesTest, DoesNotLeaveTheFolderOfTheDocument) {
    EXPECT_EQ(find("../outside.yaml"), "'../outside.yaml' leads out of the folder '" +
                                           path("flows") +
                                           "'; put it into that folder, or name it by its "
                                           "absolute path");
    EXPECT_EQ(find(path("outside.yaml")), path("outside.yaml") + ": outside");
    fs::create_symlink(path("outside.yaml"), path("flows/link.yaml"));
    EXPECT_EQ(find("link").substr(0, 30), "'link' leads out of the folder");
    const WorkflowFiles files(path("flows/main.yaml"), 1'000);
    EXPECT_EQ(find(files, "outside", path("outside.yaml")), path("outside.yaml") + ": outside");
}

// Nobody learns what there is elsewhere, by whatever kind of path.
TEST_F(WorkflowFilesTest, SaysTheSameOfFilesElsewhereWhetherTheyAreThereOrNot) {
    const WorkflowFiles files(path("flows/main.yaml"), 1'000, path("library"),
                              WorkflowFiles::Reach::Folders);
    const auto told = [&](const std::string& name) {
        return find(files, name, path("flows/main.yaml"));
    };
    for (const std::string& name :
         {path("outside.yaml"), path("outside"), path("nothing.yaml"), path("."),
          std::string("/etc/passwd"), std::string("/etc/nothing"), std::string("../outside"),
          std::string("../nothing"), path("flows/../outside.yaml"), path("flows-x/a.yaml")}) {
        EXPECT_EQ(told(name), "'" + name + "' leads out of the folder '" + path("flows") +
                                  "'; put it into that folder");
    }
    EXPECT_EQ(find("../nothing").substr(0, 36), "'../nothing' leads out of the folder");
    EXPECT_EQ(told(path("flows/deploy.yaml")), path("flows/deploy.yaml") + ": deploy");
    EXPECT_EQ(told("parts/step"), path("flows/parts/step.yaml") + ": step");
    EXPECT_EQ(told("shared"), path("library/shared.yaml") + ": shared");
}

TEST_F(WorkflowFilesTest, SaysWhatIsMissing) {
    EXPECT_EQ(find("deplyo"),
              "there is no workflow 'deplyo' in '" + path("flows") + "'; did you mean 'deploy'?");
    EXPECT_EQ(find("parts/stpe.yaml"), "there is no workflow 'parts/stpe.yaml' in '" +
                                           path("flows") + "'; did you mean 'step'?");
    EXPECT_EQ(find("/nowhere/x.yaml"), "there is no workflow '/nowhere/x.yaml'");
    EXPECT_EQ(find("empty.yaml"),
              "'" + path("flows/empty.yaml") + "' is no file; name a workflow document");
    EXPECT_EQ(find(""), "the name of a workflow is missing; name a file, such as deploy.yaml");
    EXPECT_EQ(find("parts/"),
              "the name of a workflow is missing; name a file, such as deploy.yaml");
}

TEST_F(WorkflowFilesTest, ReadsNoMoreThanADocumentMayHave) {
    folder.write("flows/long.yaml", std::string(5'000, 'x'));
    EXPECT_EQ(find("long").size(), (path("flows/long.yaml") + ": ").size() + 1'001);
}

TEST_F(WorkflowFilesTest, DoesNotWaitForAPipe) {
    ASSERT_EQ(mkfifo(path("flows/pipe.yaml").c_str(), 0600), 0);
    EXPECT_EQ(find("pipe"),
              "'" + path("flows/pipe.yaml") + "' is no file; name a workflow document");
}

}  // namespace
}  // namespace oa::host
