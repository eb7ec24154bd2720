#pragma once

#include <string_view>

namespace oa::core {

// The parts of the language schema that do not depend on modules, as JSON. "markdownDescription"
// stands for both descriptions.

/// The keys of a document: {"name": ..., ...}.
[[nodiscard]] std::string_view document_key_schemas();
/// The keys of a task but `module` and `function`.
[[nodiscard]] std::string_view task_key_schemas();
/// What both refer to as "#/definitions/...".
[[nodiscard]] std::string_view shared_schemas();

}  // namespace oa::core
