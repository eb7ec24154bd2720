#pragma once

#include <string>

#include "oa/error.hpp"
#include "repository.hpp"

namespace oa::git {

/// What a failed command means. git tells it by words alone, which are always English here. `what`
/// is "git push".
[[nodiscard]] Error failure_of(const std::string& what, const Outcome& outcome);

}  // namespace oa::git
