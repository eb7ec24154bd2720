#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "host/http/http_server.hpp"
#include "tests/host/http/box.hpp"

namespace oa::test {

/// Answers each request with what it was, "POST /path body", and remembers all of them; a test can
/// put its own way of admitting or handling in the place of that.
class EchoApplication final : public host::HttpApplication {
public:
    [[nodiscard]] host::HttpAdmission admit(const host::HttpRequest& head) override {
        return on_admit ? on_admit(head) : host::HttpAdmission{};
    }
    void handle(std::shared_ptr<host::HttpExchange> exchange) override {
        {
            const std::lock_guard lock(mutex_);
            seen_.push_back(line_of(exchange->request()));
        }
        if (on_handle) {
            on_handle(std::move(exchange));
        } else {
            exchange->respond({.body = line_of(exchange->request())});
        }
    }
    [[nodiscard]] host::HttpResponse refusal(int status,
                                             std::string_view detail,
                                             const host::HttpRequest&) override {
        return {.status = status, .body = std::string(detail)};
    }
    void answered(const host::HttpRequest&,
                  int status,
                  std::size_t,
                  std::chrono::nanoseconds) noexcept override {
        answered_.put(status);
    }

    [[nodiscard]] static std::string line_of(const host::HttpRequest& request) {
        return request.method + " " + request.target +
               (request.body.empty() ? "" : " " + request.body);
    }
    [[nodiscard]] std::vector<std::string> seen() const {
        const std::lock_guard lock(mutex_);
        return seen_;
    }
    /// Statuses of answers, one after the other, once they are told.
    [[nodiscard]] Box<int>& answered() { return answered_; }

    // Set before the server is there.
    std::function<host::HttpAdmission(const host::HttpRequest&)> on_admit;
    std::function<void(std::shared_ptr<host::HttpExchange>)> on_handle;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> seen_;
    Box<int> answered_;
};

/// On a free port of 127.0.0.1.
[[nodiscard]] inline host::HttpServerSettings local_settings() {
    host::HttpServerSettings settings;
    settings.addresses = {{"127.0.0.1", 0}};
    settings.workers_max = 4;
    return settings;
}

[[nodiscard]] inline int port_of(const host::HttpServer& server) {
    return server.addresses().front().port;
}

}  // namespace oa::test
