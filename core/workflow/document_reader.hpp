#pragma once

#include <cstddef>

#include "core/workflow/reading.hpp"

namespace oa::core {

/// Reads a whole document into `reading.workflow`, whose `file` is given. What depends on other
/// documents, and on names that only the whole document tells, is left to be checked.
void read_document(Reading& reading, const YamlNode& root, std::size_t tasks_max);

}  // namespace oa::core
