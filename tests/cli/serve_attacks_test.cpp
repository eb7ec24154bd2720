// Attacks on a whole service: the real program, asked by whom it must not believe. What comes of
// each is in docs/attacks.md.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "tests/cli/attack_requests.hpp"
#include "tests/cli/serve_fixture.hpp"
#include "tests/support/raw_client.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* canary = "canary-60721934";
constexpr const char* some_document = "tasks:\n  - name: a\n    utils.noop: {}\n";

/// What is opened, made, changed or removed in a folder, but for what may be.
class FolderWatch {
public:
    FolderWatch(const std::string& folder, std::set<std::string> expected)
        : descriptor_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)), expected_(std::move(expected)) {
        EXPECT_GE(::inotify_add_watch(descriptor_, folder.c_str(), IN_ALL_EVENTS), 0);
    }
    ~FolderWatch() { ::close(descriptor_); }
    FolderWatch(const FolderWatch&) = delete;
    FolderWatch& operator=(const FolderWatch&) = delete;

    [[nodiscard]] std::set<std::string> touched() const {
        std::set<std::string> names;
        alignas(inotify_event) std::array<char, 65'536> buffer{};
        for (;;) {
            const ssize_t size = ::read(descriptor_, buffer.data(), buffer.size());
            if (size <= 0) {
                return names;
            }
            for (const char* at = buffer.data(); at < buffer.data() + size;) {
                // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): inotify(7)
                const auto* event = reinterpret_cast<const inotify_event*>(at);
                const std::string name =
                    event->len > 0 ? static_cast<const char*>(event->name) : "";
                if ((event->mask & IN_Q_OVERFLOW) != 0) {
                    names.insert("too much to be told");
                } else if (!name.empty() && expected_.count(name) == 0) {
                    names.insert(name);
                }
                at += sizeof(inotify_event) + event->len;
            }
        }
    }

private:
    int descriptor_;
    std::set<std::string> expected_;
};

struct AttackTest : ServeTest {
    std::string run;  ///< one that has ended

    AttackTest() {
        folder.write("outside.yaml", std::string("# ") + canary + "\n" + some_document);
    }

    /// With all that there is to attack, and a run.
    void start_all() {
        start({"--log-level", "warn"}, {{"OA_LEGACY_API", "true"}});
        const Answer ended = ask("POST", "/api/v1/workflows/hello/runs?wait=20s", "{}");
        ASSERT_EQ(ended.status, 200) << ended.body;
        run = ended.json().at("id").as_string();
    }
    [[nodiscard]] std::vector<Operation> operations() const {
        return operations_of(get("/api/v1/openapi.json"));
    }
    [[nodiscard]] static std::string body_for(const Operation& operation) {
        if (operation.body_type == "application/yaml") {
            return some_document;
        }
        return operation.body_type == "application/json" ? "{}" : "a=b";
    }
    /// With these fields and no token.
    [[nodiscard]] RawAnswer answer_to(const std::string& request_line,
                                      const std::string& fields,
                                      const std::string& body = "") const {
        RawClient client(port);
        client.send(request_line + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port) + "\r\n" +
                    fields + "\r\n" + body);
        return client.answer(request_line.starts_with("HEAD ")).value_or(RawAnswer{});
    }
    [[nodiscard]] std::string bearer(const std::string& text) const {
        return "Authorization: Bearer " + text + "\r\n";
    }
    [[nodiscard]] std::map<std::string, std::string> files() const {
        std::map<std::string, std::string> found;
        for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
            const std::string name = entry.path().lexically_relative(folder.path()).string();
            if (entry.is_regular_file() && !name.starts_with("data/")) {
                found[name] = folder.read(name);
            }
        }
        return found;
    }
    [[nodiscard]] std::size_t runs() const {
        return get("/api/v1/runs").at("runs").as_array().size();
    }
};

// Every route that takes a name, every method of it, every name, every spelling.
TEST_F(AttackTest, NoNameInAPathLeadsAnywhere) {
    start_all();
    const auto before = files();
    const FolderWatch watch(folder.path().string(), {"data", "workflows"});
    const std::vector<std::string> segments = hostile_segments();
    std::size_t asked = 0;
    for (const Operation& operation : operations()) {
        for (const std::string& variable : operation.variables()) {
            for (const std::string& segment : segments) {
                const std::string target =
                    operation.with(variable, segment, variable == "task" ? run : "hello");
                const Answer answer = ask(operation.method, target,
                                          operation.body_type.empty() ? "" : body_for(operation),
                                          operation.body_type);
                ++asked;
                EXPECT_TRUE(answer.status >= 400 && answer.status < 500)
                    << operation.method << ' ' << target << ' ' << answer.status << answer.body;
                EXPECT_EQ(answer.body.find(canary), std::string::npos) << target;
                EXPECT_EQ(answer.body.find("root:"), std::string::npos) << target;
                EXPECT_FALSE(answer.head.has("X-Evil")) << target;
            }
        }
    }
    EXPECT_EQ(watch.touched(), std::set<std::string>());
    EXPECT_EQ(files(), before);
    EXPECT_EQ(runs(), 1U);
    std::printf("%zu spellings, %zu requests: none leads anywhere\n", segments.size(), asked);
}

