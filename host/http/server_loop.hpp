#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <Poco/Net/Context.h>

#include "host/http/connection.hpp"
#include "host/http/listener.hpp"
#include "host/http/server_core.hpp"
#include "host/http/timer_queue.hpp"

namespace oa::host::http {

/// The one thread that serves all connections. run() is for that thread; the rest is thread safe.
class ServerLoop {
public:
    ServerLoop(std::shared_ptr<ServerCore> core,
               std::vector<Listener> listeners,
               Poco::Net::Context::Ptr context);

    /// Until all is over after stop().
    void run();
    /// For connections that are accepted from now on.
    void use_context(Poco::Net::Context::Ptr context);
    /// With less time than a call before, that time holds.
    void stop(std::chrono::milliseconds grace);

private:
    using TimePoint = Connection::TimePoint;
    struct Entry {
        std::shared_ptr<Connection> connection;
        Poller::Interest interest;  // that the poller knows
    };

    void turn();
    [[nodiscard]] std::optional<std::chrono::milliseconds> patience() const;
    void run_timers(TimePoint now);
    void attend_all(TimePoint now);
    /// After anything that happened to a connection: what is waited for now, or its end.
    void settle(std::uint64_t id, TimePoint now);
    void remove(std::uint64_t id);

    // server_loop_accept.cpp
    void watch_listeners();
    void accept_some(const Listener& listener, TimePoint now);
    void take_on(const AcceptedSocket& socket, TimePoint now);
    void no_descriptors(const Listener& listener, int error, TimePoint now);
    void pause_accepting(TimePoint now);
    [[nodiscard]] bool is_surplus(const std::string& peer) const;

    // server_loop_stop.cpp
    void start_stopping(TimePoint now);
    void go_on_stopping(TimePoint now);
    void stop_all(Connection::StopStep step, TimePoint now);
    [[nodiscard]] bool is_busy() const;

    const std::shared_ptr<ServerCore> core_;
    std::vector<Listener> listeners_;
    SpareDescriptor spare_;
    std::unordered_map<std::uint64_t, Entry> connections_;
    std::unordered_map<std::string, std::size_t> peers_;  // connections of each
    std::size_t surplus_ = 0;                             // of the connections
    TimerQueue timers_;
    std::uint64_t next_id_ = 0;
    TimePoint accept_again_{};  // while accepting is paused
    bool accepting_ = true;

    mutable std::mutex mutex_;  // holds these two
    Poco::Net::Context::Ptr context_;
    TimePoint stop_at_ = TimePoint::max();  // when the grace is over

    enum class Stop { No, Grace, Closing };
    Stop stop_ = Stop::No;
    TimePoint closing_until_{};
    bool is_over_ = false;
};

}  // namespace oa::host::http
