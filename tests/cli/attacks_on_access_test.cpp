// Attacks on a whole service by those who may not, or not so much, and by pages in browsers of
// those who may. What comes of each is in docs/attacks.md.

#include <atomic>
#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/cli/attack_fixture.hpp"

namespace oa::test {
namespace {

namespace json = boost::json;

// What nobody has set up is closed: an address of this machine alone, and nothing to run.
TEST_F(AttackTest, AFreshServiceIsOnThisMachineAndOffersNothing) {
    Subprocess::Options options;
    options.patience = std::chrono::minutes(1);
    host = std::make_unique<Subprocess>(
        command({"serve", "--data", folder.at("fresh"), "--port", "0"}), options);
    const std::string mark = "listening on http://127.0.0.1:";
    ASSERT_TRUE(host->wait_for(mark)) << host->said();
    port = std::stoi(host->said().substr(host->said().find(mark) + mark.size()));
    EXPECT_EQ(answer_to("GET /api/v1/workflows", "").status, 401);
    std::ifstream(folder.at("fresh/admin-token")) >> token;
    EXPECT_TRUE(get("/api/v1/workflows").at("workflows").as_array().empty());
    EXPECT_EQ(ask("GET", "/execute?WORKFLOW=hello").status, 404);
    EXPECT_FALSE(get("/api/v1/wallet").at("open").as_bool());
}

// No way to write a path makes it one that is open to all, nor another that asks for nothing.
TEST_F(AttackTest, NoSpellingOfAPathIsOpenToAll) {
    start_all();
    const auto before = files();
    std::vector<std::string> open;
    std::vector<std::pair<std::string, std::string>> closed;
    for (const Operation& operation : operations()) {
        const std::string path = operation.filled("hello");
        if (answer_to(operation.method + " " + path, "Content-Length: 0\r\n").status == 401) {
            closed.emplace_back(operation.method, path);
        } else {
            open.push_back(path);
        }
    }
    EXPECT_EQ(open, (std::vector<std::string>{"/api/v1/session", "/livez"}));
    std::size_t asked = 0;
    for (const auto& [method, path] : closed) {
        std::vector<std::string> spellings{path + "/",           "/" + path,
                                           path + ".",           path + "%20",
                                           path + "%00",         path + "%09",
                                           path + "/.",          path + ";/livez",
                                           path + ";x=/livez",   path + "?/livez",
                                           path + "%3f",         path + "%23/livez",
                                           path + "/..%2flivez", path + ".json",
                                           path + "..;/livez",   "http://localhost/livez" + path};
        for (const std::string& public_path : open) {
            spellings.push_back(path + public_path);
            spellings.push_back(public_path + path);
            spellings.push_back(glued({public_path, "/..", path}));
            spellings.push_back(glued({public_path, "/%2e%2e", path}));
            spellings.push_back(glued({public_path, "%2f..", path}));
            spellings.push_back(glued({public_path, ";", path}));
            spellings.push_back(path + "%2f" + public_path.substr(1));
        }
        std::string loud = path;
        for (char& letter : loud) {
            letter = letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
        }
        spellings.push_back(loud);
        for (const std::string& spelling : spellings) {
            const RawAnswer answer =
                answer_to(glued({method, " ", spelling}), "Content-Length: 0\r\n");
            ++asked;
            EXPECT_TRUE(answer.status == 400 || answer.status == 401 || answer.status == 404 ||
                        answer.status == 405 || answer.status == 421)
                << method << ' ' << spelling << ' ' << answer.status << answer.body;
        }
        for (const char* fields :
             {"X-Original-URL: /livez\r\n", "X-Rewrite-URL: /livez\r\n",
              "X-HTTP-Method-Override: GET\r\n", "X-Forwarded-For: 127.0.0.1\r\n",
              "User-Agent: oa\r\nX-Forwarded-Host: localhost\r\n"}) {
            EXPECT_EQ(
                answer_to(glued({method, " ", path}), fields + std::string("Content-Length: 0\r\n"))
                    .status,
                401)
                << method << ' ' << path << ' ' << fields;
        }
    }
    EXPECT_EQ(files(), before);
    std::printf("%zu operations, %zu spellings without a token: none gets in\n", closed.size(),
                asked);
}

// What a token has opened ends with it, on each kind of connection that stays open.
TEST_F(AttackTest, WhatATokenOpenedEndsWithinFiveSecondsOfItsEnd) {
    folder.write("workflows/long.yaml", "tasks:\n  - sleep: 1h\n");
    start({}, {{"OA_LEGACY_API", "true"}});
    const std::string id(
        ask("POST", "/api/v1/workflows/long/runs", "{}").json().at("id").as_string());
    const json::object made =
        ask("POST", "/api/v1/tokens", R"({"name": "watcher", "scopes": ["read"]})").json();
    const std::string fields = "Host: localhost:" + std::to_string(port) + "\r\n" +
                               bearer(std::string(made.at("token").as_string()));
    const std::string upgrade =
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const std::vector<std::string> requests{
        "GET /api/v1/events HTTP/1.1\r\n" + fields + upgrade + "\r\n",
        "GET /ws/long HTTP/1.1\r\n" + fields + upgrade + "\r\n",
        "GET /api/v1/runs/" + id + "/events HTTP/1.1\r\n" + fields +
            "Accept: text/event-stream\r\n\r\n",
        "GET /api/v1/runs/" + id + "/logs?follow HTTP/1.1\r\n" + fields + "\r\n"};
    std::vector<RawClient> clients;
    for (const std::string& request : requests) {
        clients.emplace_back(port);
        clients.back().send(request);
        const std::string head = clients.back().read_to("\r\n\r\n");
        EXPECT_TRUE(head.starts_with("HTTP/1.1 101") || head.starts_with("HTTP/1.1 200")) << head;
    }
    const auto revoked = std::chrono::steady_clock::now();
    EXPECT_EQ(ask("DELETE", "/api/v1/tokens/" + std::string(made.at("id").as_string())).status,
              204);
    for (std::size_t i = 0; i < clients.size(); ++i) {
        // A frame that closes with 1008 and a reason, or the last chunk.
        const std::string end = i < 2 ? "\x03\xf0" : "0\r\n\r\n";
        const std::string rest = clients[i].read_to(end);
        const auto took = std::chrono::steady_clock::now() - revoked;
        EXPECT_TRUE(rest.ends_with(end)) << requests[i] << "is still open: " << rest;
        EXPECT_LT(took, std::chrono::seconds(5)) << requests[i];
        std::printf("ended after %lld ms\n",
                    static_cast<long long>(
                        std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
    }
}

// A page elsewhere, in the browser of somebody who is signed in, and tokens where they end in logs.
TEST_F(AttackTest, NoWebSocketOpensForAPageElsewhereOrATokenInAnAddress) {
    start_all();
    const std::string upgrade =
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const std::string own = "http://localhost:" + std::to_string(port);
    const std::string sent = "{\"token\": \"" + token + "\"}";
    const RawAnswer signed_in =
        answer_to("POST /api/v1/session",
                  "Origin: " + own + "\r\nContent-Type: application/json\r\n" +
                      "Content-Length: " + std::to_string(sent.size()) + "\r\n",
                  sent);
    ASSERT_EQ(signed_in.status, 201) << signed_in.body;
    const std::string set = signed_in.fields.at("set-cookie");
    const std::string cookie = "Cookie: " + set.substr(0, set.find(';')) + "\r\n";
    for (const std::string path : {"/api/v1/events", "/ws/hello"}) {
        const std::string line = "GET " + path;
        EXPECT_EQ(answer_to(line, upgrade + cookie + "Origin: http://evil.example\r\n").status,
                  403);
        EXPECT_EQ(answer_to(line, upgrade + cookie + "Origin: null\r\n").status, 403);
        EXPECT_EQ(answer_to(line, upgrade + cookie).status, 403);
        EXPECT_EQ(answer_to(line, upgrade).status, 401);
        for (const std::string name : {"token", "access_token", "Authorization"}) {
            EXPECT_EQ(answer_to(glued({line, "?", name, "=", token}), upgrade).status, 401);
        }
        EXPECT_EQ(answer_to(line, glued({upgrade, cookie, "Origin: ", own, "\r\n"})).status, 101);
    }
}

// There is no page of this host, so browsers are told to run, frame and guess nothing, and pages of
// others are not told that they may read.
TEST_F(AttackTest, NoAnswerCanBeRunByABrowser) {
    start_all();
    const std::string script = "<script>alert(1)</script>";
    const Answer ended = ask("POST", "/api/v1/workflows/hello/runs?wait=20s",
                             R"({"inputs": {"who": ")" + script + "\"}}");
    ASSERT_EQ(ended.status, 200) << ended.body;
    const std::string id(ended.json().at("id").as_string());
    std::vector<std::pair<std::string, std::string>> requests{
        {"GET /api/v1/" + percent_encoded(script), bearer(token)},
        {"GET /api/v1/runs?" + percent_encoded(script) + "=" + percent_encoded(script),
         bearer(token)},
        {"GET /api/v1/runs", bearer(script)},
        {"GET /api/v1/runs", "Origin: http://evil.example\r\n" + bearer(token)},
        {"GET /api/v1/runs", "Origin: null\r\n" + bearer(token)},
        {"OPTIONS /api/v1/runs",
         "Origin: http://evil.example\r\n"
         "Access-Control-Request-Method: GET\r\n"
         "Access-Control-Request-Headers: authorization\r\n"},
        {"GET /" + script, bearer(token)}};
    for (const Operation& operation : operations()) {
        if (operation.method == "GET" && operation.id != "openEvents") {
            requests.emplace_back("GET " + operation.with("run", id, "hello"), bearer(token));
            requests.emplace_back("GET " + operation.filled(percent_encoded(script, true)),
                                  bearer(token));
        }
    }
    for (const auto& [line, fields] : requests) {
        const RawAnswer answer = answer_to(line, fields);
        ASSERT_NE(answer.status, 0) << line;
        const auto field = [&answer = answer](const std::string& name) {
            const auto found = answer.fields.find(name);
            return found == answer.fields.end() ? std::string() : found->second;
        };
        EXPECT_EQ(field("x-content-type-options"), "nosniff") << line;
        EXPECT_EQ(field("x-frame-options"), "DENY") << line;
        EXPECT_EQ(field("content-security-policy").rfind("default-src 'none';", 0), 0U) << line;
        const std::string type = field("content-type");
        EXPECT_TRUE(answer.body.empty() || type.rfind("application/json", 0) == 0 ||
                    type.rfind("application/problem+json", 0) == 0 ||
                    type.rfind("text/plain", 0) == 0)
            << line << ' ' << type;
        for (const auto& [name, value] : answer.fields) {
            EXPECT_FALSE(name.starts_with("access-control-")) << line << ' ' << name << value;
        }
    }
}

// A guess of the wallet's password is dear to the host: there are few of them, and one at a time.
TEST_F(AttackTest, PasswordsOfTheWalletAreNotGuessedOneAfterTheOther) {
    const std::string right = "correct horse battery";
    const std::map<std::string, std::string> wallet{
        {"OA_WALLET_FILE", folder.at("wallet")},
        {"OA_WALLET_PASSWORD_FILE", private_file("password", right + "\n")}};
    ASSERT_EQ(oa({"wallet", "create"}, {.environment = wallet}).exit_status, 0);
    start({}, wallet);
    const auto unlock = [this](const std::string& password) {
        return ask("POST", "/api/v1/wallet/unlock", "{\"password\": \"" + password + "\"}");
    };
    std::atomic<int> tried{0};
    std::atomic<int> others{0};
    std::vector<std::thread> guessers(8);
    for (std::thread& guesser : guessers) {
        guesser = std::thread([&] {
            for (int i = 0; i < 3; ++i) {
                const int status = unlock("wrong").status;
                tried += status == 403 ? 1 : 0;
                others += status == 403 || status == 429 ? 0 : 1;
            }
        });
    }
    for (std::thread& guesser : guessers) {
        guesser.join();
    }
    EXPECT_EQ(others, 0);
    Answer last;
    while (tried <= 10 && (last = unlock("wrong")).status == 403) {
        ++tried;
    }
    EXPECT_LE(tried, 10);
    EXPECT_EQ(last.status, 429) << last.body;
    EXPECT_TRUE(last.head.has("Retry-After"));
    EXPECT_EQ(unlock(right).status, 429) << "who guesses would learn that it is the right one";
}

// Bytes that hardly are JSON, and JSON that is too much.
TEST_F(AttackTest, NoJsonIsTooMuch) {
    start_all();
    std::string members;
    for (int i = 0; i < 60'000; ++i) {
        members += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":1";
    }
    const std::string deep(500'000, '[');
    const std::string inputs = R"({"inputs": {"who": )";
    const std::vector<std::string> bodies{deep,
                                          deep + std::string(500'000, ']'),
                                          inputs + deep,
                                          R"({"inputs": {)" + members + "}}",
                                          R"({"inputs": {}, "inputs": {}})",
                                          R"({"inputs": {"who": "a", "\u0077ho": "b"}})",
                                          inputs + "NaN}}",
                                          inputs + "Infinity}}",
                                          inputs + "1e999999999}}",
                                          inputs + std::string(100'000, '9') + "}}",
                                          inputs + "0x10}}",
                                          inputs + "01}}",
                                          inputs + "'a'}}",
                                          inputs + "\"\xff\"}}",
                                          inputs + "\"\xc0\xaf\"}}",
                                          inputs + "\"\xed\xa0\x80\"}}",
                                          inputs + R"("\ud800"}})",
                                          inputs + "\"a\nb\"}}",
                                          inputs + "\"\\x41\"}}",
                                          inputs + "\"a\"}} {}",
                                          inputs + "\"a\",}}",
                                          inputs + "\"a\" /* no */}}",
                                          "\xef\xbb\xbf{}",
                                          std::string("{}\0", 3),
                                          std::string("\xff\xfe{\0}\0", 6),
                                          "null",
                                          "[]",
                                          "\"inputs\"",
                                          "{",
                                          std::string((1U << 20U) + 1, ' ')};
    for (const std::string& body : bodies) {
        const Answer answer = ask("POST", "/api/v1/workflows/hello/runs", body);
        EXPECT_TRUE(answer.status == 400 || answer.status == 413 || answer.status == 422)
            << body.substr(0, 60) << ' ' << answer.status << answer.body;
        EXPECT_LT(answer.body.size(), 200'000U) << body.substr(0, 60);
    }
    EXPECT_EQ(runs(), 1U);
}

}  // namespace
}  // namespace oa::test