// The names that do not stand in a path.
TEST_F(AttackTest, NoNameInABodyLeadsAnywhere) {
    start_all();
    auto before = files();
    const auto is_plain = [](const std::string& name) {
        return name.size() < 256 && std::isalnum(static_cast<unsigned char>(name[0])) != 0 &&
               name == percent_encoded(name);
    };
    const FolderWatch watch(folder.path().string(), {"data", "workflows"});
    for (const std::string& name : hostile_names()) {
        const std::string quoted = json::serialize(json::value(name));
        const auto refused = [&](const Answer& answer) {
            EXPECT_TRUE(answer.status >= 400 && answer.status < 500)
                << name << ' ' << answer.status << answer.body;
            EXPECT_EQ(answer.body.find(canary), std::string::npos) << name;
        };
        refused(ask("POST", "/api/v1/workflows", "name: " + quoted + "\n" + some_document,
                    "application/yaml"));
        const Answer copied = ask("POST", "/api/v1/backup", "{\"file\": " + quoted + "}");
        EXPECT_EQ(copied.status, is_plain(name) ? 201 : 422) << name << copied.body;
        refused(ask("GET", "/execute?WORKFLOW=" + percent_encoded(name)));
        refused(ask("POST", "/execute", "{\"WORKFLOW\": " + quoted + "}"));
        refused(ask("POST", "/api/wallet/load",
                    "wallet_file=" + percent_encoded(name) + "&master_password=x",
                    "application/x-www-form-urlencoded"));
        // Of a file that is sent, browsers tell the name with or without its folder: that of the
        // folder does not count.
        const std::string file = "/api/workflows/upload";
        const Answer sent =
            ask("POST", file,
                "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=" + quoted +
                    "\r\n\r\n" + some_document + "\r\n--b--\r\n",
                "multipart/form-data; boundary=b");
        EXPECT_LT(sent.status, 500) << name << sent.body;
    }
    EXPECT_EQ(watch.touched(), std::set<std::string>());
    for (const auto& [name, text] : files()) {
        EXPECT_TRUE(name.starts_with("workflows/") || before[name] == text) << name;
    }
    EXPECT_FALSE(fs::exists(folder.path() / "data/outside.yaml"));
}

// A document is told the same of all files elsewhere, and reads none of them.
TEST_F(AttackTest, NoDocumentReadsFilesElsewhere) {
    start_all();
    const FolderWatch watch(folder.path().string(), {"data", "workflows"});
    for (const std::string& name :
         {std::string("../outside"), std::string("../nothing"), folder.at("outside.yaml"),
          folder.at("nothing.yaml"), std::string("/etc/passwd"), std::string("/etc/nothing")}) {
        const std::string document = "name: reader\ntasks:\n  - name: a\n    workflow: " +
                                     json::serialize(json::value(name)) + "\n";
        const Answer checked =
            ask("POST", "/api/v1/workflows/validate", document, "application/yaml");
        ASSERT_EQ(checked.status, 200) << checked.body;
        EXPECT_FALSE(checked.json().at("valid").as_bool()) << checked.body;
        EXPECT_NE(checked.body.find("leads out of the folder"), std::string::npos) << checked.body;
        EXPECT_EQ(ask("POST", "/api/v1/workflows", document, "application/yaml").status, 422);
    }
    EXPECT_EQ(watch.touched(), std::set<std::string>());
}

