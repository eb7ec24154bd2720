#include "host/http/web_socket_strand.hpp"

#include <exception>
#include <utility>

#include "host/http/server_core.hpp"

namespace oa::host::http {
namespace {

constexpr std::size_t texts_max = 256;
constexpr std::size_t bytes_max = 256U << 10U;
constexpr int texts_a_turn = 64;  // before other work has its turn

void call(ServerLog& log, const std::function<void()>& callback) noexcept {
    try {
        callback();
    } catch (const std::exception& error) {
        log.say(ServerLog::Kind::HandlerFailed, LogLevel::Error,
                "the listener of a WebSocket has failed", error.what());
    } catch (...) {
        log.say(ServerLog::Kind::HandlerFailed, LogLevel::Error,
                "the listener of a WebSocket has failed", "an exception of no known type");
    }
}

}  // namespace

WebSocketStrand::WebSocketStrand(std::shared_ptr<ServerCore> core,
                                 WebSocketListener listener,
                                 std::function<void()> on_room)
    : core_(std::move(core)), listener_(std::move(listener)), on_room_(std::move(on_room)) {}

bool WebSocketStrand::is_full() const {
    const std::lock_guard lock(mutex_);
    return texts_.size() >= texts_max || bytes_ >= bytes_max;
}

// With the lock held.
void WebSocketStrand::start() {
    if (!is_running_) {
        is_running_ = true;
        core_->workers.submit_call([self = shared_from_this()] { self->run(); });
    }
}

void WebSocketStrand::post(std::string text) {
    const std::lock_guard lock(mutex_);
    bytes_ += text.size();
    texts_.push_back(std::move(text));
    start();
}

void WebSocketStrand::end() {
    const std::lock_guard lock(mutex_);
    is_ended_ = true;
    start();
}

void WebSocketStrand::tell(std::string text) {
    if (listener_.on_text) {
        call(core_->log, [&] { listener_.on_text(std::move(text)); });
    }
}

void WebSocketStrand::run() {
    std::unique_lock lock(mutex_);
    for (int i = 0; i < texts_a_turn && !texts_.empty(); ++i) {
        const bool was_full = texts_.size() >= texts_max || bytes_ >= bytes_max;
        std::string text = std::move(texts_.front());
        texts_.pop_front();
        bytes_ -= text.size();
        const bool has_room = was_full && texts_.size() < texts_max && bytes_ < bytes_max;
        lock.unlock();
        tell(std::move(text));
        if (has_room) {
            on_room_();
        }
        lock.lock();
    }
    is_running_ = false;
    if (!texts_.empty()) {
        start();
        return;
    }
    if (is_ended_ && !std::exchange(has_told_end_, true)) {
        // What the listener holds goes with it, and it may hold the socket.
        const WebSocketListener listener = std::exchange(listener_, {});
        const std::function<void()> on_room = std::exchange(on_room_, nullptr);
        lock.unlock();
        if (listener.on_closed) {
            call(core_->log, listener.on_closed);
        }
    }
}

}  // namespace oa::host::http
