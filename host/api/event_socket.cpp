#include "host/api/event_socket.hpp"

#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/api/open_socket.hpp"
#include "host/service/run_feed.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::size_t subscriptions_max = 100;  // of a socket
constexpr std::size_t id_bytes_max = 128;

/// Why a message of a client is not done.
class Refused : public std::runtime_error {
public:
    Refused(std::string code, const std::string& message)
        : std::runtime_error(message), code_(std::move(code)) {}
    [[nodiscard]] const std::string& code() const noexcept { return code_; }

private:
    std::string code_;
};

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

class EventSocket final : public OpenSocket {
public:
    EventSocket(Caller caller, const LiveRoutes& services)
        : OpenSocket(std::move(caller), services.is_valid), services_(services) {}

private:
    void opened(WebSocket& open) override {
        send(open, {{"type", "hello"},
                    {"epoch", services_.live.epoch()},
                    {"sequence", services_.live.sequence()}});
    }
    void closed() override {
        std::map<std::string, Listening> listening;
        const std::lock_guard lock(listening_mutex_);
        listening.swap(listening_);
    }

    void take(WebSocket& open, const std::string& text) override {
        std::string id;
        try {
            const json::value message = core::parse_json(text);
            if (!message.is_object()) {
                throw Refused("invalid_message", "a message has to be a JSON object");
            }
            id = text_of(message.get_object(), "id");
            carry_out(open, message.get_object(), id);
        } catch (const Refused& refused) {
            refuse(open, id, refused.code(), refused.what());
        } catch (const core::JsonError& error) {
            refuse(open, id, "invalid_json", error.what());
        } catch (const ServiceError& error) {
            refuse(open, id, error.code(), error.what());
        } catch (const std::exception& error) {
            refuse(open, id, "store_unavailable", error.what());
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
        LiveEvents::Listener listener = [this, weak = weak_from_this(),
                                         id](const LiveEvent* event) {
            if (const auto self = weak.lock()) {
                hear(id, event);
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

    LiveRoutes services_;
    std::mutex listening_mutex_;  // never held by a listener
    std::map<std::string, Listening> listening_;
};

}  // namespace

void open_event_socket(const std::shared_ptr<ApiCall>& call, const LiveRoutes& services) {
    const auto socket = std::make_shared<EventSocket>(call->caller(), services);
    if (socket->open(call->exchange())) {
        services.open.add(socket);
    }
}

}  // namespace oa::host
