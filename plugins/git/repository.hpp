#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "access.hpp"
#include "oa/call.hpp"
#include "plugins/common/command.hpp"

namespace oa::git {

/// The end of one git command.
struct Outcome {
    int exit_code = 0;
    std::string output;      ///< standard output
    std::string errors;      ///< standard error, without credentials
    bool truncated = false;  ///< whether output is not all of it

    [[nodiscard]] bool good() const { return exit_code == 0; }
};

/// Runs git, for one call of a function: its limit of time holds for all its commands together.
/// No hook runs, nobody is asked for anything, and messages are English.
class Git {
public:
    /// Reads timeout.
    Git(Call& call, std::chrono::milliseconds timeout_default);

    /// For all the commands that follow.
    void use(const Access& access);
    void use_folder(std::string folder) { folder_ = std::move(folder); }
    void set(std::string name, std::string value) {
        variables_.emplace_back(std::move(name), std::move(value));
    }

    /// Whatever its exit code is. Throws CANCELLED, DEADLINE, and NOT_FOUND where there is no git.
    [[nodiscard]] Outcome run(std::vector<std::string> arguments,
                              std::string input = "",
                              std::size_t output_max = common::output_most);
    /// The output of a command that has to succeed and whose output has to be whole. Throws what
    /// failure_of() makes of anything else.
    std::string must(std::vector<std::string> arguments, std::string input = "");
    /// The first line of the output; empty where the command fails.
    [[nodiscard]] std::string line(std::vector<std::string> arguments);

private:
    Call& call_;
    std::chrono::milliseconds limit_;
    std::chrono::steady_clock::time_point deadline_;
    std::string folder_;
    Settings settings_;
    std::vector<std::pair<std::string, std::string>> variables_;
};

/// A Git that works in the repository that `path` names. Throws NOT_FOUND where there is none.
[[nodiscard]] Git repository_param(Call& call, std::chrono::milliseconds timeout_default);
/// The same for a folder that the call names in another way; `parameter` is for messages.
[[nodiscard]] Git open_repository(Call& call,
                                  const std::string& path,
                                  const std::string& parameter,
                                  std::chrono::milliseconds timeout_default);

/// The hash that HEAD names; null before the first commit.
[[nodiscard]] Json head_of(Git& git);
/// The branch that is checked out; null where HEAD is no branch.
[[nodiscard]] Json current_branch(Git& git);
/// The address of a remote. Throws NOT_FOUND.
[[nodiscard]] std::string remote_url(Git& git, const std::string& remote);

/// The parts of a text between NUL bytes.
[[nodiscard]] std::vector<std::string> split_fields(std::string_view text);
/// The lines that are not empty.
[[nodiscard]] std::vector<std::string> split_lines(std::string_view text);

}  // namespace oa::git
