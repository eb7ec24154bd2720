#pragma once

#include <string>
#include <vector>

#include "oa/json.hpp"
#include "repository.hpp"

namespace oa::git {

/// Runs a `git push --porcelain` and gives what became of each reference: {name, from, status,
/// summary}. Throws CONFLICT where the other side has commits that are not here, PERMISSION where
/// it says no.
[[nodiscard]] Json push_refs(Git& git, std::vector<std::string> arguments);

}  // namespace oa::git
