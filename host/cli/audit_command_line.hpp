#pragma once

#include <memory>
#include <optional>

#include "host/cli/options.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the name is the library's
class App;
}

namespace oa::host {

/// `oa audit ...`: declares the commands, then tells which of them was typed.
class AuditCommandLine {
public:
    explicit AuditCommandLine(CLI::App& app);
    ~AuditCommandLine();
    AuditCommandLine(const AuditCommandLine&) = delete;
    AuditCommandLine& operator=(const AuditCommandLine&) = delete;

    /// The command that was typed, after the arguments have been parsed.
    [[nodiscard]] std::optional<AuditOptions> parsed();

private:
    struct Commands;
    std::unique_ptr<Commands> commands_;
};

}  // namespace oa::host
