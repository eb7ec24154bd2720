// The paths of the older server behind the page, but for the wallet's, each with the members that
// its clients read; and its socket.

#include <gtest/gtest.h>

#include "tests/host/api/legacy_fixture.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;
using access::Scope;
using test_api::Ask;
using test_api::code_of;
using test_api::keys_of;
using test_api::LegacyTest;

TEST_F(LegacyTest, ListsWorkflows) {
    const json::object before = get("/api/workflows");
    EXPECT_EQ(keys_of(before), "count workflows");
    const json::value& never = before.at("workflows").at(3);
    EXPECT_EQ(keys_of(never), "created_at id last_execution name status tags task_count");
    EXPECT_EQ(never.at("status"), "never_executed");
    EXPECT_TRUE(never.at("last_execution").is_null());
    get("/execute?WORKFLOW=job");
    const json::value after = get("/api/workflows").at("workflows").at(3);
    EXPECT_EQ(after.at("status"), "completed");
    EXPECT_EQ(keys_of(after.at("last_execution")), "duration success timestamp");
}

TEST_F(LegacyTest, ShowsAWorkflow) {
    get("/execute?WORKFLOW=job");
    const json::object found = get("/api/workflows/wf_job");
    EXPECT_EQ(keys_of(found),
              "content created_at description executions_count filepath id last_execution name "
              "tags task_count");
    EXPECT_EQ(keys_of(found.at("last_execution")), "duration execution_id started_at status");
    EXPECT_EQ(get("/api/workflows/wf_none", 404).at("code"), "no_such_workflow");
}

TEST_F(LegacyTest, StartsAWorkflowAndShowsHowItIs) {
    EXPECT_EQ(get("/api/workflows/wf_ask/status").at("status"), "never_executed");
    EXPECT_EQ(get("/api/workflows/wf_ask/results", 404).at("code"), "never_executed");
    const json::object started = got({.method = "POST", .target = "/api/workflows/wf_ask/execute"});
    EXPECT_EQ(keys_of(started), "execution_id message status workflow_id");
    EXPECT_EQ(started.at("status"), "running");
    const std::string run(started.at("execution_id").as_string());
    const json::object status = get("/api/workflows/wf_ask/status");
    EXPECT_EQ(keys_of(status), "current_results last_execution name status workflow_id");
    EXPECT_EQ(keys_of(status.at("last_execution")),
              "completed_at duration error execution_id started_at status");
    const auto until = std::chrono::steady_clock::now() + test_service::patience;
    while (api.house.runs.approvals(run).empty() && std::chrono::steady_clock::now() < until) {
        std::this_thread::yield();
    }
    const json::object running = get("/api/workflows/wf_ask/status");
    EXPECT_EQ(running.at("status"), "running");
    EXPECT_EQ(running.at("current_results").at("ask").at("status"), "running");
    api.house.runs.cancel(run, "enough");
    api.house.wait_for_end(run);
    const json::object ended = get("/api/workflows/wf_ask/status");
    EXPECT_EQ(keys_of(ended), "last_execution name status workflow_id");
    EXPECT_EQ(ended.at("status"), "cancelled");
    EXPECT_EQ(keys_of(get("/api/workflows/wf_ask/results")),
              "completed_at duration execution_id results started_at status workflow_id");
    EXPECT_EQ(got({.method = "POST", .target = "/api/workflows/none/execute"}, 404).at("code"),
              "no_such_workflow");
}

TEST_F(LegacyTest, ShowsTheHistoryOfAWorkflow) {
    get("/execute?WORKFLOW=job");
    const json::object found = get("/api/workflows/wf_job/history");
    EXPECT_EQ(keys_of(found), "executions total_executions workflow_id workflow_name");
    EXPECT_EQ(keys_of(found.at("executions").at(0)),
              "completed_at duration error execution_id results_count started_at status");
    EXPECT_EQ(found.at("executions").at(0).at("results_count"), 2);
}

TEST_F(LegacyTest, DrawsAWorkflow) {
    get("/execute?WORKFLOW=job");
    const json::object found = get("/api/workflows/wf_job/graph");
    EXPECT_EQ(keys_of(found), "edges entry_point mermaid nodes workflow_id");
    EXPECT_EQ(found.at("entry_point"), "say");
    EXPECT_EQ(found.at("nodes").at(0), (json::value{{"id", "say"},
                                                    {"name", "say"},
                                                    {"label", "say"},
                                                    {"module", "test"},
                                                    {"function", "do"},
                                                    {"status", "success"},
                                                    {"is_entry", true}}));
    EXPECT_EQ(found.at("edges"),
              (json::value(json::array{{{"from", "say"}, {"to", "rest"}, {"type", "success"}}})));
    EXPECT_EQ(get("/api/workflows/wf_bad/graph", 400).at("code"), "invalid_workflow");
}

TEST_F(LegacyTest, DrawsIdsAsThePageReadsThem) {
    api.house.write("draw.yaml",
                    "tasks:\n"
                    "  - name: 1 \"a\"\n    test.do: {}\n    on_success: [End]\n"
                    "    on_failure: [end]\n"
                    "  - name: End\n    test.do: {}\n"
                    "  - name: a-b\n    test.do: {}\n    on_success: [a_b]\n"
                    "  - name: a_b\n    test.do: {}\n");
    api.house.library.reload();
    const json::object found = get("/api/workflows/wf_draw/graph");
    EXPECT_EQ(found.at("mermaid").as_string(), R"x(flowchart TD
    node_1__a_["1 #quot;a#quot;"]
    click node_1__a_ callback "test.do"
    node_End["End"]
    click node_End callback "test.do"
    a_b["a-b"]
    click a_b callback "test.do"
    a_b_2["a_b"]
    click a_b_2 callback "test.do"
    node_1__a_ --> node_End
    a_b --> a_b_2
    node_1__a_ -.-> node_end
    classDef successNode fill:#d4edda,stroke:#28a745,stroke-width:3px
    classDef failedNode fill:#f8d7da,stroke:#dc3545,stroke-width:3px
    classDef runningNode fill:#fff3cd,stroke:#ffc107,stroke-width:3px
    classDef entryNode fill:#cfe2ff,stroke:#0d6efd,stroke-width:3px
    class node_1__a_ entryNode
)x");
}