// What the type of a body says decides how it is read, before anything looks into it.
TEST_F(AttackTest, NoRouteReadsABodyOfAnotherType) {
    start_all();
    const auto before = files();
    const std::string path = folder.at("outside.yaml");
    const std::string object = R"({"filepath": ")" + path + R"(", "path": ")" + path +
                               R"(", "files": {"file": {"filepath": ")" + path +
                               R"(", "originalFilename": "a.yaml"}}})";
    const std::string parts =
        "--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n" + path + "\r\n--b--\r\n";
    const std::vector<std::pair<std::string, std::string>> bodies{
        {"application/json", object},
        {"application/json; charset=utf-16", object},
        {"text/json", object},
        {"text/plain", object},
        {"application/x-www-form-urlencoded", "filepath=" + path},
        {"multipart/form-data; boundary=b", parts},
        {"multipart/form-data", parts},
        {"multipart/mixed; boundary=b", parts},
        {"application/yaml", "filepath: " + path + "\n"},
        {"application/octet-stream", object},
        {"application/xml", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file://" + path + "\">]><a>&b;</a>"},
        {"text/html", "<p>"},
        {"x", object}};
    const auto family = [](const std::string& type) { return type.substr(0, type.find(';')); };
    std::size_t asked = 0;
    for (const Operation& operation : operations()) {
        for (const auto& [type, body] : bodies) {
            const std::string target = operation.filled("hello");
            const Answer answer = ask(operation.method, target, body, type);
            ++asked;
            const std::string what = operation.method + ' ' + target + ' ' + type + ' ' +
                                     std::to_string(answer.status) + answer.body;
            EXPECT_EQ(answer.body.find(canary), std::string::npos) << what;
            if (operation.body_type.empty()) {
                EXPECT_EQ(answer.status, 413) << what;
            } else if (family(type) != operation.body_type) {
                EXPECT_EQ(answer.status, 415) << what;
            } else {
                EXPECT_TRUE((answer.status >= 400 && answer.status < 500) ||
                            operation.id == "validateWorkflow")
                    << what;
            }
        }
    }
    EXPECT_EQ(files(), before);
    EXPECT_EQ(runs(), 1U);
    std::printf("%zu types, %zu requests: as declared\n", bodies.size(), asked);
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
            spellings.push_back(public_path + "/.." + path);
            spellings.push_back(public_path + "/%2e%2e" + path);
            spellings.push_back(public_path + "%2f.." + path);
            spellings.push_back(public_path + ";" + path);
            spellings.push_back(path + "%2f" + public_path.substr(1));
        }
        std::string loud = path;
        for (char& letter : loud) {
            letter = letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
        }
        spellings.push_back(loud);
        for (const std::string& spelling : spellings) {
            const RawAnswer answer = answer_to(method + " " + spelling, "Content-Length: 0\r\n");
            ++asked;
            EXPECT_TRUE(answer.status == 400 || answer.status == 401 || answer.status == 404 ||
                        answer.status == 405 || answer.status == 421)
                << method << ' ' << spelling << ' ' << answer.status << answer.body;
        }
        for (const char* fields :
             {"X-Original-URL: /livez\r\n", "X-Rewrite-URL: /livez\r\n",
              "X-HTTP-Method-Override: GET\r\n", "X-Forwarded-For: 127.0.0.1\r\n",
              "User-Agent: oa\r\nX-Forwarded-Host: localhost\r\n"}) {
            EXPECT_EQ(answer_to(method + " " + path, fields + std::string("Content-Length: 0\r\n"))
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
            EXPECT_EQ(answer_to(line + "?" + name + "=" + token, upgrade).status, 401);
        }
        EXPECT_EQ(answer_to(line, upgrade + cookie + "Origin: " + own + "\r\n").status, 101);
    }
}

// Filters, orders and cursors are values: they find nothing, or are told to be wrong.
TEST_F(AttackTest, NoFilterFindsMoreThanItSays) {
    start_all();
    const std::set<std::string> narrow{"workflow", "trigger", "key", "parent", "retry_of"};
    std::size_t asked = 0;
    for (const Operation& operation : operations()) {
        for (const std::string& name : operation.query) {
            if (operation.method != "GET" || operation.id == "legacyExecute") {
                continue;
            }
            const std::string path = operation.with("run", run, "hello");
            for (const std::string& value : hostile_filters()) {
                const Answer answer = ask("GET", path + "?" + name + "=" + percent_encoded(value));
                ++asked;
                EXPECT_TRUE(answer.status == 200 || answer.status == 400 || answer.status == 404 ||
                            answer.status == 422)
                    << path << ' ' << name << ' ' << value << ' ' << answer.status << answer.body;
                EXPECT_EQ(answer.body.find("CREATE TABLE"), std::string::npos) << value;
                if (operation.id == "listRuns" && answer.status == 200 && narrow.count(name) > 0) {
                    EXPECT_TRUE(answer.json().at("runs").as_array().empty())
                        << name << ' ' << value;
                }
            }
            // What there is no parameter for is not quietly left out.
            EXPECT_EQ(ask("GET", path + "?" + name + "x=1").status, 400) << path;
        }
    }
    EXPECT_EQ(runs(), 1U);
    EXPECT_EQ(get("/api/v1/tokens").at("tokens").as_array().size(), 1U);
    EXPECT_FALSE(fs::exists("/tmp/oa-attack"));
    stop();
    const ProcessResult checked = oa({"store", "check", "--data", folder.at("data")});
    EXPECT_EQ(checked.exit_status, 0) << checked.out << checked.err;
    std::printf("%zu filters: none finds more\n", asked);
}

