#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/core/graph_fixture.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

TEST(GraphTest, ShowsASequenceAsANumberedList) {
    EXPECT_EQ(graph_text(sequence()), R"(deploy: sequence of 3 tasks

  1. build    system.run
  2. test it  system.run
  3. publish  http.post  [up to 3 attempts]

Tasks run one after another; the first failure stops the run.
)");
}

TEST(GraphTest, ShowsTransitionsUnderTheirTask) {
    EXPECT_EQ(graph_text(circle()), R"(poll: transitions of 3 tasks

  * ask   http.get  [may fail]
      on success: use
      on failure: wait
    wait  utils.sleep
      on success: ask
    use   utils.print
      on success: end

* starts the run; each task then tells which one is next.
)");
}

TEST(GraphTest, ShowsNeedsAndHandlersOfAGraph) {
    EXPECT_EQ(graph_text(fan()), R"(ci: graph of 5 tasks

  * fetch  git.clone
    lint   system.run
      needs:      fetch
    test   system.run
      needs:      fetch
    pack   files.zip
      needs:      lint, test
      on failure: alarm
    alarm  notify.email  [handler]

* starts with the run; the others when all their needs have ended.
)");
}

TEST(GraphTest, LetsNoNameSteerTheTerminal) {
    const auto text = graph_text(hostile());
    EXPECT_EQ(text, R"(a "b"\n<c>: sequence of 3 tasks

  1. say "hi" \              m.f
  2. <b>&lt;`x`#;\n\x1b[31m  m.f
  3. größe|{x}]              m.f

Tasks run one after another; the first failure stops the run.
)");
}

TEST(GraphTest, AlignsNumbersOfLongSequences) {
    auto workflow = sequence();
    workflow.tasks.resize(10, graph_task("more", "m", "f"));
    const auto text = graph_text(workflow);
    EXPECT_NE(text.find("\n   1. build "), std::string::npos) << text;
    EXPECT_NE(text.find("\n  10. more "), std::string::npos) << text;
}

TEST(GraphTest, CountsOneTaskInTheSingular) {
    auto workflow = sequence();
    workflow.tasks.resize(1);
    EXPECT_EQ(graph_text(workflow).substr(0, 28), "deploy: sequence of 1 task\n\n");
}

TEST(GraphTest, ShowsConditionsLoopsAndWhatRunsFinally) {
    const auto inner = backup();
    EXPECT_EQ(graph_text(nightly(inner)), R"(nightly: graph of 4 tasks, 2 more in finally

  * hosts     http.get  [up to 4 attempts, at most 30s]
      retry when: error.code == "busy"
    back up   workflow backup.yaml  [may fail]
      needs:      hosts
      for each:   tasks.hosts.output.list, 2 at a time
      on failure: alarm
    tell      notify.email
      needs:      back up
      when:       always() && size(tasks.hosts.output.list) > 0
    alarm     notify.sms  [handler]

finally, whatever happened, one after another:
  1. clean up  files.remove
  2. log out   http.post

* starts with the run; the others when all their needs have ended.
The first failure that nothing handles stops everything.
At most 4 tasks at a time.
At most 1h 0m in all.
)");
}

TEST(GraphTest, ShowsSubWorkflowsBelowTheirTask) {
    const auto inner = backup();
    EXPECT_EQ(graph_text(nightly(inner), {.depth = 1}),
              R"(nightly: graph of 4 tasks, 2 more in finally

  * hosts     http.get  [up to 4 attempts, at most 30s]
      retry when: error.code == "busy"
    back up   workflow backup.yaml  [may fail]
      needs:      hosts
      for each:   tasks.hosts.output.list, 2 at a time
      on failure: alarm
      runs:       backup: sequence of 2 tasks, 1 more in finally
        1. build    system.run
        2. test it  system.run

      finally, whatever happened, one after another:
        1. publish  http.post  [up to 3 attempts]
    tell      notify.email
      needs:      back up
      when:       always() && size(tasks.hosts.output.list) > 0
    alarm     notify.sms  [handler]

finally, whatever happened, one after another:
  1. clean up  files.remove
  2. log out   http.post

* starts with the run; the others when all their needs have ended.
The first failure that nothing handles stops everything.
At most 4 tasks at a time.
At most 1h 0m in all.
)");
}

