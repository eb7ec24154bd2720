#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace oa::host {

struct DevSettings {
    std::filesystem::path folder = ".";
    /// The arguments with which this program tries a plug-in that was built.
    std::function<std::vector<std::string>(const std::filesystem::path& plugin)> trial;
    bool once = false;
    bool colours = false;
};

/// How a project is built.
struct ProjectBuild {
    std::vector<std::vector<std::string>> commands;  ///< run in the project's folder, in order
    std::filesystem::path output;                    ///< where the plug-in appears
};

/// By what the folder has: CMakeLists.txt, build.sh, Makefile or Cargo.toml. Nothing for any other.
[[nodiscard]] std::optional<ProjectBuild> find_build(const std::filesystem::path& folder);

/// The plug-in that was built last; empty when there is none.
[[nodiscard]] std::filesystem::path newest_plugin(const std::filesystem::path& folder);

enum class DevEnd { Ok, Failed, NoProject, Interrupted };

/// Builds and tries a project, then again whenever a source changes, until SIGINT or SIGTERM.
/// Changes that follow each other closely count as one. Blocks those signals on this thread
/// meanwhile. Throws std::system_error when the system has no watches or processes left.
[[nodiscard]] DevEnd develop(const DevSettings& settings,
                             std::ostream& out,
                             std::ostream& problems);

}  // namespace oa::host
