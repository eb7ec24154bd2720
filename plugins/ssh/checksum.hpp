#pragma once

#include <string>

#include "session.hpp"

namespace oa::ssh {

/// SHA-256 of a file on this side, in hex. Throws Error.
[[nodiscard]] std::string local_checksum(const std::string& path, const Stopper& stopper);

/// SHA-256 of a file on the other side, by the program sha256sum there. Throws Error UNIMPLEMENTED
/// where the server runs no commands or has no such program.
[[nodiscard]] std::string remote_checksum(Call& call, Session& session, const std::string& path);

/// Throws Error UNAVAILABLE when they differ.
void require_same(const std::string& local, const std::string& remote, const std::string& path);

}  // namespace oa::ssh
