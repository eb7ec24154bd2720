#include "tests/workflows/ssh_account.hpp"

namespace oa::test {
namespace {

/// The service is well while a file is there; its restart leaves a mark.
struct ServiceRestartTest : WorkflowTest {
    boost::json::object look(const std::string& restart, int exit_status) {
        return run("service-restart",
                   {{"host", machine.host()},
                    {"port", machine.port()},
                    {"user", current_user()},
                    {"service", "shop"},
                    {"check", "test -e " + folder.at("$1.well")},
                    {"restart", restart}},
                   exit_status);
    }

    SshAccount machine{home()};
};

TEST_F(ServiceRestartTest, LeavesAServiceAloneThatIsWell) {
    folder.write("shop.well", "");

    const auto document = look("touch " + folder.at("restarted"), 0);

    EXPECT_EQ(document.at("outputs").at("restarted"), false);
    EXPECT_FALSE(std::filesystem::exists(folder.at("restarted")));
    EXPECT_EQ(told(), std::vector<std::string>());
}

TEST_F(ServiceRestartTest, RestartsWhatIsNotWellAndWaitsForIt) {
    // It is well only when it is looked at for the second time.
    folder.write("waits", "");
    const auto document = run(
        "service-restart",
        {{"host", machine.host()},
         {"port", machine.port()},
         {"user", current_user()},
         {"service", "shop"},
         {"check", "test -e " + folder.at("$1.well") + " || { test -e " + folder.at("$1.started") +
                       " && touch " + folder.at("$1.well") + "; exit 3; }"},
         {"restart", "touch " + folder.at("$1.started")}},
        0);

    EXPECT_EQ(document.at("outputs").at("restarted"), true);
    EXPECT_EQ(task(document, "wait").at("attempts"), 2);
    EXPECT_TRUE(has(told_once(), "shop on 127.0.0.1 was restarted")) << told_once();
}

TEST_F(ServiceRestartTest, CallsSomebodyWhenARestartDoesNotHelp) {
    const auto document = look("true", 1);

    EXPECT_EQ(task(document, "wait").at("attempts"), 5);
    EXPECT_TRUE(has(told_once(), "shop on 127.0.0.1 needs somebody")) << told_once();
}

TEST_F(ServiceRestartTest, CallsSomebodyWhenTheRestartFails) {
    const auto document = look("echo no such unit >&2; exit 5", 1);

    EXPECT_EQ(task(document, "wait").at("status"), "skipped");
    EXPECT_TRUE(has(told_once(), "no such unit")) << told_once();
}

}  // namespace
}  // namespace oa::test
