#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "tests/plugins/support/cancelling.hpp"
#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/podman_service.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

using oa::Json;

/// With podman's service for an engine.
struct DockerContainerTest : ::testing::Test {
    void SetUp() override {
        if (!PodmanService::is_there()) {
            GTEST_SKIP() << "the package podman is not installed";
        }
        service = std::make_unique<PodmanService>(folder);
        const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (list().status != OA_OK) {
            ASSERT_LT(std::chrono::steady_clock::now(), patience)
                << "podman's service did not start: " << list().message;
            std::this_thread::yield();
        }
    }

    Reply run(const std::string& function, Json params = Json::object()) {
        params["socket"] = folder.at("sock");
        return plugin.run(function, params);
    }
    Reply list() { return run("container_list", {{"all", true}}); }
    Reply shell(const std::string& script, Json params = Json::object()) {
        params["image"] = PodmanService::image;
        params["network"] = "none";
        params["pull"] = "never";
        params["command"] = Json::array({"/bin/sh", "-c", script});
        return run("container_run", params);
    }
    Json detached(const std::string& name) {
        const Reply reply = shell("echo up; trap 'exit 0' TERM; while :; do sleep 0.1; done",
                                  {{"container_name", name}, {"detach", true}});
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return reply.json;
    }

    TemporaryFolder folder;
    PluginHarness plugin{OA_PLUGIN_FILE};
    std::unique_ptr<PodmanService> service;
};

