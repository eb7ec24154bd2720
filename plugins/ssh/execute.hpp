#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plugins/common/output_capture.hpp"
#include "session.hpp"

namespace oa::ssh {

struct ExecutePlan {
    std::string command;  ///< for the user's shell on the other side
    std::vector<std::pair<std::string, std::string>> environment;
    bool terminal = false;
    std::string input;
    std::string input_file;  ///< in place of input; a path on this side
};

struct ExecuteEnd {
    int exit_code = 0;
    std::string signal;  ///< "KILL"; empty: it ended by itself
};

/// Runs a command on the other side, to its end. Throws Error.
[[nodiscard]] ExecuteEnd execute(Session& session,
                                 const ExecutePlan& plan,
                                 common::OutputCapture& output,
                                 common::OutputCapture& errors);

}  // namespace oa::ssh
