#include "host/plugin/plugin_registry.hpp"

#include <algorithm>

#include <elf.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/host/plugin/fixtures.hpp"

namespace oa::host {
namespace {

using Names = std::vector<std::string>;

PluginSearch folder_search(const std::filesystem::path& folder) {
    return {{place(folder)}, TrustPolicy::Ignore};
}

Names loaded_names(const PluginRegistry& registry) {
    Names out;
    for (const LoadedModule* module : registry.modules()) {
        out.push_back(module->info().name);
    }
    return out;
}

/// The one thing that was refused.
RefusedPlugin only_refused(const PluginRegistry& registry) {
    EXPECT_EQ(registry.refused().size(), 1U);
    return registry.refused().empty() ? RefusedPlugin{} : registry.refused().front();
}

TEST(PluginRegistryTest, DescribesTheModulesThatItLoads) {
    const PluginRegistry registry(search_for("good"));

    ASSERT_EQ(registry.modules().size(), 1U);
    EXPECT_TRUE(registry.refused().empty());
    const auto& module = *registry.modules().front();
    EXPECT_EQ(module.info().id, "com.example.good");
    EXPECT_EQ(module.info().version, "1.2.3");
    EXPECT_EQ(module.source().file, std::filesystem::canonical(fixture("good")));
    EXPECT_EQ(module.source().origin, "test");
    EXPECT_TRUE(module.warnings().empty());
}

TEST(PluginRegistryTest, DescribesFunctionsForTheEngine) {
    const PluginRegistry registry(search_for("good"));

    const auto* act = registry.find("good", "act");
    ASSERT_NE(act, nullptr);
    EXPECT_EQ(act->module, "good");
    EXPECT_EQ(act->function, "act");
    EXPECT_EQ(act->parameters, (Names{"path", "mode", "times"}));
    EXPECT_FALSE(act->open);
    EXPECT_TRUE(act->idempotent);
    EXPECT_TRUE(act->thread_safe);
    EXPECT_EQ(act->default_timeout_ms, 5000U);
    const auto* rest = registry.find("good", "rest");
    ASSERT_NE(rest, nullptr);
    EXPECT_TRUE(rest->open);
    EXPECT_FALSE(rest->idempotent);
    EXPECT_TRUE(rest->deprecated);
    EXPECT_EQ(rest->replaced_by, "good.act");
}

TEST(PluginRegistryTest, FindsFunctionsByEveryName) {
    const PluginRegistry registry(search_for("good"));
    const auto* act = registry.find("good", "act");

    ASSERT_NE(act, nullptr);
    EXPECT_EQ(registry.find("com.example.good", "act"), act);
    EXPECT_EQ(registry.find("good-old", "act"), act);
    EXPECT_EQ(registry.find("good", "do-it"), act);
    EXPECT_EQ(registry.find("oa-io", "act"), act);
    EXPECT_EQ(registry.find("oa-io", "act.now"), act);
    EXPECT_EQ(registry.find("oa-io", "do-it"), nullptr);
    EXPECT_EQ(registry.find("good", "oa-io.act"), nullptr);
    EXPECT_EQ(registry.find("good", "fly"), nullptr);
    EXPECT_EQ(registry.find("bad", "act"), nullptr);
}

TEST(PluginRegistryTest, KnowsModulesByEveryName) {
    const PluginRegistry registry(search_for("good"));

    for (const char* name : {"good", "com.example.good", "good-old", "oa-io"}) {
        EXPECT_TRUE(registry.has_module(name)) << name;
    }
    EXPECT_FALSE(registry.has_module("oa"));
    EXPECT_EQ(registry.module_names(), (Names{"com.example.good", "good", "good-old", "oa-io"}));
    EXPECT_EQ(registry.function_names("good"), (Names{"act", "do-it", "rest"}));
    EXPECT_EQ(registry.function_names("oa-io"), (Names{"act", "act.now"}));
    EXPECT_TRUE(registry.function_names("none").empty());
    EXPECT_NE(registry.find_module("good-old"), nullptr);
    EXPECT_EQ(registry.find_module("oa-io"), nullptr);  // names functions only
}

TEST(PluginRegistryTest, APluginThatPinsAnOlderMinorIsLoaded) {
    EXPECT_EQ(loaded_names(PluginRegistry(search_for("pinned"))), Names{"pinned"});
}

TEST(PluginRegistryTest, NoticesAnExecutableStack) {
    const PluginRegistry registry(search_for("executable_stack"));

    // Whether the system allows such a library at all is not ours to decide.
    if (!registry.modules().empty()) {
        EXPECT_EQ(registry.modules().front()->warnings().size(), 1U);
    }
}

struct RefusedCase {
    const char* fixture_name;
    PluginProblem problem;
    const char* words;  // that the reason must hold
};

struct RefusedPluginTest : testing::TestWithParam<RefusedCase> {};

TEST_P(RefusedPluginTest, IsListedWithItsReasonAndStopsNobody) {
    const PluginRegistry registry(search_for(GetParam().fixture_name, "other"));

    EXPECT_EQ(loaded_names(registry), Names{"other"});
    const auto refused = only_refused(registry);
    EXPECT_EQ(to_string(refused.problem), to_string(GetParam().problem));
    EXPECT_NE(refused.reason.find(GetParam().words), std::string::npos) << refused.reason;
    EXPECT_EQ(refused.file, fixture(GetParam().fixture_name));
    EXPECT_EQ(refused.origin, "test");
    EXPECT_EQ(refused.fix.empty(), refused.problem == PluginProblem::Declined);
}

using P = PluginProblem;
INSTANTIATE_TEST_SUITE_P(
    Fixtures,
    RefusedPluginTest,
    testing::Values(
        RefusedCase{"no_entry", P::NoEntry, "oa_module_entry_v1"},
        RefusedCase{"entry_v2", P::WrongMajor, "oa_module_entry_v2"},
        RefusedCase{"unresolved", P::Unloadable, "this_symbol_is_nowhere"},
        RefusedCase{"abi_too_new", P::AbiTooNew, "ABI 1.99"},
        RefusedCase{"abi_other_major", P::InvalidDescriptor, "ABI 3.0"},
        RefusedCase{"declines", P::Declined, "this machine has no printer"},
        RefusedCase{"declines_silently", P::Declined, "no reason"},
        RefusedCase{"size_zero", P::InvalidDescriptor, "struct_size is 0"},
        RefusedCase{"size_small", P::InvalidDescriptor, "struct_size is 64"},
        RefusedCase{"count_zero", P::InvalidDescriptor, "function_count is 0"},
        RefusedCase{"count_absurd", P::InvalidDescriptor, "function_count is 4000000000"},
        RefusedCase{"function_size_zero", P::InvalidDescriptor, "function 2"},
        RefusedCase{"function_twice", P::InvalidDescriptor, "called 'act'"},
        RefusedCase{"function_bad_name", P::InvalidDescriptor, "'Act-Up'"},
        RefusedCase{"function_no_run", P::InvalidDescriptor, "no run()"},
        RefusedCase{"id_bad", P::InvalidDescriptor, "'Com Example'"},
        RefusedCase{"id_bad_utf8", P::InvalidDescriptor, "not valid UTF-8"},
        RefusedCase{"id_missing", P::InvalidDescriptor, "id is missing"},
        RefusedCase{"name_bad", P::InvalidDescriptor, "'Good'"},
        RefusedCase{"name_missing", P::InvalidDescriptor, "name is missing"},
        RefusedCase{"version_bad", P::InvalidDescriptor, "'1.x'"},
        RefusedCase{"version_missing", P::InvalidDescriptor, "version is missing"},
        RefusedCase{"summary_bad_utf8", P::InvalidDescriptor, "summary is not valid UTF-8"},
        RefusedCase{"schema_missing", P::InvalidDescriptor, "parameters"},
        RefusedCase{"schema_not_json", P::InvalidDescriptor, "function act is not JSON"},
        RefusedCase{"schema_not_object", P::InvalidDescriptor, "must be an object"},
        RefusedCase{"schema_of_array", P::InvalidDescriptor, "\"type\" is not \"object\""},
        RefusedCase{"examples_not_array", P::InvalidDescriptor, "not a JSON array"}),
    [](const auto& param) { return std::string(param.param.fixture_name); });

TEST(DuplicateTest, TheFirstOfTwoModulesWithOneNameWins) {
    const PluginRegistry registry(search_for("same_name", "good"));

    ASSERT_EQ(registry.modules().size(), 1U);
    EXPECT_EQ(registry.modules().front()->info().id, "com.example.another");
    EXPECT_EQ(only_refused(registry).problem, PluginProblem::Duplicate);
}

TEST(DuplicateTest, AnAliasThatIsTakenStaysWithTheFirst) {
    const PluginRegistry registry(search_for("good", "same_alias"));

    EXPECT_EQ(loaded_names(registry), (Names{"good", "third"}));
    EXPECT_EQ(registry.find("good-old", "act")->module, "good");
    EXPECT_EQ(registry.find("oa-io", "act")->module, "good");
    EXPECT_EQ(registry.modules().at(1)->warnings().size(), 3U);
}

TEST(DuplicateTest, TheSameFileFoundTwiceIsOnePlugin) {
    const test::TemporaryFolder folder;
    std::filesystem::create_symlink(fixture("good"), folder / "link.so");
    const PluginRegistry registry(
        {{place(fixture("good")), place(folder.path()), place(fixture("good"))},
         TrustPolicy::Ignore});

    EXPECT_EQ(loaded_names(registry), Names{"good"});
    EXPECT_TRUE(registry.refused().empty());
}

struct SearchTest : testing::Test {
    test::TemporaryFolder folder;

