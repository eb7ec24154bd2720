#pragma once

namespace oa::host::isolation::worker {

/// Serves the host over the socket `control`: forks workers, is their parent and that of everything
/// which outlives them, and tells the host how they end. Returns the exit status once the host has
/// closed its end; by then every worker is gone. Throws std::system_error when it cannot start and
/// ProtocolError when the host does not speak the protocol.
[[nodiscard]] int run_zygote(int control);

}  // namespace oa::host::isolation::worker
