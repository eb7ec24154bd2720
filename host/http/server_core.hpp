#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "host/http/application_gate.hpp"
#include "host/http/body_share.hpp"
#include "host/http/http_server.hpp"
#include "host/http/poller.hpp"
#include "host/http/server_log.hpp"
#include "host/http/worker_threads.hpp"

namespace oa::host::http {

class Connection;

/// What the connections of a server share. It lives on with the last exchange that somebody holds;
/// the application and the logger do not, so both are reached only while the server is there.
class ServerCore {
public:
    struct Counters {
        std::atomic<std::uint64_t> accepted{0};
        std::atomic<std::uint64_t> refused{0};
        std::atomic<std::uint64_t> requests{0};
        std::atomic<std::uint64_t> bad_requests{0};
        std::atomic<std::uint64_t> cut_off{0};
        std::atomic<std::size_t> connections{0};
        std::atomic<std::size_t> streams{0};
        std::atomic<std::size_t> web_sockets{0};
    };

    ServerCore(HttpServerSettings server_settings, HttpApplication& application, Logger* logger);

    /// The loop is to look at a connection. By any thread.
    void attend(std::shared_ptr<Connection> connection);
    /// The loop's thread tells that it is.
    void enter_loop() noexcept { loop_thread_ = std::this_thread::get_id(); }
    [[nodiscard]] std::vector<std::shared_ptr<Connection>> take_attended();
    [[nodiscard]] bool has_attended() const;
    /// The loop has ended: nobody will look any more.
    void close_mailbox();

    /// What the application answers in the server's place, with what such answers need.
    /// What the application has to add to the head of an answer; nothing where it cannot.
    void complete(const HttpRequest& request, HttpFields& fields) noexcept;
    [[nodiscard]] HttpResponse refusal(int status,
                                       std::string_view detail,
                                       const HttpRequest& request) noexcept;
    /// That of the client where it is one, else a new one.
    [[nodiscard]] std::string request_id(const HttpFields& fields);

    const HttpServerSettings settings;
    ApplicationGate gate;
    ServerLog log;
    Poller poller;
    WorkerThreads workers;
    const std::shared_ptr<BodyBudget> body_budget;
    Counters counters;
    std::atomic<bool> stopping{false};

private:
    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<Connection>> attended_;
    bool mailbox_closed_ = false;
    std::atomic<std::thread::id> loop_thread_{};
    const std::uint64_t id_base_;
    std::atomic<std::uint64_t> ids_{0};
};

}  // namespace oa::host::http
