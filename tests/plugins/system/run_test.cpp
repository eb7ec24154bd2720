#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/plugins/support/cancelling.hpp"
#include "tests/plugins/support/footprint.hpp"
#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

using oa::Json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct SystemRunTest : ::testing::Test {
    TemporaryFolder folder;
    PluginHarness system{OA_PLUGIN_FILE};

    Reply run(const Json& command, Json params = Json::object()) {
        params["command"] = command;
        return system.run("run", params);
    }
    Reply shell(const std::string& command, Json params = Json::object()) {
        params["shell"] = true;
        return run(command, std::move(params));
    }
    /// The standard output of a command that has to succeed.
    std::string out(const Reply& reply) {
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        EXPECT_EQ(joined(reply.violations), "");
        return reply.json.get<std::string>("stdout");
    }
};

/// Whether a process is there; one that has ended and waits for its parent is not.
bool is_alive(const std::string& pid) {
    std::ifstream status("/proc/" + pid + "/stat");
    std::string number;
    std::string name;
    std::string state;
    return static_cast<bool>(status >> number >> name >> state) && state != "Z" && state != "X";
}

/// Until a condition holds, for at most ten seconds.
template <typename Condition>
bool eventually(const Condition& condition) {
    const auto patience = steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
        if (steady_clock::now() > patience) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

TEST(SystemModuleTest, DescribesEveryFunction) {
    const PluginHarness system{OA_PLUGIN_FILE};
    EXPECT_EQ(joined(system.check_descriptor()), "");
}

TEST(SystemModuleTest, OffersTheFunctionsThatItsPageNames) {
    const PluginHarness system{OA_PLUGIN_FILE};
    EXPECT_EQ(system.function_names(), (std::vector<std::string>{"run", "script", "service", "info",
                                                                 "runcmd", "execute_script"}));
}

TEST(SystemModuleTest, ItsExamplesDoWhatTheyPromise) {
    PluginHarness system{OA_PLUGIN_FILE};
    for (const char* name : {"run", "script", "info", "runcmd", "execute_script"}) {
        EXPECT_EQ(joined(system.run_examples(name)), "");
    }
}

TEST_F(SystemRunTest, GivesArgumentsAsTheyAre) {
    EXPECT_EQ(out(run(Json::array({"printf", "%s|", "a b", "$HOME", "*", "'\"", "", 5, true}))),
              "a b|$HOME|*|'\"||5|true|");
}

// What would be a command to a shell is a text to a program, in a list and in the environment.
TEST_F(SystemRunTest, NoTextBecomesACommand) {
    const std::string canary = folder.at("canary");
    const std::string touch = "touch " + canary;
    const std::vector<std::string> texts{
        "; " + touch,
        "$(" + touch + ")",
        "`" + touch + "`",
        "\n" + touch + "\n",
        "| " + touch,
        "&& " + touch,
        "' ; " + touch + " ; '",
        "\" ; " + touch + " ; \"",
        "${x:=$(" + touch + ")}",
        "<(" + touch + ")",
        "> " + canary,
        "-oProxyCommand=" + touch,
        "--help",
        "@" + canary,
        "a\\",
        "\x1b[31m\r",
    };
    for (const std::string& text : texts) {
        EXPECT_EQ(out(run(Json::array({"printf", "%s|", text}))), text + "|");
        EXPECT_EQ(out(shell("printf '%s|' \"$TEXT\"", {{"env", {{"TEXT", text}}}})), text + "|");
        EXPECT_FALSE(std::filesystem::exists(canary)) << text;
    }
    const std::string cut("a\0b", 3);
    EXPECT_EQ(run(Json::array({"printf", "%s|", cut})).status, OA_INVALID_PARAMS);
    EXPECT_EQ(shell("true", {{"env", {{"TEXT", cut}}}}).status, OA_INVALID_PARAMS);
}

TEST_F(SystemRunTest, TellsHowTheProgramEnded) {
    const Reply reply = shell("echo to out; echo to err >&2; exit 3");
    EXPECT_EQ(reply.status, OA_PRECONDITION);
    EXPECT_EQ(reply.retry, OA_RETRY_YES);
    EXPECT_EQ(reply.message, "the shell command ended with exit code 3: to err");
    EXPECT_EQ(reply.json["exit_code"], Json(3));
    EXPECT_EQ(reply.json["signal"], Json());
    EXPECT_EQ(reply.json["stdout"], Json("to out\n"));
    EXPECT_EQ(reply.json["stderr"], Json("to err\n"));
    const Reply killed = shell("kill -SEGV $$");
    EXPECT_EQ(killed.status, OA_PRECONDITION);
    EXPECT_EQ(killed.json["signal"], Json("SIGSEGV"));
    EXPECT_EQ(killed.json["exit_code"], Json(139));
    EXPECT_EQ(shell("exit 3", {{"success_codes", Json::array({0, 3})}}).status, OA_OK);
    EXPECT_EQ(shell("exit 0", {{"success_codes", Json::array({3})}}).status, OA_PRECONDITION);
}

TEST_F(SystemRunTest, NeedsAShellToBeAskedFor) {
    const Reply text = run("ls -l /tmp");
    EXPECT_EQ(text.status, OA_INVALID_PARAMS);
    EXPECT_EQ(text.pointer, "/command");
    EXPECT_NE(text.message.find("shell: true"), std::string::npos) << text.message;
    EXPECT_EQ(out(shell("echo $((6 * 7)) | tr 4 5")), "52\n");
    EXPECT_EQ(out(shell("echo ${BASH_VERSION:0:1}", {{"interpreter", "/bin/bash"}})).size(), 2U);
    EXPECT_EQ(shell("false; true", {{"interpreter", Json::array({"/bin/sh", "-e"})}}).status,
              OA_PRECONDITION);
    EXPECT_EQ(run(Json::array({"ls"}), {{"interpreter", "/bin/sh"}}).pointer, "/interpreter");
    EXPECT_EQ(shell("true", {{"interpreter", Json::array()}}).pointer, "/interpreter");
}

TEST_F(SystemRunTest, SetsTheEnvironment) {
    ::setenv("SYSTEM_TEST_INHERITED", "yes", 1);
    ::setenv("OA_WALLET_PASSWORD", "a secret of the host", 1);
    EXPECT_EQ(out(shell("echo $SYSTEM_TEST_INHERITED-$A-$N-$OA_WALLET_PASSWORD",
                        {{"env", {{"A", "x y"}, {"N", 5}}}})),
              "yes-x y-5-\n");
    EXPECT_EQ(out(shell("echo ${SYSTEM_TEST_INHERITED-gone}",
                        {{"env", {{"SYSTEM_TEST_INHERITED", nullptr}}}})),
              "gone\n");
    EXPECT_EQ(out(run(Json::array({"env"}),
                      {{"env", {{"A", "1"}, {"PATH", "/usr/bin:/bin"}}}, {"clean_env", true}})),
              "A=1\nPATH=/usr/bin:/bin\n");
    EXPECT_EQ(shell("true", {{"env", {{"A=B", "x"}}}}).pointer, "/env/A=B");
    ::unsetenv("SYSTEM_TEST_INHERITED");
    ::unsetenv("OA_WALLET_PASSWORD");
}

TEST_F(SystemRunTest, WorksInAFolder) {
    EXPECT_EQ(out(run(Json::array({"pwd"}), {{"cwd", folder.path().string()}})),
              std::filesystem::canonical(folder.path()).string() + "\n");
    const std::string program = folder.write("tool", "#!/bin/sh\necho tool\n");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    EXPECT_EQ(out(run(Json::array({"./tool"}), {{"cwd", folder.path().string()}})), "tool\n");
    const Reply none = run(Json::array({"pwd"}), {{"cwd", folder.at("none")}});
    EXPECT_EQ(none.status, OA_NOT_FOUND);
    EXPECT_EQ(none.pointer, "/cwd");
    EXPECT_EQ(run(Json::array({"pwd"}), {{"cwd", program}}).status, OA_INVALID_PARAMS);
}

TEST_F(SystemRunTest, FeedsStandardInput) {
    const std::string large(3'000'000, 'x');
    EXPECT_EQ(out(run(Json::array({"wc", "-c"}), {{"stdin", large}})), "3000000\n");
    EXPECT_EQ(out(run(Json::array({"true"}), {{"stdin", large}})), "");  // nobody reads it
    EXPECT_EQ(out(run(Json::array({"cat"}))), "");                       // it is empty
    const std::string file = folder.write("in", "from a file");
    EXPECT_EQ(out(run(Json::array({"cat"}), {{"stdin_file", file}})), "from a file");
    const Reply none = run(Json::array({"cat"}), {{"stdin_file", folder.at("none")}});
    EXPECT_EQ(none.status, OA_NOT_FOUND);
    EXPECT_EQ(none.pointer, "/stdin_file");
    EXPECT_EQ(run(Json::array({"cat"}), {{"stdin", "x"}, {"stdin_file", file}}).status,
              OA_INVALID_PARAMS);
}

TEST_F(SystemRunTest, TellsWhichProgramCannotBeStarted) {
    const Reply none = run(Json::array({"no-such-program"}));
    EXPECT_EQ(none.status, OA_NOT_FOUND);
    EXPECT_NE(none.message.find("'no-such-program'"), std::string::npos) << none.message;
    EXPECT_EQ(run(Json::array({folder.at("none")})).status, OA_NOT_FOUND);
    const std::string plain = folder.write("plain", "text");
    EXPECT_EQ(run(Json::array({plain})).status, OA_PERMISSION);
    EXPECT_EQ(run(Json::array({folder.path().string()})).status, OA_PERMISSION);
    std::filesystem::permissions(plain, std::filesystem::perms::owner_all);
    EXPECT_EQ(run(Json::array({plain})).status, OA_PRECONDITION);  // no #! line
    const std::string lost = folder.write("lost", "#!/no/such/interpreter\n");
    std::filesystem::permissions(lost, std::filesystem::perms::owner_all);
    EXPECT_EQ(run(Json::array({lost})).status, OA_NOT_FOUND);
    EXPECT_EQ(run(Json::array({"echo", std::string(3'000'000, 'x')})).status, OA_INVALID_PARAMS);
    EXPECT_EQ(run(Json::array({"echo", std::string("a\0b", 3)})).pointer, "/command/1");
    EXPECT_EQ(run(Json::array({})).status, OA_INVALID_PARAMS);
}

TEST_F(SystemRunTest, KeepsTheStartOfHugeOutput) {
    const Reply reply =
        shell("head -c 300000000 /dev/zero | tr '\\0' x; echo; seq 5 >&2", {{"max_output", 1000}});
    EXPECT_EQ(out(reply), std::string(1000, 'x'));
    EXPECT_EQ(reply.json["stdout_truncated"], Json(true));
    EXPECT_EQ(reply.json["stdout_bytes"], Json(300'000'001));
    EXPECT_EQ(reply.json["stderr"], Json("1\n2\n3\n4\n5\n"));
    EXPECT_EQ(reply.json["stderr_truncated"], Json(false));
    EXPECT_EQ(run(Json::array({"true"}), {{"max_output", -1}}).status, OA_INVALID_PARAMS);
}

TEST_F(SystemRunTest, CutsNoCharacterInTwo) {
    EXPECT_EQ(out(run(Json::array({"printf", "aü€x"}), {{"max_output", 2}})), "a");
    EXPECT_EQ(out(run(Json::array({"printf", "aü€x"}), {{"max_output", 5}})), "aü");
    EXPECT_EQ(out(run(Json::array({"printf", "aü€x"}), {{"max_output", 6}})), "aü€");
    EXPECT_EQ(out(run(Json::array({"printf", "a\\377b"}))),
              "a\xEF\xBF\xBD"
              "b");
}

TEST_F(SystemRunTest, LogsLineByLine) {
    const Reply reply = shell("printf 'one\\r\\ntwo\\n\\377\\nlast'; echo wrong >&2");
    std::vector<std::string> lines;
    for (const auto& line : reply.logs) {
        lines.push_back(line.fields.get<std::string>("stream") + ":" + line.message);
    }
    std::sort(lines.begin(), lines.end());
    EXPECT_EQ(lines, (std::vector<std::string>{"stderr:wrong", "stdout:last", "stdout:one",
                                               "stdout:two", "stdout:\xEF\xBF\xBD"}));
    EXPECT_EQ(joined(reply.violations), "");
    EXPECT_TRUE(shell("echo x", {{"log_output", false}}).logs.empty());
    const Reply many = shell("seq 20000; head -c 10000 /dev/zero | tr '\\0' x >&2");
    EXPECT_EQ(many.logs.size(), 10'002U);  // one says that there are more; one of stderr
    const bool cut = std::any_of(many.logs.begin(), many.logs.end(), [](const auto& line) {
        return line.message.size() == 4096 && line.fields["cut"] == Json(true);
    });
    EXPECT_TRUE(cut);
}

TEST_F(SystemRunTest, LogsWhileTheProgramRuns) {
    // The program waits for the test, which waits for the line.
    const std::string fifo = folder.at("fifo");
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    CallOptions options;
    options.params = Json({{"command", "echo started; cat " + fifo}, {"shell", true}}).dump();
    FakeCall call(std::move(options));
    std::thread helper([&] {
        EXPECT_TRUE(eventually([&] { return !call.result().logs.empty(); }));
        std::ofstream(fifo) << "go\n";
    });
    const Reply reply = system.run("run", call);
    helper.join();
    EXPECT_EQ(out(reply), "started\ngo\n");
}

TEST_F(SystemRunTest, EndsTheWholeGroupAtItsTimeout) {
    const auto started = steady_clock::now();
    const Reply reply =
        shell("echo before; sleep 1000 & echo $! >&2; sleep 1000", {{"timeout", "200ms"}});
    const auto taken = steady_clock::now() - started;
    EXPECT_EQ(reply.status, OA_DEADLINE);
    EXPECT_NE(reply.message.find("200 ms (timeout)"), std::string::npos) << reply.message;
    EXPECT_EQ(reply.json["stdout"], Json("before\n"));
    EXPECT_EQ(reply.json["signal"], Json("SIGTERM"));
    EXPECT_LT(taken, std::chrono::seconds(5));
    std::string child = reply.json.get<std::string>("stderr");
    child.pop_back();
    EXPECT_TRUE(eventually([&] { return !is_alive(child); })) << child;
}

TEST_F(SystemRunTest, KillsWhatIgnoresBeingAskedWithinASecond) {
    const auto cancelled = run_and_cancel(
        system, "run",
        {{"command",
          "trap '' TERM; (trap '' TERM; echo $BASHPID; while :; do sleep 0.1; done) & "
          "while :; do sleep 0.1; done"},
         {"shell", true},
         {"interpreter", "/bin/bash"}},
        [](const FakeCall& call) { return !call.result().logs.empty(); });
    EXPECT_EQ(cancelled.reply.status, OA_CANCELLED) << cancelled.reply.message;
    EXPECT_LT(cancelled.taken, milliseconds(1000));
    EXPECT_EQ(cancelled.reply.json["signal"], Json("SIGKILL"));
    std::string child = cancelled.reply.json.get<std::string>("stdout");
    child.pop_back();
    EXPECT_TRUE(eventually([&] { return !is_alive(child); })) << child;
}

TEST_F(SystemRunTest, LetsAProgramTidyUpWhenItIsCancelled) {
    const std::string tidy = folder.at("tidy");
    const auto cancelled =
        run_and_cancel(system, "run",
                       {{"command", "trap 'echo done > " + tidy +
                                        "; exit 0' TERM; echo ready; "
                                        "while :; do sleep 0.05; done"},
                        {"shell", true}},
                       [](const FakeCall& call) { return !call.result().logs.empty(); });
    EXPECT_EQ(cancelled.reply.status, OA_CANCELLED);
    EXPECT_LT(cancelled.taken, milliseconds(1000));
    EXPECT_EQ(folder.read("tidy"), "done\n");
}

TEST_F(SystemRunTest, DoesNotWaitForWhatIsLeftInTheBackground) {
    const auto started = steady_clock::now();
    const Reply reply = shell("sleep 1000 & echo $!");
    EXPECT_LT(steady_clock::now() - started, std::chrono::seconds(10));
    std::string child = out(reply);
    child.pop_back();
    EXPECT_TRUE(is_alive(child));
    ::kill(std::stoi(child), SIGKILL);
}

TEST_F(SystemRunTest, StartsNothingWhenCancelledBefore) {
    CallOptions options;
    options.cancelled = true;
    EXPECT_EQ(
        system.run("run", {{"command", Json::array({"touch", folder.at("x")})}}, options).status,
        OA_CANCELLED);
    EXPECT_FALSE(std::filesystem::exists(folder.at("x")));
}

TEST_F(SystemRunTest, GivesProgramsNoDescriptorAndNoBlockedSignal) {
    sigset_t pipe;
    sigset_t before;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    ASSERT_EQ(pthread_sigmask(SIG_BLOCK, &pipe, &before), 0);
    const std::string seen = out(run(Json::array({"cat", "/proc/self/status"})));
    for (const std::string name : {"SigBlk:\t", "SigIgn:\t"}) {
        const auto signals =
            std::stoull(seen.substr(seen.find(name) + name.size(), 16), nullptr, 16);
        EXPECT_EQ(signals & 0x7FFFFFFFU, 0U) << seen;  // those beyond are the C library's own
    }
    EXPECT_EQ(out(shell("ls /proc/$$/fd | wc -l")), "3\n");
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    EXPECT_EQ(out(shell("[ $(ps -o sid= -p $$) = $$ ] && echo leads")), "leads\n");
}

TEST_F(SystemRunTest, AThousandRunsLeaveNothingBehind) {
    expect_nothing_left("system", OA_PLUGIN_FILE, [&](PluginHarness& fresh, int /*i*/) {
        EXPECT_EQ(fresh.run("run", {{"command", Json::array({"true"})}}).status, OA_OK);
        EXPECT_EQ(fresh.run("run", {{"command", Json::array({"/none"})}}).status, OA_NOT_FOUND);
    });
    siginfo_t child{};
    EXPECT_EQ(::waitid(P_ALL, 0, &child, WEXITED | WNOHANG), -1) << "a child is left";
    EXPECT_EQ(errno, ECHILD);
}

TEST_F(SystemRunTest, ManyRunAtOnce) {
    std::vector<std::thread> callers;
    std::vector<int> good(8, 0);
    for (std::size_t i = 0; i < good.size(); ++i) {
        callers.emplace_back([&, i] {
            for (int n = 0; n < 20; ++n) {
                const Reply reply = run(Json::array({"echo", static_cast<int>(i)}));
                good[i] += reply.json["stdout"] == Json(std::to_string(i) + "\n") ? 1 : 0;
            }
        });
    }
    for (auto& caller : callers) {
        caller.join();
    }
    EXPECT_EQ(good, std::vector<int>(8, 20));
}

}  // namespace
}  // namespace oa::test
