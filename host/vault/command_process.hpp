#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "core/secret/secret.hpp"

namespace oa::host::vault {

/// A program and all that it gets.
struct CommandPlan {
    std::string program;                   ///< a path
    std::vector<std::string> arguments;    ///< the first one is what the program is called
    std::vector<std::string> environment;  ///< "NAME=value", all of it
    std::chrono::milliseconds timeout{};
    std::size_t output_bytes_max = 0;
};

/// How it ended.
struct CommandResult {
    enum class End { Exited, Signalled, TookTooLong, WroteTooMuch };
    End end = End::Exited;
    int status = 0;         ///< exit status, or the number of the signal
    core::Secret output;    ///< of standard output
    std::string complaint;  ///< the first line of standard error, fit to be shown
};

/// Runs a program to its end, in a session of its own: without a terminal, standard input empty, no
/// descriptors but 0, 1 and 2, signals as they are at the start. When it ends, or takes too long or
/// writes too much, what is left of its process group is killed. Output goes to the memory of
/// secrets alone. Throws std::runtime_error when it cannot be started. Thread safe.
[[nodiscard]] CommandResult run_command(const CommandPlan& plan);

}  // namespace oa::host::vault
