// A host that was built with the header of the next version: what plug-ins of today find there.

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "oa/testing.hpp"

#if OA_ABI_HEADER_MINOR < 1
#error "this test has to be built with the header of the next version"
#endif

namespace {

using oa::testing::FakeHost;

std::uint64_t number(const oa_host*) noexcept {
    return 1234;
}

/// The table of a host of the next version around a fake one, which knows 1.0 alone.
class NextHost {
public:
    explicit NextHost(const std::string& file) : fake_(FakeHost::load(file)) {
        fake_.extension(OA_EXT_NEXT, &next_);
        // The fake host made the table; only plug-ins must not write to it.
        auto* table = const_cast<oa_host*>(fake_.raw());
        table->number = number;
        info_ = table->info;
        table->info = [](oa_call* call) -> const oa_call_info* {
            static oa_call_info longer;
            longer = *info_(call);
            longer.host_id = "the-host";
            return &longer;
        };
    }

    [[nodiscard]] FakeHost& fake() { return fake_; }

private:
    static inline decltype(oa_host::info) info_ = nullptr;
    oa_next_extension next_{sizeof(oa_next_extension), 42};
    FakeHost fake_;
};

std::string plugin(const std::string& variant) {
    return OA_NEXT_PLUGIN_DIR "/" + variant + ".so";
}

class NextHostTest : public ::testing::TestWithParam<const char*> {};

TEST_P(NextHostTest, RunsPluginsOfToday) {
    NextHost host(plugin(GetParam()));
    const oa_module& module = host.fake().module();

    EXPECT_EQ(module.abi, 0x1'0000U);
    EXPECT_FALSE(OA_HAS(&module, oa_module, number));
    EXPECT_FALSE(OA_HAS(module.functions[0], oa_function, category));
    EXPECT_EQ(host.fake().run("probe").json, oa::Json("1.0"));
    EXPECT_EQ(host.fake().run("busy").code, OA_UNAVAILABLE);
    EXPECT_EQ(host.fake().violations(), std::vector<std::string>());
}

INSTANTIATE_TEST_SUITE_P(BuiltWith, NextHostTest, ::testing::Values("today", "pinned"));

TEST(NextHostGoldenTest, RunsTheGoldenPlugins) {
    for (const char* name : {"c-gcc12", "cpp-gcc12", "cpp-clang14", "rust-1.63"}) {
        NextHost host(OA_GOLDEN_DIR "/" + std::string(name) + ".so");
        const auto result = host.fake().run("echo", R"({"a":1})");
        EXPECT_TRUE(result.ok()) << name << ": " << result;
        EXPECT_EQ(result.json, (oa::Json{{"a", 1}})) << name;
        EXPECT_EQ(host.fake().run("whoami").json["declared"], oa::Json("about")) << name;
    }
}

TEST(NextPluginTest, UsesWhatTheNextHostHas) {
    for (const char* variant : {"probing", "next"}) {
        NextHost host(plugin(variant));
        const oa_module& module = host.fake().module();
        EXPECT_EQ(module.abi, 0x1'0001U) << variant;
        ASSERT_TRUE(OA_HAS(&module, oa_module, number)) << variant;
        EXPECT_EQ(module.number(nullptr), 7U) << variant;
        ASSERT_TRUE(OA_HAS(module.functions[0], oa_function, category)) << variant;
        EXPECT_STREQ(module.functions[0]->category, "tests") << variant;
        EXPECT_EQ(host.fake().run("probe").json, oa::Json("the next")) << variant;
    }
}

TEST(NextPluginTest, DoesWithoutItOnAnOlderHostThatOnlyFakesItsAge) {
    NextHost host(plugin("probing"));
    host.fake().old_host(0);
    EXPECT_EQ(host.fake().run("probe").json, oa::Json("1.0"));

    NextHost strict(plugin("next"));
    try {
        strict.fake().old_host(0);
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "the module needs ABI 1.1; this host has 1.0");
    }
}

}  // namespace
