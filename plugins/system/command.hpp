#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "oa/plugin.hpp"
#include "process.hpp"

namespace oa::system {

inline constexpr std::size_t output_default = std::size_t{256} * 1024;
inline constexpr std::size_t output_most = std::size_t{4} * 1024 * 1024;

/// What a task asks for.
struct Command {
    std::vector<std::string> arguments;  ///< the program first
    /// On top of the host's environment; nothing as a value takes a variable away.
    std::vector<std::pair<std::string, std::optional<std::string>>> environment;
    bool clean_environment = false;
    std::string folder;
    std::string input;
    std::string input_file;  ///< in place of input
    std::optional<std::chrono::milliseconds> timeout;
    std::size_t output_max = output_default;  ///< of each stream
    bool log = true;
};

struct CommandResult {
    struct Stream {
        std::string text;
        std::string last_line;
        std::uint64_t size = 0;  ///< bytes that were written
        bool truncated = false;
    };

    ProcessEnd end;
    Stream output;
    Stream errors;
    std::chrono::milliseconds elapsed{0};
};

/// Runs it to its end, or until its time is over or the call is cancelled. Throws oa::Error when it
/// cannot be started.
[[nodiscard]] CommandResult run_command(Call& call, const Command& command);

/// The parameters that run, script and service have in common.
[[nodiscard]] Command command_params(Call& call);

/// exit_code, signal, stdout, stderr ...
[[nodiscard]] Json output_of(const CommandResult& result);

/// Throws what became of a command, unless it ended by itself with one of these codes. `what` names
/// it in the message.
void require_success(const CommandResult& result,
                     const std::vector<std::int64_t>& accepted,
                     const std::string& what,
                     const Command& command);

/// A parameter that is a text without NUL bytes.
[[nodiscard]] std::string plain_text(Call& call, std::string_view name, std::string fallback = "");

/// The lines that `oa::Json` holds as texts, numbers or booleans, as arguments of a program.
[[nodiscard]] std::vector<std::string> arguments_param(Call& call, std::string_view name);

}  // namespace oa::system
