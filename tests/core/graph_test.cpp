#include "core/workflow/graph.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace oa::core {
namespace {

namespace json = boost::json;

Task task(std::string name, std::string module, std::string function) {
    Task made;
    made.name = std::move(name);
    made.module = std::move(module);
    made.function = std::move(function);
    return made;
}

Workflow sequence() {
    Workflow workflow;
    workflow.name = "deploy";
    workflow.flow = Flow::Sequence;
    workflow.entries = {0};
    workflow.tasks = {task("build", "system", "run"), task("test it", "system", "run"),
                      task("publish", "http", "post")};
    workflow.tasks[2].retry.attempts_max = 3;
    return workflow;
}

/// ask -> use -> end, and ask -> wait -> ask while it fails.
Workflow loop() {
    Workflow workflow;
    workflow.name = "poll";
    workflow.flow = Flow::Transitions;
    workflow.entries = {0};
    workflow.tasks = {task("ask", "http", "get"), task("wait", "utils", "sleep"),
                      task("use", "utils", "print")};
    workflow.tasks[0].on_success = {2};
    workflow.tasks[0].on_failure = {1};
    workflow.tasks[0].allow_failure = true;
    workflow.tasks[1].on_success = {0};
    workflow.tasks[2].ends_on_success = true;
    return workflow;
}

/// fetch fans out to lint and test, which pack joins; alarm handles a failure of pack.
Workflow fan() {
    Workflow workflow;
    workflow.name = "ci";
    workflow.flow = Flow::Graph;
    workflow.entries = {0};
    workflow.tasks = {task("fetch", "git", "clone"), task("lint", "system", "run"),
                      task("test", "system", "run"), task("pack", "files", "zip"),
                      task("alarm", "notify", "email")};
    workflow.tasks[1].needs = {0};
    workflow.tasks[2].needs = {0};
    workflow.tasks[3].needs = {1, 2};
    workflow.tasks[3].on_failure = {4};
    return workflow;
}

Workflow hostile() {
    Workflow workflow;
    workflow.name = "a \"b\"\n<c>";
    workflow.flow = Flow::Sequence;
    workflow.entries = {0};
    workflow.tasks = {task("say \"hi\" \\", "m", "f"), task("<b>&lt;`x`#;\n\x1b[31m", "m", "f"),
                      task("größe|{x}]", "m", "f")};
    return workflow;
}

/// Whether it is one graph of the DOT language, as far as these graphs use it: statements that
/// are a node or an edge between quoted names, with attributes.
class DotReader {
public:
    explicit DotReader(std::string_view text) : text_(text) {}

    bool accepts() {
        if (!word("digraph") || !quoted() || !word("{") || !word("node") || !attributes() ||
            !word(";")) {
            return false;
        }
        while (!word("}")) {
            if (!quoted() || (word("->") && !quoted()) || !optional_attributes() || !word(";")) {
                return false;
            }
            ++statements_;
        }
        skip_space();
        return at_ == text_.size();
    }

    [[nodiscard]] std::size_t statements() const { return statements_; }

private:
    void skip_space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) {
            ++at_;
        }
    }

    bool word(std::string_view expected) {
        skip_space();
        if (text_.substr(at_, expected.size()) != expected) {
            return false;
        }
        at_ += expected.size();
        return true;
    }

    bool quoted() {
        if (!word("\"")) {
            return false;
        }
        for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (static_cast<unsigned char>(text_[at_]) < 0x20) {
                return false;
            }
            if (text_[at_] == '\\') {
                ++at_;
            }
        }
        return word("\"");
    }

    bool name() {
        skip_space();
        const auto start = at_;
        while (at_ < text_.size() && text_[at_] >= 'a' && text_[at_] <= 'z') {
            ++at_;
        }
        return at_ > start;
    }

    bool attributes() {
        if (!word("[")) {
            return false;
        }
        do {
            if (!name() || !word("=") || !(quoted() || name())) {
                return false;
            }
        } while (word(","));
        return word("]");
    }

    bool optional_attributes() {
        skip_space();
        return text_.substr(at_, 1) != "[" || attributes();
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t statements_ = 0;
};

