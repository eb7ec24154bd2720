#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/host/plugin/steps_fixture.hpp"

namespace oa::host {
namespace {

using Lines = std::vector<std::string>;

struct LazyLoadingTest : testing::Test {
    test::TemporaryFolder folder;
    std::shared_ptr<StepsLog> log = std::make_shared<StepsLog>();
    FakeDescriber describer;
    FakeAdmission admission;
    const std::filesystem::path file = folder / "steps.so";

    [[nodiscard]] std::unique_ptr<PluginRegistry> registry(const PluginPorts& ports = {},
                                                           bool eager = false) const {
        HostServices services;
        services.log = log;
        return std::make_unique<PluginRegistry>(
            PluginSearch{.places = {place(file)}, .trust = TrustPolicy::Ignore, .eager = eager},
            services, ports);
    }
    static PluginProblem problem_of(const PluginRegistry& found) {
        EXPECT_TRUE(found.modules().empty());
        return found.refused().empty() ? PluginProblem::Missing : found.refused().front().problem;
    }
};

TEST_F(LazyLoadingTest, WithAManifestNothingRunsBeforeTheFirstCall) {
    install("steps", file, steps_manifest());
    const auto found = registry();

    ASSERT_EQ(found->modules().size(), 1U);
    const LoadedModule& module = *found->modules().front();
    EXPECT_EQ(module.info().version, "1.0.0");
    EXPECT_NE(found->find("stairs", "answer"), nullptr);
    EXPECT_FALSE(module.is_mapped());
    EXPECT_EQ(log->lines(), Lines{});

    EXPECT_EQ(answer(*found), 1);
    EXPECT_EQ(answer(*found), 1);
    EXPECT_TRUE(module.is_mapped());
    EXPECT_EQ(log->lines(), (Lines{"entered 1", "created 1"}));
}

TEST_F(LazyLoadingTest, WithoutAManifestTheFileIsMappedAtOnce) {
    install("steps", file);
    const auto found = registry();

    EXPECT_TRUE(found->modules().at(0)->is_mapped());
    EXPECT_EQ(log->lines(), Lines{"entered 1"});
    EXPECT_EQ(answer(*found), 1);
}

TEST_F(LazyLoadingTest, AModuleThatIsNotWhatItsManifestSaysFailsEveryCall) {
    install("steps", file, steps_manifest("1.0.1"));
    const auto found = registry();

    for (int i = 0; i < 2; ++i) {
        const auto outcome = call(found->find("steps", "answer"));
        ASSERT_TRUE(outcome.failure);
        EXPECT_EQ(outcome.failure->code, "internal");
        EXPECT_NE(outcome.failure->message.find(
                      "its manifest says version 1.0.1, the module itself 1.0.0; "),
                  std::string::npos)
            << outcome.failure->message;
    }
    EXPECT_FALSE(found->modules().at(0)->is_mapped());
}

TEST_F(LazyLoadingTest, AFileThatCannotBeMappedFailsEveryCall) {
    install("unresolved", file, steps_manifest());
    const auto found = registry();

    const auto outcome = call(found->find("steps", "answer"));

    ASSERT_TRUE(outcome.failure);
    EXPECT_NE(outcome.failure->message.find("this_symbol_is_nowhere"), std::string::npos);
}

TEST_F(LazyLoadingTest, AnInvalidManifestIsRefusedBeforeAnythingRuns) {
    install("steps", file, "{\"manifest\":1}");

    EXPECT_EQ(problem_of(*registry()), PluginProblem::InvalidDescriptor);
    EXPECT_EQ(log->lines(), Lines{});
}

TEST_F(LazyLoadingTest, EagerlyEveryFileIsMappedAndComparedAtOnce) {
    install("steps", file, steps_manifest());
    EXPECT_TRUE(registry({}, true)->modules().at(0)->is_mapped());
    EXPECT_EQ(log->lines(), Lines{"entered 1"});

    install("steps", file, steps_manifest("7.0.0"));
    EXPECT_EQ(problem_of(*registry({}, true)), PluginProblem::ManifestDiffers);
}

TEST_F(LazyLoadingTest, WhatWasFoundIsMappedAlsoWhenItsNameHasBeenTaken) {
    install("steps", file, steps_manifest());
    const auto found = registry();
    install("steps_changed", file, steps_manifest());

    EXPECT_EQ(answer(*found), 1);
    EXPECT_EQ(answer(*registry()), 2);
}

TEST_F(LazyLoadingTest, AFileThatWasOverwrittenIsNotMapped) {
    install("steps", file, steps_manifest());
    const auto found = registry();
    std::ofstream(file, std::ios::app) << "x";

    const auto outcome = call(found->find("steps", "answer"));

    ASSERT_TRUE(outcome.failure);
    EXPECT_NE(outcome.failure->message.find("has changed since it was found"), std::string::npos);
    EXPECT_EQ(log->lines(), Lines{});
}

TEST_F(LazyLoadingTest, TheDescriberIsAskedWhereThereIsNoManifest) {
    install("steps", file);
    const auto found = registry({.describer = &describer});

    EXPECT_EQ(describer.asked, std::vector{std::filesystem::canonical(file)});
    EXPECT_FALSE(found->modules().at(0)->is_mapped());
    EXPECT_EQ(answer(*found), 1);
}

TEST_F(LazyLoadingTest, TheDescriberIsNotAskedWhereThereIsAManifest) {
    install("steps", file, steps_manifest());

    EXPECT_EQ(registry({.describer = &describer})->modules().size(), 1U);
    EXPECT_TRUE(describer.asked.empty());
}

TEST_F(LazyLoadingTest, WhatTheDescriberRefusesIsRefused) {
    install("steps", file);
    describer.refusal = PluginRefused(PluginProblem::Declined, "declines", "");

    EXPECT_EQ(problem_of(*registry({.describer = &describer})), PluginProblem::Declined);
}

TEST_F(LazyLoadingTest, WhatWasAdmittedIsExaminedAndMapped) {
    install("steps", file, steps_manifest());
    admission.verdict.signed_by = "example";
    admission.verdict.warnings = {"is old"};
    const auto found = registry({.admission = &admission});

    const LoadedModule& module = *found->modules().at(0);
    EXPECT_EQ(module.source().file, std::filesystem::canonical(file));
    EXPECT_EQ(module.source().load_from, admission.folder / "1.so");
    EXPECT_EQ(module.source().sha256, FakeAdmission::hash(file));
    EXPECT_EQ(module.source().signed_by, "example");
    EXPECT_EQ(module.warnings(), Lines{"is old"});
    ASSERT_EQ(admission.claimed.size(), 1U);
    EXPECT_EQ(admission.claimed.front().file, std::filesystem::canonical(file));
    EXPECT_EQ(admission.claimed.front().id, "com.example.steps");
    EXPECT_EQ(admission.claimed.front().version, "1.0.0");
    EXPECT_FALSE(admission.claimed.front().search_path);
    std::ofstream(file, std::ios::trunc) << "somebody broke it";
    EXPECT_EQ(answer(*found), 1);
}

TEST_F(LazyLoadingTest, ThePolicyIsToldWhichLibrariesAreNeeded) {
    install("throwing", file);
    static_cast<void>(registry({.admission = &admission}));

    const auto& needed = admission.claimed.at(0).needed;
    EXPECT_TRUE(std::any_of(needed.begin(), needed.end(), [](const std::string& library) {
        return library.starts_with("libstdc++.so");
    }));
}

TEST_F(LazyLoadingTest, WhatIsDeniedNeverRuns) {
    install("steps", file);
    admission.denied.insert(FakeAdmission::hash(file));

    EXPECT_EQ(problem_of(*registry({.admission = &admission, .describer = &describer})),
              PluginProblem::Untrusted);
    EXPECT_EQ(log->lines(), Lines{});
    EXPECT_TRUE(describer.asked.empty());
    EXPECT_EQ(admission.claimed.at(0).id, "");
}

TEST_F(LazyLoadingTest, WhatMayOnlyRunInAProcessOfItsOwnNeverRunsHere) {
    install("steps", file, steps_manifest());
    admission.verdict.isolate = true;
    const auto found = registry({.admission = &admission}, true);

    ASSERT_EQ(found->modules().size(), 1U);
    EXPECT_TRUE(found->modules().front()->source().isolate);
    EXPECT_TRUE(call(found->find("steps", "answer")).failure);
    EXPECT_EQ(log->lines(), Lines{});
}

TEST_F(LazyLoadingTest, WithoutAManifestOnlyTheDescriberKnowsWhatMayNotRunHere) {
    install("steps", file);
    admission.verdict.isolate = true;

    EXPECT_EQ(problem_of(*registry({.admission = &admission})), PluginProblem::Untrusted);
    EXPECT_EQ(registry({.admission = &admission, .describer = &describer})->modules().size(), 1U);
    EXPECT_EQ(log->lines(), Lines{});
}

TEST_F(LazyLoadingTest, TheFileItselfMustBeSafeWhateverIsAdmitted) {
    install("steps", file, steps_manifest());
    std::filesystem::permissions(file, std::filesystem::perms::others_write,
                                 std::filesystem::perm_options::add);
    const PluginRegistry found({.places = {place(file)}}, {}, {.admission = &admission});

    EXPECT_EQ(problem_of(found), PluginProblem::Untrusted);
    EXPECT_EQ(admission.taken, 0);
}

TEST_F(LazyLoadingTest, KnowsWhatCameWithTheHost) {
    install("steps", file, steps_manifest());
    PluginPlace bundled = place(file);
    bundled.bundled = true;
    const PluginRegistry found({.places = {bundled}, .trust = TrustPolicy::Ignore});

    EXPECT_TRUE(found.modules().at(0)->source().bundled);
    EXPECT_FALSE(registry()->modules().at(0)->source().bundled);
}

}  // namespace
}  // namespace oa::host
