#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "oa/call.hpp"
#include "plugins/common/process.hpp"

namespace oa::common {

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

}  // namespace oa::common