TEST(GraphTest, ShowsASequenceAsANumberedList) {
    EXPECT_EQ(graph_text(sequence()), R"(deploy: sequence of 3 tasks

  1. build    system.run
  2. test it  system.run
  3. publish  http.post  [up to 3 attempts]

Tasks run one after another; the first failure stops the run.
)");
}

TEST(GraphTest, ShowsTransitionsUnderTheirTask) {
    EXPECT_EQ(graph_text(loop()), R"(poll: transitions of 3 tasks

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
    workflow.tasks.resize(10, task("more", "m", "f"));
    const auto text = graph_text(workflow);
    EXPECT_NE(text.find("\n   1. build "), std::string::npos) << text;
    EXPECT_NE(text.find("\n  10. more "), std::string::npos) << text;
}

TEST(GraphTest, CountsOneTaskInTheSingular) {
    auto workflow = sequence();
    workflow.tasks.resize(1);
    EXPECT_EQ(graph_text(workflow).substr(0, 28), "deploy: sequence of 1 task\n\n");
}

TEST(GraphTest, DrawsASequenceForMermaid) {
    EXPECT_EQ(graph_mermaid(sequence()), R"(flowchart TD
    t0(["build<br>system.run"])
    t1["test it<br>system.run"]
    t2["publish<br>http.post"]
    t0 --> t1
    t1 --> t2
)");
}

TEST(GraphTest, DrawsTransitionsForMermaid) {
    EXPECT_EQ(graph_mermaid(loop()), R"(flowchart TD
    t0(["ask<br>http.get"])
    t1["wait<br>utils.sleep"]
    t2["use<br>utils.print"]
    stop(("end"))
    t0 -->|success| t2
    t0 -.->|failure| t1
    t1 -->|success| t0
    t2 -->|success| stop
)");
}

TEST(GraphTest, DrawsAGraphForMermaid) {
    EXPECT_EQ(graph_mermaid(fan()), R"(flowchart TD
    t0(["fetch<br>git.clone"])
    t1["lint<br>system.run"]
    t2["test<br>system.run"]
    t3["pack<br>files.zip"]
    t4["alarm<br>notify.email"]
    t0 --> t1
    t0 --> t2
    t1 --> t3
    t2 --> t3
    t3 -.->|failure| t4
)");
}

TEST(GraphTest, EscapesNamesForMermaid) {
    EXPECT_EQ(graph_mermaid(hostile()), R"(flowchart TD
    t0(["say #34;hi#34; #92;<br>m.f"])
    t1["#60;b#62;#38;lt#59;#96;x#96;#35;#59;  #91;31m<br>m.f"]
    t2["größe#124;#123;x#125;#93;<br>m.f"]
    t0 --> t1
    t1 --> t2
)");
}

TEST(GraphTest, DrawsASequenceForGraphviz) {
    EXPECT_EQ(graph_dot(sequence()), R"(digraph "deploy" {
    node [shape=box];
    "build" [label="build\nsystem.run", style=bold];
    "test it" [label="test it\nsystem.run"];
    "publish" [label="publish\nhttp.post"];
    "build" -> "test it";
    "test it" -> "publish";
}
)");
}

TEST(GraphTest, DrawsTransitionsForGraphviz) {
    EXPECT_EQ(graph_dot(loop()), R"(digraph "poll" {
    node [shape=box];
    "ask" [label="ask\nhttp.get", style=bold];
    "wait" [label="wait\nutils.sleep"];
    "use" [label="use\nutils.print"];
    "end" [shape=circle];
    "ask" -> "use" [label="success"];
    "ask" -> "wait" [label="failure", style=dashed];
    "wait" -> "ask" [label="success"];
    "use" -> "end" [label="success"];
}
)");
}

