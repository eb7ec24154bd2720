// What the commands of a client do with the runs of a service.

#include <csignal>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/cli/client_fixture.hpp"

namespace oa::test {
namespace {

namespace json = boost::json;

// ----- start -----

TEST_F(ClientTest, StartPrintsTheIdOfTheRun) {
    start();
    const std::string run = started("hello");
    const ProcessResult logs = client({"logs", "-f", run});
    EXPECT_EQ(logs.exit_status, 0) << logs.err;
    EXPECT_TRUE(contains(logs.out, "INFO greet: hello world")) << logs.out;
    EXPECT_TRUE(contains(logs.err, "has ended: succeeded")) << logs.err;
    EXPECT_EQ(get("/api/v1/runs/" + run).at("status").as_string(), "succeeded");
}

TEST_F(ClientTest, StartWaitsAndExitsAsRunDoes) {
    start();
    const ProcessResult good = client({"start", "hello", "-i", "who=you", "--wait"});
    EXPECT_EQ(good.exit_status, 0) << good.err;
    EXPECT_TRUE(contains(good.out, "hello succeeded")) << good.out;
    EXPECT_TRUE(contains(good.out, "greeted = you")) << good.out;
    EXPECT_FALSE(contains(good.err, "task.ended")) << good.err;
    const ProcessResult bad = client({"start", "fail", "--wait"});
    EXPECT_EQ(bad.exit_status, 1) << bad.err;
    EXPECT_TRUE(contains(bad.out, "out of paper")) << bad.out;
    const ProcessResult as_json = client({"start", "hello", "--wait", "--json"});
    EXPECT_EQ(as_json.exit_status, 0) << as_json.err;
    const json::object document = json(as_json);
    EXPECT_EQ(document.at("run").at("status").as_string(), "succeeded");
    EXPECT_EQ(document.at("tasks").at(0).at("name").as_string(), "greet");
    EXPECT_EQ(document.at("outputs"), (json::value{{"greeted", "world"}}));
}

TEST_F(ClientTest, StartFollowsWhatHappens) {
    start();
    const ProcessResult result = client({"start", "hello", "--follow"});
    EXPECT_EQ(result.exit_status, 0) << result.err;
    const std::size_t begun = result.err.find("run.created");
    const std::size_t ended = result.err.find("task.ended greet: succeeded");
    EXPECT_LT(begun, ended) << result.err;
    EXPECT_LT(ended, result.err.find("run.ended: succeeded")) << result.err;
}

TEST_F(ClientTest, StartReadsInputsAsTheWorkflowDeclaresThem) {
    start();
    const ProcessResult result =
        client({"start", "typed", "-i", "count=7", "-i", "name=12", "--wait", "--json"});
    ASSERT_EQ(result.exit_status, 0) << result.err;
    EXPECT_EQ(json(result).at("outputs"), (json::value{{"count", 7}, {"name", "12"}}));
    const std::string file = folder.write("inputs.json", R"({"count": 3})");
    const ProcessResult from_file =
        client({"start", "typed", "--inputs", file, "--wait", "--json"});
    ASSERT_EQ(from_file.exit_status, 0) << from_file.err;
    EXPECT_EQ(json(from_file).at("outputs").at("count").as_int64(), 3);
}

TEST_F(ClientTest, StartTellsAllThatIsWrongWithInputs) {
    start();
    const ProcessResult result = client({"start", "typed", "-i", "count=many", "-i", "nam=x"});
    EXPECT_EQ(result.exit_status, 2);
    EXPECT_TRUE(contains(result.err, "the input 'count'")) << result.err;
    EXPECT_TRUE(contains(result.err, "the input 'nam'")) << result.err;
    EXPECT_TRUE(contains(result.err, "did you mean 'name'?")) << result.err;
    const std::string file = folder.write("inputs.json", "[1]");
    const ProcessResult no_object = client({"start", "typed", "--inputs", file});
    EXPECT_EQ(no_object.exit_status, 2);
    EXPECT_TRUE(contains(no_object.err, file)) << no_object.err;
    EXPECT_TRUE(get("/api/v1/runs").at("runs").as_array().empty());
}

TEST_F(ClientTest, AnUnknownWorkflowComesWithAHint) {
    start();
    const ProcessResult result = client({"start", "helo"});
    EXPECT_EQ(result.exit_status, 2);
    EXPECT_TRUE(contains(result.err, "there is no workflow 'helo'; ")) << result.err;
    EXPECT_TRUE(contains(result.err, "hello")) << result.err;
}

TEST_F(ClientTest, OfOneKeyThereIsOneRun) {
    start();
    const ProcessResult one = client({"start", "hello", "--idempotency-key", "k"});
    const ProcessResult two = client({"start", "hello", "--idempotency-key", "k"});
    EXPECT_EQ(one.exit_status, 0) << one.err;
    EXPECT_EQ(one.out, two.out);
    EXPECT_NE(started("hello"), started("hello"));
}

TEST_F(ClientTest, CtrlCLeavesTheRunRunningAndSaysHowToStopIt) {
    start();
    Subprocess waiting(command({"start", "ask", "--follow"}), with_token());
    ASSERT_TRUE(waiting.wait_for("task.waiting gate")) << waiting.said();
    waiting.signal(SIGINT);
    const ProcessResult result = waiting.wait();
    EXPECT_EQ(result.exit_status, 130);
    const json::array runs = get("/api/v1/runs").at("runs").as_array();
    ASSERT_EQ(runs.size(), 1U);
    EXPECT_EQ(runs.at(0).at("status").as_string(), "running");
    const std::string run(runs.at(0).at("id").as_string());
    EXPECT_TRUE(contains(result.err, "the run " + run + " goes on")) << result.err;
    EXPECT_TRUE(contains(result.err, "oa runs cancel " + run)) << result.err;
}

// ----- runs -----

TEST_F(ClientTest, RunsAreListedAndShown) {
    start();
    EXPECT_TRUE(contains(client({"runs", "list"}).out, "the host has no runs"));
    ASSERT_EQ(client({"start", "hello", "-i", "who=you", "--wait"}).exit_status, 0);
    const std::string waits = started("ask");
    wait_for_approval(waits);

    const ProcessResult list = client({"runs", "list"});
    EXPECT_EQ(list.exit_status, 0) << list.err;
    EXPECT_TRUE(contains(list.out, "WAITS FOR")) << list.out;
    EXPECT_TRUE(contains(list.out, "approval: Go on?")) << list.out;
    EXPECT_TRUE(contains(list.out, "succeeded")) << list.out;
    const ProcessResult one = client({"runs", "list", "--limit", "1"});
    EXPECT_TRUE(contains(one.err, "there are more")) << one.err;
    const ProcessResult some =
        client({"runs", "list", "--workflow", "hello", "--status", "failed"});
    EXPECT_TRUE(contains(some.out, "there are no such runs")) << some.out;
    const json::array as_json = json::parse(client({"runs", "list", "--json"}).out).as_array();
    ASSERT_EQ(as_json.size(), 2U);
    EXPECT_EQ(as_json.at(0).at("state").as_string(), "waiting");
    EXPECT_EQ(as_json.at(0).at("waits").at(0).at("message").as_string(), "Go on?");

    const ProcessResult show = client({"runs", "show", waits});
    EXPECT_EQ(show.exit_status, 0) << show.err;
    EXPECT_TRUE(contains(show.out, "gate   waiting for approval: Go on?")) << show.out;
    EXPECT_TRUE(contains(show.out, "anybody may answer until ")) << show.out;
    EXPECT_FALSE(contains(show.out, "it fails")) << show.out;
    EXPECT_TRUE(contains(show.out, "answer with: oa runs approve " + waits + " gate")) << show.out;
    const json::object document = json(client({"runs", "show", waits, "--json"}));
    EXPECT_EQ(document.at("run").at("state").as_string(), "waiting");
    EXPECT_EQ(document.at("run").at("waits").at(0).at("task").as_string(), "gate");
}

TEST_F(ClientTest, RunsShowPrintsTheSameForAServiceAsForItsStore) {
    start();
    ASSERT_EQ(client({"start", "hello", "-i", "who=you", "--wait"}).exit_status, 0);
    ASSERT_EQ(client({"start", "fail", "--wait"}).exit_status, 1);
    const ProcessResult listed = client({"runs", "list"});
    const ProcessResult shown = client({"runs", "show", "last"});
    const ProcessResult said = client({"runs", "logs", "last"});
    const std::string data = folder.at("data");
    EXPECT_EQ(listed.out, oa({"runs", "list", "--data", data}, somebody()).out);
    EXPECT_EQ(shown.out, oa({"runs", "show", "last", "--data", data}, somebody()).out);
    EXPECT_EQ(said.out, oa({"runs", "logs", "last", "--data", data}, somebody()).out);
}

TEST_F(ClientTest, ARunIsFoundByTheBeginningOfItsId) {
    start();
    const std::string first = started("hello");
    const std::string second = started("ask");
    EXPECT_TRUE(contains(client({"runs", "show", "last"}).out, second));
    EXPECT_TRUE(contains(client({"runs", "show", first.substr(0, 25)}).out, first));
    const ProcessResult both = client({"runs", "show", "0"});
    EXPECT_EQ(both.exit_status, 2);
    EXPECT_TRUE(contains(both.err, "give more of it")) << both.err;
    EXPECT_EQ(client({"runs", "show", "X"}).exit_status, 2);
    EXPECT_EQ(client({"runs", "show", "01ARZ3NDEKTSV4RRFFQ69G5FAV"}).exit_status, 2);
}

TEST_F(ClientTest, RunsAreToldWhatToDo) {
    start();
    const std::string approved = started("ask");
    wait_for_approval(approved);
    EXPECT_TRUE(contains(client({"runs", "pause", approved, "--reason", "lunch"}).out,
                         "starts nothing until it is resumed"));
    EXPECT_TRUE(contains(client({"runs", "resume", approved}).out, "goes on"));
    const ProcessResult by = client({"runs", "approve", approved, "--by", "grace"});
    EXPECT_EQ(by.exit_status, 2);
    EXPECT_TRUE(contains(by.err, "token says who you are")) << by.err;
    const ProcessResult wrong = client({"runs", "approve", approved, "gat"});
    EXPECT_EQ(wrong.exit_status, 2);
    EXPECT_TRUE(contains(wrong.err, "those that do: gate")) << wrong.err;
    EXPECT_EQ(client({"runs", "approve", approved}).out, "gate is approved\n");
    EXPECT_EQ(client({"logs", "-f", approved}).exit_status, 0);
    EXPECT_EQ(get("/api/v1/runs/" + approved).at("status").as_string(), "succeeded");

    const std::string rejected = started("ask");
    wait_for_approval(rejected);
    EXPECT_EQ(client({"runs", "reject", rejected, "gate"}).out, "gate is rejected\n");
    EXPECT_EQ(client({"logs", "-f", rejected}).exit_status, 0);
    const ProcessResult again = client({"runs", "retry", rejected, "--json"});
    ASSERT_EQ(again.exit_status, 0) << again.err;
    const std::string retried(json(again).at("run").as_string());
    wait_for_approval(retried);
    EXPECT_TRUE(contains(client({"runs", "cancel", retried}).out, "is told to stop"));
    EXPECT_EQ(client({"logs", "-f", retried}).exit_status, 0);
    EXPECT_EQ(get("/api/v1/runs/" + retried).at("status").as_string(), "cancelled");
    EXPECT_EQ(get("/api/v1/runs/" + retried).at("retry_of").as_string(), rejected);
    const ProcessResult late = client({"runs", "cancel", retried});
    EXPECT_EQ(late.exit_status, 1) << late.err;
    EXPECT_FALSE(late.err.empty());
}

TEST_F(ClientTest, AStoreThatIsNamedWinsOverTheVariable) {
    start();
    const ProcessResult local = client({"runs", "list", "--data", folder.at("none")});
    EXPECT_EQ(local.exit_status, 2);
    EXPECT_TRUE(contains(local.err, folder.at("none"))) << local.err;
    EXPECT_EQ(client({"runs", "list", "--data", "x", "--server", url()}).exit_status, 2);
}

// ----- logs, events -----

TEST_F(ClientTest, LogsOfOneTaskAndAsJson) {
    start();
    const std::string run = started("hello");
    ASSERT_EQ(client({"logs", "-f", run}).exit_status, 0);
    const json::object line =
        json::parse(client({"logs", run, "--task", "greet", "--json"}).out).as_object();
    EXPECT_EQ(line.at("run").as_string(), run);
    EXPECT_EQ(line.at("task").as_string(), "greet");
    EXPECT_EQ(line.at("level").as_string(), "info");
    const ProcessResult none = client({"logs", run, "--task", "other"});
    EXPECT_TRUE(none.out.empty()) << none.out;
    EXPECT_TRUE(contains(none.err, "no task 'other'")) << none.err;
}

TEST_F(ClientTest, CtrlCEndsFollowing) {
    start();
    const std::string run = started("ask");
    for (const auto& [arguments, mark] :
         {std::pair{std::vector<std::string>{"events", "--run", run}, "task.waiting"},
          std::pair{std::vector<std::string>{"events"}, "listening"}}) {
        Subprocess following(command(arguments), with_token());
        ASSERT_TRUE(following.wait_for(mark)) << following.said();
        following.signal(SIGINT);
        EXPECT_EQ(following.wait().exit_status, 130);
    }
    EXPECT_EQ(get("/api/v1/runs/" + run).at("status").as_string(), "running");
}

TEST_F(ClientTest, EventsOfARunEndWithIt) {
    start();
    const std::string run = started("hello");
    const ProcessResult result = client({"events", "--run", run, "--json"});
    EXPECT_EQ(result.exit_status, 0) << result.err;
    std::vector<std::string> types;
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);) {
        types.emplace_back(json::parse(line).at("type").as_string());
    }
    EXPECT_EQ(types, (std::vector<std::string>{"run.created", "run.started", "task.started",
                                               "task.ended", "run.ended"}));
    EXPECT_EQ(client({"events", "--run", "last"}).exit_status, 0);
}

