#pragma once

#include <oa/plugin.hpp>
#include <oa/schema.hpp>

namespace oa::json {

/// The host's validator for the parameter `schema`; a text is read as JSON. INVALID_PARAMS.
[[nodiscard]] Schema compiled_schema(Call& call);

}  // namespace oa::json
