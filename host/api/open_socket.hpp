#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include <boost/json/object.hpp>

#include "host/api/api_call.hpp"
#include "host/api/open_answers.hpp"

namespace oa::host {

/// What all WebSockets of the API have: they end with what their client was let in by, and when the
/// host stops. Thread safe, but for what a class made from it adds.
class OpenSocket : public OpenAnswer, public std::enable_shared_from_this<OpenSocket> {
public:
    using IsValid = std::function<bool(const Caller& caller)>;

    /// False: the request was none for a WebSocket, and has been answered.
    bool open(HttpExchange& exchange);
    bool tick(std::chrono::steady_clock::time_point now) final;
    void close() final;

protected:
    OpenSocket(Caller caller, IsValid is_valid);

    /// It is open; by the thread of open().
    virtual void opened(WebSocket& socket) = 0;
    /// A message has come.
    virtual void take(WebSocket& socket, const std::string& text) = 0;
    /// From time to time, by the thread of all open answers.
    virtual void tend(WebSocket& /*socket*/) {}
    /// It is closed: time to let go of what refers to it.
    virtual void closed() = 0;

    static void send(WebSocket& socket, const boost::json::object& message);
    /// Null: it is closed.
    [[nodiscard]] std::shared_ptr<WebSocket> socket() const;

private:
    void end();

    Caller caller_;
    IsValid is_valid_;
    std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
    mutable std::mutex mutex_;
    std::shared_ptr<WebSocket> socket_;
    bool is_closed_ = false;
};

}  // namespace oa::host
