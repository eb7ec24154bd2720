#pragma once

namespace oa::ssh {

class Session;

/// Logs the user of the session's target in: by the key that is given, the agent, the keys in
/// ~/.ssh where nothing is given, the password. Throws Error UNAUTHENTICATED with what was tried.
void log_in(Session& session);

}  // namespace oa::ssh
