// Attacks on a whole service by names, types of bodies, filters and texts: what a value says is
// never done. What comes of each is in docs/attacks.md.

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/cli/attack_fixture.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

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
    EXPECT_EQ(watch.touched().count("outside.yaml"), 1U) << "it sees what is read, as just now";
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
            const std::string what = glued({operation.method, " ", target, " ", type, " ",
                                            std::to_string(answer.status), answer.body});
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
                const Answer answer =
                    ask("GET", glued({path, "?", name, "=", percent_encoded(value)}));
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
            EXPECT_EQ(ask("GET", glued({path, "?", name, "x=1"})).status, 400) << path;
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

}  // namespace
}  // namespace oa::test
