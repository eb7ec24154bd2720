#pragma once

#include "core/workflow/reading.hpp"

namespace oa::core {

/// Checks all expressions of a workflow that has been read, when those that its tasks run have been
/// read too: that what they name is there where they stand, that it can be there by then, and that
/// the types fit as far as they are known.
void check_expressions(Reading& reading);

}  // namespace oa::core
