// `oa runs list`, `show` and `logs` of runs that wait, run others within them, or go on meanwhile.

#include <csignal>
#include <sstream>

#include "tests/cli/runs_fixture.hpp"

namespace oa::test {
namespace {

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

}  // namespace
}  // namespace oa::test