// A value is what it is: no name of a file, no address, no template, wherever it comes from and
// however often it is handed on.
TEST_F(AttackTest, WhatATextSaysIsNeverDone) {
    std::string
        written;  // the same texts in the document, as far as they are no placeholders there
    for (const std::string& text : tempting_texts()) {
        if (text.find("${") == std::string::npos && text.find("$<") == std::string::npos) {
            written += (written.empty() ? "" : ", ") + json::serialize(json::value(text));
        }
    }
    folder.write(
        "workflows/texts.yaml",
        "inputs:\n  texts: {type: array, required: true}\n  who: {type: string, default: x}\n"
        "tasks:\n  - name: keep\n    utils.set: {value: \"${inputs.texts}\"}\n"
        "  - name: join\n    utils.print: {text: \"a ${tasks.keep.output} b\"}\n"
        "  - name: written\n    utils.set: {value: [" +
            written +
            "]}\n"
            "outputs:\n  kept: tasks.keep.output\n  written: tasks.written.output\n"
            "  joined: \"${tasks.keep.output.join('|')}\"\n");
    start({}, {{"LC_ALL", "C"}});
    json::array texts;
    std::string joined;
    for (const std::string& text : tempting_texts()) {
        joined += (texts.empty() ? "" : "|") + text;
        texts.emplace_back(text);
    }
    const Answer ended = ask("POST", "/api/v1/workflows/texts/runs?wait=20s",
                             json::serialize(json::object{{"inputs", {{"texts", texts}}}}));
    ASSERT_EQ(ended.status, 200) << ended.body;
    ASSERT_EQ(ended.json().at("status").as_string(), "succeeded") << ended.body;
    EXPECT_EQ(ended.json().at("outputs").at("kept"), texts);
    EXPECT_EQ(ended.json().at("outputs").at("written"), json::parse("[" + written + "]"));
    EXPECT_EQ(ended.json().at("outputs").at("joined").as_string(), joined);
    for (const char* tag : {"!include /etc/passwd", "!!python/object/apply:os.system [id]",
                            "!<tag:example,2026:x> y"}) {
        const Answer refused =
            ask("POST", "/api/v1/workflows/validate",
                "tasks:\n  - name: a\n    utils.set: {value: " + std::string(tag) + "}\n",
                "application/yaml");
        EXPECT_FALSE(refused.json().at("valid").as_bool()) << tag << refused.body;
    }
}

// What tasks say is one line of the log each, whatever it is, for people and for programs.
TEST_F(AttackTest, NoTaskWritesALineOfAnother) {
    folder.write("workflows/liar.yaml",
                 "inputs:\n  text: {type: string, required: true}\n"
                 "tasks:\n  - name: say\n    utils.print: {text: \"${inputs.text}\"}\n");
    start({}, {{"OA_LOG_FORMAT", "json"}, {"OA_AUDIT_FILE", folder.at("audit.log")}});
    const std::string text =
        "\n{\"level\":\"error\",\"message\":\"forged-4711\"}\r\x1b]52;c;aGk=\x07\x1b["
        "2J\xe2\x80\xae\n";
    const Answer ended = ask("POST", "/api/v1/workflows/liar/runs?wait=20s",
                             json::serialize(json::object{{"inputs", {{"text", text}}}}));
    ASSERT_EQ(ended.json().at("status").as_string(), "succeeded") << ended.body;
    const std::string id(ended.json().at("id").as_string());
    const std::string lines = ask("GET", "/api/v1/runs/" + id + "/logs").body;
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1) << lines;
    EXPECT_EQ(lines.find('\x1b'), std::string::npos);
    EXPECT_EQ(lines.find("\xe2\x80\xae"), std::string::npos);
    EXPECT_EQ(answer_to("GET /api/v1/%1b%5b2J%0aforged-4711", bearer(token)).status, 400);
    EXPECT_EQ(answer_to("GET /api/v1/%0d%0aforged-4711", bearer(token)).status, 400);
    const ProcessResult stopped = stop();
    for (const std::string& written : {stopped.err, folder.read("audit.log")}) {
        std::istringstream log(written);
        for (std::string line; std::getline(log, line);) {
            EXPECT_EQ(line.rfind("{\"level\":\"error\"", 0), std::string::npos) << line;
            EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
        }
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
    std::vector<std::thread> guessers;
    for (int guesser = 0; guesser < 8; ++guesser) {
        guessers.emplace_back([&] {
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
