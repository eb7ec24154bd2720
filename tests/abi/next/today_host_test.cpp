// The host of today with plug-ins that were built with the header of the next version.

#include <memory>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "host/plugin/in_process_invoker.hpp"
#include "host/plugin/plugin_registry.hpp"

namespace oa::host {
namespace {

class Silent final : public core::CallObserver {
public:
    void log(const core::Invocation&,
             core::TaskLogLevel,
             std::string_view,
             std::string_view) override {}
    void progress(const core::Invocation&, double, std::string_view) override {}
    [[nodiscard]] bool wants(core::TaskLogLevel) const override { return true; }
};

PluginSearch search_for(const std::string& variant) {
    PluginSearch search;
    search.trust = TrustPolicy::Ignore;
    search.places.push_back({.path = OA_NEXT_PLUGIN_DIR "/" + variant + ".so", .origin = "test"});
    return search;
}

core::Outcome call(const PluginRegistry& registry, const std::string& function) {
    core::Invocation invocation;
    invocation.function = registry.find("next", function);
    invocation.params = std::make_shared<const std::string>("{}");
    Silent observer;
    InProcessInvoker invoker;
    const auto control =
        invoker.prepare(std::make_shared<const core::Invocation>(std::move(invocation)), observer);
    return invoker.invoke(*control);
}

class TodayHostTest : public ::testing::TestWithParam<const char*> {};

TEST_P(TodayHostTest, RunsPluginsThatAreContentWithIt) {
    const PluginRegistry registry(search_for(GetParam()));
    ASSERT_TRUE(registry.refused().empty()) << registry.refused()[0].reason;

    const core::Outcome outcome = call(registry, "probe");

    EXPECT_FALSE(outcome.failure);
    EXPECT_EQ(outcome.output, boost::json::value("1.0"));
}

INSTANTIATE_TEST_SUITE_P(BuiltWith, TodayHostTest, ::testing::Values("today", "pinned", "probing"));

TEST(TodayHostTest, TakesAnUnknownCodeAsInternal) {
    const PluginRegistry registry(search_for("probing"));

    const core::Outcome outcome = call(registry, "busy");

    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->code, "internal");
    EXPECT_NE(outcome.failure->message.find("too busy"), std::string::npos);
}

TEST(TodayHostTest, RefusesAPluginThatNeedsTheNextVersion) {
    const PluginRegistry registry(search_for("next"));

    EXPECT_TRUE(registry.modules().empty());
    ASSERT_EQ(registry.refused().size(), 1U);
    const RefusedPlugin& refused = registry.refused()[0];
    EXPECT_EQ(refused.problem, PluginProblem::AbiTooNew);
    EXPECT_EQ(refused.reason, "needs plug-in ABI 1.1 or later; this host has 1.0");
    EXPECT_EQ(refused.fix, "use a newer host, or build it with OA_ABI_MINOR set to 0");
}

}  // namespace
}  // namespace oa::host
