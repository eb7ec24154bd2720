#pragma once

#include <any>
#include <atomic>
#include <memory>
#include <string_view>

#include "host/http/connection.hpp"
#include "host/http/http_exchange.hpp"
#include "host/http/refusal.hpp"

namespace oa::host::http {

/// A request of a connection. Thread safe. `body_share` is taken over.
class Exchange final : public HttpExchange {
public:
    Exchange(std::shared_ptr<ServerCore> core,
             std::shared_ptr<Connection> connection,
             AnswerPlan plan,
             HttpRequest request,
             BodyShare& body_share,
             std::any context);
    ~Exchange() override;

    /// Has the application handle it; what that throws is answered 500.
    static void handle(std::shared_ptr<Exchange> exchange) noexcept;
    /// Answers in the application's place, if it has not.
    void refuse(const Refusal& refusal);

    [[nodiscard]] const HttpRequest& request() const override { return request_; }
    [[nodiscard]] const std::any& context() const override { return context_; }
    void respond(HttpResponse response) override;
    [[nodiscard]] std::shared_ptr<HttpStream> stream(HttpResponse head) override;
    [[nodiscard]] std::shared_ptr<WebSocket> upgrade(WebSocketListener listener,
                                                     std::string_view protocol) override;
    void on_gone(std::function<void()> call) override;

private:
    [[nodiscard]] bool check(const HttpResponse& response);

    const std::shared_ptr<ServerCore> core_;
    const std::shared_ptr<Connection> connection_;
    const AnswerPlan plan_;
    const HttpRequest request_;
    BodyShare body_share_;  // what it counts is request_.body
    const std::any context_;
    std::atomic<bool> is_answered_{false};
};

}  // namespace oa::host::http
