#pragma once

#include <chrono>
#include <csignal>
#include <stdexcept>

#include "tests/cli/cli_test.hpp"

namespace oa::test {

/// Runs that are kept in a store, and the hosts that work on them.
struct RunsTest : CliTest {
    std::string data = folder.at("data");
    // Hosts of other tests have sockets, too.
    std::string runtime = folder.at("runtime");

    [[nodiscard]] std::vector<std::string> with_data(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--data", data});
        return arguments;
    }
    [[nodiscard]] Subprocess::Options environment() const {
        Subprocess::Options options;
        options.patience = std::chrono::minutes{2};
        options.environment = {{"OA_RUNTIME_FOLDER", runtime}};
        return options;
    }
    [[nodiscard]] ProcessResult runs(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "runs");
        return oa(with_data(std::move(arguments)), environment());
    }
    [[nodiscard]] ProcessResult run(const std::string& text) const {
        return oa(with_data({"run", folder.write("w.yaml", text)}), environment());
    }
    /// A program that goes on beside the test, and ends with it.
    struct Host : Subprocess {
        using Subprocess::Subprocess;

        void await(const std::string& text) {
            if (!wait_for(text)) {
                throw std::runtime_error("it ended without saying '" + text + "':\n" + said());
            }
        }
        void kill() {
            signal(SIGKILL);
            static_cast<void>(wait());
        }
    };
    [[nodiscard]] std::vector<std::string> run_command(const std::string& text) const {
        return command(with_data({"run", folder.write("w.yaml", text)}));
    }
    [[nodiscard]] std::vector<std::string> runs_command(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "runs");
        return command(with_data(std::move(arguments)));
    }
    /// Starts a run and kills its host once it has said something.
    void kill_after(const std::string& text, const std::string& said) const {
        Host host(run_command(text), environment());
        host.await(said);
        host.kill();
    }
    [[nodiscard]] boost::json::object last() const {
        return json(runs({"show", "last", "--json"}));
    }
    static std::string status(const boost::json::object& run) {
        return std::string(run.at("run").at("status").as_string());
    }
};

inline constexpr const char* waits_for_approval =
    "name: deploy\n"
    "inputs: {who: {default: ada}}\n"
    "tasks:\n"
    "  - {name: first, utils.print: {text: \"for ${inputs.who}\"}}\n"
    "  - {name: ask, approval: {message: \"Deploy for ${inputs.who}?\"}}\n"
    "  - {name: then, utils.print: {text: \"by ${tasks.ask.output.by}\"}}\n";

}  // namespace oa::test
