#pragma once

#include <string>
#include <vector>

namespace oa::test {

/// What one function does to the process that runs it, in words: what is in the left column of the
/// table in docs/isolation.md.
struct InsideReport {
    bool dead = false;  ///< the process did not live to tell
    std::string words;
};

/// Runs a function of the fixture `hostile_inside` in a process of its own that plays the host,
/// within that process. `params` is a JSON object. `stray` is what processes call themselves that
/// the function leaves behind.
[[nodiscard]] InsideReport run_inside(const std::string& function,
                                      const std::string& params,
                                      const std::string& stray = "");

/// That process: main() goes here when its first argument is "--inside".
int inside_main(const std::vector<std::string>& arguments);

}  // namespace oa::test
