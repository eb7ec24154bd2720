// The API by what clients ask and get, each answer held against the description of its route.

#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "host/api/api_call.hpp"
#include "tests/host/api/api_fixture.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;
using access::Scope;
using test_api::Api;
using test_api::Ask;
using test_api::code_of;

struct ApiTest : testing::Test {
    test::TemporaryFolder folder;
    Api api{folder.path()};

    ApiTest() {
        api.house.write("job.yaml",
                        "description: says something\ntags: [demo]\n"
                        "inputs:\n  who: {type: string, default: you}\n"
                        "tasks:\n  - name: say\n    test.do: {}\n"
                        "outputs:\n  to: ${inputs.who}\n");
        api.house.write("ask.yaml", "tasks:\n  - name: ask\n    approval: go on?\n");
        api.house.write("bad.yaml", "tasks: 7\n");
        api.house.library.reload();
    }
    json::object start(const std::string& workflow, const std::string& body = "{}") const {
        const HttpResponse response =
            api.ask({.method = "POST",
                     .target = "/api/v1/workflows/" + workflow + "/runs?wait=20s",
                     .body = body});
        EXPECT_EQ(response.status, 200) << response.body;
        return json::parse(response.body).as_object();
    }
    std::string start_question() const {
        const HttpResponse response =
            api.ask({.method = "POST", .target = "/api/v1/workflows/ask/runs", .body = "{}"});
        EXPECT_EQ(response.status, 202) << response.body;
        std::string run(json::parse(response.body).at("id").as_string());
        const auto until = std::chrono::steady_clock::now() + test_service::patience;
        while (api.house.runs.approvals(run).empty() && std::chrono::steady_clock::now() < until) {
            std::this_thread::yield();
        }
        return run;
    }
};

TEST_F(ApiTest, StartsARunAndWaitsForItsEnd) {
    const json::object run = start("job", R"({"inputs": {"who": "me"}})");
    EXPECT_EQ(run.at("status").as_string(), "succeeded");
    EXPECT_EQ(run.at("outputs"), (json::value{{"to", "me"}}));
    const std::string id(run.at("id").as_string());
    EXPECT_EQ(api.get("/api/v1/runs/" + id).at("inputs"), (json::value{{"who", "me"}}));
    EXPECT_EQ(api.get("/api/v1/runs/" + id + "/tasks").at("tasks").as_array().size(), 1U);
    EXPECT_EQ(api.get("/api/v1/runs?workflow=job&status=succeeded").at("runs").as_array().size(),
              1U);
    EXPECT_TRUE(api.get("/api/v1/runs?status=failed").at("runs").as_array().empty());
}

TEST_F(ApiTest, AnswersAtOnceWithoutWaiting) {
    const HttpResponse response =
        api.ask({.method = "POST", .target = "/api/v1/workflows/job/runs"});
    EXPECT_EQ(response.status, 202);
    const std::string location(response.fields.find("Location").value());
    EXPECT_EQ(location,
              "/api/v1/runs/" + std::string(json::parse(response.body).at("id").as_string()));
}

TEST_F(ApiTest, AnswersWhenTheTimeToWaitIsUp) {
    const HttpResponse response =
        api.ask({.method = "POST", .target = "/api/v1/workflows/ask/runs?wait=20ms"});
    EXPECT_EQ(response.status, 202);
}

TEST_F(ApiTest, OneIdempotencyKeyIsOneRun) {
    const Ask ask{.method = "POST",
                  .target = "/api/v1/workflows/job/runs?wait=20s",
                  .body = "{}",
                  .fields = {{"Idempotency-Key", "k1"}}};
    const json::value first = json::parse(api.ask(ask).body);
    const json::value second = json::parse(api.ask(ask).body);
    EXPECT_EQ(first.at("id"), second.at("id"));
    Ask other = ask;
    other.body = R"({"inputs": {"who": "x"}})";
    EXPECT_EQ(code_of(api.ask(other)), "idempotency_key_reused");
}

