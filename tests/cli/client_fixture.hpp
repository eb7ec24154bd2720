#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/cli/serve_fixture.hpp"

namespace oa::test {

/// The command line as a client of `oa serve`: the real program on both sides, over the loopback.
struct ClientTest : ServeTest {
    ClientTest() {
        folder.write("workflows/ask.yaml",
                     "tasks:\n  - name: gate\n    approval: {message: \"Go on?\", timeout: 1h}\n"
                     "  - name: after\n    utils.print:\n      text: went on\n");
        folder.write("workflows/fail.yaml",
                     "tasks:\n  - name: bad\n    utils.fail:\n      message: out of paper\n");
        folder.write("workflows/typed.yaml",
                     "inputs:\n  count: {type: integer, required: true}\n"
                     "  name: {type: string, default: x}\n"
                     "tasks:\n  - name: say\n    utils.print:\n      text: ${inputs.name}\n"
                     "outputs:\n  count: ${inputs.count}\n  name: ${inputs.name}\n");
    }

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port); }
    [[nodiscard]] std::string login_file() const { return folder.at("config/oa/server.json"); }

    /// The environment of somebody who has not logged in.
    [[nodiscard]] Subprocess::Options somebody(std::map<std::string, std::string> more = {}) const {
        Subprocess::Options options;
        options.patience = std::chrono::minutes(2);
        options.environment = std::move(more);
        options.environment["XDG_CONFIG_HOME"] = folder.at("config");
        return options;
    }
    [[nodiscard]] Subprocess::Options with_token() const {
        return somebody({{"OA_SERVER", url()}, {"OA_TOKEN", token}});
    }
    [[nodiscard]] ProcessResult client(std::vector<std::string> arguments) const {
        return oa(std::move(arguments), with_token());
    }
    /// Starts a run and gives its id.
    [[nodiscard]] std::string started(const std::string& workflow) const {
        const ProcessResult result = client({"start", workflow});
        EXPECT_EQ(result.exit_status, 0) << result.err;
        EXPECT_EQ(result.out.size(), 27U) << result.out;
        return result.out.substr(0, 26);
    }
    /// Until the run waits for its approval.
    void wait_for_approval(const std::string& run) const {
        Subprocess events(command({"events", "--run", run}), with_token());
        ASSERT_TRUE(events.wait_for("task.waiting gate")) << events.said();
    }
};

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace oa::test
