#include <gtest/gtest.h>

#include "core/workflow/reader.hpp"
#include "tests/host/plugin/steps_fixture.hpp"

namespace oa::host {
namespace {

using Names = std::vector<std::string>;

struct VersionsTest : testing::Test {
    PluginRegistry registry{search_for("steps_1_4", "steps_3_rc", "steps", "steps_2_0")};

    [[nodiscard]] std::string version_of(std::string_view name) const {
        const auto* module = registry.find_module(name);
        return module == nullptr ? "none" : module->info().version;
    }
};

TEST_F(VersionsTest, StandSideBySide) {
    EXPECT_EQ(registry.modules().size(), 4U);
    EXPECT_TRUE(registry.refused().empty());
    EXPECT_EQ(answer(registry, "steps@1.0"), 1);
    EXPECT_EQ(answer(registry, "steps@1.4"), 14);
    EXPECT_EQ(answer(registry, "steps@2"), 20);
}

TEST_F(VersionsTest, APlainNameMeansTheHighestRelease) {
    for (const char* name : {"steps", "com.example.steps", "stairs"}) {
        EXPECT_EQ(version_of(name), "2.0.0") << name;
        EXPECT_EQ(answer(registry, name), 20) << name;
    }
    EXPECT_EQ(answer(registry, "old-steps"), 20);
}

TEST_F(VersionsTest, APlainNameMeansAPreReleaseWhereThereIsNothingElse) {
    EXPECT_NE(PluginRegistry(search_for("steps_3_rc")).find("steps", "answer"), nullptr);
}

TEST_F(VersionsTest, ARangeMeansTheHighestVersionThatFits) {
    EXPECT_EQ(version_of("steps@^1"), "1.4.0");
    EXPECT_EQ(version_of("com.example.steps@~1.0.0"), "1.0.0");
    EXPECT_EQ(version_of("stairs@>=1.2 <3"), "2.0.0");
    EXPECT_EQ(version_of("steps@1.4.0"), "1.4.0");
    EXPECT_EQ(version_of("steps@*"), "2.0.0");
    EXPECT_EQ(version_of("steps@^3"), "none");
    EXPECT_EQ(version_of("steps@^3.0.0-rc.0"), "3.0.0-rc.1");
    EXPECT_EQ(version_of("steps@"), "none");
    EXPECT_EQ(version_of("steps@nonsense"), "none");
    EXPECT_EQ(answer(registry, "old-steps@^1"), 14);
}

TEST_F(VersionsTest, AModuleIsThereWhenAVersionFits) {
    EXPECT_TRUE(registry.has_module("steps@^1.2"));
    EXPECT_TRUE(registry.has_module("old-steps@^1.2"));
    EXPECT_FALSE(registry.has_module("steps@^4"));
    EXPECT_FALSE(registry.has_module("old-steps@^4"));
    EXPECT_EQ(registry.function_names("steps@^1"), Names{"answer"});
    EXPECT_EQ(registry.function_names("old-steps@^1"), Names{"answer"});
    EXPECT_TRUE(registry.function_names("steps@^4").empty());
    EXPECT_EQ(registry.module_names(),
              (Names{"com.example.steps", "old-steps", "stairs", "steps"}));
}

TEST_F(VersionsTest, FunctionsKnowTheVersionOfTheirModule) {
    EXPECT_EQ(registry.find("steps@^1", "answer")->version, "1.4.0");
}

TEST_F(VersionsTest, SaysWhichVersionsThereAreWhenNoneFits) {
    EXPECT_EQ(registry.version_problem("steps@^4"),
              "module steps has no version that fits ^4; loaded are 1.0.0, 1.4.0, 2.0.0 and "
              "3.0.0-rc.1");
    EXPECT_EQ(PluginRegistry(search_for("steps")).version_problem("stairs@2"),
              "module stairs has no version that fits 2; loaded is 1.0.0");
    EXPECT_EQ(registry.version_problem("steps@^^4"),
              "'^^4' is no range of versions; write 1.2.3, ^1.2, ~1.2.3 or '>=1.2 <2'");
    EXPECT_EQ(registry.version_problem("steps@^1"), std::nullopt);
    EXPECT_EQ(registry.version_problem("steps"), std::nullopt);
    EXPECT_EQ(registry.version_problem("nothing@^1"), std::nullopt);
}

TEST_F(VersionsTest, ListsTheVersionsOfAName) {
    Names versions;
    for (const LoadedModule* module : registry.find_versions("stairs")) {
        versions.push_back(module->info().version);
    }
    EXPECT_EQ(versions, (Names{"2.0.0", "1.4.0", "1.0.0", "3.0.0-rc.1"}));
    EXPECT_TRUE(registry.find_versions("nothing").empty());
}

TEST_F(VersionsTest, AWorkflowChooses) {
    const auto read = core::read_workflow(
        "tasks:\n  - module: steps@^1\n    function: answer\n  - steps.answer: {}\n", "f.yaml",
        registry);

    ASSERT_TRUE(read.workflow);
    EXPECT_EQ(read.workflow->tasks.at(0).info->version, "1.4.0");
    EXPECT_EQ(read.workflow->tasks.at(0).module, "steps");
    EXPECT_EQ(read.workflow->tasks.at(1).info->version, "2.0.0");
    const auto wrong = core::read_workflow("tasks:\n  - module: steps@^4\n    function: answer\n",
                                           "f.yaml", registry);
    ASSERT_EQ(wrong.diagnostics.size(), 1U);
    EXPECT_EQ(to_string(wrong.diagnostics.front()),
              "f.yaml:2:13: error: module steps has no version that fits ^4; loaded are 1.0.0, "
              "1.4.0, 2.0.0 and 3.0.0-rc.1");
}

TEST_F(VersionsTest, VersionsThatHaveDifferentNamesAreFoundByTheirOwn) {
    const PluginRegistry found(search_for("good", "same_id"));

    EXPECT_EQ(found.modules().size(), 2U);
    EXPECT_EQ(found.find_module("good")->info().version, "1.2.3");
    EXPECT_EQ(found.find_module("another")->info().version, "2.0.0");
    EXPECT_EQ(found.find_module("com.example.good")->info().version, "2.0.0");
    EXPECT_EQ(found.find_module("good-old")->info().version, "2.0.0");
    EXPECT_TRUE(found.modules().at(1)->warnings().empty());
}

struct SameVersionTest : testing::Test {
    test::TemporaryFolder folder;
    PluginSearch search{.places = {place(folder.path())}, .trust = TrustPolicy::Ignore};
};

TEST_F(SameVersionTest, TheSameContentTwiceIsOnePlugin) {
    install("steps", folder / "a.so");
    install("steps", folder / "b.so");
    const PluginRegistry registry(search);

    EXPECT_EQ(registry.modules().size(), 1U);
    EXPECT_TRUE(registry.refused().empty());
    EXPECT_EQ(registry.modules().front()->source().file.filename(), "a.so");
}

TEST_F(SameVersionTest, TheSameContentIsToldByItsHashWhereThereIsOne) {
    FakeAdmission admission;
    install("steps", folder / "a.so");
    install("steps", folder / "b.so");

    EXPECT_EQ(PluginRegistry(search, {}, {.admission = &admission}).modules().size(), 1U);
}

TEST_F(SameVersionTest, OtherContentIsRefusedAndBothFilesAreNamed) {
    install("steps", folder / "a.so");
    install("steps_changed", folder / "b.so");
    const PluginRegistry registry(search);

    EXPECT_EQ(registry.modules().size(), 1U);
    EXPECT_EQ(answer(registry), 1);
    ASSERT_EQ(registry.refused().size(), 1U);
    const auto& refused = registry.refused().front();
    EXPECT_EQ(refused.problem, PluginProblem::Duplicate);
    EXPECT_EQ(refused.file, folder / "b.so");
    EXPECT_EQ(refused.reason, "offers the module steps (com.example.steps) 1.0.0, which " +
                                  std::filesystem::canonical(folder / "a.so").string() +
                                  " offers with other content");
}

}  // namespace
}  // namespace oa::host