    PluginProblem problem_of_only_file() {
        const PluginRegistry registry(folder_search(folder.path()));
        EXPECT_TRUE(registry.modules().empty());
        return only_refused(registry).problem;
    }
};

TEST_F(SearchTest, TakesTheLibrariesOfAFolderInTheOrderOfTheirNames) {
    std::filesystem::copy_file(fixture("other"), folder / "a.so");
    std::filesystem::copy_file(fixture("good"), folder / "b.so");
    std::filesystem::copy_file(fixture("pinned"), folder / ".hidden.so");
    folder.write("notes.txt", "not looked at");
    std::filesystem::create_directory(folder / "below");
    std::filesystem::copy_file(fixture("pinned"), folder / "below/c.so");

    const PluginRegistry registry(folder_search(folder.path()));

    EXPECT_EQ(loaded_names(registry), (Names{"other", "good"}));
    EXPECT_TRUE(registry.refused().empty());
}

TEST_F(SearchTest, ListsAFileThatIsFoundTwiceOnce) {
    folder.write("x.so", "no library");

    const PluginRegistry registry(
        {{place(folder.path()), place(folder / "x.so")}, TrustPolicy::Ignore});

    EXPECT_EQ(registry.refused().size(), 1U);
}

TEST_F(SearchTest, FollowsLinks) {
    std::filesystem::create_symlink(fixture("good"), folder / "good.so");

    const PluginRegistry registry(folder_search(folder.path()));

    EXPECT_EQ(loaded_names(registry), Names{"good"});
    EXPECT_EQ(registry.modules().front()->source().file,
              std::filesystem::canonical(fixture("good")));
}

TEST_F(SearchTest, ReportsAPlaceThatMustExist) {
    const PluginRegistry registry(folder_search(folder / "absent"));

    EXPECT_EQ(only_refused(registry).problem, PluginProblem::Missing);
    EXPECT_EQ(only_refused(registry).file, folder / "absent");
}

TEST_F(SearchTest, IsSilentAboutAPlaceThatNeedNotExist) {
    const PluginRegistry registry(
        {{{folder / "absent", "beside the program", PluginPlace::Presence::Optional}},
         TrustPolicy::Ignore});

    EXPECT_TRUE(registry.refused().empty());
}

TEST_F(SearchTest, RefusesALinkToNothing) {
    std::filesystem::create_symlink(folder / "absent", folder / "x.so");
    EXPECT_EQ(problem_of_only_file(), PluginProblem::Missing);
}

TEST_F(SearchTest, RefusesAFolderNamedLikeALibrary) {
    std::filesystem::create_directory(folder / "x.so");
    EXPECT_EQ(problem_of_only_file(), PluginProblem::NotAFile);
}

TEST_F(SearchTest, DoesNotWaitForAPipe) {
    ASSERT_EQ(mkfifo((folder / "x.so").c_str(), 0600), 0);
    EXPECT_EQ(problem_of_only_file(), PluginProblem::NotAFile);
}

TEST_F(SearchTest, RefusesAnEmptyFile) {
    folder.write("x.so", "");
    EXPECT_EQ(problem_of_only_file(), PluginProblem::NotALibrary);
}

TEST_F(SearchTest, RefusesAText) {
    folder.write("x.so", "GROUP ( /usr/lib/libx.so.1 )\n");
    EXPECT_EQ(problem_of_only_file(), PluginProblem::NotALibrary);
}

TEST_F(SearchTest, RefusesAnotherMachine) {
    auto bytes = read_bytes(fixture("good"));
    bytes[offsetof(Elf64_Ehdr, e_machine)] = static_cast<char>(EM_SPARCV9);
    folder.write("x.so", bytes);
    EXPECT_EQ(problem_of_only_file(), PluginProblem::WrongMachine);
}

TEST_F(SearchTest, RefusesALibraryCutAtAnyLength) {
    const auto bytes = read_bytes(fixture("good"));
    for (std::size_t size = 100; size < bytes.size(); size += 499) {
        folder.write("x.so", bytes.substr(0, size));
        EXPECT_EQ(problem_of_only_file(), PluginProblem::Damaged) << size;
    }
}

}  // namespace
}  // namespace oa::host