TEST_F(ApiTest, TellsWhatIsWrongWithARequest) {
    const auto refused = [&](const Ask& ask, int status, const std::string& code) {
        HttpResponse response = api.ask(ask);
        EXPECT_EQ(response.status, status) << ask.target << ' ' << response.body;
        EXPECT_EQ(code_of(response), code) << ask.target;
        EXPECT_EQ(response.fields.find("Content-Type"), "application/problem+json");
        return response;
    };
    const std::string runs = "/api/v1/workflows/job/runs";
    refused({.target = "/api/v1/nothing"}, 404, "no_such_route");
    EXPECT_EQ(refused({.method = "PATCH", .target = "/api/v1/runs"}, 405, "method_not_allowed")
                  .fields.find("Allow"),
              "GET, HEAD");
    refused({.target = "/api/v1/runs/none"}, 404, "no_such_run");
    refused({.target = "/api/v1/runs?limit=0"}, 400, "invalid_parameter");
    refused({.target = "/api/v1/runs?limit=x"}, 400, "invalid_parameter");
    refused({.target = "/api/v1/runs?cursor=x"}, 400, "invalid_parameter");
    const HttpResponse typo =
        refused({.target = "/api/v1/runs?statu=failed"}, 400, "invalid_parameter");
    EXPECT_NE(typo.body.find("did you mean 'status'?"), std::string::npos);
    refused({.method = "POST", .target = runs, .body = "{"}, 400, "invalid_json");
    refused({.method = "POST", .target = runs, .body = R"({"inputs":{},"inputs":{}})"}, 400,
            "invalid_json");
    refused({.method = "POST", .target = runs, .body = R"({"input":{}})"}, 422, "invalid_body");
    refused({.method = "POST", .target = runs, .body = R"({"inputs":7})"}, 422, "invalid_body");
    refused({.method = "POST", .target = runs, .body = R"({"inputs":{"wo":1}})"}, 422,
            "invalid_inputs");
    refused({.method = "POST", .target = runs, .body = "a=b", .type = "text/plain"}, 415,
            "unsupported_media_type");
    refused({.method = "POST", .target = runs + "?wait=11m", .body = "{}"}, 400,
            "invalid_parameter");
    refused({.method = "POST", .target = "/api/v1/workflows/bad/runs", .body = "{}"}, 422,
            "invalid_workflow");
    refused({.method = "POST", .target = "/api/v1/workflows/jop/runs", .body = "{}"}, 404,
            "no_such_workflow");
    std::string deep(65, '[');
    refused({.method = "POST", .target = runs, .body = R"({"inputs":)" + deep}, 400,
            "invalid_json");
    EXPECT_TRUE(api.failed.empty());
}

TEST_F(ApiTest, SavesWorkflowsWithETags) {
    const std::string one = "tasks:\n  - name: a\n    test.do: {}\n";
    const std::string two = "tasks:\n  - name: b\n    test.do: {}\n";
    Ask put{.method = "PUT",
            .target = "/api/v1/workflows/new",
            .body = one,
            .type = "application/yaml"};
    const HttpResponse created = api.ask(put);
    EXPECT_EQ(created.status, 201) << created.body;
    EXPECT_EQ(created.fields.find("Location"), "/api/v1/workflows/new");
    const std::string etag(created.fields.find("ETag").value());
    put.body = two;
    put.fields = {{"If-Match", "\"other\""}};
    EXPECT_EQ(api.ask(put).status, 412);
    put.fields = {{"If-Match", etag}};
    EXPECT_EQ(api.ask(put).status, 200);
    EXPECT_EQ(api.get("/api/v1/workflows/new").at("text").as_string(), two);
    EXPECT_EQ(api.get("/api/v1/workflows/new?version=1").at("text").as_string(), one);
    EXPECT_EQ(api.get("/api/v1/workflows/new/versions").at("versions").as_array().size(), 2U);
    put.fields = {{"If-None-Match", "*"}};
    EXPECT_EQ(code_of(api.ask(put)), "workflow_exists");
    const HttpResponse unchanged = api.ask(
        {.target = "/api/v1/workflows/new",
         .fields = {{"If-None-Match",
                     std::string(api.get("/api/v1/workflows/new").at("etag").as_string())}}});
    EXPECT_EQ(unchanged.status, 304);
    EXPECT_EQ(
        api.ask({.target = "/api/v1/workflows/new", .fields = {{"Accept", "application/yaml"}}})
            .body,
        two);
    EXPECT_EQ(api.ask({.method = "DELETE", .target = "/api/v1/workflows/new"}).status, 204);
    EXPECT_EQ(api.ask({.target = "/api/v1/workflows/new"}).status, 404);
    EXPECT_EQ(api.house.store.versions("new", 3).at(1).made_by, "a admin");
}

