#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oa/call.hpp"

// Parameters that become arguments of git. None of them can be taken for an option: what begins
// with '-' is refused, whatever stands before it.

namespace oa::git {

/// The name of a branch, tag or remote; empty where it is missing. Throws INVALID_PARAMS for what
/// no reference may be called, so that it cannot be a refspec or a range either.
[[nodiscard]] std::string name_param(Call& call, std::string_view name);
/// The same for a parameter that the operation needs.
[[nodiscard]] std::string required_name(Call& call, std::string_view name);
/// Anything that names a commit: a hash, a reference, HEAD~2. Empty where it is missing.
[[nodiscard]] std::string revision_param(Call& call, std::string_view name);
/// Files and folders below the repository.
[[nodiscard]] std::vector<std::string> paths_param(Call& call);
/// A text without NUL bytes; empty where it is missing.
[[nodiscard]] std::string text_param(Call& call, std::string_view name);

}  // namespace oa::git
