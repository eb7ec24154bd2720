#include <chrono>
#include <thread>

#include "tests/support/podman_service.hpp"
#include "tests/workflows/workflow_fixture.hpp"

namespace oa::test {
namespace {

struct ContainerJobTest : WorkflowTest {
    void SetUp() override {
        if (!PodmanService::is_there()) {
            FAIL() << "install the Debian package podman";
        }
        engine = std::make_unique<PodmanService>(storage);
        environment["DOCKER_HOST"] = "unix://" + engine->socket();
        const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!std::filesystem::exists(engine->socket())) {
            ASSERT_LT(std::chrono::steady_clock::now(), patience) << "podman does not start";
            std::this_thread::yield();
        }
    }
    boost::json::object job(const std::string& script, int exit_status) {
        return run("container-job",
                   {{"image", PodmanService::image},
                    {"command", {"/bin/sh", "-c", script}},
                    {"env", {{"WHO", "Ada"}}},
                    {"volumes", {{folder.at("shared"), "/data:ro"}}},
                    {"network", "none"},
                    {"pull", "never"},
                    {"log", "logs/job.log"}},
                   exit_status);
    }
    [[nodiscard]] std::string containers() const {
        return engine->podman({"ps", "--all", "--quiet"}).out;
    }

    TemporaryFolder storage;
    std::unique_ptr<PodmanService> engine;
};

TEST_F(ContainerJobTest, KeepsWhatTheJobSays) {
    folder.write("shared/in.txt", "given");

    const auto document = job("echo hello $WHO; head -c 5 /data/in.txt", 0);

    EXPECT_EQ(document.at("outputs").at("exit_code"), 0);
    EXPECT_EQ(folder.read("logs/job.log"), "hello Ada\ngiven");
    EXPECT_EQ(containers(), "");
    EXPECT_EQ(told(), std::vector<std::string>());
}

TEST_F(ContainerJobTest, TellsWhyAJobHasFailed) {
    folder.write("shared/in.txt", "given");

    const auto document = job("echo half way; echo broken >&2; exit 3", 1);

    EXPECT_EQ(folder.read("logs/job.log"), "half way\nbroken\n") << error(document);
    const boost::json::value notice = core::parse_json(told_once());
    EXPECT_TRUE(has(text_of(notice.at("failed")), "exit code 3")) << notice;
    EXPECT_EQ(containers(), "");
}

TEST_F(ContainerJobTest, TellsThatThereIsNoEngine) {
    environment["DOCKER_HOST"] = "unix://" + folder.at("none");

    const auto document = job("true", 1);

    EXPECT_EQ(task(document, "make room").at("error").at("code"), "unavailable");
    EXPECT_TRUE(has(told_once(), "container-job") || has(told_once(), "report-job")) << told_once();
}

}  // namespace
}  // namespace oa::test