TEST_F(DockerContainerTest, RunsAProgramToItsEnd) {
    const std::string shared = folder.write("shared/in.txt", "of the host");
    const Reply reply =
        shell("echo out $WHO; echo err >&2; head -c 5 /data/in.txt",
              {{"env", {{"WHO", "ada"}}}, {"volumes", {{folder.at("shared"), "/data:ro"}}}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["stdout"], Json("out ada\nof th"));
    EXPECT_EQ(reply.json["stderr"], Json("err\n"));
    EXPECT_EQ(reply.json["exit_code"], Json(0));
    EXPECT_EQ(reply.logs.size(), 3U);
    const Reply failed = shell("echo no >&2; exit 3", {{"remove", false}});
    EXPECT_EQ(failed.status, OA_PRECONDITION);
    EXPECT_EQ(failed.json["exit_code"], Json(3));
    EXPECT_NE(failed.message.find("exit code 3: no"), std::string::npos) << failed.message;
    EXPECT_EQ(shell("exit 3", {{"success_codes", Json::array({3})}}).status, OA_OK);
    // The one that was to stay is there.
    EXPECT_EQ(list().json["count"], Json(1));
    EXPECT_EQ(list().json["containers"].at(0)["id"], failed.json["container_id"]);
    EXPECT_EQ(run("container_remove", {{"container", failed.json["container_id"]}}).json["removed"],
              Json(true));
    EXPECT_EQ(list().json["count"], Json(0));
    EXPECT_EQ(run("image_list").json["images"].at(0)["tags"], Json::array({"localhost/oa-test:1"}));
}

TEST_F(DockerContainerTest, LooksAfterAContainer) {
    const Json started = detached("web");
    EXPECT_EQ(started["container_name"], Json("web"));
    EXPECT_EQ(started["exit_code"], Json());
    EXPECT_EQ(run("container_inspect", {{"container", "web"}}).json["running"], Json(true));
    EXPECT_EQ(run("container_list").json["containers"].at(0)["name"], Json("web"));
    const Reply twice = shell("true", {{"container_name", "web"}});
    EXPECT_TRUE(twice.status == OA_CONFLICT || twice.status == OA_UNAVAILABLE) << twice.message;
    const Reply exec =
        run("container_exec",
            {{"container", "web"},
             {"command", Json::array({"/bin/sh", "-c", "echo $A; echo e >&2; exit 4"})},
             {"env", {{"A", "b c"}}}});
    EXPECT_EQ(exec.status, OA_PRECONDITION) << exec.message;
    EXPECT_EQ(exec.json["exit_code"], Json(4));
    EXPECT_EQ(exec.json["stdout"], Json("b c\n"));
    EXPECT_EQ(exec.json["stderr"], Json("e\n"));
    EXPECT_EQ(run("container_logs", {{"container", "web"}, {"tail", 1}}).json["stdout"],
              Json("up\n"));
    const Reply running = run("container_remove", {{"container", "web"}});
    EXPECT_NE(running.status, OA_OK);
    EXPECT_EQ(run("container_stop", {{"container", "web"}, {"grace_seconds", 5}}).json["changed"],
              Json(true));
    EXPECT_EQ(run("container_stop", {{"container", "web"}}).json["changed"], Json(false));
    EXPECT_EQ(run("container_inspect", {{"container", "web"}}).json["running"], Json(false));
    EXPECT_EQ(run("container_remove", {{"container", "web"}}).status, OA_OK);
    EXPECT_EQ(run("container_remove", {{"container", "web"}}).status, OA_NOT_FOUND);
    EXPECT_EQ(run("container_remove", {{"container", "web"}, {"missing_ok", true}}).json["removed"],
              Json(false));
    EXPECT_EQ(run("container_logs", {{"container", "web"}}).status, OA_NOT_FOUND);
}

TEST_F(DockerContainerTest, LeavesNoContainerOfACallThatEnds) {
    const CancelledCall cancelled =
        run_and_cancel(plugin, "container_run",
                       {{"image", "localhost/oa-test:1"},
                        {"network", "none"},
                        {"command", Json::array({"/bin/sh", "-c", "echo started; sleep 1000"})},
                        {"socket", folder.at("sock")}},
                       [](const FakeCall& call) { return !call.result().logs.empty(); });
    EXPECT_EQ(cancelled.reply.status, OA_CANCELLED) << cancelled.reply.message;
    RecordProperty("cancelled_after_ms", static_cast<int>(cancelled.taken.count()));
    EXPECT_EQ(list().json["count"], Json(0));
    const Reply late = shell("sleep 1000", {{"timeout", 2}});
    EXPECT_EQ(late.status, OA_DEADLINE) << late.message;
    EXPECT_EQ(list().json["count"], Json(0));
    const Reply missing = run("container_run", {{"image", "localhost/none:1"}, {"pull", "never"}});
    EXPECT_EQ(missing.status, OA_NOT_FOUND) << missing.message;
    const Reply program = run("container_run", {{"image", "localhost/oa-test:1"},
                                                {"network", "none"},
                                                {"command", Json::array({"/bin/none"})}});
    EXPECT_NE(program.status, OA_OK);
    EXPECT_EQ(list().json["count"], Json(0));
}

TEST_F(DockerContainerTest, HasItsOlderNames) {
    Json params{{"image", "localhost/oa-test:1"},
                {"name", "old"},
                {"network", "none"},
                {"command", "/bin/sleep 1000"}};
    const Reply started = run("oa-docker.container_run", params);
    ASSERT_EQ(started.status, OA_OK) << started.message;
    EXPECT_EQ(started.json["container_name"], Json("old"));
    EXPECT_EQ(started.json["detached"], Json(true));
    EXPECT_EQ(started.json["ports"], Json::object());
    EXPECT_EQ(started.json["returncode"], Json(0));
    EXPECT_EQ(run("oa-docker.container_logs", {{"input", started.json}}).json["logs"], Json(""));
    const Reply stopped =
        run("oa-docker.container_stop", {{"input", started.json}, {"timeout", 0}});
    EXPECT_EQ(stopped.json, Json({{"container", started.json["container_id"]},
                                  {"stopped", true},
                                  {"timeout", 0},
                                  {"stderr", ""}}))
        << stopped.message;
    params["name"] = "once";
    params["command"] = "/bin/echo a b";
    params["detach"] = false;
    params["remove"] = true;
    EXPECT_EQ(run("oa-docker.container_run", params).json["container_id"], Json("a b\n"));
    EXPECT_EQ(list().json["count"], Json(1));
}

}  // namespace
}  // namespace oa::test
