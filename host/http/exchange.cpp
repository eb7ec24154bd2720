#include "host/http/exchange.hpp"

#include <exception>
#include <string>
#include <utility>

#include "host/http/response_head.hpp"
#include "host/http/server_core.hpp"
#include "host/http/web_socket_handshake.hpp"

namespace oa::host::http {
namespace {

constexpr Refusal no_answer{500, "the request was left without an answer"};
constexpr Refusal failed{500, "the request could not be handled"};
constexpr Refusal bad_answer{500, "the answer cannot be sent"};

class Stream final : public HttpStream {
public:
    Stream(std::shared_ptr<Connection> connection, std::uint64_t serial)
        : connection_(std::move(connection)), serial_(serial) {}
    ~Stream() override { connection_->abandon_stream(serial_); }

    bool write(std::string_view bytes) override {
        return connection_->write_stream(serial_, bytes);
    }
    void end() override {
        is_ended_ = true;
        connection_->end_stream(serial_);
    }
    [[nodiscard]] std::size_t backlog() const override { return connection_->backlog(serial_); }
    void when_below(std::size_t low, std::function<void()> call) override {
        connection_->when_below(serial_, low, std::move(call));
    }
    void on_gone(std::function<void()> call) override {
        if (!is_ended_) {
            connection_->on_gone(serial_, std::move(call));
        }
    }

private:
    const std::shared_ptr<Connection> connection_;
    const std::uint64_t serial_;
    std::atomic<bool> is_ended_{false};
};

class Socket final : public WebSocket {
public:
    Socket(std::shared_ptr<Connection> connection, std::uint64_t serial)
        : connection_(std::move(connection)), serial_(serial) {}

    bool send(std::string_view text) override { return connection_->send_text(serial_, text); }
    void close(std::uint16_t code, std::string_view reason) override {
        connection_->close_web_socket(serial_, code, reason);
    }
    [[nodiscard]] std::size_t backlog() const override { return connection_->backlog(serial_); }

private:
    const std::shared_ptr<Connection> connection_;
    const std::uint64_t serial_;
};

}  // namespace

Exchange::Exchange(std::shared_ptr<ServerCore> core,
                   std::shared_ptr<Connection> connection,
                   AnswerPlan plan,
                   HttpRequest request,
                   BodyShare& body_share,
                   std::any context)
    : core_(std::move(core)),
      connection_(std::move(connection)),
      plan_(plan),
      request_(std::move(request)),
      body_share_(core_->body_budget),
      context_(std::move(context)) {
    body_share.move_to(body_share_);
}

Exchange::~Exchange() {
    refuse(no_answer);
}

void Exchange::handle(std::shared_ptr<Exchange> exchange) noexcept {
    const auto fail = [&](std::string_view why) {
        exchange->core_->log.say(ServerLog::Kind::HandlerFailed, LogLevel::Error,
                                 "a request could not be handled",
                                 exchange->request_.id + ": " + std::string(why));
        exchange->refuse(failed);
    };
    if (exchange->connection_->is_closed()) {
        return;  // nobody is there any more who wants it done
    }
    try {
        if (const ApplicationGate::Use application(exchange->core_->gate); application) {
            application->handle(exchange);
        }
    } catch (const std::exception& error) {
        fail(error.what());
    } catch (...) {
        fail("an exception of no known type");
    }
}

void Exchange::refuse(const Refusal& refusal) {
    if (!is_answered_.exchange(true)) {
        connection_->respond(plan_, request_,
                             core_->refusal(refusal.status, refusal.detail, request_));
    }
}

bool Exchange::check(const HttpResponse& response) {
    const auto bad = bad_field(response.fields);
    if (!bad && response.status >= 200 && response.status <= 599) {
        return true;
    }
    core_->log.say(
        ServerLog::Kind::BadAnswer, LogLevel::Error, "an answer cannot be sent",
        bad ? "the field " + std::string(*bad) : "the status " + std::to_string(response.status));
    refuse(bad_answer);
    return false;
}

void Exchange::respond(HttpResponse response) {
    if (check(response) && !is_answered_.exchange(true)) {
        connection_->respond(plan_, request_, std::move(response));
    }
}

std::shared_ptr<HttpStream> Exchange::stream(HttpResponse head) {
    auto stream = std::make_shared<Stream>(connection_, plan_.serial);
    if (check(head) && !is_answered_.exchange(true)) {
        static_cast<void>(connection_->begin_stream(plan_, request_, head));
    }
    return stream;
}

std::shared_ptr<WebSocket> Exchange::upgrade(WebSocketListener listener,
                                             std::string_view protocol) {
    if (const Refusal refusal = check_handshake(request_, plan_.minor)) {
        if (!is_answered_.exchange(true)) {
            HttpResponse response = core_->refusal(refusal.status, refusal.detail, request_);
            add_handshake_advice(response);
            connection_->respond(plan_, request_, std::move(response));
        }
        return nullptr;
    }
    if (is_answered_.exchange(true) ||
        !connection_->begin_web_socket(plan_, request_, handshake_response(request_, protocol),
                                       std::move(listener))) {
        return nullptr;
    }
    return std::make_shared<Socket>(connection_, plan_.serial);
}

void Exchange::on_gone(std::function<void()> call) {
    if (!is_answered_) {
        connection_->on_gone(plan_.serial, std::move(call));
    }
}

}  // namespace oa::host::http
