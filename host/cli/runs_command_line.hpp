#pragma once

#include <memory>
#include <optional>

#include "host/cli/options.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the name is the library's
class App;
}

namespace oa::host {

/// `oa runs ...`: declares the commands, then tells which of them was typed.
class RunsCommandLine {
public:
    explicit RunsCommandLine(CLI::App& app);
    ~RunsCommandLine();
    RunsCommandLine(const RunsCommandLine&) = delete;
    RunsCommandLine& operator=(const RunsCommandLine&) = delete;

    /// The command that was typed, after the arguments have been parsed.
    [[nodiscard]] std::optional<RunsOptions> parsed();

private:
    class Commands;
    std::unique_ptr<Commands> commands_;
};

}  // namespace oa::host
