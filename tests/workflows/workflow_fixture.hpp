#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/cli/cli_test.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/recording_server.hpp"

namespace oa::test {

/// Runs files of workflows/ as a user does: with a home, a wallet, and a server that takes notices
/// in place of Slack and of webhooks. Relative paths in inputs begin in `folder`.
struct WorkflowTest : CliTest {
    WorkflowTest() {
        std::filesystem::create_directories(home());
        EXPECT_EQ(oa({"wallet", "create"}, options()).exit_status, 0);
        secrets({{"slack_webhook", notices.url("/slack/hook")},
                 {"webhook_url", notices.url("/webhook/hook")},
                 {"webhook_secret", "signs-notices"}});
    }

    [[nodiscard]] std::string home() const { return folder.at("home"); }

    [[nodiscard]] Subprocess::Options options() const {
        Subprocess::Options out{.environment = {{"HOME", home()},
                                                {"OA_WALLET_FILE", folder.at("wallet")},
                                                {"OA_WALLET_KEY_FILE", key},
                                                {"SSL_CERT_FILE", certificate.file}},
                                .folder = folder.path().string()};
        out.environment.insert(environment.begin(), environment.end());
        return out;
    }

    /// Puts secrets into the wallet.
    void secrets(const boost::json::object& values) {
        const std::string file = private_file("secrets.json", boost::json::serialize(values));
        const ProcessResult result = oa({"wallet", "import", "--replace", file}, options());
        EXPECT_EQ(result.exit_status, 0) << result.err;
        std::filesystem::remove(file);
    }

    /// The document of `oa run --json workflows/NAME.yaml`, which ends with that exit status.
    boost::json::object run(const std::string& name,
                            const boost::json::object& inputs,
                            int exit_status) {
        const std::string given = folder.write("inputs.json", boost::json::serialize(inputs));
        const ProcessResult result =
            oa({"run", "--json", std::string(OA_SOURCE_DIR) + "/workflows/" + name + ".yaml",
                "--inputs", given},
               options());
        EXPECT_EQ(result.exit_status, exit_status) << result.err << result.out;
        return json(result);
    }

    /// What a run failed with.
    static std::string error(const boost::json::object& document) {
        return std::string(document.at("run").at("error").at("message").as_string());
    }

    /// The notices so far: the text of one to Slack, the whole of one to a webhook.
    [[nodiscard]] std::vector<std::string> told() const {
        std::vector<std::string> out;
        for (const std::string& request : notices.requests()) {
            const boost::json::value seen = core::parse_json(request);
            const std::string body(seen.at("body").as_string());
            out.push_back(seen.at("path") == "/slack/hook"
                              ? std::string(core::parse_json(body).at("text").as_string())
                              : body);
        }
        return out;
    }
    /// The only notice.
    [[nodiscard]] std::string told_once() const {
        const std::vector<std::string> all = told();
        EXPECT_EQ(all.size(), 1U);
        return all.empty() ? std::string() : all.back();
    }

    std::string key = private_file("key", std::string(32, 'k'));
    Certificate certificate{folder};
    TemporaryFolder noticed;
    RecordingServer notices{noticed, certificate};
    std::map<std::string, std::string> environment;
};

/// The text that a value is.
inline std::string text_of(const boost::json::value& value) {
    return std::string(value.as_string());
}

inline bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace oa::test