TEST_F(ApiTest, ChecksDocumentsWithoutKeepingThem) {
    const std::string bad = "tasks:\n  - name: a\n    test.no: {}\n";
    const HttpResponse checked = api.ask({.method = "POST",
                                          .target = "/api/v1/workflows/validate",
                                          .body = bad,
                                          .type = "application/yaml"});
    const json::value answer = json::parse(checked.body);
    EXPECT_FALSE(answer.at("valid").as_bool());
    EXPECT_EQ(answer.at("errors").at(0).at("line").as_int64(), 3);
    const HttpResponse refused = api.ask({.method = "PUT",
                                          .target = "/api/v1/workflows/a",
                                          .body = bad,
                                          .type = "application/yaml"});
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(json::parse(refused.body).at("errors").at(0).at("line").as_int64(), 3);
    EXPECT_EQ(api.ask({.method = "PUT",
                       .target = "/api/v1/workflows/a?dry_run",
                       .body = "tasks:\n  - test.do: {}\n",
                       .type = "application/yaml"})
                  .status,
              200);
    EXPECT_EQ(api.ask({.target = "/api/v1/workflows/a"}).status, 404);
}

TEST_F(ApiTest, AnswersApprovals) {
    const std::string run = start_question();
    const json::object shown = api.get("/api/v1/runs/" + run);
    EXPECT_EQ(shown.at("approvals").as_array().at(0).at("message").as_string(), "go on?");
    EXPECT_EQ(code_of(api.ask(
                  {.method = "POST", .target = "/api/v1/runs/" + run + "/tasks/other/approve"})),
              "no_approval");
    EXPECT_EQ(api.ask({.method = "POST",
                       .target = "/api/v1/runs/" + run + "/tasks/ask/approve",
                       .body = R"({"comment": "fine"})"})
                  .status,
              204);
    api.house.wait_for_end(run);
    EXPECT_EQ(api.get("/api/v1/runs/" + run).at("status").as_string(), "succeeded");
}

TEST_F(ApiTest, StopsPausesAndForgetsRuns) {
    const std::string run = start_question();
    const std::string base = "/api/v1/runs/" + run;
    EXPECT_EQ(api.ask({.method = "POST", .target = base + "/pause"}).status, 202);
    EXPECT_EQ(api.ask({.method = "POST", .target = base + "/resume"}).status, 202);
    EXPECT_EQ(code_of(api.ask({.method = "DELETE", .target = base})), "run_not_ended");
    EXPECT_EQ(
        api.ask({.method = "POST", .target = base + "/cancel", .body = R"({"reason":"enough"})"})
            .status,
        202);
    api.house.wait_for_end(run);
    EXPECT_EQ(api.get(base).at("status").as_string(), "cancelled");
    EXPECT_EQ(code_of(api.ask({.method = "POST", .target = base + "/cancel"})), "run_ended");
    const HttpResponse again =
        api.ask({.method = "POST", .target = base + "/retry", .body = R"({"from": "start"})"});
    EXPECT_EQ(again.status, 202) << again.body;
    EXPECT_EQ(json::parse(again.body).at("retry_of").as_string(), run);
    EXPECT_EQ(code_of(api.ask(
                  {.method = "POST", .target = base + "/retry", .body = R"({"from": "task"})"})),
              "invalid_body");
    EXPECT_EQ(api.ask({.method = "DELETE", .target = base}).status, 204);
    EXPECT_EQ(api.ask({.target = base}).status, 404);
}

