#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "host/http/http_exchange.hpp"

namespace oa::host::http {

class ServerCore;

/// Tells a listener what its WebSocket brings: by workers, one thing at a time, in order. Thread
/// safe.
class WebSocketStrand final : public std::enable_shared_from_this<WebSocketStrand> {
public:
    /// `on_room`: called when it is no longer full, by a worker.
    WebSocketStrand(std::shared_ptr<ServerCore> core,
                    WebSocketListener listener,
                    std::function<void()> on_room);

    void post(std::string text);
    /// Nothing will come any more.
    void end();
    /// No more should be read until the listener has caught up.
    [[nodiscard]] bool is_full() const;

private:
    void start();
    void run();
    void tell(std::string text);

    const std::shared_ptr<ServerCore> core_;
    mutable std::mutex mutex_;
    WebSocketListener listener_;
    std::function<void()> on_room_;
    std::deque<std::string> texts_;
    std::size_t bytes_ = 0;
    bool is_running_ = false;  // a worker has it, or will
    bool is_ended_ = false;
    bool has_told_end_ = false;
};

}  // namespace oa::host::http
