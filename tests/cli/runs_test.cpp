// `oa run --data` and `oa runs`: runs that outlive the process that works on them.

#include <csignal>

#include "tests/cli/cli_test.hpp"

namespace oa::test {
namespace {

struct RunsTest : CliTest {
    std::string data = folder.at("data");
    // Hosts of other tests have sockets, too.
    std::string runtime = folder.at("runtime");

    [[nodiscard]] std::vector<std::string> with_data(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--data", data});
        return arguments;
    }
    [[nodiscard]] Subprocess::Options environment() const {
        Subprocess::Options options;
        options.environment = {{"OA_RUNTIME_FOLDER", runtime}};
        return options;
    }
    [[nodiscard]] ProcessResult runs(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "runs");
        return oa(with_data(std::move(arguments)), environment());
    }
    [[nodiscard]] ProcessResult run(const std::string& text) const {
        return oa(with_data({"run", folder.write("w.yaml", text)}), environment());
    }
    /// Starts a run and kills its host once it has said something.
    void kill_after(const std::string& text, const std::string& said) const {
        Subprocess host(command(with_data({"run", folder.write("w.yaml", text)})), environment());
        ASSERT_TRUE(host.wait_for(said));
        host.signal(SIGKILL);
        static_cast<void>(host.wait());
    }
    [[nodiscard]] boost::json::object last() const {
        return json(runs({"show", "last", "--json"}));
    }
    static std::string status(const boost::json::object& run) {
        return std::string(run.at("run").at("status").as_string());
    }
};

constexpr const char* waits_for_approval =
    "name: deploy\n"
    "inputs: {who: {default: ada}}\n"
    "tasks:\n"
    "  - {name: first, utils.print: {text: \"for ${inputs.who}\"}}\n"
    "  - {name: ask, approval: {message: \"Deploy for ${inputs.who}?\"}}\n"
    "  - {name: then, utils.print: {text: \"by ${tasks.ask.output.by}\"}}\n";

TEST_F(RunsTest, KeepsARunAndTellsHowItWent) {
    const ProcessResult ran =
        run("name: greet\n"
            "inputs: {who: {default: ada}}\n"
            "tasks:\n"
            "  - {name: hello, utils.print: {text: \"hello ${inputs.who}\"}}\n"
            "outputs: {said: \"${tasks.hello.output.text}\"}\n");
    EXPECT_EQ(ran.exit_status, 0) << ran.err;
    EXPECT_NE(ran.err.find("is kept in " + data), std::string::npos) << ran.err;

    const ProcessResult list = runs({"list"});
    EXPECT_NE(list.out.find("greet     succeeded"), std::string::npos) << list.out;
    const ProcessResult show = runs({"show", "last"});
    EXPECT_NE(show.out.find("workflow  greet"), std::string::npos) << show.out;
    EXPECT_NE(show.out.find("inputs    {\"who\":\"ada\"}"), std::string::npos) << show.out;
    EXPECT_NE(show.out.find("  said = \"hello ada\""), std::string::npos) << show.out;
    const ProcessResult logs = runs({"logs", "last"});
    EXPECT_NE(logs.out.find("INFO hello: hello ada\n"), std::string::npos) << logs.out;
    EXPECT_EQ(task(last(), "hello").at("output").at("text"), "hello ada");

    EXPECT_EQ(runs({"list", "--status", "failed"}).out, "there are no such runs\n");
    const ProcessResult nobody = runs({"show", "zebra"});
    EXPECT_EQ(nobody.exit_status, 2);
    EXPECT_EQ(nobody.err,
              "oa: there is no run whose id begins with 'zebra'; oa runs list shows them\n");
}

TEST_F(RunsTest, GoesOnAfterItsHostWasKilledWithTheDocumentsThatItBeganWith) {
    kill_after(waits_for_approval, "waits for approval");
    EXPECT_EQ(status(last()), "running");
    EXPECT_EQ(task(last(), "first").at("status"), "succeeded");
    folder.write("w.yaml", "name: another\n");

    const ProcessResult approved = runs({"approve", "last", "--by", "grace", "--comment", "fine"});
    EXPECT_EQ(approved.exit_status, 0) << approved.err;
    EXPECT_NE(approved.err.find("ask is approved"), std::string::npos) << approved.err;
    const boost::json::object run = last();
    EXPECT_EQ(status(run), "succeeded");
    EXPECT_EQ(task(run, "ask").at("output").at("by"), "grace");
    EXPECT_EQ(task(run, "then").at("output").at("text"), "by grace");
    const std::string logs = runs({"logs", "last"}).out;
    EXPECT_EQ(logs.find("for ada"), logs.rfind("for ada")) << "it ran once: " << logs;
}

TEST_F(RunsTest, TellsTheHostThatWorksOnARun) {
    Subprocess host(command(with_data({"run", folder.write("w.yaml", waits_for_approval)})),
                    environment());
    ASSERT_TRUE(host.wait_for("waits for approval"));
    EXPECT_NE(runs({"list"}).out.find("waiting"), std::string::npos) << "seen beside the host";
    EXPECT_EQ(runs({"pause", "last", "--reason", "lunch"}).exit_status, 0);
    EXPECT_EQ(runs({"resume", "last"}).exit_status, 0);
    const ProcessResult wrong = runs({"approve", "last", "first"});
    EXPECT_EQ(wrong.exit_status, 1);
    EXPECT_EQ(wrong.err, "oa: no task 'first' waits for an approval; those that do: ask\n");
    const ProcessResult rejected = runs({"reject", "last", "ask", "--comment", "not today"});
    EXPECT_EQ(rejected.exit_status, 0) << rejected.err;
    EXPECT_EQ(rejected.out, "ask is rejected\n");
    EXPECT_EQ(host.wait().exit_status, 1);
    EXPECT_EQ(task(last(), "ask").at("error").at("code"), "rejected");
    EXPECT_EQ(runs({"cancel", "last"}).exit_status, 2) << "it has ended";
}

TEST_F(RunsTest, CancelsARunThatNoHostWorksOnAndDoesWhatIsToBeDoneFinally) {
    kill_after(
        "tasks: [{name: nap, sleep: 1h}]\n"
        "finally: [{name: clean, utils.print: {text: cleaned}}]\n",
        "waiting until");
    const ProcessResult cancelled = runs({"cancel", "last", "--reason", "not needed"});
    EXPECT_EQ(cancelled.exit_status, 1) << cancelled.err;
    const boost::json::object run = last();
    EXPECT_EQ(status(run), "cancelled");
    EXPECT_EQ(run.at("run").at("error").at("message"), "not needed");
    EXPECT_EQ(task(run, "clean").at("status"), "succeeded");
}

TEST_F(RunsTest, DoesAgainWhatDidNotSucceed) {
    const std::string flag = folder.at("flag");
    EXPECT_EQ(run("tasks:\n"
                  "  - {name: first, utils.print: {text: once}}\n"
                  "  - {name: second, files.read: {path: " +
                  flag + "}}\n")
                  .exit_status,
              1);
    folder.write("flag", "here");
    const ProcessResult again = runs({"retry", "last"});
    EXPECT_EQ(again.exit_status, 0) << again.err;
    const boost::json::object run = last();
    EXPECT_EQ(status(run), "succeeded");
    EXPECT_EQ(run.at("run").at("attempt"), 2);
    EXPECT_EQ(task(run, "first").at("output").at("text"), "once");
    EXPECT_EQ(runs({"logs", "last"}).out, "") << "nothing ran that says anything";
    EXPECT_EQ(runs({"retry", "last", "--from", "zebra"}).exit_status, 4);
    EXPECT_EQ(runs({"retry", "last", "--all"}).exit_status, 0);
    EXPECT_NE(runs({"logs", "last"}).out.find("once"), std::string::npos);
}

TEST_F(RunsTest, RecoversAllThatIsOpenAndLetsGoOfItWhenItIsTold) {
    EXPECT_EQ(run("tasks: [{name: t, utils.print: {text: x}}]\n").exit_status, 0);
    EXPECT_EQ(runs({"recover"}).out, "no run is open\n");
    kill_after("tasks: [{name: nap, sleep: 1h}]\n", "waiting until");
    Subprocess host(command(with_data({"runs", "recover"})), environment());
    ASSERT_TRUE(host.wait_for("waiting until"));
    EXPECT_EQ(runs({"recover"}).exit_status, 4) << "a store serves one host at a time";
    host.signal(SIGINT);
    const ProcessResult left = host.wait();
    EXPECT_EQ(left.exit_status, 130) << left.err;
    EXPECT_NE(left.err.find("they stay open"), std::string::npos) << left.err;
    EXPECT_EQ(status(last()), "running");
}

TEST_F(RunsTest, RefusesAStoreThatIsInUseOrNone) {
    const ProcessResult none = runs({"list"});
    EXPECT_EQ(none.exit_status, 4);
    EXPECT_NE(none.err.find(data), std::string::npos) << none.err;
    Subprocess host(command(with_data({"run", folder.write("w.yaml", waits_for_approval)})),
                    environment());
    ASSERT_TRUE(host.wait_for("waits for approval"));
    const ProcessResult second = run("tasks: [{name: t, utils.print: {text: x}}]\n");
    EXPECT_EQ(second.exit_status, 4);
    EXPECT_NE(second.err.find("in use by process"), std::string::npos) << second.err;
    host.signal(SIGKILL);
    static_cast<void>(host.wait());
}

}  // namespace
}  // namespace oa::test
