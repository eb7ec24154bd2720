#pragma once

#include <memory>
#include <optional>

#include "host/cli/options.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the name is the library's
class App;
}

namespace oa::host {

/// Options by which a command finds and opens a wallet. `file` is the name of the option that names
/// it: --wallet where the command is about something else, --file in `oa wallet`.
void add_wallet_access(CLI::App& app,
                       const char* file,
                       const char* description,
                       WalletAccess& access);

/// `oa wallet ...`: declares the commands, then tells which of them was typed.
class WalletCommandLine {
public:
    explicit WalletCommandLine(CLI::App& app);
    ~WalletCommandLine();
    WalletCommandLine(const WalletCommandLine&) = delete;
    WalletCommandLine& operator=(const WalletCommandLine&) = delete;

    /// The command that was typed, after the arguments have been parsed.
    [[nodiscard]] std::optional<WalletOptions> parsed();

private:
    class Commands;
    std::unique_ptr<Commands> commands_;
};

}  // namespace oa::host
