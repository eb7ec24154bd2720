#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include "host/client/api_client.hpp"

namespace oa::test {

/// Answers each connection with the next of some texts and closes it, without understanding what
/// was asked. An empty text is no answer.
class ScriptedHost {
public:
    explicit ScriptedHost(std::vector<std::string> answers)
        : answers_(std::move(answers)),
          socket_(Poco::Net::SocketAddress("127.0.0.1", 0)),
          thread_([this] { serve(); }) {}
    ~ScriptedHost() {
        try {  // where not all connections came
            is_over_ = true;
            Poco::Net::StreamSocket last(socket_.address());
        } catch (const Poco::Exception&) {
            // it does not wait for any
        }
        thread_.join();
    }
    ScriptedHost(const ScriptedHost&) = delete;
    ScriptedHost& operator=(const ScriptedHost&) = delete;

    [[nodiscard]] host::client::ServerAccess access() const {
        return {.url = {.secure = false, .host = "127.0.0.1", .port = socket_.address().port()},
                .token = core::Secret("oat_token"),
                .ca_file = {}};
    }
    /// The heads of the requests so far.
    [[nodiscard]] std::vector<std::string> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

    static std::string answer(const std::string& status,
                              const std::string& type,
                              const std::string& body) {
        return "HTTP/1.1 " + status + "\r\nContent-Type: " + type +
               "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body;
    }
    /// An answer that ends with the connection.
    static std::string stream(const std::string& body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" +
               body;
    }

private:
    void serve() {
        for (const std::string& answer : answers_) {
            Poco::Net::StreamSocket client = socket_.acceptConnection();
            if (is_over_) {
                return;
            }
            std::string head;
            char byte = 0;
            while (head.find("\r\n\r\n") == std::string::npos &&
                   client.receiveBytes(&byte, 1) == 1) {
                head += byte;
            }
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(head);
            }
            for (std::size_t sent = 0; sent < answer.size();) {
                sent += static_cast<std::size_t>(
                    client.sendBytes(answer.data() + sent, static_cast<int>(answer.size() - sent)));
            }
            client.shutdownSend();
            while (client.receiveBytes(&byte, 1) > 0) {  // so that nothing is reset
            }
        }
    }

    std::vector<std::string> answers_;
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::atomic<bool> is_over_{false};
    Poco::Net::ServerSocket socket_;
    std::thread thread_;
};

}  // namespace oa::test
