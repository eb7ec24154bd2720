#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/http_server_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

using oa::Json;

/// The plug-in, and a certificate for the servers that it talks to.
struct NotifyTest : ::testing::Test {
    Reply run(const std::string& function, const Json& params) {
        Reply reply = plugin.run(function, params);
        for (const auto& line : reply.logs) {
            EXPECT_EQ(line.message.find("geheim"), std::string::npos) << line.message;
        }
        EXPECT_EQ(reply.message.find("geheim"), std::string::npos) << reply.message;
        EXPECT_EQ(joined(reply.violations), "");
        return reply;
    }

    TemporaryFolder folder;
    Certificate certificate{folder};
    PluginHarness plugin{OA_PLUGIN_FILE};
};

/// With the server of recording_server.py in place of the chat services.
struct ChatTest : NotifyTest {
    std::string url(const std::string& path) { return base + path; }
    /// How the server answers what starts with /name/.
    void answer(const std::string& name,
                int status,
                const Json& body,
                Json headers = Json::object()) {
        folder.write(
            name + ".json",
            Json{{"status", status}, {"body", body}, {"headers", std::move(headers)}}.dump());
    }
    /// What was asked so far.
    std::vector<Json> requests() {
        std::vector<Json> out;
        const std::string all = folder.read("requests");
        for (std::size_t at = 0; at < all.size();) {
            const std::size_t end = all.find('\n', at);
            out.push_back(Json::parse(all.substr(at, end - at)));
            at = end + 1;
        }
        return out;
    }
    Json last_body() { return Json::parse(requests().back()["body"].as_string()); }
    Reply post(const std::string& function, Json params) {
        params["ca_file"] = certificate.file;
        return run(function, params);
    }

    ServerProcess server{{"python3", "-I", OA_SOURCE_DIR "/tests/support/recording_server.py",
                          folder.path().string(), certificate.file, certificate.key}};
    std::string base = "https://localhost:" + server.first_line();
};

/// With the server of mail_server.py.
struct MailTest : NotifyTest {
    MailTest() {
        const std::string ports = server.first_line();  // fails without python3-aiosmtpd
        const std::size_t first = ports.find(' ');
        const std::size_t second = ports.find(' ', first + 1);
        starttls_port = std::stoi(ports.substr(0, first));
        tls_port = std::stoi(ports.substr(first + 1, second - first - 1));
        plain_port = std::stoi(ports.substr(second + 1));
    }

    Json params() {
        return {
            {"host", "localhost"},     {"port", starttls_port}, {"ca_file", certificate.file},
            {"username", "ada"},       {"password", "secret"},  {"from", "Ada <ada@example.com>"},
            {"to", "bob@example.com"}, {"subject", "Hello"},    {"text", "Hi Bob"}};
    }
    Reply email(Json changes = Json::object()) {
        Json all = params();
        for (const Json::Member& member : changes.as_object()) {
            all[member.key] = member.value;
        }
        return run("email", all);
    }
    Json mail(int number) {
        const std::string text = folder.read(std::to_string(number) + ".json");
        EXPECT_NE(text, "") << "the server has not got mail " << number;
        return text.empty() ? Json() : Json::parse(text);
    }

    ServerProcess server{{"python3", "-I", OA_SOURCE_DIR "/tests/support/mail_server.py",
                          folder.path().string(), certificate.file, certificate.key}};
    int starttls_port = 0;
    int tls_port = 0;
    int plain_port = 0;
};

}  // namespace oa::test
