#pragma once

#include "host/api/api_call.hpp"
#include "host/api/live_routes.hpp"

namespace oa::host {

/// Makes a WebSocket of the call, over which a client listens to as many runs and workflows as it
/// likes. All messages are JSON objects with a `type`.
///
/// From the client:
/// * {"type": "subscribe", "id": "a", "run": ID, "after": 17}: the events of a run, from the record
///   after that one on; without `after` from the first one
/// * {"type": "subscribe", "id": "a", "workflow": NAME, "epoch": "...", "after": 4711}: of all
/// runs,
///   or of those of a workflow, from now on; with `epoch` and `after`, from the event after the one
///   of that sequence number
/// * {"type": "unsubscribe", "id": "a"}
/// * {"type": "ping"}, which is answered by {"type": "pong"}
///
/// From the host:
/// * {"type": "hello", "epoch": "...", "sequence": 4711}, first
/// * {"type": "subscribed", "id": "a"}, {"type": "unsubscribed", "id": "a"}
/// * {"type": "event", "id": "a", "sequence": 4712, "event": {...}}; `sequence` is left out of what
///   comes from the store
/// * {"type": "gap", "id": "a"}: events are missing from here on; ask for what there is, and
///   subscribe anew
/// * {"type": "error", "id": "a", "code": "...", "message": "..."}: a message is not understood, or
///   there is no such run; the socket stays open
void open_event_socket(const std::shared_ptr<ApiCall>& call, const LiveRoutes& services);

}  // namespace oa::host
