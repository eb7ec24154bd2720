#include "host/kit/project_template.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

namespace fs = std::filesystem;

TEST(ProjectTemplateTest, FillsInIdAndName) {
    const test::TemporaryFolder folder;
    for (const auto& language : template_languages()) {
        const fs::path project = folder / language;
        const auto files = write_project("com.acme.my-greeter", language, project);
        EXPECT_GE(files.size(), 8U);
        bool has_id = false;
        for (const auto& file : files) {
            const std::string text = folder.read((fs::path(language) / file).string());
            EXPECT_EQ(text.find("@id@"), std::string::npos) << file;
            EXPECT_EQ(text.find("@name@"), std::string::npos) << file;
            has_id = has_id || text.find("\"com.acme.my-greeter\"") != std::string::npos;
        }
        EXPECT_TRUE(has_id) << language;
        EXPECT_TRUE(fs::exists(project / ".gitignore"));
        EXPECT_NE(fs::status(project / ".ci/run").permissions() & fs::perms::owner_exec,
                  fs::perms::none);
    }
}

TEST(ProjectTemplateTest, RefusesWhatCannotBeAModule) {
    EXPECT_FALSE(find_project_problem("com.acme.greeter", "cpp"));
    for (const char* id : {"", "greeter", "Com.acme.x", "com.acme.1st", "com.acme.test", "com..x",
                           "com.acme.x y", "com.acme.", "com.acme/../x"}) {
        EXPECT_TRUE(find_project_problem(id, "cpp")) << id;
    }
    EXPECT_NE(find_project_problem("com.acme.x", "rst")->find("did you mean 'rust'"),
              std::string::npos);
}

TEST(ProjectTemplateTest, WritesOverNothing) {
    const test::TemporaryFolder folder;
    folder.write("used/file", "mine");
    folder.write("file", "mine");
    fs::create_directory(folder / "empty");

    EXPECT_THROW(write_project("com.acme.x", "c", folder / "used"), std::runtime_error);
    EXPECT_THROW(write_project("com.acme.x", "c", folder / "file"), std::runtime_error);
    EXPECT_NO_THROW(write_project("com.acme.x", "c", folder / "empty"));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder / "used"), {}), 1);
}

}  // namespace
}  // namespace oa::host
