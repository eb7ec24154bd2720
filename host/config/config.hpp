#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/duration.hpp"
#include "host/log/logger.hpp"

namespace oa::host {

/// What an operator can set, from the file `oa.yaml` and the environment. Flags of the command line
/// come on top.
struct Config {
    std::string file;  ///< the file that was read; empty when there is none
    std::vector<std::filesystem::path> plugins_from_environment;  ///< OA_PLUGINS, separated by ':'
    std::vector<std::filesystem::path>
        plugins;  ///< `plugins:` of the file; relative to the file's folder
    LogLevel log_level = LogLevel::Info;
    LogFormat log_format = LogFormat::Text;
    std::optional<std::uint32_t> max_parallel;
    std::uint32_t max_tasks = 10'000;         ///< of one document
    std::uint32_t max_document_mib = 4;       ///< size of one document
    core::Milliseconds cancel_grace{10'000};  ///< from asking a task to stop to giving up on it
};

struct ConfigResult {
    Config config;
    core::Diagnostics diagnostics;  ///< errors in the file or the environment
};

/// Reads an environment variable.
using GetEnvironment = std::function<std::optional<std::string>(const std::string&)>;

/// The file is `explicit_file`, else OA_CONFIG, else the first that exists of
/// $XDG_CONFIG_HOME/oa/oa.yaml (~/.config/oa/oa.yaml) and /etc/oa/oa.yaml. One that is named must
/// exist. Then the environment variables that docs/command-line.md lists.
[[nodiscard]] ConfigResult read_config(const std::optional<std::filesystem::path>& explicit_file,
                                       const GetEnvironment& environment);

}  // namespace oa::host
