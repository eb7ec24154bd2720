#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/mail_server.hpp"
#include "tests/support/recording_server.hpp"
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
    [[nodiscard]] std::string url(const std::string& path) const { return base + path; }
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
    [[nodiscard]] std::vector<Json> requests() const {
        std::vector<Json> out;
        for (const std::string& request : server.requests()) {
            out.push_back(Json::parse(request));
        }
        return out;
    }
    [[nodiscard]] Json last_body() const {
        return Json::parse(requests().back()["body"].as_string());
    }
    Reply post(const std::string& function, Json params) {
        params["ca_file"] = certificate.file;
        return run(function, params);
    }

    RecordingServer server{folder, certificate};
    std::string base = server.url("");
};

/// With the server of mail_server.py.
struct MailTest : NotifyTest {
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
    [[nodiscard]] Json mail(int number) const {
        const std::string text = server.mail(number);
        EXPECT_NE(text, "") << "the server has not got mail " << number;
        return text.empty() ? Json() : Json::parse(text);
    }

    MailServer server{folder, certificate};
    int starttls_port = server.starttls_port;
    int tls_port = server.tls_port;
    int plain_port = server.plain_port;
};

}  // namespace oa::test