TEST_F(ApiTest, StreamsEventsUntilTheEnd) {
    const std::string run(start("job").at("id").as_string());
    HttpResponse refusal;
    const auto exchange = api.send({.target = "/api/v1/runs/" + run + "/events",
                                    .fields = {{"Authorization", "Bearer " + api.admin},
                                               {"Accept", "text/event-stream"},
                                               {"Last-Event-ID", "2"}}},
                                   refusal);
    ASSERT_TRUE(exchange && exchange->streamed);
    const std::string text = exchange->streamed->whole();
    EXPECT_EQ(text.find("run.created"), std::string::npos);
    EXPECT_NE(text.find("id: 3\ndata: {"), std::string::npos) << text;
    EXPECT_NE(text.find("run.ended"), std::string::npos);
    const json::object page = api.get("/api/v1/runs/" + run + "/events?limit=2");
    EXPECT_EQ(page.at("events").as_array().at(0).at("type").as_string(), "run.created");
    EXPECT_EQ(page.at("next").as_string(), "2");
}

TEST_F(ApiTest, FollowsALog) {
    api.house.invoker.on("say", [](test::ScriptedCall& call) {
        call.observer.log(*call.invocation, core::TaskLogLevel::Info, "hello\nthere", "");
        return core::Outcome{};
    });
    const std::string run(start("job").at("id").as_string());
    HttpResponse refusal;
    const auto exchange = api.send({.target = "/api/v1/runs/" + run + "/logs?follow",
                                    .fields = {{"Authorization", "Bearer " + api.admin}}},
                                   refusal);
    ASSERT_TRUE(exchange && exchange->streamed);
    const std::string text = exchange->streamed->whole();
    EXPECT_NE(text.find("info say: hello\\nthere\n"), std::string::npos) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
    const HttpResponse as_json = api.ask(
        {.target = "/api/v1/runs/" + run + "/logs", .fields = {{"Accept", "application/json"}}});
    EXPECT_EQ(json::parse(as_json.body).at("lines").at(0).at("message").as_string(),
              "hello\nthere");
}

TEST_F(ApiTest, ASocketTellsOfManyRuns) {
    HttpResponse refusal;
    const auto exchange =
        api.send({.target = "/api/v1/events",
                  .fields = {{"Authorization", "Bearer " + api.admin}, {"Upgrade", "websocket"}}},
                 refusal);
    ASSERT_TRUE(exchange && exchange->socket);
    const auto is_type = [](const char* type) {
        return [type](const json::object& message) { return message.at("type") == type; };
    };
    EXPECT_EQ(exchange->socket->until(is_type("hello")).size(), 1U);
    exchange->listening.on_text(R"({"type":"subscribe","id":"a","workflow":"job"})");
    exchange->listening.on_text(R"({"type":"subscribe","id":"a"})");
    exchange->listening.on_text(R"({"type":"nonsense"})");
    exchange->listening.on_text("{");
    exchange->listening.on_text(R"({"type":"ping"})");
    exchange->socket->until(is_type("pong"));
    const std::string run(start("job").at("id").as_string());
    const auto messages = exchange->socket->until([&](const json::object& message) {
        return message.at("type") == "event" && message.at("event").at("type") == "run.ended";
    });
    std::size_t errors = 0;
    for (const json::object& message : messages) {
        errors += message.at("type") == "error" ? 1 : 0;
    }
    EXPECT_EQ(errors, 3U);
    // One run, from the store.
    exchange->listening.on_text(R"({"type":"subscribe","id":"b","run":")" + run + "\"}");
    exchange->socket->until([&](const json::object& message) {
        return message.at("type") == "event" && message.at("id") == "b" &&
               message.at("event").at("type") == "run.ended";
    });
    exchange->listening.on_text(R"({"type":"subscribe","id":"c","run":"none"})");
    exchange->socket->until([&](const json::object& message) {
        return message.at("type") == "error" && message.at("code") == "no_such_run";
    });
    exchange->listening.on_closed();
}

