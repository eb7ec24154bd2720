#pragma once

#include <string_view>

namespace oa::host {

/// Tells whoever started this process how it is (sd_notify(3)): "READY=1". Nothing is told where
/// nobody has asked for it by NOTIFY_SOCKET, or nobody listens.
void tell_service_manager(std::string_view state) noexcept;

}  // namespace oa::host