TEST(GraphTest, ShowsAWorkflowThatRunsItselfOnce) {
    auto workflow = sequence();
    workflow.tasks[1].sub_workflow = SubWorkflow{"deploy.yaml", {}, &workflow};
    EXPECT_EQ(graph_text(workflow, {.depth = 30}), R"(deploy: sequence of 3 tasks

  1. build    system.run
  2. test it  workflow deploy.yaml
      runs:       deploy again, as above
  3. publish  http.post  [up to 3 attempts]

Tasks run one after another; the first failure stops the run.
)");
}

TEST(GraphTest, LeavesClosedWhatWouldBeTooMuch) {
    auto inner = sequence();
    inner.name = "inner";
    inner.tasks.resize(9'000, graph_task("more", "m", "f"));
    auto workflow = sequence();
    for (auto& task : workflow.tasks) {
        task.sub_workflow = SubWorkflow{"inner.yaml", {}, &inner};
    }
    const auto graph = graph_json(workflow, {.depth = 1});
    const auto& nodes = graph.at("nodes").as_array();
    EXPECT_TRUE(nodes.at(1).at("workflow").at("graph").is_object());
    EXPECT_TRUE(nodes.at(2).at("workflow").at("graph").is_null());
}

TEST(GraphTest, KeepsToTheWidthOfTheTerminal) {
    auto workflow = fan();
    workflow.tasks[0].name = std::string(70, 'n');
    workflow.tasks[1].name = "部署到生产环境的服务器";
    workflow.tasks[3].timeout = Milliseconds(90'000);
    workflow.tasks[3].retry.attempts_max = 3;
    workflow.tasks[3].allow_failure = true;
    workflow.tasks[3].function = std::string(20, 'z');
    for (int i = 0; i < 3; ++i) {
        workflow.tasks[4].needs.push_back(1);
    }
    EXPECT_EQ(graph_text(workflow), R"(ci: graph of 5 tasks

  * nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn
                            git.clone
    部署到生产环境的服务器  system.run
      needs:      nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn
    test                    system.run
      needs:      nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn
    pack                    files.zzzzzzzzzzzzzzzzzzzz
                            [up to 3 attempts, at most 1m 30s, may fail]
      needs:      部署到生产环境的服务器, test
      on failure: alarm
    alarm                   notify.email
      needs:      部署到生产环境的服务器, 部署到生产环境的服务器,
                  部署到生产环境的服务器

* starts with the run; the others when all their needs have ended.
)");
}

TEST(GraphTest, DrawsThousandsOfTasks) {
    auto workflow = fan();
    workflow.tasks.resize(10'000, graph_task("more", "m", "f"));
    workflow.entries.clear();
    for (TaskIndex index = 5; index < 10'000; ++index) {
        workflow.entries.push_back(index);
        workflow.tasks[4].needs.push_back(index);
    }
    workflow.finally_count = 3;
    EXPECT_NE(graph_text(workflow).find("graph of 9997 tasks, 3 more in finally"),
              std::string::npos);
    EXPECT_NE(graph_mermaid(workflow).find("t9996 --> t4"), std::string::npos);
    EXPECT_NE(graph_dot(workflow).find("\"t9996\" -> \"t4\""), std::string::npos);
    EXPECT_EQ(graph_json(workflow).at("nodes").as_array().size(), 10'000U);
}

TEST(GraphTest, GivesASequenceAsData) {
    const auto graph = graph_json(sequence());
    EXPECT_EQ(graph.at("workflow"), json::value("deploy"));
    EXPECT_EQ(graph.at("flow"), json::value("sequence"));
    EXPECT_EQ(graph.at("nodes").at(0), json::parse(R"({
        "name": "build", "line": 0, "column": 0, "module": "system", "function": "run",
        "workflow": null, "wait": null, "entry": true, "handler": false, "finally": false, "when": null,
        "for_each": null, "max_attempts": 1, "retry": null, "timeout_ms": null,
        "isolation": null, "idempotent": null, "allow_failure": false, "ends": []})"));
    EXPECT_EQ(graph.at("nodes").at(2).at("retry"), json::parse(R"({
        "delay_ms": 1000, "backoff": 2.0, "max_delay_ms": 300000, "jitter": 0.1, "when": null})"));
    EXPECT_EQ(graph.at("edges"), json::parse(R"([
        {"from": "build", "to": "test it", "kind": "next", "from_index": 0, "to_index": 1},
        {"from": "test it", "to": "publish", "kind": "next", "from_index": 1, "to_index": 2}])"));
}

TEST(GraphTest, GivesEveryFactAsData) {
    const auto inner = backup();
    const auto graph = graph_json(nightly(inner));
    EXPECT_EQ(graph.at("timeout_ms"), json::value(3'600'000));
    EXPECT_EQ(graph.at("fail_fast"), json::value(true));
    EXPECT_EQ(graph.at("max_parallel"), json::value(4));
    const auto& nodes = graph.at("nodes").as_array();
    EXPECT_EQ(nodes.at(0), json::parse(R"({
        "name": "hosts", "line": 3, "column": 5, "module": "http", "function": "get",
        "workflow": null, "wait": null, "entry": true, "handler": false, "finally": false, "when": null,
        "for_each": null, "max_attempts": 4,
        "retry": {"delay_ms": 1000, "backoff": 2.0, "max_delay_ms": 300000, "jitter": 0.1,
                  "when": "error.code == \"busy\""},
        "timeout_ms": 30000, "isolation": null, "idempotent": null, "allow_failure": false,
        "ends": []})"));
    EXPECT_EQ(nodes.at(1).at("module"), json::value());
    EXPECT_EQ(nodes.at(1).at("workflow"), json::parse(R"({
        "name": "backup.yaml", "file": "backup.yaml", "recursive": false, "graph": null})"));
    EXPECT_EQ(nodes.at(1).at("for_each"), json::parse(R"({
        "items": "tasks.hosts.output.list", "max_parallel": 2})"));
    EXPECT_EQ(nodes.at(2).at("when"), json::value("always() && size(tasks.hosts.output.list) > 0"));
    EXPECT_EQ(nodes.at(3).at("handler"), json::value(true));
    EXPECT_EQ(nodes.at(4).at("finally"), json::value(true));
    EXPECT_EQ(nodes.at(4).at("handler"), json::value(false));
}

TEST(GraphTest, GivesSubWorkflowsAsData) {
    auto inner = backup();
    auto workflow = nightly(inner);
    inner.tasks[0].sub_workflow = SubWorkflow{"../nightly.yaml", {}, &workflow};
    const auto graph = graph_json(workflow, {.depth = 5});
    const auto& drawn = graph.at("nodes").at(1).at("workflow").at("graph");
    EXPECT_EQ(drawn.at("workflow"), json::value("backup"));
    EXPECT_EQ(drawn.at("nodes").at(2).at("finally"), json::value(true));
    EXPECT_EQ(drawn.at("nodes").at(0).at("workflow"), json::parse(R"({
        "name": "../nightly.yaml", "file": "nightly.yaml", "recursive": true, "graph": null})"));
}

TEST(GraphTest, GivesTransitionsAsData) {
    const auto graph = graph_json(circle());
    EXPECT_EQ(graph.at("flow"), json::value("transitions"));
    EXPECT_EQ(graph.at("edges"), json::parse(R"([
        {"from": "ask", "to": "use", "kind": "on_success", "from_index": 0, "to_index": 2},
        {"from": "ask", "to": "wait", "kind": "on_failure", "from_index": 0, "to_index": 1},
        {"from": "wait", "to": "ask", "kind": "on_success", "from_index": 1, "to_index": 0}])"));
    const auto& nodes = graph.at("nodes").as_array();
    EXPECT_EQ(nodes.at(0).at("allow_failure"), json::value(true));
    EXPECT_EQ(nodes.at(2).at("ends"), json::parse(R"(["on_success"])"));
}

TEST(GraphTest, GivesAGraphAsData) {
    const auto graph = graph_json(fan());
    EXPECT_EQ(graph.at("flow"), json::value("graph"));
    EXPECT_EQ(graph.at("edges"), json::parse(R"([
        {"from": "fetch", "to": "lint", "kind": "needs", "from_index": 0, "to_index": 1},
        {"from": "fetch", "to": "test", "kind": "needs", "from_index": 0, "to_index": 2},
        {"from": "lint", "to": "pack", "kind": "needs", "from_index": 1, "to_index": 3},
        {"from": "test", "to": "pack", "kind": "needs", "from_index": 2, "to_index": 3},
        {"from": "pack", "to": "alarm", "kind": "on_failure", "from_index": 3, "to_index": 4}])"));
    EXPECT_EQ(graph.at("nodes").as_array().at(4).at("handler"), json::value(true));
}

TEST(GraphTest, KeepsNamesInDataAsTheyAre) {
    const auto graph = graph_json(hostile());
    EXPECT_EQ(graph.at("nodes").as_array().at(1).at("name"), json::value("<b>&lt;`x`#;\n\x1b[31m"));
}

Workflow with_waits() {
    Workflow workflow = sequence();
    Wait sleep;
    sleep.value = Template(json::value("30s"));
    workflow.tasks[0].wait = sleep;
    Wait until;
    until.kind = Wait::Kind::Until;
    until.value = Template(TextTemplate::parse("${inputs.start}").text_template);
    workflow.tasks[1].wait = until;
    Wait gate;
    gate.kind = Wait::Kind::Approval;
    gate.value = Template(TextTemplate::parse("Publish ${inputs.v}?").text_template);
    gate.by = Template(json::array{"ada", "group:ops"});
    gate.timeout = Template(json::value("2h"));
    gate.unanswered = Wait::Unanswered::Reject;
    workflow.tasks[2].wait = gate;
    workflow.tasks[2].retry = {};
    return workflow;
}

TEST(GraphTest, ShowsWhatIsWaitedFor) {
    EXPECT_EQ(graph_text(with_waits()), R"(deploy: sequence of 3 tasks

  1. build    sleep 30s
  2. test it  wait until ${inputs.start}
  3. publish  approval  [by ada, group:ops, at most 2h, then reject]
      asks:       Publish ${inputs.v}?

Tasks run one after another; the first failure stops the run.
)");
    const std::string mermaid = graph_mermaid(with_waits());
    EXPECT_NE(mermaid.find("sleep 30s"), std::string::npos) << mermaid;
    EXPECT_NE(mermaid.find("approval<br>Publish"), std::string::npos) << mermaid;
    EXPECT_NE(graph_dot(with_waits()).find("approval\\nPublish"), std::string::npos)
        << graph_dot(with_waits());
}

TEST(GraphTest, GivesWhatIsWaitedForAsData) {
    const json::object graph = graph_json(with_waits());
    const json::array& nodes = graph.at("nodes").as_array();
    EXPECT_EQ(nodes.at(0).at("wait"), json::parse(R"({"kind": "sleep", "value": "30s"})"));
    EXPECT_EQ(nodes.at(0).at("module"), nullptr);
    EXPECT_EQ(nodes.at(1).at("wait"),
              json::parse(R"({"kind": "wait_until", "value": "${inputs.start}"})"));
    EXPECT_EQ(nodes.at(2).at("wait"), json::parse(R"({
        "kind": "approval", "value": "Publish ${inputs.v}?", "by": ["ada", "group:ops"],
        "timeout": "2h", "default": "reject"})"));
}

}  // namespace
}  // namespace oa::core
