#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/utsname.h>

#include "tests/plugins/support/plugin_harness.hpp"

namespace oa::test {
namespace {

using oa::Json;

TEST(SystemInfoTest, TellsOfThisMachine) {
    PluginHarness system{OA_PLUGIN_FILE};
    struct utsname names {};
    ASSERT_EQ(::uname(&names), 0);
    const Reply reply = system.run("info");
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["hostname"], Json(names.nodename));
    EXPECT_EQ(reply.json["kernel"]["release"], Json(names.release));
    EXPECT_EQ(reply.json["architecture"], Json(names.machine));
    EXPECT_EQ(reply.json["os"]["id"], Json("debian"));
    EXPECT_EQ(reply.json["cpus"], Json(std::thread::hardware_concurrency()));
    EXPECT_EQ(reply.json["load"].size(), 3U);
    EXPECT_GT(reply.json["memory"].get<std::uint64_t>("total_bytes"), 1U << 20U);
    EXPECT_GT(reply.json["memory"].get<std::uint64_t>("total_bytes"),
              reply.json["memory"].get<std::uint64_t>("available_bytes"));
    EXPECT_GT(reply.json.get<double>("uptime_seconds"), 0);
    ASSERT_FALSE(reply.json["disks"].empty());
}

TEST(SystemInfoTest, LooksAtThePathsThatAreAskedFor) {
    PluginHarness system{OA_PLUGIN_FILE};
    const Reply reply = system.run("info", {{"paths", Json::array({"/", "/tmp"})}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    ASSERT_EQ(reply.json["disks"].size(), 2U);
    const Json& root = reply.json["disks"].at(0);
    EXPECT_EQ(root["path"], Json("/"));
    EXPECT_GE(root.get<std::uint64_t>("total_bytes"), root.get<std::uint64_t>("free_bytes"));
    const Reply none = system.run("info", {{"paths", Json::array({"/no/such/path"})}});
    EXPECT_EQ(none.status, OA_NOT_FOUND);
    EXPECT_NE(none.message.find("/no/such/path"), std::string::npos) << none.message;
}

}  // namespace
}  // namespace oa::test
