#include <string>

#include <gtest/gtest.h>

#include "tests/core/graph_fixture.hpp"
#include "tests/support/subprocess.hpp"

namespace oa::core {
namespace {

TEST(GraphDotTest, DrawsASequence) {
    EXPECT_EQ(graph_dot(sequence()), R"(digraph "deploy" {
    compound=true;
    node [shape=box, style=rounded, fontname="sans-serif", fontsize=11];
    edge [fontname="sans-serif", fontsize=10];
    graph [fontname="sans-serif", fontsize=11];
    "t0" [label="build\nsystem.run", style="rounded,bold"];
    "t1" [label="test it\nsystem.run"];
    "t2" [label="publish\nhttp.post\nup to 3 attempts"];
    "t0" -> "t1";
    "t1" -> "t2";
}
)");
}

TEST(GraphDotTest, DrawsTransitions) {
    EXPECT_EQ(graph_dot(circle()), R"(digraph "poll" {
    compound=true;
    node [shape=box, style=rounded, fontname="sans-serif", fontsize=11];
    edge [fontname="sans-serif", fontsize=10];
    graph [fontname="sans-serif", fontsize=11];
    "t0" [label="ask\nhttp.get\nmay fail", style="rounded,bold"];
    "t1" [label="wait\nutils.sleep"];
    "t2" [label="use\nutils.print"];
    "end" [label="end", shape=circle];
    "t0" -> "t2" [label=" success"];
    "t0" -> "t1" [label=" failure", style=dashed];
    "t1" -> "t0" [label=" success"];
    "t2" -> "end" [label=" success"];
}
)");
}

TEST(GraphDotTest, DrawsAGraphWithItsHandlers) {
    EXPECT_EQ(graph_dot(fan()), R"(digraph "ci" {
    compound=true;
    node [shape=box, style=rounded, fontname="sans-serif", fontsize=11];
    edge [fontname="sans-serif", fontsize=10];
    graph [fontname="sans-serif", fontsize=11];
    "t0" [label="fetch\ngit.clone", style="rounded,bold"];
    "t1" [label="lint\nsystem.run"];
    "t2" [label="test\nsystem.run"];
    "t3" [label="pack\nfiles.zip"];
    "t4" [label="alarm\nnotify.email", style="rounded,dashed"];
    "t0" -> "t1";
    "t0" -> "t2";
    "t1" -> "t3";
    "t2" -> "t3";
    "t3" -> "t4" [label=" failure", style=dashed];
}
)");
}

TEST(GraphDotTest, EscapesNames) {
    EXPECT_EQ(graph_dot(hostile()), R"(digraph "a \"b\"\\n<c>" {
    compound=true;
    node [shape=box, style=rounded, fontname="sans-serif", fontsize=11];
    edge [fontname="sans-serif", fontsize=10];
    graph [fontname="sans-serif", fontsize=11];
    "t0" [label="say \"hi\" \\\nm.f", style="rounded,bold"];
    "t1" [label="<b>&amp;lt;`x`#;\\n\\x1b[31m\nm.f"];
    "t2" [label="größe|{x}]\nm.f"];
    "t0" -> "t1";
    "t1" -> "t2";
}
)");
}

TEST(GraphDotTest, DrawsConditionsLoopsAndWhatRunsFinally) {
    const auto inner = backup();
    EXPECT_EQ(graph_dot(nightly(inner)), R"(digraph "nightly" {
    compound=true;
    node [shape=box, style=rounded, fontname="sans-serif", fontsize=11];
    edge [fontname="sans-serif", fontsize=10];
    graph [fontname="sans-serif", fontsize=11];
    subgraph "cluster_main" {
        label="tasks";
        style="dashed";
        "t0" [label="hosts\nhttp.get\nup to 4 attempts, at most 30s", style="rounded,bold"];
        "t1" [label="back up\nworkflow backup.yaml\nfor each tasks.hosts.output.list, 2 at a time\nmay fail", peripheries=2];
        "t2" [label="tell\nnotify.email\nwhen always() &amp;&amp; size(tasks.hosts.output.list) …"];
        "t3" [label="alarm\nnotify.sms", style="rounded,dashed"];
    }
    subgraph "cluster_finally" {
        label="finally";
        style="rounded";
        "t4" [label="clean up\nfiles.remove"];
        "t5" [label="log out\nhttp.post"];
    }
    "t0" -> "t1";
    "t1" -> "t3" [label=" failure", style=dashed];
    "t1" -> "t2";
    "t4" -> "t5";
    "t2" -> "t4" [ltail="cluster_main", lhead="cluster_finally", style=bold];
    "t3" -> "t4" [style=invis];
}
)");
}

