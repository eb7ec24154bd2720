#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/plugins/support/cancelling.hpp"
#include "tests/plugins/support/footprint.hpp"
#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/http_server_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

using oa::Json;

/// Against the engine of engine_server.py, which does what real ones rarely do.
struct DockerEngineTest : ::testing::Test {
    DockerEngineTest() { EXPECT_EQ(server.first_line(), "ready"); }

    Reply run(const std::string& function, Json params) {
        params["socket"] = folder.at("sock");
        return plugin.run(function, params);
    }

    TemporaryFolder folder;
    std::string program = OA_SOURCE_DIR "/tests/support/engine_server.py";
    ServerProcess server{{"python3", "-I", "-S", program, folder.at("sock")}};
    PluginHarness plugin{OA_PLUGIN_FILE};
};

TEST(DockerModuleTest, DescribesEveryFunction) {
    const PluginHarness plugin{OA_PLUGIN_FILE};
    EXPECT_EQ(joined(plugin.check_descriptor()), "");
    EXPECT_EQ(plugin.function_names().size(), 12U);
    for (const char* name : {"container_run", "container_stop", "container_logs"}) {
        const oa_function& function = plugin.function(std::string("oa-docker.") + name);
        ASSERT_NE(function.deprecated, nullptr);
        EXPECT_EQ(function.deprecated->replace_with, std::string("docker.") + name);
    }
}

TEST_F(DockerEngineTest, PullsImages) {
    const Reply good = run("image_pull", {{"image", "good"}});
    EXPECT_EQ(good.json, Json({{"image", "good"}, {"id", "sha256:1"}, {"size", 5}}))
        << good.message;
    const Reply missing = run("image_pull", {{"image", "missing:1"}});
    EXPECT_EQ(missing.status, OA_NOT_FOUND) << missing.message;
    const Reply denied =
        run("image_pull", {{"image", "denied"}, {"username", "ada"}, {"password", "geheim"}});
    EXPECT_EQ(denied.status, OA_UNAUTHENTICATED) << denied.message;
    EXPECT_EQ(denied.message.find("geheim"), std::string::npos);
    EXPECT_EQ(run("image_pull", {{"image", "endless"}}).status, OA_UNAVAILABLE);
    EXPECT_EQ(run("image_pull", {{"image", "a b"}}).pointer, "/image");
    EXPECT_EQ(run("image_pull", {{"image", "slow"}, {"timeout", 0.2}}).status, OA_DEADLINE);
}

TEST_F(DockerEngineTest, TakesLogsApart) {
    const Reply even = run("container_logs", {{"container", "even"}});
    EXPECT_EQ(even.json["stdout"], Json("out\nin\n")) << even.message;
    EXPECT_EQ(even.json["stderr"], Json("err\n"));
    EXPECT_EQ(run("container_logs", {{"container", "tty"}}).json["stdout"], Json("no heads\n"));
    EXPECT_EQ(run("container_logs", {{"container", "odd"}}).status, OA_UNAVAILABLE);
    const Reply cut = run("container_logs", {{"container", "cut"}});
    EXPECT_EQ(cut.status, OA_UNAVAILABLE) << cut.message;
    const Reply huge = run("container_logs", {{"container", "huge"}, {"max_output", 100}});
    ASSERT_EQ(huge.status, OA_OK) << huge.message;
    EXPECT_EQ(huge.json["stdout"].as_string().size(), 100U);
    EXPECT_EQ(huge.json["stdout_bytes"], Json(20'971'520));
    EXPECT_EQ(huge.json["stdout_truncated"], Json(true));
}

TEST_F(DockerEngineTest, TellsWhatIsWrongWithAnEngine) {
    const Reply half = run("container_inspect", {{"container", "half"}});
    EXPECT_EQ(half.status, OA_UNAVAILABLE) << half.message;
    EXPECT_EQ(run("container_inspect", {{"container", "text"}}).status, OA_UNAVAILABLE);
    const Reply fail = run("container_inspect", {{"container", "fail"}});
    EXPECT_EQ(fail.status, OA_UNAVAILABLE);
    EXPECT_NE(fail.message.find("out of order"), std::string::npos) << fail.message;
    EXPECT_EQ(run("container_inspect", {{"container", "../info"}}).pointer, "/container");
    const Reply none = plugin.run("container_list", Json{{"socket", folder.at("none")}});
    EXPECT_EQ(none.status, OA_UNAVAILABLE);
    EXPECT_EQ(none.retry, OA_RETRY_YES);
    EXPECT_NE(none.message.find(folder.at("none")), std::string::npos) << none.message;
    EXPECT_EQ(plugin.run("container_list", Json{{"socket", std::string(200, 'x')}}).pointer,
              "/socket");
}

TEST_F(DockerEngineTest, EndsWhenItIsCancelled) {
    const CancelledCall cancelled = run_and_cancel(
        plugin, "container_inspect", {{"container", "hang"}, {"socket", folder.at("sock")}},
        [](const FakeCall& call) { return call.has_callbacks(); });
    EXPECT_EQ(cancelled.reply.status, OA_CANCELLED) << cancelled.reply.message;
    EXPECT_LT(cancelled.taken.count(), 1000);
}

TEST_F(DockerEngineTest, LeavesNothingBehind) {
    const std::string socket = folder.at("sock");
    expect_nothing_left("docker", OA_PLUGIN_FILE, [&](PluginHarness& fresh, int /*i*/) {
        const auto inspect = [&](const char* container) {
            return fresh.run("container_inspect", {{"container", container}, {"socket", socket}})
                .status;
        };
        EXPECT_EQ(inspect("even"), OA_OK);
        EXPECT_EQ(inspect("half"), OA_UNAVAILABLE);
    });
}

}  // namespace
}  // namespace oa::test
