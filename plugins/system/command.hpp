#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "oa/plugin.hpp"
#include "plugins/common/command.hpp"

namespace oa::system {

using common::Command;
using common::CommandResult;
using common::Descriptor;
using common::output_default;
using common::output_most;
using common::ProcessEnd;
using common::run_command;
using common::signal_name;

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