TEST_F(ApiTest, WhatIsOpenEndsWithItsSession) {
    const auto signed_in = api.policy.sign_in(api.admin, "127.0.0.1");
    const std::string cookie(std::get<access::SignedIn>(signed_in).cookie.reveal());
    HttpResponse refusal;
    const auto socket = api.send({.target = "/api/v1/events",
                                  .fields = {{"Cookie", "oa_session=" + cookie},
                                             {"Origin", "http://localhost:8080"},
                                             {"Upgrade", "websocket"}}},
                                 refusal);
    ASSERT_TRUE(socket) << refusal.body;
    api.sessions.sign_out(cookie);
    EXPECT_EQ(socket->socket->closed(), 1008);
    socket->listening.on_closed();
}

TEST_F(ApiTest, WhatIsOpenEndsWithItsToken) {
    const std::string reader = api.token({Scope::Read});
    HttpResponse refusal;
    const auto socket =
        api.send({.target = "/api/v1/events",
                  .fields = {{"Authorization", "Bearer " + reader}, {"Upgrade", "websocket"}}},
                 refusal);
    const std::string run = start_question();
    const auto events = api.send(
        {.target = "/api/v1/runs/" + run + "/events",
         .fields = {{"Authorization", "Bearer " + reader}, {"Accept", "text/event-stream"}}},
        refusal);
    ASSERT_TRUE(socket && events);
    std::string id;
    for (const access::TokenInfo& token : api.tokens.list()) {
        id = token.name == "a read" ? token.id : id;
    }
    EXPECT_EQ(api.ask({.method = "DELETE", .target = "/api/v1/tokens/" + id}).status, 204);
    EXPECT_EQ(socket->socket->closed(), 1008);
    EXPECT_EQ(events->streamed->whole().find("run.ended"), std::string::npos);
    socket->listening.on_closed();
}

TEST_F(ApiTest, TokensAreShownOnceAndRevoked) {
    const HttpResponse made = api.ask({.method = "POST",
                                       .target = "/api/v1/tokens",
                                       .body = R"({"name": "ci", "scopes": ["run"], "days": 7})"});
    EXPECT_EQ(made.status, 201) << made.body;
    const std::string token(json::parse(made.body).at("token").as_string());
    EXPECT_EQ(api.ask({.target = "/api/v1/runs"}, token).status, 200);
    EXPECT_EQ(api.ask({.target = "/api/v1/tokens"}, token).status, 403);
    const std::string listed = api.ask({.target = "/api/v1/tokens"}).body;
    EXPECT_EQ(listed.find(token), std::string::npos);
    const std::string id(json::parse(made.body).at("id").as_string());
    EXPECT_EQ(api.ask({.method = "DELETE", .target = "/api/v1/tokens/" + id}).status, 204);
    EXPECT_EQ(api.ask({.target = "/api/v1/runs"}, token).status, 401);
    const std::string own(api.tokens.list().at(0).id);
    EXPECT_EQ(code_of(api.ask({.method = "DELETE", .target = "/api/v1/tokens/" + own})),
              "last_admin");
}

