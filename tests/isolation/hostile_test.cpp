#include <algorithm>
#include <filesystem>
#include <ostream>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/isolation/faults.hpp"
#include "tests/isolation/house.hpp"
#include "tests/isolation/nothing_is_left.hpp"
#include "tests/isolation/process_state.hpp"
#include "tests/isolation/scene.hpp"

namespace oa::test {
namespace {

using namespace std::chrono_literals;

/// A process that has ended is still there until the one that must wait for it has.
bool is_gone(const std::string& name) {
    return eventually([&] { return processes_named(name).empty(); });
}

void check_outcome(const Fault& fault, const House::Call& call) {
    const auto& failure = call.outcome.failure;
    const std::string output = boost::json::serialize(call.outcome.output);
    if (fault.codes.empty()) {
        EXPECT_FALSE(failure) << failure->code << ": " << failure->message;
        EXPECT_NE(output.find(fault.says), std::string::npos) << output;
        return;
    }
    ASSERT_TRUE(failure) << output;
    testing::Test::RecordProperty("code", failure->code);
    testing::Test::RecordProperty("message", failure->message);
    EXPECT_NE(std::find(fault.codes.begin(), fault.codes.end(), failure->code), fault.codes.end())
        << failure->code << ": " << failure->message;
    EXPECT_NE(failure->message.find(fault.says), std::string::npos) << failure->message;
    EXPECT_FALSE(failure->message.empty());
}

struct HostileTest : testing::TestWithParam<Fault> {};

TEST_P(HostileTest, HarmsNothingButItsWorker) {
    const Fault& fault = GetParam();
    static_cast<void>(modules());
    Scene scene;
    const TemporaryFolder folder;
    const NothingIsLeft nothing_is_left;
    {
        House house(settings_for(fault), folder);
        ASSERT_TRUE(house.is_well("isolated", "rest"));
        ASSERT_TRUE(house.is_well("calls", "noop"));
        const pid_t zygote = house.zygote();

        const House::Call call = house.call(modules(), fault.module, fault.function,
                                            scene.fill(fault.params, zygote), time_for(fault));

        check_outcome(fault, call);
        EXPECT_LT(call.duration, 30s);
        EXPECT_EQ(house.zygote(), zygote) << "the process that makes workers was lost";
        EXPECT_TRUE(house.is_well("isolated", "rest"));
        EXPECT_TRUE(house.is_well("calls", "noop"));
        house.quarantine.release(fault.module);
        EXPECT_TRUE(house.is_well(fault.module, "healthy"));
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    EXPECT_EQ(scene.harm(), "");
    EXPECT_EQ(scene.was_connected_to(), fault.name == "AModuleThatClaimsTheNetworkConnects");
    EXPECT_TRUE(is_gone(scene.name())) << names_of(processes_named(scene.name()));
    nothing_is_left.check();
}

INSTANTIATE_TEST_SUITE_P(Faults,
                         HostileTest,
                         testing::ValuesIn(all_faults()),
                         [](const testing::TestParamInfo<Fault>& one) {
                             return std::string(one.param.name);
                         });

}  // namespace
}  // namespace oa::test
