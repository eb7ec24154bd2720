#include "host/plugin/plugin_host.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "core/workflow/reader.hpp"
#include "tests/host/plugin/steps_fixture.hpp"

namespace oa::host {
namespace {

using Kind = ReloadChange::Kind;

struct PluginHostTest : testing::Test {
    test::TemporaryFolder folder;
    std::shared_ptr<StepsLog> log = std::make_shared<StepsLog>();
    FakeAdmission admission;
    const std::filesystem::path file = folder / "steps.so";

    [[nodiscard]] std::unique_ptr<PluginHost> host(const PluginPorts& ports = {}) const {
        HostServices services;
        services.log = log;
        return std::make_unique<PluginHost>(
            PluginSearch{.places = {place(folder.path())}, .trust = TrustPolicy::Ignore}, services,
            ports);
    }
    /// The one change of a reload.
    static ReloadChange only_change(PluginHost& plugins) {
        const auto report = plugins.reload();
        EXPECT_EQ(report.changes.size(), 1U);
        return report.changes.empty() ? ReloadChange{} : report.changes.front();
    }
};

TEST_F(PluginHostTest, WhatHasNotChangedStaysAsItIs) {
    install("steps", file);
    install("good", folder / "good.so");
    const auto plugins = host();
    const auto before = plugins->current();
    EXPECT_EQ(answer(*before), 1);

    const auto report = plugins->reload();

    EXPECT_TRUE(report.changes.empty());
    EXPECT_EQ(report.unchanged, 2U);
    EXPECT_NE(plugins->current(), before);
    EXPECT_EQ(plugins->current()->modules(), before->modules());
    EXPECT_EQ(plugins->current()->find("steps", "answer"), before->find("steps", "answer"));
    EXPECT_EQ(log->count("created 1"), 1);
}

TEST_F(PluginHostTest, BothGenerationsRunSideBySide) {
    install("steps", file);
    const auto plugins = host();
    const auto before = plugins->current();
    EXPECT_EQ(answer(*before), 1);
    install("steps_changed", file);

    const auto change = only_change(*plugins);

    EXPECT_EQ(change.kind, Kind::Replaced);
    EXPECT_EQ(change.module, "steps");
    EXPECT_EQ(change.file, std::filesystem::canonical(file));
    EXPECT_EQ(change.generation, 2U);
    const auto after = plugins->current();
    EXPECT_EQ(after->modules().at(0)->source().generation, 2U);
    EXPECT_EQ(answer(*after), 2);
    EXPECT_EQ(answer(*before), 1);
    EXPECT_EQ(answer(*after), 2);
}

TEST_F(PluginHostTest, BothGenerationsRunSideBySideAlsoWithManifests) {
    install("steps", file, steps_manifest());
    const auto plugins = host();
    const auto before = plugins->current();
    install("steps_changed", file, steps_manifest());
    EXPECT_EQ(plugins->reload().changes.size(), 1U);

    EXPECT_EQ(answer(*plugins->current()), 2);
    EXPECT_EQ(answer(*before), 1);
}

TEST_F(PluginHostTest, AFileThatWasOverwrittenIsAnotherGeneration) {
    install("steps", file);
    const auto plugins = host({.admission = &admission});  // which saves what is mapped
    EXPECT_EQ(answer(*plugins->current()), 1);
    std::filesystem::copy_file(fixture("steps_2_0"), file,
                               std::filesystem::copy_options::overwrite_existing);

    const auto change = only_change(*plugins);

    EXPECT_EQ(change.version, "2.0.0");
    EXPECT_EQ(change.version_before, "1.0.0");
    EXPECT_EQ(answer(*plugins->current()), 20);
}

TEST_F(PluginHostTest, AFileThatWasOverwrittenBeforeItWasMappedIsAnotherGeneration) {
    install("steps", file, steps_manifest());
    const auto plugins = host();
    std::filesystem::copy_file(fixture("steps_2_0"), file,
                               std::filesystem::copy_options::overwrite_existing);
    plugins->reload();

    EXPECT_EQ(answer(*plugins->current()), 20);
}

TEST_F(PluginHostTest, AnAdmittedCopyIsMappedForEachGeneration) {
    install("steps", file);
    const auto plugins = host({.admission = &admission});
    EXPECT_EQ(answer(*plugins->current()), 1);
    install("steps_changed", file);
    plugins->reload();

    EXPECT_EQ(answer(*plugins->current()), 2);
    EXPECT_EQ(plugins->current()->modules().at(0)->source().load_from, admission.folder / "2.so");
}

TEST_F(PluginHostTest, TheSameContentInANewFileIsNoChange) {
    install("steps", file);
    const auto plugins = host({.admission = &admission});
    const auto* module = plugins->current()->modules().at(0);
    install("steps", file);

    EXPECT_TRUE(plugins->reload().changes.empty());
    EXPECT_EQ(plugins->current()->modules().at(0), module);
    plugins->reload();
    EXPECT_EQ(admission.taken, 2);  // not looked at a third time
}

TEST_F(PluginHostTest, NewFilesAreAddedAndMissingOnesRemoved) {
    install("steps", file);
    const auto plugins = host();
    install("good", folder / "good.so");
    EXPECT_EQ(only_change(*plugins).kind, Kind::Added);
    EXPECT_NE(plugins->current()->find("good", "act"), nullptr);

    std::filesystem::remove(file);
    const auto change = only_change(*plugins);
    EXPECT_EQ(change.kind, Kind::Removed);
    EXPECT_EQ(change.module, "steps");
    EXPECT_EQ(plugins->current()->find("steps", "answer"), nullptr);

    install("steps_changed", file);
    EXPECT_EQ(only_change(*plugins).generation, 2U);
    EXPECT_EQ(answer(*plugins->current()), 2);
}

TEST_F(PluginHostTest, TheGenerationBeforeServesWhereTheNewFileIsRefused) {
    install("steps", file);
    const auto plugins = host();
    install("no_entry", file);

    const auto change = only_change(*plugins);

    EXPECT_EQ(change.kind, Kind::Kept);
    EXPECT_EQ(change.generation, 1U);
    EXPECT_NE(change.reason.find("no plug-in"), std::string::npos) << change.reason;
    EXPECT_FALSE(change.fix.empty());
    EXPECT_EQ(answer(*plugins->current()), 1);
    EXPECT_EQ(plugins->current()->refused().size(), 1U);
    install("steps_changed", file);
    EXPECT_EQ(only_change(*plugins).generation, 2U);
    EXPECT_EQ(answer(*plugins->current()), 2);
    EXPECT_TRUE(plugins->current()->refused().empty());
}

TEST_F(PluginHostTest, AFolderThatIsNoLongerSafeKeepsWhatItOffered) {
    install("steps", file);
    const PluginSearch search{.places = {place(folder.path())}};
    PluginHost plugins(search);
    ASSERT_EQ(plugins.current()->modules().size(), 1U);
    std::filesystem::permissions(folder.path(), std::filesystem::perms::others_write,
                                 std::filesystem::perm_options::add);

    const auto report = plugins.reload();

    EXPECT_EQ(report.changes.size(), 1U);
    EXPECT_EQ(report.changes.at(0).kind, Kind::Kept);
    EXPECT_EQ(answer(*plugins.current()), 1);
}

TEST_F(PluginHostTest, WhatIsForbiddenByNowIsRemoved) {
    install("steps", file);
    const auto plugins = host({.admission = &admission});
    admission.denied.insert(FakeAdmission::hash(file));

    const auto change = only_change(*plugins);

    EXPECT_EQ(change.kind, Kind::Removed);
    EXPECT_NE(change.reason.find("denied"), std::string::npos) << change.reason;
    EXPECT_TRUE(plugins->current()->modules().empty());
}

TEST_F(PluginHostTest, ANewFileThatIsRefusedIsToldOnce) {
    const auto plugins = host();
    install("no_entry", file);

    const auto change = only_change(*plugins);

    EXPECT_EQ(change.kind, Kind::Refused);
    EXPECT_EQ(change.file, file);
    EXPECT_TRUE(plugins->reload().changes.empty());
}

TEST_F(PluginHostTest, AModuleIsStoppedWhenTheLastSnapshotIsGone) {
    install("steps", file);
    const auto plugins = host();
    auto before = plugins->current();
    EXPECT_EQ(answer(*before), 1);
    const auto* function = before->find("steps", "answer");
    install("steps_changed", file);
    plugins->reload();
    EXPECT_EQ(log->count("destroyed 1"), 0);

    before.reset();

    EXPECT_EQ(log->count("destroyed 1"), 1);
    EXPECT_EQ(answer(*plugins->current()), 2);
    const auto outcome = call(function);  // its description stays
    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->code, "unavailable");
}

TEST_F(PluginHostTest, AWorkflowKeepsTheModulesThatItWasReadWith) {
    install("steps", file);
    const auto plugins = host();
    auto read = core::read_workflow("tasks: [{steps.answer: {}}]", "f.yaml", plugins->current());
    ASSERT_TRUE(read.workflow);
    install("steps_changed", file);
    plugins->reload();

    EXPECT_EQ(call(read.workflow->tasks.at(0).info).output, 1);
    EXPECT_EQ(log->count("destroyed 1"), 0);
    read.workflow.reset();
    EXPECT_EQ(log->count("destroyed 1"), 1);
}

TEST_F(PluginHostTest, ARetiredModuleEndsWithItsLastCall) {
    install("steps", file);
    const auto plugins = host();
    LoadedModule* module = plugins->current()->modules().at(0);
    ASSERT_EQ(module->enter().failure, nullptr);
    module->retire();
    EXPECT_NE(module->enter().failure, nullptr);
    EXPECT_EQ(log->count("destroyed 1"), 0);

    module->leave();

    EXPECT_EQ(log->count("destroyed 1"), 1);
}

TEST_F(PluginHostTest, ShutdownStopsEveryGeneration) {
    install("steps", file);
    const auto plugins = host();
    const auto before = plugins->current();
    EXPECT_EQ(answer(*before), 1);
    install("steps_changed", file);
    plugins->reload();
    EXPECT_EQ(answer(*plugins->current()), 2);

    EXPECT_TRUE(plugins->shutdown().empty());

    EXPECT_EQ(log->count("destroyed 1"), 1);
    EXPECT_EQ(log->count("destroyed 2"), 1);
    EXPECT_EQ(answer(*before), 0);
}

TEST_F(PluginHostTest, NoCallNoticesAReload) {
    constexpr int reloads = 200;
    constexpr int threads = 4;
    for (const bool with_manifest : {false, true}) {
        const auto manifest = with_manifest ? std::optional(steps_manifest()) : std::nullopt;
        install("steps", file, manifest);
        const auto plugins = host();
        std::atomic<bool> done{false};
        std::atomic<int> wrong{0};
        std::atomic<int> calls{0};
        std::vector<std::thread> callers;
        for (int i = 0; i < threads; ++i) {
            callers.emplace_back([&] {
                do {
                    const auto snapshot = plugins->current();
                    const auto got = answer(*snapshot);
                    wrong += got == 1 || got == 2 ? 0 : 1;
                    ++calls;
                } while (!done.load());
            });
        }
        for (int i = 0; i < reloads; ++i) {
            install(i % 2 == 0 ? "steps_changed" : "steps", file, manifest);
            const auto report = plugins->reload();
            EXPECT_EQ(report.changes.size(), 1U);
        }
        done.store(true);
        for (auto& caller : callers) {
            caller.join();
        }
        EXPECT_EQ(wrong, 0);
        EXPECT_GE(calls, threads);
        EXPECT_EQ(plugins->current()->modules().at(0)->source().generation, reloads + 1U);
        EXPECT_EQ(answer(*plugins->current()), 1);
    }
}

}  // namespace
}  // namespace oa::host
