// Plug-ins that do harm before or after their functions run, and files that are no plug-ins.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <ostream>

#include <gtest/gtest.h>

#include "host/isolation/worker_describer.hpp"
#include "tests/isolation/house.hpp"
#include "tests/isolation/nothing_is_left.hpp"

namespace oa::test {
namespace {

using namespace std::chrono_literals;
using Codes = std::vector<std::string_view>;

host::isolation::IsolationSettings impatient_settings() {
    auto out = test_settings();
    out.pool.start_max = 1s;
    return out;
}

/// A search path of one file, which is asked in a worker what it offers.
struct Shelf {
    Shelf(House& house, const std::filesystem::path& file)
        : describer(house.settings, house.supervisor),
          registry({{{file, "test"}}, host::TrustPolicy::Ignore},
                   {},
                   {.admission = nullptr, .describer = &describer}) {}

    host::isolation::WorkerDescriber describer;
    host::PluginRegistry registry;
};

// ---- Refused while it is looked at ----

struct Unloadable {
    std::string_view library;
    std::string_view says;
    host::PluginProblem problem = host::PluginProblem::Unloadable;
};

void PrintTo(const Unloadable& one, std::ostream* out) {
    *out << one.library;
}

struct UnloadableTest : testing::TestWithParam<Unloadable> {};

TEST_P(UnloadableTest, IsRefusedWithTheReason) {
    static_cast<void>(modules());
    const TemporaryFolder folder;
    const NothingIsLeft nothing_is_left;
    {
        House house(impatient_settings(), folder);
        ASSERT_TRUE(house.is_well("isolated", "rest"));

        const Shelf shelf(house, hostile_library(GetParam().library));

        EXPECT_TRUE(shelf.registry.modules().empty());
        ASSERT_EQ(shelf.registry.refused().size(), 1U);
        const host::RefusedPlugin& refused = shelf.registry.refused().front();
        EXPECT_EQ(to_string(refused.problem), to_string(GetParam().problem)) << refused.reason;
        EXPECT_NE(refused.reason.find(GetParam().says), std::string::npos) << refused.reason;
        EXPECT_TRUE(house.is_well("isolated", "rest"));
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    nothing_is_left.check();
}

INSTANTIATE_TEST_SUITE_P(
    Faults,
    UnloadableTest,
    testing::Values(Unloadable{"constructor_crash", "SIGSEGV"},
                    Unloadable{"constructor_loop", ""},
                    Unloadable{"constructor_leave", "exit(0)"},
                    Unloadable{"entry_crash", "SIGSEGV"},
                    Unloadable{"entry_loop", ""},
                    Unloadable{"entry_leave", "exit(0)"},
                    Unloadable{"entry_null", "", host::PluginProblem::Declined},
                    Unloadable{"entry_wild", "SIGSEGV"}),
    [](const testing::TestParamInfo<Unloadable>& one) { return std::string(one.param.library); });

// ---- Fails in its first call, or at its end ----

struct Stage {
    std::string_view library;
    Codes codes{};  ///< empty: the call succeeds
    std::string_view says = "";
};

void PrintTo(const Stage& one, std::ostream* out) {
    *out << one.library;
}

struct StageTest : testing::TestWithParam<Stage> {};

TEST_P(StageTest, HarmsNothingButItsWorker) {
    const Stage& stage = GetParam();
    static_cast<void>(modules());
    const TemporaryFolder folder;
    std::optional<Shelf> shelf;
    {
        House house(impatient_settings(), folder);
        shelf.emplace(house, hostile_library(stage.library));
    }
    ASSERT_TRUE(shelf->registry.refused().empty()) << shelf->registry.refused().front().reason;
    const NothingIsLeft nothing_is_left;
    const auto started = std::chrono::steady_clock::now();
    {
        House house(impatient_settings(), folder);
        ASSERT_TRUE(house.is_well("isolated", "rest"));

        const House::Call call = house.call(shelf->registry, stage.library, "healthy", "{}", 1s);

        const auto& failure = call.outcome.failure;
        if (stage.codes.empty()) {
            EXPECT_FALSE(failure) << failure->code << ": " << failure->message;
        } else {
            ASSERT_TRUE(failure);
            EXPECT_NE(std::find(stage.codes.begin(), stage.codes.end(), failure->code),
                      stage.codes.end())
                << failure->code << ": " << failure->message;
            EXPECT_NE(failure->message.find(stage.says), std::string::npos) << failure->message;
        }
        EXPECT_TRUE(house.is_well("isolated", "rest"));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - started, 20s);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    nothing_is_left.check();
}

INSTANTIATE_TEST_SUITE_P(Faults,
                         StageTest,
                         testing::Values(Stage{"create_crash", {"crashed"}, "SIGSEGV"},
                                         Stage{"create_loop", {"deadline", "cancelled"}},
                                         Stage{"create_leave", {"crashed"}, "exit(0)"},
                                         Stage{"start_crash", {"crashed"}, "SIGSEGV"},
                                         Stage{"start_loop", {"deadline", "cancelled"}},
                                         Stage{"start_leave", {"crashed"}, "exit(0)"},
                                         Stage{"stop_crash"},
                                         Stage{"stop_loop"},
                                         Stage{"stop_leave"},
                                         Stage{"destroy_crash"},
                                         Stage{"destroy_loop"},
                                         Stage{"destroy_leave"},
                                         Stage{"destructor_crash"},
                                         Stage{"destructor_loop"},
                                         Stage{"destructor_leave"},
                                         Stage{"constructor_starts_threads"},
                                         Stage{"start_starts_threads"},
                                         Stage{"run_path"},
                                         Stage{"executable_stack"},
                                         Stage{"text_relocation"}),
                         [](const testing::TestParamInfo<Stage>& one) {
                             return std::string(one.param.library);
                         });

// ---- Files that are no plug-ins for this machine ----

struct BadFileTest : testing::Test {
    TemporaryFolder files;
    TemporaryFolder folder;

    host::PluginProblem problem_of(const std::filesystem::path& file) {
        House house(impatient_settings(), folder);
        const Shelf shelf(house, file);
        EXPECT_EQ(shelf.registry.refused().size(), 1U);
        return shelf.registry.refused().empty() ? host::PluginProblem::Missing
                                                : shelf.registry.refused().front().problem;
    }
    [[nodiscard]] static std::string good_bytes() {
        std::ifstream in(std::filesystem::path(OA_FIXTURE_DIR) / "isolated/isolated.so",
                         std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
};

TEST_F(BadFileTest, IsRefusedWhenASymbolIsMissing) {
    EXPECT_EQ(problem_of(std::filesystem::path(OA_FIXTURE_DIR) / "unresolved/unresolved.so"),
              host::PluginProblem::Unloadable);
}

TEST_F(BadFileTest, IsRefusedWithoutAnEntry) {
    EXPECT_EQ(problem_of(std::filesystem::path(OA_FIXTURE_DIR) / "no_entry/no_entry.so"),
              host::PluginProblem::NoEntry);
}

TEST_F(BadFileTest, IsRefusedForAnotherMachine) {
    std::string bytes = good_bytes();
    bytes[18] = static_cast<char>(0xB7);  // e_machine: AArch64
    EXPECT_EQ(problem_of(files.write("other.so", bytes)), host::PluginProblem::WrongMachine);
}

TEST_F(BadFileTest, IsRefusedWhereverItIsCutOff) {
    const std::string bytes = good_bytes();
    for (const std::size_t size :
         {std::size_t{64}, bytes.size() / 4, bytes.size() / 2, bytes.size() - 64}) {
        EXPECT_EQ(problem_of(files.write("cut.so", bytes.substr(0, size))),
                  host::PluginProblem::Damaged)
            << size;
    }
}

}  // namespace
}  // namespace oa::test
