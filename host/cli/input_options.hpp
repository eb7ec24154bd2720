#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the name is the library's
class App;
}

namespace oa::host {

/// --input NAME=VALUE and --inputs FILE.json, for given_inputs().
void add_inputs(CLI::App& app,
                std::vector<std::pair<std::string, std::string>>& inputs,
                std::optional<std::string>& file);

}  // namespace oa::host
