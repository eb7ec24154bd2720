// The paths of the older server that ran files, each with the members that its clients read.

#include <gtest/gtest.h>

#include "tests/host/api/legacy_fixture.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;
using access::Scope;
using test_api::Ask;
using test_api::is_local_time;
using test_api::keys_of;
using test_api::LegacyTest;

TEST_F(LegacyTest, RootSaysWhatItIs) {
    const json::object found = get("/");
    EXPECT_EQ(keys_of(found), "endpoints service status version workflow_manager");
    EXPECT_EQ(found.at("status"), "running");
    EXPECT_EQ(found.at("version"), "1.2.3");
    EXPECT_EQ(keys_of(found.at("endpoints")), "execute executions health stats workflows");
}

TEST_F(LegacyTest, HealthHasWhatAllServersSaid) {
    const json::object found = get("/health");
    EXPECT_EQ(keys_of(found),
              "active_executions service status timestamp version wallet_loaded wallet_status "
              "workflows_loaded");
    EXPECT_EQ(found.at("status"), "healthy");
    EXPECT_EQ(found.at("workflows_loaded"), 4);
    EXPECT_EQ(found.at("wallet_loaded"), true);
    EXPECT_EQ(found.at("wallet_status"), "loaded");
    EXPECT_TRUE(is_local_time(found.at("timestamp")));
}

TEST_F(LegacyTest, ExecutesAWorkflowAndWaitsForItsEnd) {
    const json::object found = get("/execute?WORKFLOW=job.yaml&DEBUG=true&DEBUG2=False");
    EXPECT_EQ(keys_of(found),
              "completed_at duration error execution_data execution_id message results started_at "
              "status success timestamp workflow workflow_id workflow_name");
    EXPECT_EQ(found.at("workflow_id"), "wf_job");
    EXPECT_EQ(found.at("workflow_name"), "job");
    EXPECT_EQ(found.at("success"), true);
    EXPECT_EQ(found.at("status"), "completed");
    EXPECT_TRUE(found.at("duration").is_double());
    EXPECT_EQ(found.at("workflow"), "job.yaml");
    EXPECT_EQ(found.at("message"), "Workflow executed successfully");
    const json::value& result = found.at("results").at("say");
    EXPECT_EQ(keys_of(result), "duration error output status task_name timestamp");
    EXPECT_EQ(result.at("status"), "success");
    EXPECT_EQ(result.at("output"), (json::value{{"said", "hello"}}));
    EXPECT_TRUE(result.at("error").is_null());
    EXPECT_TRUE(is_local_time(result.at("timestamp")));
    const json::value& data = found.at("execution_data");
    EXPECT_EQ(keys_of(data), "logs results success timestamp");
    EXPECT_NE(data.at("logs").as_string().find("say: hello"), json::string::npos)
        << data.at("logs");
    EXPECT_EQ(api.recorded, std::vector<std::string>{"run.started"});
}

TEST_F(LegacyTest, ExecutesWhatABodyNames) {
    const Ask ask{.method = "POST",
                  .target = "/execute",
                  .body = R"({"WORKFLOW": "job", "OA_WALLET_FILE": "wallet",)"
                          R"( "OA_WALLET_PASSWORD": "right", "OA_WALLET_TYPE": "encrypted"})"};
    EXPECT_EQ(got(ask).at("status"), "completed");
    EXPECT_EQ(api.ask(ask, api.token({Scope::Run})).status, 403);
    Ask other = ask;
    other.body = R"({"WORKFLOW": "job", "OA_WALLET_PASSWORD": "wrong"})";
    EXPECT_EQ(got(other, 401).at("code"), "wallet_not_opened");
    other.body = R"({"WORKFLOW": "job", "OA_WALLET_FILE": "/etc/passwd"})";
    EXPECT_EQ(got(other, 409).at("code"), "other_wallet");
    other.body = R"({"WORKFLOW": "job", "OA_WALLET_FILE": "wallet"})";
    EXPECT_EQ(api.ask(other, api.token({Scope::Run})).status, 200);
    api.wallet.lock();
    EXPECT_EQ(got(other, 400).at("code"), "missing_password");
    other.body = "{}";
    EXPECT_EQ(got(other, 400).at("code"), "invalid_parameter");
    EXPECT_EQ(api.house.store.list({}).runs.size(), 2U);
}

