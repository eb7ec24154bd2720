// `oa run --data` and `oa runs`: runs that outlive the process that works on them.

#include <csignal>
#include <filesystem>

#include "tests/cli/runs_fixture.hpp"

namespace oa::test {
namespace {

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

    const ProcessResult wrong = runs({"approve", "last", "zebra"});
    EXPECT_EQ(wrong.exit_status, 1);
    EXPECT_TRUE(
        wrong.err.ends_with("oa: no task 'zebra' waits for an approval; those that do: ask\n"))
        << wrong.err;
    EXPECT_EQ(status(last()), "running");
    const ProcessResult approved = runs({"approve", "last", "--by", "grace", "--comment", "fine"});
    EXPECT_EQ(approved.exit_status, 0) << approved.err;
    EXPECT_NE(approved.err.find("ask is approved\n"
                                "no host worked on it, so this process does until it ends"),
              std::string::npos)
        << approved.err;
    const boost::json::object run = last();
    EXPECT_EQ(status(run), "succeeded");
    EXPECT_EQ(task(run, "ask").at("output").at("by"), "grace");
    EXPECT_EQ(task(run, "then").at("output").at("text"), "by grace");
    const std::string logs = runs({"logs", "last"}).out;
    EXPECT_EQ(logs.find("for ada"), logs.rfind("for ada")) << "it ran once: " << logs;
}

TEST_F(RunsTest, TellsTheHostThatWorksOnARun) {
    Host host(run_command(waits_for_approval), environment());
    host.await("waits for approval");
    EXPECT_NE(runs({"list"}).out.find("waiting"), std::string::npos) << "seen beside the host";
    EXPECT_EQ(runs({"pause", "last"}).exit_status, 0);
    host.await(" paused, as ");
    EXPECT_NE(runs({"list"}).out.find(" paused "), std::string::npos);
    EXPECT_EQ(runs({"resume", "last"}).exit_status, 0);
    const ProcessResult wrong = runs({"approve", "last", "first"});
    EXPECT_EQ(wrong.exit_status, 1);
    EXPECT_EQ(wrong.err, "oa: no task 'first' waits for an approval; those that do: ask\n");
    const ProcessResult rejected = runs({"reject", "last", "ask", "--comment", "not today"});
    EXPECT_EQ(rejected.exit_status, 0) << rejected.err;
    EXPECT_EQ(rejected.out, "ask is rejected\n");
    EXPECT_EQ(host.wait().exit_status, 1);
    EXPECT_EQ(task(last(), "ask").at("error").at("code"), "rejected");
    const ProcessResult late = runs({"cancel", "last"});
    EXPECT_EQ(late.exit_status, 2);
    EXPECT_NE(late.err.find(" has ended (failed); oa runs retry does it again\n"),
              std::string::npos)
        << late.err;
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
    EXPECT_NE(runs({"show", "last"}).out.find("status    cancelled: not needed\n"),
              std::string::npos);
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
    Host host(runs_command({"recover"}), environment());
    host.await("waiting until");
    EXPECT_EQ(runs({"recover"}).exit_status, 4) << "a store serves one host at a time";
    host.signal(SIGINT);
    const ProcessResult left = host.wait();
    EXPECT_EQ(left.exit_status, 130) << left.err;
    EXPECT_NE(left.err.find("they stay open"), std::string::npos) << left.err;
    EXPECT_EQ(status(last()), "running");
}

TEST_F(RunsTest, RefusesAStoreThatIsInUseOrNone) {
    const ProcessResult none = runs({"list"});
    EXPECT_EQ(none.exit_status, 2);
    EXPECT_EQ(none.err, "oa: there is no store in " + data +
                            "; --data FOLDER names one, oa run FILE --data FOLDER makes one\n");
    for (const std::string command : {"show", "logs", "cancel", "pause", "approve", "retry"}) {
        EXPECT_EQ(runs({command, "last"}).err, none.err);
    }
    EXPECT_FALSE(std::filesystem::exists(data)) << "none is made to look into";
    const ProcessResult kept_nowhere = oa(
        {"run", folder.write("w.yaml", waits_for_approval), "--durability", "full"}, environment());
    EXPECT_EQ(kept_nowhere.exit_status, 2);
    EXPECT_NE(kept_nowhere.err.find("--durability requires --data"), std::string::npos)
        << kept_nowhere.err;
    Host host(run_command(waits_for_approval), environment());
    host.await("waits for approval");
    const ProcessResult second = run("tasks: [{name: t, utils.print: {text: x}}]\n");
    EXPECT_EQ(second.exit_status, 4);
    EXPECT_NE(second.err.find("in use by process"), std::string::npos) << second.err;
    host.kill();
}

}  // namespace
}  // namespace oa::test