TEST(GraphDotTest, DrawsSubWorkflowsWithinTheirTask) {
    const auto inner = backup();
    EXPECT_EQ(graph_dot(nightly(inner), {.depth = 1}), R"(digraph "nightly" {
    compound=true;
    node [shape=box, style=rounded, fontname="sans-serif", fontsize=11];
    edge [fontname="sans-serif", fontsize=10];
    graph [fontname="sans-serif", fontsize=11];
    subgraph "cluster_main" {
        label="tasks";
        style="dashed";
        "t0" [label="hosts\nhttp.get\nup to 4 attempts, at most 30s", style="rounded,bold"];
        subgraph "cluster_t1" {
            label="back up\nworkflow backup.yaml\nfor each tasks.hosts.output.list, 2 at a time\nmay fail";
            style="rounded";
            subgraph "cluster_t1_main" {
                label="tasks";
                style="dashed";
                "t1_t0" [label="build\nsystem.run", style="rounded,bold"];
                "t1_t1" [label="test it\nsystem.run"];
            }
            subgraph "cluster_t1_finally" {
                label="finally";
                style="rounded";
                "t1_t2" [label="publish\nhttp.post\nup to 3 attempts"];
            }
            "t1_t0" -> "t1_t1";
            "t1_t1" -> "t1_t2" [ltail="cluster_t1_main", lhead="cluster_t1_finally", style=bold];
        }
        "t2" [label="tell\nnotify.email\nwhen always() &amp;&amp; size(tasks.hosts.output.list) …"];
        "t3" [label="alarm\nnotify.sms", style="rounded,dashed"];
    }
    subgraph "cluster_finally" {
        label="finally";
        style="rounded";
        "t4" [label="clean up\nfiles.remove"];
        "t5" [label="log out\nhttp.post"];
    }
    "t0" -> "t1_t0" [lhead="cluster_t1"];
    "t1_t2" -> "t3" [label=" failure", style=dashed, ltail="cluster_t1"];
    "t1_t2" -> "t2" [ltail="cluster_t1"];
    "t4" -> "t5";
    "t2" -> "t4" [ltail="cluster_main", lhead="cluster_finally", style=bold];
    "t3" -> "t4" [style=invis];
}
)");
}

/// What Graphviz draws: the texts, in any order.
std::string drawn(const std::string& dot) {
    const auto result = test::run_program({"/usr/bin/dot", "-Tsvg"}, {.input = dot});
    EXPECT_EQ(result.exit_status, 0) << result.err << dot;
    EXPECT_EQ(result.err, "") << dot;
    return result.out;
}

TEST(GraphDotTest, IsDrawnByGraphviz) {
    const auto inner = backup();
    auto self = sequence();
    self.tasks[1].sub_workflow = SubWorkflow{"deploy.yaml", {}, &self};
    for (const auto& workflow : {sequence(), circle(), fan(), hostile(), nightly(inner), self}) {
        const auto svg = drawn(graph_dot(workflow, {.depth = 3}));
        EXPECT_NE(svg.find("</svg>"), std::string::npos) << workflow.name;
    }
    EXPECT_NE(drawn(graph_dot(nightly(inner), {.depth = 1})).find("cluster_t1_finally"),
              std::string::npos);
}

TEST(GraphDotTest, LetsNoNameMeanAnything) {
    const auto svg = drawn(graph_dot(very_hostile()));
    for (const char* name : {"a&quot;]", "&#45;&#45;&gt;", "&lt;/text&gt;", "%%{init: {}}%%",
                             "subgraph", "\\N \\G \\", "&amp;amp;", "[a](b)"}) {
        EXPECT_NE(svg.find(">" + std::string(name) + "</text>"), std::string::npos) << name;
    }
}

}  // namespace
}  // namespace oa::core