TEST_F(LegacyTest, KeepsAnUpload) {
    const HttpResponse response = upload("new.yaml", "tasks:\n  - name: a\n    test.do: {}\n");
    ASSERT_EQ(response.status, 200) << response.body;
    const json::value found = json::parse(response.body);
    EXPECT_EQ(keys_of(found), "message status task_count workflow_id");
    EXPECT_EQ(found.at("workflow_id"), "wf_new");
    EXPECT_EQ(found.at("status"), "loaded");
    EXPECT_TRUE(std::filesystem::exists(api.house.workflows / "new.yaml"));
    EXPECT_EQ(get("/execute?WORKFLOW=new.yaml").at("status"), "completed");
    EXPECT_EQ(upload("new.yaml", "name: other\ntasks:\n  - name: a\n    test.do: {}\n").status,
              200);
    EXPECT_EQ(get("/api/workflows/wf_other").at("name"), "other");
}

TEST_F(LegacyTest, RefusesUploadsThatAreNoWorkflows) {
    EXPECT_EQ(code_of(upload("x.yaml", "a: [")), "invalid_workflow");
    const HttpResponse without_tasks = upload("x.yaml", "name: x\n");
    EXPECT_EQ(without_tasks.status, 400);
    EXPECT_FALSE(json::parse(without_tasks.body).at("errors").as_array().empty());
    for (const std::string name : {"", "..", ".hidden.yaml", "a b.yaml", "a\\b.yaml"}) {
        EXPECT_EQ(code_of(upload(name, "tasks:\n  - name: a\n    test.do: {}\n")), "invalid_name")
            << name;
    }
    EXPECT_EQ(code_of(upload("x.yaml", "name: a/b\ntasks:\n  - name: a\n    test.do: {}\n")),
              "invalid_name");
    const Ask ask{.method = "POST",
                  .target = "/api/workflows/upload",
                  .body = "--b\r\n",
                  .type = "multipart/form-data; boundary=b"};
    EXPECT_EQ(got(ask, 400).at("code"), "invalid_form");
    Ask other = ask;
    other.type = "application/yaml";
    EXPECT_EQ(got(other, 415).at("code"), "unsupported_media_type");
    EXPECT_EQ(api.ask(ask, api.token({Scope::Run})).status, 403);
    EXPECT_EQ(api.house.library.list().size(), 4U);
}

struct LegacySocketTest : LegacyTest {
    std::shared_ptr<test_api::TestExchange> open(const std::string& id) {
        HttpResponse refusal;
        auto exchange = api.send(
            {.target = "/ws/" + id,
             .fields = {{"Upgrade", "websocket"}, {"Authorization", "Bearer " + api.admin}}},
            refusal);
        EXPECT_NE(exchange, nullptr) << refusal.body;
        return exchange;
    }
    static auto with_status(const std::string& status) {
        return [status](const json::object& message) {
            return message.at("status").as_string() == status;
        };
    }
};

TEST_F(LegacySocketTest, AnswersGetStatus) {
    const auto exchange = open("wf_job");
    exchange->listening.on_text("something else");
    exchange->listening.on_text("get_status");
    const auto never = exchange->socket->until(with_status("never_executed"));
    ASSERT_EQ(never.size(), 1U);
    EXPECT_EQ(keys_of(never.front()), "status type");
    exchange->listening.on_closed();
    get("/execute?WORKFLOW=job");
    const auto other = open("job");
    other->listening.on_text("get_status");
    const json::object update = other->socket->until(with_status("completed")).front();
    EXPECT_EQ(keys_of(update), "execution_id results status type");
    EXPECT_EQ(update.at("type"), "status_update");
    EXPECT_EQ(keys_of(update.at("results")), "rest say");
    other->listening.on_closed();
}

TEST_F(LegacySocketTest, PushesWhatHappensInRunsOfTheWorkflow) {
    const auto first = open("wf_ask");
    const auto second = open("wf_ask");
    const auto other = open("wf_none");
    const json::object started = got({.method = "POST", .target = "/api/workflows/wf_ask/execute"});
    const std::string run(started.at("execution_id").as_string());
    for (const auto& exchange : {first, second}) {
        const auto running = exchange->socket->until(with_status("running"));
        EXPECT_EQ(running.back().at("execution_id"), started.at("execution_id"));
    }
    api.house.runs.cancel(run, "enough");
    for (const auto& exchange : {first, second}) {
        exchange->socket->until(with_status("cancelled"));
    }
    other->listening.on_text("get_status");
    EXPECT_EQ(other->socket->until(with_status("never_executed")).size(), 1U);
    for (const auto& exchange : {first, second, other}) {
        exchange->listening.on_closed();
    }
}

TEST_F(LegacySocketTest, EndsWithTheTokenAndWithTheHost) {
    const auto exchange = open("wf_job");
    api.open.reset();
    EXPECT_EQ(exchange->socket->closed(), 1001);
    exchange->listening.on_closed();
}

}  // namespace
}  // namespace oa::host
