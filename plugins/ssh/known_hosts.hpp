#pragma once

#include <string>
#include <string_view>

#include <libssh2.h>

#include "target.hpp"

namespace oa::ssh {

/// The kinds of keys to ask the server for, the best first: those that are known of it, so that it
/// is not taken for a stranger because it has a key of another kind as well.
[[nodiscard]] std::string known_key_types(LIBSSH2_SESSION* session, const Target& target);

/// Compares the server's key with what is known of it; writes a new one down where the target says
/// so. `type` is one of LIBSSH2_HOSTKEY_TYPE_*. Throws Error UNAUTHENTICATED for another key, and
/// for an unknown host unless it is to be accepted.
void require_known(LIBSSH2_SESSION* session, const Target& target, std::string_view key, int type);

/// "SHA256:..." as ssh-keygen -l prints it.
[[nodiscard]] std::string fingerprint_of(std::string_view key);

}  // namespace oa::ssh
