#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/workflow/graph.hpp"

namespace oa::core {

inline Task graph_task(std::string name, std::string module, std::string function) {
    Task made;
    made.name = std::move(name);
    made.module = std::move(module);
    made.function = std::move(function);
    return made;
}

inline Condition condition(std::string text) {
    Condition made;
    made.expression = Expression::parse("run").expression.value();
    made.text = std::move(text);
    return made;
}

inline Loop loop_over(std::string_view text) {
    Loop made;
    made.items = Template(TextTemplate::parse(text).text_template);
    return made;
}

inline Workflow sequence() {
    Workflow workflow;
    workflow.name = "deploy";
    workflow.flow = Flow::Sequence;
    workflow.entries = {0};
    workflow.tasks = {graph_task("build", "system", "run"), graph_task("test it", "system", "run"),
                      graph_task("publish", "http", "post")};
    workflow.tasks[2].retry.attempts_max = 3;
    return workflow;
}

/// ask -> use -> end, and ask -> wait -> ask while it fails.
inline Workflow circle() {
    Workflow workflow;
    workflow.name = "poll";
    workflow.flow = Flow::Transitions;
    workflow.entries = {0};
    workflow.tasks = {graph_task("ask", "http", "get"), graph_task("wait", "utils", "sleep"),
                      graph_task("use", "utils", "print")};
    workflow.tasks[0].on_success = {2};
    workflow.tasks[0].on_failure = {1};
    workflow.tasks[0].allow_failure = true;
    workflow.tasks[1].on_success = {0};
    workflow.tasks[2].ends_on_success = true;
    return workflow;
}

/// fetch fans out to lint and test, which pack joins; alarm handles a failure of pack.
inline Workflow fan() {
    Workflow workflow;
    workflow.name = "ci";
    workflow.flow = Flow::Graph;
    workflow.entries = {0};
    workflow.tasks = {graph_task("fetch", "git", "clone"), graph_task("lint", "system", "run"),
                      graph_task("test", "system", "run"), graph_task("pack", "files", "zip"),
                      graph_task("alarm", "notify", "email")};
    workflow.tasks[1].needs = {0};
    workflow.tasks[2].needs = {0};
    workflow.tasks[3].needs = {1, 2};
    workflow.tasks[3].on_failure = {4};
    return workflow;
}

inline Workflow hostile() {
    Workflow workflow;
    workflow.name = "a \"b\"\n<c>";
    workflow.flow = Flow::Sequence;
    workflow.entries = {0};
    workflow.tasks = {graph_task("say \"hi\" \\", "m", "f"),
                      graph_task("<b>&lt;`x`#;\n\x1b[31m", "m", "f"),
                      graph_task("größe|{x}]", "m", "f")};
    return workflow;
}

/// A name for each way to break out of a label, and the words of the formats.
inline Workflow very_hostile() {
    Workflow workflow;
    workflow.name = "digraph";
    workflow.flow = Flow::Sequence;
    workflow.entries = {0};
    for (const char* name : {"a\"]",
                             "-->",
                             "</text>",
                             "<script>alert(1)</script>",
                             "`code`",
                             "#",
                             "#35;",
                             "%%{init: {}}%%",
                             "graph",
                             "subgraph",
                             "click",
                             "style",
                             "END",
                             "node",
                             "1. list",
                             "1) list",
                             "- list",
                             "+ list",
                             "* list",
                             "=====",
                             "-----",
                             "    code",
                             "__init__",
                             "_a_",
                             "**b**",
                             "www.x.org",
                             "https://x.org",
                             "a@b.org",
                             "\\N \\G \\",
                             "a;b",
                             "a|b",
                             "{a}",
                             "[a](b)",
                             "![a](b)",
                             "$$x$$",
                             "fa:fa-car",
                             "---",
                             "~~~",
                             "&amp;",
                             "&",
                             "\"",
                             "o",
                             "x",
                             "default"}) {
        workflow.tasks.push_back(graph_task(name, "m", "f"));
    }
    return workflow;
}

/// A workflow for nightly() to run.
inline Workflow backup() {
    Workflow workflow = sequence();
    workflow.name = "backup";
    workflow.file = "backup.yaml";
    workflow.finally_count = 1;
    return workflow;
}

/// Uses every key that shows in a picture. `inner` outlives what it gives.
inline Workflow nightly(const Workflow& inner) {
    Workflow workflow;
    workflow.name = "nightly";
    workflow.file = "nightly.yaml";
    workflow.flow = Flow::Graph;
    workflow.entries = {0};
    workflow.fail_fast = true;
    workflow.timeout = Milliseconds(3'600'000);
    workflow.concurrency.max_parallel = 4;
    workflow.tasks = {
        graph_task("hosts", "http", "get"),        graph_task("back up", "", ""),
        graph_task("tell", "notify", "email"),     graph_task("alarm", "notify", "sms"),
        graph_task("clean up", "files", "remove"), graph_task("log out", "http", "post")};
    workflow.finally_count = 2;
    auto& hosts = workflow.tasks[0];
    hosts.position = {3, 5};
    hosts.retry.attempts_max = 4;
    hosts.retry.when = condition("error.code == \"busy\"");
    hosts.timeout = Milliseconds(30'000);
    auto& backup = workflow.tasks[1];
    backup.needs = {0};
    backup.sub_workflow = SubWorkflow{"backup.yaml", {}, &inner};
    backup.for_each = loop_over("${tasks.hosts.output.list}");
    backup.for_each->max_parallel = 2;
    backup.on_failure = {3};
    backup.allow_failure = true;
    auto& tell = workflow.tasks[2];
    tell.needs = {1};
    tell.when = condition("always() && size(tasks.hosts.output.list) > 0");
    return workflow;
}

}  // namespace oa::core