TEST_F(LegacyTest, AFailedWorkflowIs500WithTheReason) {
    const json::object found = get("/execute?WORKFLOW=fails.yml", 500);
    EXPECT_EQ(found.at("success"), false);
    EXPECT_EQ(found.at("status"), "failed");
    EXPECT_EQ(found.at("message"), "Workflow execution failed");
    EXPECT_EQ(found.at("results").at("break").at("status"), "failed");
    EXPECT_EQ(found.at("results").at("break").at("error"), "it is not there");
    EXPECT_TRUE(found.at("error").is_string());
}

TEST_F(LegacyTest, ExecutesNothingOutsideOfTheFolder) {
    std::ofstream(folder.path() / "outside.yaml") << "tasks:\n  - name: say\n    test.do: {}\n";
    const std::string inside = api.house.workflows.string() + "/job.yaml";
    EXPECT_EQ(get("/execute?WORKFLOW=" + inside).at("status"), "completed");
    EXPECT_EQ(get("/execute?WORKFLOW=x/../job.yaml").at("status"), "completed");
    for (const std::string& name :
         {std::string("../outside.yaml"), folder.path().string() + "/outside.yaml",
          std::string("none.yaml"), std::string("/etc/passwd"), std::string(".")}) {
        const json::object refused = get("/execute?WORKFLOW=" + name, 404);
        EXPECT_EQ(refused.at("error"), refused.at("detail"));
    }
}

TEST_F(LegacyTest, ExecuteSaysWhatIsWrong) {
    EXPECT_EQ(get("/execute", 400).at("error"), "WORKFLOW is missing");
    EXPECT_EQ(get("/execute?WORKFLOW=bad.yaml", 400).at("code"), "invalid_workflow");
    EXPECT_EQ(get("/execute?WORKFLOW=job&OA_WALLET_PASSWORD=right", 400).at("code"),
              "password_in_address");
    EXPECT_EQ(api.ask({.method = "HEAD", .target = "/execute?WORKFLOW=job"}).status, 405);
    EXPECT_EQ(api.ask({.target = "/execute?WORKFLOW=job"}, api.token({Scope::Read})).status, 403);
    api.audit_problem = "the disk is full";
    EXPECT_EQ(api.ask({.target = "/execute?WORKFLOW=job"}).status, 503);
    EXPECT_TRUE(api.house.store.list({}).runs.empty());
}

// A page elsewhere makes a browser send this with the cookie of whoever has signed in.
TEST_F(LegacyTest, GetStartsNothingInASession) {
    const auto signed_in = api.policy.sign_in(api.admin, "127.0.0.1");
    const std::string cookie(std::get<access::SignedIn>(signed_in).cookie.reveal());
    const HttpResponse response = api.ask(
        {.target = "/execute?WORKFLOW=job", .fields = {{"Cookie", "oa_session=" + cookie}}}, "");
    EXPECT_EQ(response.status, 405) << response.body;
    EXPECT_TRUE(api.house.store.list({}).runs.empty());
}

TEST_F(LegacyTest, ListsFiles) {
    EXPECT_EQ(get("/workflows").at("workflows").at(3).at("last_execution"), nullptr);
    get("/execute?WORKFLOW=job");
    const json::object found = get("/workflows");
    EXPECT_EQ(keys_of(found), "count path workflows");
    EXPECT_EQ(found.at("count"), 4);
    EXPECT_EQ(found.at("path").as_string(), api.house.workflows.string());
    const json::value& job = found.at("workflows").at(3);
    EXPECT_EQ(keys_of(job),
              "created_at executions_count filepath id last_execution name path tags task_count "
              "tasks");
    EXPECT_EQ(job.at("id"), "wf_job");
    EXPECT_EQ(job.at("task_count"), 2);
    EXPECT_EQ(job.at("tasks"), 2);
    EXPECT_EQ(job.at("executions_count"), 1);
    EXPECT_TRUE(is_local_time(job.at("created_at")));
    EXPECT_EQ(keys_of(job.at("last_execution")), "duration execution_id status");
}

