#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/plugins/ssh/cutting_proxy.hpp"
#include "tests/plugins/ssh/ssh_fixture.hpp"
#include "tests/plugins/support/cancelling.hpp"
#include "tests/plugins/support/footprint.hpp"

namespace oa::test {
namespace {

using std::chrono::milliseconds;

TEST(SshModuleTest, DescribesEveryFunction) {
    const PluginHarness ssh{OA_PLUGIN_FILE};
    EXPECT_EQ(joined(ssh.check_descriptor()), "");
}

TEST(SshModuleTest, OffersTheFunctionsThatItsPageNames) {
    const PluginHarness ssh{OA_PLUGIN_FILE};
    EXPECT_EQ(ssh.function_names(),
              (std::vector<std::string>{"run", "upload", "download", "remotecommand", "systemd",
                                        "scp", "remoteunzip"}));
}

struct SshRunTest : SshFixture {
    /// The standard output of a command that has to succeed.
    std::string out(const Reply& reply) {
        EXPECT_EQ(reply.status, OA_OK) << reply.message << "\n" << server.folder().read("log");
        EXPECT_EQ(joined(reply.violations), "");
        return reply.json.get<std::string>("stdout");
    }
};

TEST_F(SshRunTest, TellsHowTheCommandEnded) {
    const Reply reply = run("echo to out; echo to err >&2; exit 3");
    EXPECT_EQ(reply.status, OA_PRECONDITION);
    EXPECT_EQ(reply.retry, OA_RETRY_YES);
    EXPECT_EQ(reply.json["exit_code"], Json(3));
    EXPECT_EQ(reply.json["signal"], Json());
    EXPECT_EQ(reply.json["stdout"], Json("to out\n"));
    EXPECT_EQ(reply.json["stderr"], Json("to err\n"));
    EXPECT_NE(reply.message.find("ended with exit code 3: to err"), std::string::npos)
        << reply.message;
    EXPECT_EQ(run("exit 3", {{"success_codes", Json::array({3})}}).status, OA_OK);
    const Reply killed = run("kill -KILL $$");
    EXPECT_EQ(killed.status, OA_PRECONDITION);
    EXPECT_EQ(killed.json["signal"], Json("SIGKILL"));
    EXPECT_EQ(run("no-such-program").json["exit_code"], Json(127));
}

TEST_F(SshRunTest, GivesAListAsItIs) {
    const Json words = Json::array({"printf", "%s|", "a b", "$HOME", "it's", "*", ""});
    EXPECT_EQ(out(ssh.run("run", with({{"command", words}}))), "a b|$HOME|it's|*||");
    EXPECT_EQ(out(run("echo $((6 * 7)) | tr 4 5")), "52\n");
}

TEST_F(SshRunTest, SetsVariablesThatTheServerAccepts) {
    EXPECT_EQ(out(run("echo $TEST_A-$TEST_B", {{"env", {{"TEST_A", "x y"}, {"TEST_B", 5}}}})),
              "x y-5\n");
    const Reply refused = run("true", {{"env", {{"OTHER", "x"}}}});
    EXPECT_EQ(refused.status, OA_PRECONDITION);
    EXPECT_NE(refused.message.find("AcceptEnv"), std::string::npos) << refused.message;
}

TEST_F(SshRunTest, FeedsStandardInput) {
    const std::string large(5'000'000, 'x');
    EXPECT_EQ(out(run("wc -c", {{"stdin", large}})), "5000000\n");
    EXPECT_EQ(out(run("cat")), "");
    const std::string file = folder.write("in", large);
    EXPECT_EQ(out(run("wc -c", {{"stdin_file", file}})), "5000000\n");
    // It answers while it is fed, and more than any buffer holds.
    const Reply echoed = run("cat", {{"stdin", large}, {"max_output", 10}, {"log_output", false}});
    EXPECT_EQ(out(echoed), "xxxxxxxxxx");
    EXPECT_EQ(echoed.json["stdout_bytes"], Json(5'000'000));
    EXPECT_EQ(out(run("true", {{"stdin", large}})), "");  // nobody reads it
    const Reply none = run("cat", {{"stdin_file", folder.at("none")}});
    EXPECT_EQ(none.status, OA_NOT_FOUND);
    EXPECT_EQ(none.pointer, "/stdin_file");
}

TEST_F(SshRunTest, KeepsTheStartOfHugeOutput) {
    const Reply reply =
        run("head -c 100000000 /dev/zero | tr '\\0' x; seq 5 >&2", {{"max_output", 1000}});
    EXPECT_EQ(out(reply), std::string(1000, 'x'));
    EXPECT_EQ(reply.json["stdout_truncated"], Json(true));
    EXPECT_EQ(reply.json["stdout_bytes"], Json(100'000'000));
    EXPECT_EQ(reply.json["stderr"], Json("1\n2\n3\n4\n5\n"));
}

TEST_F(SshRunTest, LogsLineByLine) {
    const Reply reply = run("printf 'one\\ntwo\\n\\377'; echo wrong >&2");
    std::vector<std::string> lines;
    for (const auto& line : reply.logs) {
        lines.push_back(line.fields.get<std::string>("stream") + ":" + line.message);
    }
    std::sort(lines.begin(), lines.end());
    EXPECT_EQ(lines, (std::vector<std::string>{"stderr:wrong", "stdout:one", "stdout:two",
                                               "stdout:\xEF\xBF\xBD"}));
}

TEST_F(SshRunTest, EndsWithinASecondOfBeingCancelled) {
    const auto said_something = [](const FakeCall& call) { return !call.result().logs.empty(); };
    const auto quiet =
        run_and_cancel(ssh, "run", with({{"command", "echo a; sleep 1000"}}), said_something);
    EXPECT_EQ(quiet.reply.status, OA_CANCELLED) << quiet.reply.message;
    EXPECT_LT(quiet.taken, milliseconds(1000));
    const auto busy = run_and_cancel(ssh, "run", with({{"command", "yes"}}), said_something);
    EXPECT_EQ(busy.reply.status, OA_CANCELLED) << busy.reply.message;
    EXPECT_LT(busy.taken, milliseconds(1000));
    const auto waiting = [](const FakeCall& call) { return call.has_callbacks(); };
    const SilentListener silent;
    const auto connecting =
        run_and_cancel(ssh, "run", with({{"command", "true"}, {"port", silent.port()}}), waiting);
    EXPECT_EQ(connecting.reply.status, OA_CANCELLED) << connecting.reply.message;
    EXPECT_LT(connecting.taken, milliseconds(1000));
}

TEST_F(SshRunTest, EndsAtItsTimeout) {
    const Reply reply = run("sleep 1000", {{"timeout", "500ms"}});
    EXPECT_EQ(reply.status, OA_DEADLINE);
    EXPECT_NE(reply.message.find("500 ms (timeout)"), std::string::npos) << reply.message;
}

TEST_F(SshRunTest, EndsTheCommandWithTheConnectionWhereItHasATerminal) {
    EXPECT_EQ(out(run("test -t 0 && echo yes", {{"terminal", true}})), "yes\r\n");
}

TEST_F(SshRunTest, SaysWhenTheConnectionBreaksOff) {
    const CuttingProxy proxy(server.port(), 200'000);
    folder.write("known_hosts",
                 "[127.0.0.1]:" + std::to_string(proxy.port()) + " " + server.public_key() + "\n");
    const Reply reply = run("yes", {{"port", proxy.port()}, {"log_output", false}});
    EXPECT_EQ(reply.status, OA_UNAVAILABLE) << reply.message;
    EXPECT_EQ(reply.retry, OA_RETRY_UNKNOWN) << "nobody knows how far the command came";
    EXPECT_NE(reply.message.find("broke off"), std::string::npos) << reply.message;
}

TEST_F(SshRunTest, ManyCallsLeaveNothingBehind) {
    // Most calls fail, each in another part of the conversation: connections take their time.
    const std::string nobody = folder.write("nobody", "");
    const Json good = with({{"command", "true"}});
    const Json refused = with({{"command", "true"}, {"port", refusing_port()}});
    const Json unknown = with({{"command", "true"}, {"known_hosts", nobody}});
    int connections = 0;
    expect_nothing_left("ssh", OA_PLUGIN_FILE, [&](PluginHarness& fresh, int i) {
        EXPECT_EQ(fresh.run("run", refused).status, OA_UNAVAILABLE);
        if (i % 20 == 0) {
            ++connections;
            EXPECT_EQ(fresh.run("run", good).status, OA_OK);
            EXPECT_EQ(fresh.run("run", unknown).status, OA_UNAUTHENTICATED);
        }
    });
    EXPECT_EQ(connections, 60);
}

}  // namespace
}  // namespace oa::test
