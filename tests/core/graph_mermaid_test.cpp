#include <string>

#include <gtest/gtest.h>

#include "tests/core/graph_fixture.hpp"

namespace oa::core {
namespace {

TEST(GraphMermaidTest, DrawsASequence) {
    EXPECT_EQ(graph_mermaid(sequence()), R"(flowchart TD
    t0(["build<br>system.run"])
    t1["test it<br>system.run"]
    t2["publish<br>http.post<br>up to 3 attempts"]
    t0 --> t1
    t1 --> t2
)");
}

TEST(GraphMermaidTest, DrawsTransitions) {
    EXPECT_EQ(graph_mermaid(circle()), R"(flowchart TD
    t0(["ask<br>http.get<br>may fail"])
    t1["wait<br>utils.sleep"]
    t2["use<br>utils.print"]
    stop(("end"))
    t0 -->|success| t2
    t0 -.->|failure| t1
    t1 -->|success| t0
    t2 -->|success| stop
)");
}

TEST(GraphMermaidTest, DrawsAGraphWithItsHandlers) {
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
    classDef handler stroke-dasharray:4 3
    class t4 handler
)");
}

TEST(GraphMermaidTest, EscapesNames) {
    EXPECT_EQ(graph_mermaid(hostile()), R"(flowchart TD
    t0(["say #34;hi#34; #92;<br>m.f"])
    t1["#60;b#62;#38;lt#59;#96;x#96;#35;#59;#92;n#92;x1b#91;31m<br>m.f"]
    t2["größe#124;#123;x#125;#93;<br>m.f"]
    t0 --> t1
    t1 --> t2
)");
}

TEST(GraphMermaidTest, DrawsConditionsLoopsAndWhatRunsFinally) {
    const auto inner = backup();
    EXPECT_EQ(graph_mermaid(nightly(inner)), R"(flowchart TD
    subgraph main["tasks"]
        direction TD
        t0(["hosts<br>http.get<br>up to 4 attempts, at most 30s"])
        t1[["back up<br>workflow backup.yaml<br>for each tasks.hosts.output.list, 2 at a time<br>may fail"]]
        t2["tell<br>notify.email<br>when always() #38;#38; size(tasks.hosts.output.list) …"]
        t3["alarm<br>notify.sms"]
    end
    subgraph finally["finally"]
        direction TD
        t4["clean up<br>files.remove"]
        t5["log out<br>http.post"]
    end
    t0 --> t1
    t1 -.->|failure| t3
    t1 --> t2
    t4 --> t5
    main ==> finally
    classDef handler stroke-dasharray:4 3
    class t3 handler
)");
}

TEST(GraphMermaidTest, DrawsSubWorkflowsWithinTheirTask) {
    const auto inner = backup();
    EXPECT_EQ(graph_mermaid(nightly(inner), {.depth = 1}), R"(flowchart TD
    subgraph main["tasks"]
        direction TD
        t0(["hosts<br>http.get<br>up to 4 attempts, at most 30s"])
        subgraph t1["back up<br>workflow backup.yaml"]
            direction TD
            t1_note["for each tasks.hosts.output.list, 2 at a time<br>may fail"]
            subgraph t1_main["tasks"]
                direction TD
                t1_t0(["build<br>system.run"])
                t1_t1["test it<br>system.run"]
            end
            subgraph t1_finally["finally"]
                direction TD
                t1_t2["publish<br>http.post<br>up to 3 attempts"]
            end
            t1_t0 --> t1_t1
            t1_main ==> t1_finally
        end
        t2["tell<br>notify.email<br>when always() #38;#38; size(tasks.hosts.output.list) …"]
        t3["alarm<br>notify.sms"]
    end
    subgraph finally["finally"]
        direction TD
        t4["clean up<br>files.remove"]
        t5["log out<br>http.post"]
    end
    t0 --> t1
    t1 -.->|failure| t3
    t1 --> t2
    t4 --> t5
    main ==> finally
    classDef handler stroke-dasharray:4 3
    class t3 handler
    classDef note fill:none,stroke:none
    class t1_note note
)");
}

TEST(GraphMermaidTest, NamesAWorkflowThatRunsItself) {
    auto workflow = sequence();
    workflow.tasks[1].sub_workflow = SubWorkflow{"deploy.yaml", {}, &workflow};
    const auto text = graph_mermaid(workflow, {.depth = 9});
    EXPECT_NE(text.find("t1[[\"test it<br>workflow deploy.yaml<br>again, as around this\"]]"),
              std::string::npos)
        << text;
    EXPECT_EQ(text.find("subgraph"), std::string::npos) << text;
}

/// Whether every label of the text holds nothing but what is harmless and character codes.
bool has_harmless_labels(const std::string& text) {
    std::size_t labels = 0;
    for (std::size_t at = text.find('"'); at != std::string::npos; at = text.find('"', at + 1)) {
        const std::size_t end = text.find('"', at + 1);
        if (end == std::string::npos) {
            return false;
        }
        const std::string rest = text.substr(end + 1, text.find('\n', end) - end - 1);
        if (rest != "]" && rest != "])" && rest != "]]" && rest != "))") {
            return false;  // the quote did not end the label
        }
        std::string label = text.substr(at + 1, end - at - 1);
        for (std::size_t line = label.find("<br>"); line != std::string::npos;
             line = label.find("<br>")) {
            label.replace(line, 4, " ");
        }
        if (label.find_first_of("<>`\\[]{}|*~@:!%$&'") != std::string::npos) {
            return false;
        }
        ++labels;
        at = end;
    }
    return labels > 0;
}

TEST(GraphMermaidTest, LetsNoNameMeanAnything) {
    const auto text = graph_mermaid(very_hostile());
    EXPECT_TRUE(has_harmless_labels(text)) << text;
    for (const char* label :
         {"[\"#37;#37;#123;init#58; #123;#125;#125;#37;#37;<br>", "[\"1#46; list<br>",
          "[\"1#41; list<br>", "[\"#45; list<br>", "[\"#61;====<br>", "[\"#32;#32;#32;#32;code<br>",
          "[\"#95;#95;init#95;#95;<br>", "[\"www#46;x.org<br>",
          "[\"#36;#8203;#36;x#36;#8203;#36;<br>", "[\"fa#58;#8203;fa-car<br>",
          "[\"#60;/text#62;<br>", "[\"END<br>", "[\"click<br>"}) {
        EXPECT_NE(text.find(label), std::string::npos) << label;
    }
}

}  // namespace
}  // namespace oa::core