TEST_F(LegacyTest, ShowsAFileByAllItsIds) {
    for (const std::string id : {"wf_job", "flask_job", "job", "wf_fails"}) {
        const json::object found = get("/workflows/" + id);
        EXPECT_EQ(keys_of(found),
                  "created_at description executions_count filepath id name tags task_count")
            << id;
    }
    EXPECT_EQ(get("/workflows/job").at("description"), "says something");
    EXPECT_EQ(get("/workflows/none", 404).at("code"), "no_such_workflow");
    EXPECT_TRUE(get("/workflows/none", 404).contains("error"));
}

TEST_F(LegacyTest, ShowsTheHistoryOfAFileTheLatestLast) {
    const json::value first = get("/execute?WORKFLOW=job").at("execution_id");
    const json::value second = get("/execute?WORKFLOW=job").at("execution_id");
    const json::object found = get("/workflows/wf_job/history");
    EXPECT_EQ(keys_of(found), "executions total_executions workflow_id");
    EXPECT_EQ(found.at("total_executions"), 2);
    EXPECT_EQ(found.at("executions").at(0).at("execution_id"), first);
    EXPECT_EQ(found.at("executions").at(1).at("execution_id"), second);
    EXPECT_EQ(keys_of(found.at("executions").at(0)),
              "duration error execution_id started_at status");
}

TEST_F(LegacyTest, ShowsAnExecution) {
    const std::string id(get("/execute?WORKFLOW=job").at("execution_id").as_string());
    const json::object found = get("/executions/" + id);
    EXPECT_EQ(keys_of(found),
              "completed_at duration error execution_id results started_at status workflow_id");
    EXPECT_TRUE(is_local_time(found.at("started_at")));
    EXPECT_TRUE(is_local_time(found.at("completed_at")));
    EXPECT_EQ(get("/executions/none", 404).at("code"), "no_such_run");
    const json::object with_logs = get("/api/executions/" + id);
    EXPECT_EQ(keys_of(with_logs),
              "completed_at duration error execution_id logs results started_at status "
              "workflow_id");
    EXPECT_EQ(with_logs.at("logs").as_array().size(), 1U);
}

TEST_F(LegacyTest, CountsRuns) {
    get("/execute?WORKFLOW=job");
    get("/execute?WORKFLOW=fails", 500);
    const json::object found = get("/stats");
    EXPECT_EQ(keys_of(found), "executions system workflows");
    EXPECT_EQ(found.at("workflows"), (json::value{{"total", 4}}));
    EXPECT_EQ(keys_of(found.at("system")), "max_concurrent_jobs wallet_loaded workflow_path");
    EXPECT_EQ(found.at("executions").at("completed_executions"), 1);
    EXPECT_EQ(found.at("executions").at("failed_executions"), 1);
    EXPECT_EQ(found.at("executions").at("history_size"), 2);
    EXPECT_EQ(found.at("executions").at("max_concurrent"), 100);
    const json::object page = get("/api/stats");
    EXPECT_EQ(keys_of(page.at("executions")),
              "active_executions available_slots completed_executions failed_executions "
              "history_size max_concurrent total_executions");
    EXPECT_EQ(keys_of(page.at("system")), "max_concurrent_jobs wallet_loaded");
}

TEST_F(LegacyTest, OutputsThatPythonTakesForFalseAreNull) {
    for (const json::value& output :
         {json::value(false), json::value(0), json::value(0.0), json::value(""),
          json::value(json::array()), json::value(json::object()), json::value(7)}) {
        api.house.invoker.on("say", [&](test::ScriptedCall&) {
            core::Outcome outcome;
            outcome.output = output;
            return outcome;
        });
        const json::value found = get("/execute?WORKFLOW=job").at("results").at("say").at("output");
        EXPECT_EQ(found, output == 7 ? output : json::value()) << output;
    }
}

}  // namespace
}  // namespace oa::host