TEST_F(ApiTest, ABrowserSignsInWithACookieAndNeedsItsToken) {
    const HttpResponse signed_in = api.ask({.method = "POST",
                                            .target = "/api/v1/session",
                                            .body = R"({"token": ")" + api.admin + "\"}",
                                            .fields = {{"Origin", "http://localhost:8080"}}},
                                           "");
    ASSERT_EQ(signed_in.status, 201) << signed_in.body;
    const std::string set(signed_in.fields.find("Set-Cookie").value());
    EXPECT_NE(set.find("HttpOnly"), std::string::npos);
    EXPECT_NE(set.find("SameSite=Strict"), std::string::npos);
    const std::string cookie = set.substr(0, set.find(';'));
    const std::string csrf(json::parse(signed_in.body).at("csrf").as_string());
    EXPECT_EQ(api.ask({.target = "/api/v1/runs", .fields = {{"Cookie", cookie}}}, "").status, 200);
    Ask change{.method = "POST",
               .target = "/api/v1/workflows/job/runs",
               .body = "{}",
               .fields = {{"Cookie", cookie}, {"Origin", "http://localhost:8080"}}};
    EXPECT_EQ(api.ask(change, "").status, 403);
    change.fields.push_back({"X-CSRF-Token", csrf});
    EXPECT_EQ(api.ask(change, "").status, 202);
    change.fields[1].value = "http://evil.example";
    EXPECT_EQ(api.ask(change, "").status, 403);
    EXPECT_EQ(api.ask({.target = "/api/v1/session", .fields = {{"Cookie", cookie}}}, "").status,
              200);
    EXPECT_EQ(api.ask({.method = "DELETE",
                       .target = "/api/v1/session",
                       .fields = {{"Cookie", cookie},
                                  {"X-CSRF-Token", csrf},
                                  {"Origin", "http://localhost:8080"}}},
                      "")
                  .status,
              204);
    EXPECT_EQ(api.ask({.target = "/api/v1/runs", .fields = {{"Cookie", cookie}}}, "").status, 401);
}

TEST_F(ApiTest, WhatCannotBePutOnRecordDoesNotHappen) {
    api.audit_problem = "the disk is full";
    for (const Route& route : api.routes) {
        if (route.audit.empty() || !route.access.scope()) {
            continue;
        }
        Ask ask{.method = std::string(route.method), .target = std::string(route.path)};
        if (route.body) {
            ask.type = route.body->content_type;
            ask.body = route.body->schema == "NewToken"      ? R"({"name":"a","scopes":["read"]})"
                       : route.body->schema == "Unlock"      ? R"({"password":"right"})"
                       : route.body->schema == "SecretValue" ? R"({"value":"secret"})"
                       : route.body->schema == "Backup"      ? R"({"file":"copy"})"
                                                             : "{}";
        }
        const HttpResponse response = api.ask(ask);
        EXPECT_EQ(response.status, 503) << route.operation << ' ' << response.body;
        EXPECT_EQ(code_of(response), "audit_unavailable") << route.operation;
    }
    EXPECT_TRUE(api.house.store.list({}).runs.empty());
    EXPECT_TRUE(api.wallet.names.empty());
    EXPECT_EQ(api.tokens.list().size(), 1U);
}

TEST_F(ApiTest, TellsHowTheHostIs) {
    EXPECT_EQ(api.ask({.target = "/livez"}, "").status, 200);
    EXPECT_EQ(api.ask({.target = "/readyz"}, "").status, 401);
    EXPECT_TRUE(api.get("/readyz").at("ready").as_bool());
    start("job");
    const std::string metrics = api.ask({.target = "/metrics"}).body;
    EXPECT_NE(metrics.find("# TYPE oa_store_records_total counter\noa_store_records_total "),
              std::string::npos)
        << metrics;
    api.house.engine.wait_until_idle();
    EXPECT_EQ(api.get("/api/v1/stats").at("runs").at("running").as_int64(), 0);
    api.application->drain();
    EXPECT_EQ(code_of(api.ask({.target = "/api/v1/runs"})), "stopping");
}

}  // namespace
}  // namespace oa::host
