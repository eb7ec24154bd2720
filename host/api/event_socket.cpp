#include "host/api/event_socket.hpp"

#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/access/request_fields.hpp"
#include "host/service/run_feed.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::size_t subscriptions_max = 100;  // of a socket
constexpr std::size_t id_bytes_max = 128;
constexpr std::chrono::seconds look_who{2};
constexpr std::uint16_t going_away = 1001;
constexpr std::uint16_t not_allowed = 1008;

/// Why a message of a client is not done.
class Refused : public std::runtime_error {
public:
    Refused(std::string code, const std::string& message)
        : std::runtime_error(message), code_(std::move(code)) {}
    [[nodiscard]] const std::string& code() const noexcept { return code_; }

private:
    std::string code_;
};

/// The subprotocol, if the client offers it; the one that shows its token is never chosen.
std::string_view protocol_of(const HttpRequest& request) {
    static constexpr std::string_view ours = "oa";
    const auto offered = request.fields.find("Sec-WebSocket-Protocol");
    return offered && access::offers_protocol(*offered, ours) ? ours : std::string_view();
}

std::string text_of(const json::object& message, std::string_view key) {
    const json::value* value = message.if_contains(key);
    if (value == nullptr) {
        return {};
    }
    if (!value->is_string()) {
        throw Refused("invalid_message", "'" + std::string(key) + "' has to be a text");
    }
    return std::string(value->get_string());
}

std::optional<std::uint64_t> number_of(const json::object& message, std::string_view key) {
    const json::value* value = message.if_contains(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_int64() || value->get_int64() < 0) {
        throw Refused("invalid_message",
                      "'" + std::string(key) + "' has to be a number that is not negative");
    }
    return static_cast<std::uint64_t>(value->get_int64());
}

/// Of one id of a socket: a run, or what happens in many.
struct Listening {
    std::unique_ptr<RunFeed> feed;
    std::unique_ptr<LiveEvents::Subscription> subscription;
};

class EventSocket final : public OpenAnswer, public std::enable_shared_from_this<EventSocket> {
public:
    EventSocket(Caller caller, const LiveRoutes& services)
        : caller_(std::move(caller)), services_(services) {}

    /// False: the request was none for a WebSocket, and has been answered.
    bool open(HttpExchange& exchange, std::string_view protocol) {
        const std::shared_ptr<EventSocket> self = shared_from_this();
        std::shared_ptr<WebSocket> socket =
            exchange.upgrade({.on_text = [self](const std::string& text) { self->take(text); },
                              .on_closed = [self] { self->closed(); }},
                             protocol);
        if (!socket) {
            return false;
        }
        {
            const std::lock_guard lock(mutex_);
            if (!is_closed_) {
                socket_ = socket;
            }
        }
        send(*socket, {{"type", "hello"},
                       {"epoch", services_.live.epoch()},
                       {"sequence", services_.live.sequence()}});
        return true;
    }

    bool tick(std::chrono::steady_clock::time_point now) override {
        if (now - looked_ >= look_who) {
            looked_ = now;
            if (!services_.is_valid(caller_)) {
                if (const auto open = socket()) {
                    open->close(not_allowed, "the token is not valid any more");
                }
            }
        }
        const std::lock_guard lock(mutex_);
        return !is_closed_;
    }
    void close() override {
        if (const auto open = socket()) {
            open->close(going_away, "the host stops");
        }
    }

private:
    static void send(WebSocket& socket, const json::object& message) {
        socket.send(core::write_json(message));
    }
    [[nodiscard]] std::shared_ptr<WebSocket> socket() const {
        const std::lock_guard lock(mutex_);
        return socket_;
    }

    void closed() {
        std::map<std::string, Listening> listening;
        std::shared_ptr<WebSocket> socket;
        {
            const std::lock_guard lock(mutex_);
            is_closed_ = true;
            socket.swap(socket_);
        }
        const std::lock_guard lock(listening_mutex_);
        listening.swap(listening_);
    }

