// `oa run --data` and `oa runs`: runs that outlive the process that works on them.

#include <chrono>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <stdexcept>

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
        options.patience = std::chrono::minutes{2};
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
    /// A program that goes on beside the test, and ends with it.
    struct Host : Subprocess {
        using Subprocess::Subprocess;

        void await(const std::string& text) {
            if (!wait_for(text)) {
                throw std::runtime_error("it ended without saying '" + text + "':\n" + said());
            }
        }
        void kill() {
            signal(SIGKILL);
            static_cast<void>(wait());
        }
    };
    [[nodiscard]] std::vector<std::string> run_command(const std::string& text) const {
        return command(with_data({"run", folder.write("w.yaml", text)}));
    }
    [[nodiscard]] std::vector<std::string> runs_command(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "runs");
        return command(with_data(std::move(arguments)));
    }
    /// Starts a run and kills its host once it has said something.
    void kill_after(const std::string& text, const std::string& said) const {
        Host host(run_command(text), environment());
        host.await(said);
        host.kill();
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

// ----- what a run waits for -----

constexpr const char* asks_within =
    "name: inner\n"
    "inputs: {what: {type: string}}\n"
    "tasks:\n"
    "  - name: ask\n"
    "    approval:\n"
    "      message: \"Deploy ${inputs.what}?\"\n"
    "      by: [grace, \"group:ops\"]\n"
    "      timeout: 1h\n"
    "      default: approve\n"
    "  - {name: then, utils.print: {text: done}}\n";

TEST_F(RunsTest, ShowsWhatTheRunsWithinARunWaitForAndHowToAnswer) {
    folder.write("inner.yaml", asks_within);
    Host host(run_command("name: outer\n"
                          "tasks:\n"
                          "  - {name: first, utils.print: {text: one}}\n"
                          "  - {name: deploy, workflow: inner.yaml, with: {what: it}}\n"),
              environment());
    host.await("waits for approval");

    const std::string id(last().at("run").at("id").as_string());
    const ProcessResult show = runs({"show", "last"});
    EXPECT_NE(show.out.find("status    waiting\n"), std::string::npos) << show.out;
    EXPECT_NE(show.out.find("  deploy  running\n"
                            "    ask   waiting for approval: Deploy it?\n"
                            "          grace or group:ops may answer until 2"),
              std::string::npos)
        << show.out;
    EXPECT_NE(show.out.find(" UTC; then it is approved\n"
                            "    then  pending\n"
                            "answer with: oa runs approve " +
                            id + " deploy/ask --data " + data + "  (or reject)\n"),
              std::string::npos)
        << show.out;
    EXPECT_EQ(show.out.find("no host"), std::string::npos) << show.out;

    const boost::json::object document = json(runs({"show", "last", "--json"}));
    const boost::json::object& run = document.at("run").as_object();
    EXPECT_EQ(run.at("status"), "running");
    EXPECT_EQ(run.at("state"), "waiting");
    const boost::json::object& wait = run.at("waits").at(0).as_object();
    EXPECT_EQ(wait.at("task"), "deploy/ask");
    EXPECT_EQ(wait.at("element"), nullptr);
    EXPECT_EQ(wait.at("kind"), "approval");
    EXPECT_EQ(wait.at("message"), "Deploy it?");
    EXPECT_EQ(wait.at("by"), (boost::json::array{"grace", "group:ops"}));
    EXPECT_EQ(wait.at("default"), "approve");
    EXPECT_TRUE(wait.at("until").is_string());
    const boost::json::object inner = task(document, "deploy").at("run").as_object();
    EXPECT_EQ(inner.at("run").at("workflow"), "inner");
    EXPECT_EQ(inner.at("run").at("inputs").at("what"), "it");
    EXPECT_EQ(task(inner, "ask").at("status"), "running");

    const ProcessResult list = runs({"list"});
    EXPECT_NE(list.out.find("WAITS FOR\n"), std::string::npos) << list.out;
    EXPECT_NE(list.out.find("  approval: Deploy it?\n"), std::string::npos) << list.out;
    const boost::json::value listed = core::parse_json(runs({"list", "--json"}).out);
    EXPECT_EQ(listed.at(0).at("state"), "waiting");
    EXPECT_EQ(listed.at(0).at("waits"), run.at("waits"));

    EXPECT_EQ(runs({"approve", id, "deploy/ask", "--by", "grace"}).exit_status, 0);
    EXPECT_EQ(host.wait().exit_status, 0);
    const ProcessResult ended = runs({"show", "last"});
    EXPECT_NE(ended.out.find("    then  succeeded in "), std::string::npos) << ended.out;
    EXPECT_EQ(ended.out.find("answer with"), std::string::npos) << ended.out;
    EXPECT_EQ(runs({"list"}).out.find("WAITS FOR"), std::string::npos);
}

TEST_F(RunsTest, ShowsTheElementsOfALoopThatWaitAndTheirRuns) {
    folder.write("inner.yaml", asks_within);
    Host host(run_command("tasks:\n"
                          "  - {name: seed, utils.noop: {}}\n"
                          "  - name: each\n"
                          "    needs: [seed]\n"
                          "    for_each: [a, b]\n"
                          "    workflow: inner.yaml\n"
                          "    with: {what: \"${item}\"}\n"
                          "  - {name: nap, needs: [seed], wait_until: \"2090-01-01T08:00:00Z\"}\n"
                          "  - {name: own, needs: [seed], for_each: [x, y], approval: \"Take "
                          "${item}?\"}\n"),
              environment());
    for (const std::string task : {"each[0] › ask", "each[1] › ask", "own[0]", "own[1]", "nap"}) {
        host.await(task + ": wait");
    }
    host.kill();
    const ProcessResult show = runs({"show", "last"});
    EXPECT_NE(show.out.find("  each  running, 0 of 2 elements\n"
                            "    [0]  running\n"
                            "      ask   waiting for approval: Deploy a?\n"),
              std::string::npos)
        << show.out;
    EXPECT_NE(show.out.find("  own   waiting, 0 of 2 elements\n"
                            "    [0]  waiting for approval: Take x?\n"
                            "         anybody may answer\n"
                            "    [1]  waiting for approval: Take y?\n"),
              std::string::npos)
        << show.out;
    EXPECT_NE(show.out.find("  nap   waiting until 2090-01-01 08:00:00 UTC\n"), std::string::npos)
        << show.out;
    EXPECT_NE(show.out.find(" 'each[1]/ask' --data "), std::string::npos) << show.out;
    EXPECT_NE(show.out.find(" own --element 1 --data "), std::string::npos) << show.out;
    EXPECT_NE(show.out.find("no host works on it; go on with: oa runs recover "), std::string::npos)
        << show.out;
    const boost::json::object document = last();
    EXPECT_EQ(document.at("run").at("waits").as_array().size(), 5U);
    const boost::json::object second =
        task(document, "each").at("runs").as_array().at(1).as_object();
    EXPECT_EQ(second.at("element"), 1);
    EXPECT_EQ(second.at("run").at("inputs").at("what"), "b");

    const ProcessResult list = runs({"list"});
    EXPECT_NE(list.out.find("  approval: Deploy a? (and 4 more)\n"), std::string::npos) << list.out;
    EXPECT_NE(list.err.find("no host works on those that have not ended"), std::string::npos)
        << list.err;
}

// ----- logs -----

TEST_F(RunsTest, FollowsWhatTasksSayUntilTheRunEnds) {
    folder.write("inner.yaml", asks_within);
    Host host(run_command("name: outer\n"
                          "tasks:\n"
                          "  - {name: first, utils.print: {text: one}}\n"
                          "  - {name: deploy, workflow: inner.yaml, with: {what: it}}\n"),
              environment());
    host.await("waits for approval");
    Host follower(runs_command({"logs", "last", "--follow"}), environment());
    follower.await("INFO first: one\n");
    Host one_task(runs_command({"logs", "last", "-f", "--json", "--task", "then"}), environment());
    EXPECT_EQ(runs({"approve", "last", "--by", "grace"}).exit_status, 0);
    EXPECT_EQ(host.wait().exit_status, 0);

    const ProcessResult followed = follower.wait();
    EXPECT_EQ(followed.exit_status, 0);
    EXPECT_NE(followed.err.find(" has ended: succeeded\n"), std::string::npos) << followed.err;
    EXPECT_EQ(followed.out, runs({"logs", "last"}).out);
    EXPECT_NE(followed.out.find("INFO deploy › then: done\n"), std::string::npos) << followed.out;

    const ProcessResult filtered = one_task.wait();
    EXPECT_EQ(filtered.exit_status, 0);
    const boost::json::object line = json(filtered);  // one
    EXPECT_EQ(line.at("task"), "deploy/then");
    EXPECT_EQ(line.at("level"), "info");
    EXPECT_EQ(line.at("message"), "done");
    EXPECT_EQ(line.at("run"), task(last(), "deploy").at("run").at("run").at("id"));
    EXPECT_EQ(runs({"logs", "last", "--task", "deploy/then", "--json"}).out, filtered.out);
    const ProcessResult nobody = runs({"logs", "last", "--task", "zebra"});
    EXPECT_EQ(nobody.out, "");
    EXPECT_NE(nobody.err.find("no task 'zebra' of the run "), std::string::npos) << nobody.err;
}

TEST_F(RunsTest, FollowsARunOnFromOneHostToTheNextAndLetsGoOfItOnCtrlC) {
    kill_after(waits_for_approval, "waits for approval");
    Host left(runs_command({"logs", "last", "--follow"}), environment());
    left.await("first: for ada\n");
    left.await("no host works on the run ");
    left.signal(SIGINT);
    EXPECT_EQ(left.wait().exit_status, 130);

    Host follower(runs_command({"logs", "last", "--follow"}), environment());
    follower.await("first: for ada\n");
    EXPECT_EQ(runs({"approve", "last", "--by", "grace"}).exit_status, 0);
    const ProcessResult followed = follower.wait();
    EXPECT_EQ(followed.exit_status, 0);
    EXPECT_NE(followed.out.find("INFO then: by grace\n"), std::string::npos) << followed.out;
}

TEST_F(RunsTest, PrintsTheLinesOfElementsInTheOrderOfTime) {
    folder.write("inner.yaml",
                 "name: inner\n"
                 "inputs: {what: {type: string}}\n"
                 "tasks: [{name: say, utils.print: {text: \"this is ${inputs.what}\"}}]\n");
    EXPECT_EQ(run("tasks:\n"
                  "  - name: each\n"
                  "    for_each: {items: [a, b, c], max_parallel: 1}\n"
                  "    workflow: inner.yaml\n"
                  "    with: {what: \"${item}\"}\n"
                  "  - {name: last, utils.print: {text: over}}\n")
                  .exit_status,
              0);
    std::string said;
    std::istringstream lines(runs({"logs", "last"}).out);
    for (std::string line; std::getline(lines, line);) {
        said += line.substr(line.find(" INFO ") + 6) + "\n";
    }
    EXPECT_EQ(said,
              "each[0] › say: this is a\n"
              "each[1] › say: this is b\n"
              "each[2] › say: this is c\n"
              "last: over\n");
}

// ----- the test itself -----

TEST(SubprocessTest, TellsWhatNeverCameAndEndsTheProgram) {
    Subprocess::Options options;
    options.patience = std::chrono::milliseconds{50};
    Subprocess silent({"/bin/sh", "-c", "echo here; exec sleep 600"}, options);
    try {
        EXPECT_FALSE(silent.wait_for("there"));
        FAIL() << "it waited";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("has not said 'there' within 50 ms"),
                  std::string::npos)
            << error.what();
    }
    EXPECT_EQ(silent.wait().exit_status, 128 + SIGKILL);
}

}  // namespace
}  // namespace oa::test
