// `oa serve` from outside: a real program, real plug-ins, and clients over the loopback.

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/cli/serve_fixture.hpp"
#include "tests/support/raw_client.hpp"

namespace oa::test {
namespace {

namespace json = boost::json;

TEST_F(ServeTest, RunsAWorkflowForAClient) {
    start();
    const Answer run =
        ask("POST", "/api/v1/workflows/hello/runs?wait=20s", R"({"inputs": {"who": "you"}})");
    ASSERT_EQ(run.status, 200) << run.body;
    EXPECT_EQ(run.json().at("status").as_string(), "succeeded");
    EXPECT_EQ(run.json().at("outputs"), (json::value{{"greeted", "you"}}));
    const std::string id(run.json().at("id").as_string());
    const Answer log = ask("GET", "/api/v1/runs/" + id + "/logs?follow");
    EXPECT_NE(log.body.find("greet: hello you"), std::string::npos) << log.body;
    EXPECT_TRUE(get("/readyz").at("ready").as_bool());
    EXPECT_FALSE(get("/api/v1/plugins").at("plugins").as_array().empty());
    EXPECT_EQ(get("/api/v1/plugins/utils").at("module").as_string(), "utils");
    const json::object audit = get("/api/v1/audit");
    EXPECT_EQ(audit.at("records").as_array().at(0).at("action").as_string(), "run.started");
    const ProcessResult ended = stop();
    EXPECT_EQ(ended.exit_status, 0) << ended.err;
}

TEST_F(ServeTest, HasThePathsOfTheOlderServersWhereTheyAreSwitchedOn) {
    start({}, {{"OA_LEGACY_API", "true"}});
    const Answer run = ask("GET", "/execute?WORKFLOW=hello.yaml");
    ASSERT_EQ(run.status, 200) << run.body;
    EXPECT_EQ(run.json().at("status").as_string(), "completed");
    EXPECT_EQ(run.json().at("workflow_id").as_string(), "wf_hello");
    const Answer sent = ask("POST", "/api/workflows/upload",
                            "--b\r\nContent-Disposition: form-data; name=\"file\"; "
                            "filename=\"two.yaml\"\r\n\r\n"
                            "tasks:\n  - name: a\n    utils.print: {text: x}\n\r\n--b--\r\n",
                            "multipart/form-data; boundary=b");
    EXPECT_EQ(sent.status, 200) << sent.body;
    EXPECT_EQ(get("/stats").at("workflows"), (json::value{{"total", 2}}));
    EXPECT_EQ(ask("POST", "/api/wallet/load", "wallet_file=wallet&master_password=x",
                  "application/x-www-form-urlencoded")
                  .status,
              404);
    EXPECT_EQ(stop().exit_status, 0);
}

// S-01, S-07, S-09: nothing is open, nothing is the same on two hosts.
TEST_F(ServeTest, TheFirstStartMakesATokenForItsOwnerAlone) {
    start();
    struct stat status {};
    ASSERT_EQ(::stat(folder.at("data/admin-token").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(token.rfind("oat_", 0), 0U);
    EXPECT_EQ(host->said().find(token), std::string::npos);
    const std::string first = token;
    token = "oat_nobody";
    EXPECT_EQ(ask("GET", "/api/v1/runs").status, 401);
    stop();
    const ProcessResult again = [&] {
        start();
        return stop();
    }();
    EXPECT_EQ(again.out.find("first token"), std::string::npos);
    EXPECT_EQ(token, first);
    std::filesystem::remove_all(folder.at("data"));
    start();
    EXPECT_NE(token, first);
}

TEST_F(ServeTest, RefusesToOfferItselfToANetworkInTheClear) {
    Subprocess::Options options;
    options.patience = std::chrono::minutes(1);
    const ProcessResult refused = run_program(serve({"--listen", "0.0.0.0"}), options);
    EXPECT_EQ(refused.exit_status, 2);
    EXPECT_NE(refused.err.find("server.certificate"), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find("behind_proxy"), std::string::npos);
    options.environment = {{"OA_TLS_CERTIFICATE", folder.at("none.pem")}};
    const ProcessResult half = run_program(serve(), options);
    EXPECT_EQ(half.exit_status, 2);
    EXPECT_NE(half.err.find("belong together"), std::string::npos) << half.err;
}

TEST_F(ServeTest, TellsWhatKeepsItFromStarting) {
    start();
    const ProcessResult second = run_program(serve());
    EXPECT_NE(second.exit_status, 0);
    EXPECT_NE(second.err.find("data"), std::string::npos) << second.err;
    Subprocess::Options options;
    options.environment = {{"OA_DATA", folder.at("other")}};
    const ProcessResult taken = run_program(
        command({"serve", "--data", folder.at("other"), "--port", std::to_string(port)}), options);
    EXPECT_NE(taken.exit_status, 0);
    EXPECT_NE(taken.err.find(std::to_string(port)), std::string::npos) << taken.err;
}

// All operations of the description, with values that fit and values that do not: no answer is a
// 5xx, and the host is there in the end.
TEST_F(ServeTest, NoRequestIsTooMuchForIt) {
    folder.write("workflows/hello.yaml", "tasks:\n  - name: greet\n    utils.noop: {}\n");
    start({"--durability", "none", "--log-level", "warn"});  // nobody reads what it says
    Subprocess::Options options;
    options.patience = std::chrono::minutes(2);
    const std::string script = std::string(OA_SOURCE_DIR) + "/tests/api/mutations.py";
    const std::string url = "http://127.0.0.1:" + std::to_string(port);
    const ProcessResult result =
        run_program({"/usr/bin/python3", script, url, token, "8"}, options);
    EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
    std::printf("%s", result.out.c_str());
}

// A run that was accepted goes on when the host is killed and started again, and the same request
// gives the same run.
TEST_F(ServeTest, KeepsWhatItAcceptedWhenItIsKilled) {
    folder.write("workflows/slow.yaml",
                 "tasks:\n  - name: wait\n    sleep: 200ms\n  - name: after\n    utils.print:\n"
                 "      text: done\n");
    start();
    const std::string body = "{}";
    const Answer accepted = [&] {
        Poco::Net::HTTPClientSession session("127.0.0.1", static_cast<Poco::UInt16>(port));
        Poco::Net::HTTPRequest request("POST", "/api/v1/workflows/slow/runs", "HTTP/1.1");
        request.set("Authorization", "Bearer " + token);
        request.set("Idempotency-Key", "once");
        request.setContentType("application/json");
        request.setContentLength(2);
        session.sendRequest(request) << body;
        Answer answer;
        Poco::StreamCopier::copyToString(session.receiveResponse(answer.head), answer.body);
        answer.status = answer.head.getStatus();
        return answer;
    }();
    ASSERT_EQ(accepted.status, 202) << accepted.body;
    const std::string id(accepted.json().at("id").as_string());
    stop(SIGKILL);
    start();
    Poco::Net::HTTPClientSession session("127.0.0.1", static_cast<Poco::UInt16>(port));
    session.setTimeout(Poco::Timespan(30, 0));
    Poco::Net::HTTPRequest request("POST", "/api/v1/workflows/slow/runs?wait=20s", "HTTP/1.1");
    request.set("Authorization", "Bearer " + token);
    request.set("Idempotency-Key", "once");
    request.setContentType("application/json");
    request.setContentLength(2);
    session.sendRequest(request) << body;
    Poco::Net::HTTPResponse head;
    std::string text;
    Poco::StreamCopier::copyToString(session.receiveResponse(head), text);
    EXPECT_EQ(head.getStatus(), 200) << text;
    EXPECT_EQ(json::parse(text).at("id").as_string(), id);
    EXPECT_EQ(json::parse(text).at("status").as_string(), "succeeded");
    EXPECT_EQ(get("/api/v1/runs").at("runs").as_array().size(), 1U);
}

TEST_F(ServeTest, ReadsItsWorkflowsAnewOnSighup) {
    start();
    folder.write("workflows/new.yaml", "tasks:\n  - utils.print: {text: new}\n");
    host->signal(SIGHUP);
    ASSERT_TRUE(host->wait_for("workflows=2 added=1")) << host->said();
    EXPECT_EQ(get("/api/v1/workflows/new").at("version").as_int64(), 1);
}

// What is being answered is answered, and what runs is left open, to go on later.
TEST_F(ServeTest, StopsInGoodOrder) {
    folder.write("workflows/long.yaml", "tasks:\n  - sleep: 1h\n");
    start();
    const Answer run = ask("POST", "/api/v1/workflows/long/runs", "{}");
    ASSERT_EQ(run.status, 202);
    const std::string id(run.json().at("id").as_string());
    const ProcessResult ended = stop();
    EXPECT_EQ(ended.exit_status, 0) << ended.err;
    start();
    EXPECT_EQ(get("/api/v1/runs/" + id).at("status").as_string(), "running");
    EXPECT_EQ(get("/api/v1/runs/" + id).at("waits").as_int64(), 1);
}

TEST_F(ServeTest, PutsOnRecordWhoWasRefused) {
    start({}, {{"OA_AUDIT_FILE", folder.at("audit.log")}});
    const std::string admin = token;
    token = "oat_nobody";
    EXPECT_EQ(ask("GET", "/api/v1/runs").status, 401);
    token = admin;
    const Answer made = ask("POST", "/api/v1/tokens", R"({"name": "ci", "scopes": ["read"]})");
    const std::string reader(made.json().at("id").as_string());
    token = std::string(made.json().at("token").as_string());
    EXPECT_EQ(ask("GET", "/api/v1/tokens").status, 403);
    stop();  // what is written in the background is written then
    std::vector<std::string> refused;
    std::ifstream log(folder.at("audit.log"));
    for (std::string line; std::getline(log, line);) {
        const json::value record = json::parse(line);
        if (record.at("action") == "access.refused") {
            refused.push_back(line);
        }
    }
    ASSERT_EQ(refused.size(), 2U);
    EXPECT_NE(refused[0].find("GET /api/v1/runs"), std::string::npos);
    EXPECT_NE(refused[1].find(reader), std::string::npos);
    EXPECT_NE(refused[1].find("scope"), std::string::npos);
    const ProcessResult verified = oa({"audit", "verify", folder.at("audit.log")});
    EXPECT_EQ(verified.exit_status, 0) << verified.out << verified.err;
}

// As a service manager that waits for Type=notify (sd_notify(3)).
TEST_F(ServeTest, TellsItsServiceManagerWhenItIsReadyAndWhenItStops) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = folder.at("notify");
    ASSERT_LT(path.size(), sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    const int manager = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const timeval patience{.tv_sec = 30, .tv_usec = 0};
    ASSERT_EQ(::setsockopt(manager, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the interface wants it so
    ASSERT_EQ(::bind(manager, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const auto told = [manager] {
        std::string text(64, ' ');
        const ssize_t size = ::recv(manager, text.data(), text.size(), 0);
        text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        return text;
    };
    start({}, {{"NOTIFY_SOCKET", path}});
    EXPECT_EQ(told(), "READY=1");
    stop();
    EXPECT_EQ(told(), "STOPPING=1");
    ::close(manager);
}

TEST_F(ServeTest, SpeaksTlsAndTakesANewCertificateOnSighup) {
    const auto make_certificate = [this] {
        const ProcessResult made =
            run_program({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                         "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                         folder.at("key.pem"), "-out", folder.at("certificate.pem")});
        ASSERT_EQ(made.exit_status, 0) << made.err;
    };
    make_certificate();
    Subprocess::Options options;
    options.patience = std::chrono::minutes(2);
    options.environment = {{"OA_TLS_CERTIFICATE", folder.at("certificate.pem")},
                           {"OA_TLS_KEY", folder.at("key.pem")}};
    host = std::make_unique<Subprocess>(serve({"--listen", "0.0.0.0"}), options);
    const std::string mark = "listening on https://0.0.0.0:";
    ASSERT_TRUE(host->wait_for(mark)) << host->said();
    ASSERT_TRUE(host->wait_for("admin-token"));
    const std::string said = host->said();
    port = std::stoi(said.substr(said.find(mark) + mark.size()));
    const auto status = [this] {
        return run_program({"/usr/bin/curl", "-sS", "--cacert", folder.at("certificate.pem"), "-o",
                            "/dev/null", "-w", "%{http_code}",
                            "https://localhost:" + std::to_string(port) + "/livez"})
            .out;
    };
    EXPECT_EQ(status(), "200");
    make_certificate();  // another key: the old certificate is not trusted any more
    EXPECT_EQ(status(), "000");
    host->signal(SIGHUP);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::string last;
    while ((last = status()) != "200" && std::chrono::steady_clock::now() < until) {
    }
    EXPECT_EQ(last, "200");
}

// S-06, S-12: a name of somebody else's that leads here, and pages of others.
TEST_F(ServeTest, AnswersToItsOwnNamesAlone) {
    start();
    const auto status = [&](const std::string& fields) {
        RawClient client(port);
        client.send("GET /api/v1/runs HTTP/1.1\r\nAuthorization: Bearer " + token + "\r\n" +
                    fields + "\r\n");
        const auto answer = client.answer();
        return answer ? answer->status : 0;
    };
    const std::string own = std::to_string(port);
    EXPECT_EQ(status("Host: localhost:" + own + "\r\n"), 200);
    EXPECT_EQ(status("Host: [::1]:" + own + "\r\n"), 200);
    EXPECT_EQ(status("Host: evil.example\r\n"), 421);
    EXPECT_EQ(status("Host: localhost:1\r\n"), 421);
    EXPECT_EQ(status("Host: localhost:" + own + "\r\nOrigin: http://evil.example\r\n"), 403);
    EXPECT_EQ(status("Host: localhost:" + own + "\r\nOrigin: null\r\n"), 403);
    EXPECT_EQ(status("Host: localhost:" + own + "\r\nAuthorization: Bearer x\r\n"), 400);
}

TEST_F(ServeTest, PagesThatAreNamedMayUseItWithAToken) {
    start({}, {{"OA_CORS_ORIGINS", "https://dashboard.example"}});
    const auto ask = [&](const std::string& line, const std::string& fields) {
        RawClient client(port);
        client.send(line + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port) + "\r\n" +
                    fields + "\r\n");
        return client.answer();
    };
    const std::string page = "Origin: https://dashboard.example\r\n";
    auto before = ask("OPTIONS /api/v1/workflows/hello/runs",
                      page + "Access-Control-Request-Method: POST\r\n");
    ASSERT_TRUE(before);
    EXPECT_EQ(before->status, 204);
    EXPECT_EQ(before->fields["access-control-allow-origin"], "https://dashboard.example");
    EXPECT_EQ(before->fields["access-control-allow-methods"], "POST");
    EXPECT_EQ(before->fields["access-control-allow-credentials"], "");
    auto refused = ask("GET /api/v1/runs", page);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 401);  // the page is to learn that
    EXPECT_EQ(refused->fields["access-control-allow-origin"], "https://dashboard.example");
    auto there = ask("GET /api/v1/runs", page + "Authorization: Bearer " + token + "\r\n");
    ASSERT_TRUE(there);
    EXPECT_EQ(there->status, 200);
    EXPECT_EQ(there->fields["vary"], "Origin");
    auto other = ask("GET /api/v1/runs",
                     "Origin: https://evil.example\r\nAuthorization: Bearer " + token + "\r\n");
    ASSERT_TRUE(other);
    EXPECT_EQ(other->status, 403);
    EXPECT_EQ(other->fields["access-control-allow-origin"], "");
}

TEST_F(ServeTest, OneAddressCannotHoldAllConnections) {
    start({"--config", folder.write("oa.yaml", "server: {limits: {connections: 8}}\n")});
    const RawClient one(port);
    const RawClient two(port);
    RawClient three(port);
    const auto refused = three.answer();
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 503);
}

// What clients can cost is the operator's to say.
TEST_F(ServeTest, KeepsToTheLimitsThatAreSet) {
    const std::string file = folder.write("oa.yaml", R"(
max_document_mib: 1
max_output_kib: 1
server:
  limits: {request_line_kib: 1, head_fields: 10, head_kib: 2, body_mib: 1}
)");
    start({"--config", file});
    const auto status = [&](const std::string& text) {
        RawClient client(port);
        client.send(text);
        const auto answer = client.answer();
        return answer ? answer->status : 0;
    };
    const std::string head = "Host: localhost:" + std::to_string(port) + "\r\n";
    const auto line = [&](std::size_t bytes) {
        const std::string ends = "GET /livez? HTTP/1.1";
        return "GET /livez?" + std::string(bytes - ends.size(), 'a') + " HTTP/1.1\r\n" + head +
               "\r\n";
    };
    EXPECT_NE(status(line(1024)), 414);
    EXPECT_EQ(status(line(1025)), 414);
    const auto fields = [&](int count) {
        std::string text = "GET /livez HTTP/1.1\r\n" + head;
        for (int i = 1; i < count; ++i) {
            text += "X-" + std::to_string(i) + ": 1\r\n";
        }
        return text + "\r\n";
    };
    EXPECT_EQ(status(fields(10)), 200);
    EXPECT_EQ(status(fields(11)), 431);
    const auto body = [&](std::size_t bytes) {
        return ask("POST", "/api/v1/workflows/hello/runs", std::string(bytes, ' ')).status;
    };
    EXPECT_EQ(body(1U << 20U), 400);  // of that size, and no JSON
    EXPECT_EQ(body((1U << 20U) + 1), 413);
    EXPECT_EQ(ask("POST", "/api/v1/workflows/validate", std::string((1U << 20U) + 1, ' '),
                  "application/yaml")
                  .status,
              413);
    const Answer large = ask("POST", "/api/v1/workflows/hello/runs?wait=20s",
                             R"({"inputs": {"who": ")" + std::string(2'000, 'x') + R"("}})");
    EXPECT_NE(large.body.find("the limit is 1024"), std::string::npos) << large.body;
}

TEST_F(ServeTest, RefusesAConnectionAndARunTooMany) {
    folder.write("workflows/slow.yaml",
                 "tasks:\n  - name: wait\n    utils.sleep: {duration: 1h}\n");
    start({"--config", folder.write("oa.yaml",
                                    "max_runs: 1\nmax_queued_runs: 1\nserver:\n"
                                    "  limits: {connections_per_address: 3}\n")});
    const std::string head =
        "Host: localhost:" + std::to_string(port) + "\r\nAuthorization: Bearer " + token + "\r\n";
    std::vector<RawClient> clients;
    for (const int expected : {202, 202, 429}) {
        clients.emplace_back(port);
        clients.back().send("POST /api/v1/workflows/slow/runs HTTP/1.1\r\nContent-Length: 0\r\n" +
                            head + "\r\n");
        EXPECT_EQ(clients.back().answer().value_or(RawAnswer{}).status, expected);
    }
    RawClient late(port);
    const auto refused = late.answer();  // without being asked
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 503);
    EXPECT_TRUE(refused->fields.contains("retry-after"));
}

TEST_F(ServeTest, KeepsSecretsAndNeverShowsThem) {
    folder.write("workflows/secret.yaml",
                 "tasks:\n  - name: say\n    utils.print:\n      text: ${WALLET:key}\n");
    const std::string password = private_file("password", "correct horse battery\n");
    const std::map<std::string, std::string> wallet{{"OA_WALLET_FILE", folder.at("wallet")},
                                                    {"OA_WALLET_PASSWORD_FILE", password}};
    Subprocess::Options options;
    options.environment = wallet;
    ASSERT_EQ(oa({"wallet", "create"}, options).exit_status, 0);
    start({}, wallet);
    EXPECT_EQ(ask("PUT", "/api/v1/wallet/secrets/key", R"({"value": "canary-47110815"})").status,
              409);  // it has not been opened yet
    EXPECT_EQ(ask("POST", "/api/v1/wallet/unlock", R"({"password": "wrong"})").status, 403);
    EXPECT_EQ(
        ask("POST", "/api/v1/wallet/unlock", R"({"password": "correct horse battery"})").status,
        200);
    EXPECT_EQ(ask("PUT", "/api/v1/wallet/secrets/key", R"({"value": "canary-47110815"})").status,
              204);
    EXPECT_EQ(get("/api/v1/wallet/secrets").at("secrets").as_array().size(), 1U);
    const Answer run = ask("POST", "/api/v1/workflows/secret/runs?wait=20s", "{}");
    EXPECT_EQ(run.json().at("status").as_string(), "succeeded") << run.body;
    const std::string id(run.json().at("id").as_string());
    std::string all;
    const std::string base = "/api/v1/runs/" + id;
    for (const std::string& target : std::vector<std::string>{
             base, base + "/tasks", base + "/events", base + "/logs?follow",
             "/api/v1/wallet/secrets", "/api/v1/audit", "/api/v1/workflows/secret"}) {
        all += ask("GET", target).body;
    }
    EXPECT_EQ(all.find("47110815"), std::string::npos);
    EXPECT_EQ(ask("POST", "/api/v1/wallet/lock").status, 200);
    const Answer locked = ask("POST", "/api/v1/workflows/secret/runs?wait=20s", "{}");
    EXPECT_EQ(locked.json().at("status").as_string(), "failed") << locked.body;
    EXPECT_NE(locked.body.find("locked"), std::string::npos) << locked.body;
    const ProcessResult ended = stop();
    EXPECT_EQ((ended.out + ended.err).find("47110815"), std::string::npos);
}

}  // namespace
}  // namespace oa::test