    void take(const std::string& text) {
        const auto open = socket();
        if (!open) {
            return;
        }
        std::string id;
        try {
            const json::value message = core::parse_json(text);
            if (!message.is_object()) {
                throw Refused("invalid_message", "a message has to be a JSON object");
            }
            id = text_of(message.get_object(), "id");
            carry_out(*open, message.get_object(), id);
        } catch (const Refused& refused) {
            refuse(*open, id, refused.code(), refused.what());
        } catch (const core::JsonError& error) {
            refuse(*open, id, "invalid_json", error.what());
        } catch (const ServiceError& error) {
            refuse(*open, id, error.code(), error.what());
        } catch (const std::exception& error) {
            refuse(*open, id, "store_unavailable", error.what());
        }
    }
    static void refuse(WebSocket& open,
                       const std::string& id,
                       const std::string& code,
                       const std::string& message) {
        json::object answer{{"type", "error"}, {"code", code}, {"message", message}};
        if (!id.empty()) {
            answer["id"] = id;
        }
        send(open, answer);
    }

    void carry_out(WebSocket& open, const json::object& message, const std::string& id) {
        const std::string type = text_of(message, "type");
        if (type == "ping") {
            send(open, {{"type", "pong"}});
        } else if (type == "subscribe") {
            subscribe(open, message, id);
        } else if (type == "unsubscribe") {
            const std::lock_guard lock(listening_mutex_);
            if (listening_.erase(id) == 0) {
                throw Refused("no_subscription", "there is no subscription '" + id + "'");
            }
            send(open, {{"type", "unsubscribed"}, {"id", id}});
        } else {
            throw Refused("invalid_message",
                          "the type '" + type + "' is none of subscribe, unsubscribe and ping");
        }
    }

    void subscribe(WebSocket& open, const json::object& message, const std::string& id) {
        if (id.empty() || id.size() > id_bytes_max) {
            throw Refused("invalid_message", "a subscription needs an 'id' of 1 to " +
                                                 std::to_string(id_bytes_max) + " bytes");
        }
        const std::string run = text_of(message, "run");
        const std::string workflow = text_of(message, "workflow");
        const std::string epoch = text_of(message, "epoch");
        std::optional<std::uint64_t> after = number_of(message, "after");
        if (!run.empty() && !workflow.empty()) {
            throw Refused("invalid_message",
                          "a subscription has a 'run' or a 'workflow', not both");
        }
        const std::lock_guard lock(listening_mutex_);
        if (listening_.count(id) > 0) {
            throw Refused("invalid_message", "there is a subscription '" + id + "' already");
        }
        if (listening_.size() >= subscriptions_max) {
            throw Refused("too_many", "a socket has at most " + std::to_string(subscriptions_max) +
                                          " subscriptions");
        }
        if (!run.empty()) {
            static_cast<void>(services_.runs.get(run));
        }
        send(open, {{"type", "subscribed"}, {"id", id}});
        LiveEvents::Listener listener = [weak = weak_from_this(), id](const LiveEvent* event) {
            if (const auto self = weak.lock()) {
                self->hear(id, event);
            }
        };
        Listening made;
        if (!run.empty()) {
            made.feed = std::make_unique<RunFeed>(services_.live, services_.runs, run,
                                                  after.value_or(0), std::move(listener));
        } else {
            if (after && epoch != services_.live.epoch()) {
                send(open, {{"type", "gap"}, {"id", id}});  // of another life of the host
                after.reset();
            }
            LiveFilter filter;
            if (!workflow.empty()) {
                filter.workflow = workflow;
            }
            made.subscription = services_.live.listen(filter, std::move(listener), after);
        }
        listening_.emplace(id, std::move(made));
    }

    void hear(const std::string& id, const LiveEvent* event) {
        const auto open = socket();
        if (!open) {
            return;
        }
        std::string text = event == nullptr ? R"({"type":"gap","id":)" : R"({"type":"event","id":)";
        core::append_json(text, json::value(id));
        if (event != nullptr) {
            if (event->sequence > 0) {
                text += ",\"sequence\":" + std::to_string(event->sequence);
            }
            text += ",\"event\":" + *event->text;
        }
        open->send(text + '}');
    }

    Caller caller_;
    LiveRoutes services_;
    std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
    mutable std::mutex mutex_;
    std::shared_ptr<WebSocket> socket_;  // null: closed
    bool is_closed_ = false;
    std::mutex listening_mutex_;  // never held by a listener
    std::map<std::string, Listening> listening_;
};

}  // namespace

void open_event_socket(const std::shared_ptr<ApiCall>& call, const LiveRoutes& services) {
    const auto socket = std::make_shared<EventSocket>(call->caller(), services);
    if (socket->open(call->exchange(), protocol_of(call->request()))) {
        services.open.add(socket);
    }
}

}  // namespace oa::host
