#pragma once

#include <memory>
#include <optional>

#include "host/cli/options.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the name is the library's
class App;
class Option;
}  // namespace CLI

namespace oa::host {

/// --server and --ca. Gives the first.
CLI::Option* add_server(CLI::App& app, ServerChoice& choice);
/// Which lines, and whether to go on.
void add_log_options(CLI::App& app, RunsOptions& options);

/// `oa login`, `logout`, `start`, `logs` and `events`: declares the commands, then tells which of
/// them was typed.
class ClientCommandLine {
public:
    explicit ClientCommandLine(CLI::App& app);
    ~ClientCommandLine();
    ClientCommandLine(const ClientCommandLine&) = delete;
    ClientCommandLine& operator=(const ClientCommandLine&) = delete;

    /// The command that was typed, after the arguments have been parsed.
    [[nodiscard]] std::optional<Command> parsed();

private:
    struct Commands;
    std::unique_ptr<Commands> commands_;
};

}  // namespace oa::host
