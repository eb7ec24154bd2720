#pragma once

#include "oa/plugin.hpp"
#include "rows.hpp"

namespace oa::database {

/// Parameters `path`, `format` (by the name of the file where it is missing), `delimiter`, `header`
/// and `null_text`.
[[nodiscard]] FileOptions file_options(Call& call);

}  // namespace oa::database
