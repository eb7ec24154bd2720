#pragma once

#include <memory>
#include <optional>

#include "host/cli/options.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the name is the library's
class App;
}

namespace oa::host {

/// `oa store ...`: declares the commands, then tells which of them was typed.
class StoreCommandLine {
public:
    explicit StoreCommandLine(CLI::App& app);
    ~StoreCommandLine();
    StoreCommandLine(const StoreCommandLine&) = delete;
    StoreCommandLine& operator=(const StoreCommandLine&) = delete;

    /// The command that was typed, after the arguments have been parsed.
    [[nodiscard]] std::optional<StoreOptions> parsed();

private:
    class Commands;
    std::unique_ptr<Commands> commands_;
};

}  // namespace oa::host
