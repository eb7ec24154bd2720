// How clients are taken on, and what is done when there is no room for them.
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include "host/http/server_loop.hpp"

namespace oa::host::http {
namespace {

constexpr int accepted_a_turn = 64;              // before other connections have theirs
constexpr std::size_t surplus_max = 512;         // that are told why, and not just closed
constexpr std::chrono::milliseconds pause{100};  // when the system has no descriptors or memory

/// What a client gets for whom there is no memory and no descriptor to be kept.
constexpr std::string_view no_room =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    "Connection: close\r\n\r\n";

void turn_away(int descriptor, bool is_plain) {
    if (is_plain) {
        // What has come is read, since closing before would take the answer away.
        std::array<char, 4096> ignored{};
        static_cast<void>(::send(descriptor, no_room.data(), no_room.size(), MSG_NOSIGNAL));
        static_cast<void>(::recv(descriptor, ignored.data(), ignored.size(), 0));
    }
    ::close(descriptor);
}

}  // namespace

void ServerLoop::watch_listeners() {
    accepting_ = true;
    spare_.take();
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
        core_->poller.change(listeners_[i].descriptor(), i + 1, {.read = true});
    }
}

void ServerLoop::pause_accepting(TimePoint now) {
    accepting_ = false;
    accept_again_ = now + pause;
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
        core_->poller.change(listeners_[i].descriptor(), i + 1, {});
    }
}

void ServerLoop::accept_some(const Listener& listener, TimePoint now) {
    for (int i = 0; i < accepted_a_turn && accepting_; ++i) {
        const AcceptedSocket socket = listener.accept();
        if (socket.descriptor >= 0) {
            take_on(socket, now);
        } else if (socket.error == 0) {
            return;
        } else if (socket.error == EMFILE || socket.error == ENFILE || socket.error == ENOBUFS ||
                   socket.error == ENOMEM) {
            no_descriptors(listener, socket.error, now);
        }
        // Any other error is of that one client, which has gone.
    }
}

void ServerLoop::no_descriptors(const Listener& listener, int error, TimePoint now) {
    core_->log.say(ServerLog::Kind::AcceptFailed, LogLevel::Error,
                   "a client cannot be taken on: raise the limit of open files (ulimit -n)",
                   std::strerror(error));
    if (spare_.give()) {
        const AcceptedSocket socket = listener.accept();
        if (socket.descriptor >= 0) {
            ++core_->counters.accepted;
            ++core_->counters.refused;
            turn_away(socket.descriptor, !core_->settings.tls);
        }
        spare_.take();
        if (socket.descriptor >= 0 || socket.error == 0) {
            return;
        }
    }
    pause_accepting(now);
}

bool ServerLoop::is_surplus(const std::string& peer) const {
    if (connections_.size() - surplus_ >= core_->settings.connections_max) {
        return true;
    }
    const auto found = peers_.find(peer);
    return found != peers_.end() && found->second >= core_->settings.connections_per_peer_max;
}

void ServerLoop::take_on(const AcceptedSocket& socket, TimePoint now) {
    ++core_->counters.accepted;
    const auto kind =
        is_surplus(socket.peer) ? Connection::Kind::Surplus : Connection::Kind::Normal;
    if (kind == Connection::Kind::Surplus) {
        ++core_->counters.refused;
        core_->log.say(ServerLog::Kind::Refused, LogLevel::Warn,
                       "a connection was refused: there are too many", socket.peer);
        if (surplus_ >= surplus_max) {
            turn_away(socket.descriptor, !core_->settings.tls);
            return;
        }
    }
    Poco::Net::Context::Ptr context;
    {
        const std::lock_guard lock(mutex_);
        context = context_;
    }
    const std::uint64_t id = next_id_++;
    std::shared_ptr<Connection> connection;
    try {
        connection = std::make_shared<Connection>(core_, Transport(socket.descriptor, context),
                                                  socket.peer, id, kind, now);
        const Poller::Interest interest = connection->interest();
        core_->poller.add(connection->descriptor(), id, interest);
        connections_.emplace(id, Entry{connection, interest});
    } catch (const std::exception& error) {
        core_->log.say(ServerLog::Kind::AcceptFailed, LogLevel::Error,
                       "a client cannot be taken on", error.what());
        if (connection) {
            connection->release();
        }
        return;
    }
    if (kind == Connection::Kind::Surplus) {
        ++surplus_;
    } else {
        ++core_->counters.connections;
        ++peers_[socket.peer];
    }
    // Most clients have sent their request by now.
    connection->on_ready({.id = id, .readable = true}, now);
    settle(id, now);
}

}  // namespace oa::host::http