TEST_F(ClientTest, EventsOfManyRunsAndOfOneWorkflow) {
    start();
    Subprocess all(command({"events"}), with_token());
    Subprocess some(command({"events", "--workflow", "fail", "--json"}), with_token());
    ASSERT_TRUE(all.wait_for("listening")) << all.said();
    ASSERT_TRUE(some.wait_for("listening")) << some.said();
    const std::string one = started("hello");
    EXPECT_TRUE(all.wait_for(one + " hello: run.ended: succeeded")) << all.said();
    const std::string two = started("fail");
    EXPECT_TRUE(all.wait_for(two + " fail: run.ended: failed")) << all.said();
    EXPECT_TRUE(some.wait_for("run.ended")) << some.said();
    some.signal(SIGTERM);
    const ProcessResult result = some.wait();
    EXPECT_EQ(result.exit_status, 143);
    EXPECT_FALSE(contains(result.out, one)) << result.out;
    EXPECT_TRUE(contains(result.out, two)) << result.out;
}

// The connection breaks with the host, which goes on with the run when it is started anew: no event
// is told twice, and none is missing.
TEST_F(ClientTest, FollowingOutlivesTheHost) {
    start();
    const std::string run = started("ask");
    Subprocess events(command({"events", "--run", run}), with_token());
    Subprocess logs(command({"logs", "-f", run}), with_token());
    Subprocess all(command({"events"}), with_token());
    ASSERT_TRUE(events.wait_for("task.waiting gate")) << events.said();
    ASSERT_TRUE(all.wait_for("listening")) << all.said();
    wanted_port = std::to_string(port);
    stop(SIGKILL);
    ASSERT_TRUE(events.wait_for("asking again")) << events.said();
    ASSERT_TRUE(all.wait_for("asking again")) << all.said();
    start();
    ASSERT_TRUE(events.wait_for("the host is there again")) << events.said();
    ASSERT_TRUE(all.wait_for("events are missing here")) << all.said();
    wait_for_approval(run);
    const ProcessResult approved = client({"runs", "approve", run});
    ASSERT_EQ(approved.exit_status, 0) << approved.err;
    const ProcessResult told = events.wait();
    EXPECT_EQ(told.exit_status, 0) << told.err;
    for (const char* once : {"run.created", "task.waiting gate", "task.ended gate: succeeded",
                             "task.ended after: succeeded", "run.ended: succeeded"}) {
        const std::size_t at = told.out.find(once);
        EXPECT_NE(at, std::string::npos) << once << '\n' << told.out;
        EXPECT_EQ(told.out.find(once, at + 1), std::string::npos) << once << '\n' << told.out;
    }
    EXPECT_TRUE(all.wait_for("run.ended: succeeded")) << all.said();
    const ProcessResult said = logs.wait();
    EXPECT_EQ(said.exit_status, 0) << said.err;
    EXPECT_TRUE(contains(said.out, "after: went on")) << said.out;
}

}  // namespace
}  // namespace oa::test
