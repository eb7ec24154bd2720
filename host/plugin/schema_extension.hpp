#pragma once

#include "host/plugin/host_table.hpp"

namespace oa::host {

/// "oa.schema/1" of sdk/include/oa/schema.h: the validator of the core, for plug-ins.
[[nodiscard]] HostExtension schema_extension();

}  // namespace oa::host