TEST(GraphTest, DrawsAGraphForGraphviz) {
    EXPECT_EQ(graph_dot(fan()), R"(digraph "ci" {
    node [shape=box];
    "fetch" [label="fetch\ngit.clone", style=bold];
    "lint" [label="lint\nsystem.run"];
    "test" [label="test\nsystem.run"];
    "pack" [label="pack\nfiles.zip"];
    "alarm" [label="alarm\nnotify.email"];
    "fetch" -> "lint";
    "fetch" -> "test";
    "lint" -> "pack";
    "test" -> "pack";
    "pack" -> "alarm" [label="failure", style=dashed];
}
)");
}

TEST(GraphTest, EscapesNamesForGraphviz) {
    EXPECT_EQ(graph_dot(hostile()), R"(digraph "a \"b\" <c>" {
    node [shape=box];
    "say \"hi\" \\" [label="say \"hi\" \\\nm.f", style=bold];
    "<b>&lt;`x`#;  [31m" [label="<b>&amp;lt;`x`#;  [31m\nm.f"];
    "größe|{x}]" [label="größe|{x}]\nm.f"];
    "say \"hi\" \\" -> "<b>&lt;`x`#;  [31m";
    "<b>&lt;`x`#;  [31m" -> "größe|{x}]";
}
)");
}

TEST(GraphTest, WritesWellFormedDot) {
    for (const auto& workflow : {sequence(), loop(), fan(), hostile()}) {
        const auto dot = graph_dot(workflow);
        DotReader reader(dot);
        EXPECT_TRUE(reader.accepts()) << dot;
        EXPECT_GE(reader.statements(), 2 * workflow.tasks.size() - 1) << dot;
    }
    EXPECT_FALSE(DotReader("digraph \"a\"b\" {\n node [shape=box];\n}\n").accepts());
}

TEST(GraphTest, GivesASequenceAsData) {
    const auto graph = graph_json(sequence());
    EXPECT_EQ(json::value(graph), json::parse(R"({"workflow": "deploy", "flow": "sequence",
        "nodes": [
          {"name": "build", "module": "system", "function": "run", "entry": true,
           "handler": false, "max_attempts": 1, "allow_failure": false, "ends": []},
          {"name": "test it", "module": "system", "function": "run", "entry": false,
           "handler": false, "max_attempts": 1, "allow_failure": false, "ends": []},
          {"name": "publish", "module": "http", "function": "post", "entry": false,
           "handler": false, "max_attempts": 3, "allow_failure": false, "ends": []}],
        "edges": [{"from": "build", "to": "test it", "kind": "next"},
                  {"from": "test it", "to": "publish", "kind": "next"}]})"));
}

TEST(GraphTest, GivesTransitionsAsData) {
    const auto graph = graph_json(loop());
    EXPECT_EQ(graph.at("flow"), json::value("transitions"));
    EXPECT_EQ(graph.at("edges"), json::parse(R"([
        {"from": "ask", "to": "use", "kind": "on_success"},
        {"from": "ask", "to": "wait", "kind": "on_failure"},
        {"from": "wait", "to": "ask", "kind": "on_success"}])"));
    const auto& nodes = graph.at("nodes").as_array();
    EXPECT_EQ(nodes.at(0).at("allow_failure"), json::value(true));
    EXPECT_EQ(nodes.at(2).at("ends"), json::parse(R"(["on_success"])"));
}

TEST(GraphTest, GivesAGraphAsData) {
    const auto graph = graph_json(fan());
    EXPECT_EQ(graph.at("flow"), json::value("graph"));
    EXPECT_EQ(graph.at("edges"), json::parse(R"([
        {"from": "fetch", "to": "lint", "kind": "needs"},
        {"from": "fetch", "to": "test", "kind": "needs"},
        {"from": "lint", "to": "pack", "kind": "needs"},
        {"from": "test", "to": "pack", "kind": "needs"},
        {"from": "pack", "to": "alarm", "kind": "on_failure"}])"));
    EXPECT_EQ(graph.at("nodes").as_array().at(4).at("handler"), json::value(true));
}

TEST(GraphTest, KeepsNamesInDataAsTheyAre) {
    const auto graph = graph_json(hostile());
    EXPECT_EQ(graph.at("nodes").as_array().at(1).at("name"), json::value("<b>&lt;`x`#;\n\x1b[31m"));
}

}  // namespace
}  // namespace oa::core
