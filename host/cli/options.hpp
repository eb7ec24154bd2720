#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "host/log/logger.hpp"

namespace oa::host {

/// What was typed. Every command is one of the structs below; options that every command takes
/// stand in GlobalOptions.
struct GlobalOptions {
    std::optional<std::filesystem::path> config_file;
    std::vector<std::filesystem::path> plugins;
    std::optional<LogLevel> log_level;
    std::optional<LogFormat> log_format;
};

struct RunOptions {
    std::string file;                                         ///< "-": standard input
    std::vector<std::pair<std::string, std::string>> inputs;  ///< --input name=text, in order
    std::optional<std::string> inputs_file;  ///< a JSON object; "-": standard input
    bool json = false;
    bool dry_run = false;
    std::optional<std::uint32_t> max_parallel;
};

struct ValidateOptions {
    std::vector<std::string> files;
    bool json = false;
};

enum class GraphFormat { Text, Mermaid, Dot, Json };

struct GraphOptions {
    std::string file;
    GraphFormat format = GraphFormat::Text;
};

struct PluginListOptions {
    bool json = false;
};

struct PluginDescribeOptions {
    std::string name;
    bool json = false;
};

struct VersionOptions {
    bool json = false;
};

using Command = std::variant<RunOptions,
                             ValidateOptions,
                             GraphOptions,
                             PluginListOptions,
                             PluginDescribeOptions,
                             VersionOptions>;

struct CommandLine {
    GlobalOptions global;
    Command command;
};

/// Exit statuses of the program.
enum class ExitStatus : int {
    Ok = 0,
    RunFailed = 1,
    Usage = 2,  ///< also: file not found
    InvalidWorkflow = 3,
    PluginTrouble = 4,
    Interrupted = 130,
};

/// Reads the arguments. Prints help, version or what is wrong itself; then there is no command,
/// only the status to exit with.
[[nodiscard]] std::variant<CommandLine, ExitStatus> parse_command_line(int argc,
                                                                       const char* const* argv);

}  // namespace oa::host
