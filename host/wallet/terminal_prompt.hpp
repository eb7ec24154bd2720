#pragma once

#include <filesystem>
#include <string>

#include "core/secret/secret.hpp"

namespace oa::host {

/// Asks for a line on the terminal, whatever standard input and output are, without showing what is
/// typed. The terminal is as it was when this returns or throws, and also when a signal ends the
/// process meanwhile: SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGTSTP do what they would do, but after
/// that. For the only thread of a process. Throws WalletError when there is no terminal, when the
/// input ends and when a signal comes that does not end the process.
[[nodiscard]] core::Secret prompt_secret(const std::string& question,
                                         const std::filesystem::path& terminal = "/dev/tty");

/// Asks twice, until both answers are the same; throws WalletError after three times, and for an
/// empty answer.
[[nodiscard]] core::Secret prompt_new_secret(const std::string& question,
                                             const std::string& again,
                                             const std::filesystem::path& terminal = "/dev/tty");

}  // namespace oa::host
