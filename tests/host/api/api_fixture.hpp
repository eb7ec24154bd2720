#pragma once

#include <any>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "core/schema/schema.hpp"
#include "host/access/access_policy.hpp"
#include "host/api/api_application.hpp"
#include "host/api/legacy/legacy_routes.hpp"
#include "host/api/live_routes.hpp"
#include "host/api/open_answers.hpp"
#include "host/api/run_routes.hpp"
#include "host/api/schemas.hpp"
#include "host/api/system_routes.hpp"
#include "host/api/token_routes.hpp"
#include "host/api/workflow_routes.hpp"
#include "host/cli/store_tokens.hpp"
#include "tests/host/service/service_fixture.hpp"

namespace oa::host::test_api {

/// A request without a network.
struct Ask {
    std::string method = "GET";
    std::string target;
    std::string body = {};
    std::string type = "application/json";
    std::vector<HttpFields::Field> fields = {};
    std::string peer = "127.0.0.1";
};

class TestStream final : public HttpStream {
public:
    bool write(std::string_view bytes) override {
        const std::lock_guard lock(mutex_);
        text_ += bytes;
        changed_.notify_all();
        return !is_gone_;
    }
    void end() override {
        const std::lock_guard lock(mutex_);
        has_ended_ = true;
        changed_.notify_all();
    }
    [[nodiscard]] std::size_t backlog() const override { return 0; }
    void when_below(std::size_t /*low*/, std::function<void()> call) override { call(); }
    void on_gone(std::function<void()> /*call*/) override {}

    /// All of it, once it has ended.
    std::string whole() {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, test_service::patience, [this] { return has_ended_; }));
        return text_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string text_;
    bool has_ended_ = false;
    bool is_gone_ = false;
};

class TestSocket final : public WebSocket {
public:
    bool send(std::string_view text) override {
        const std::lock_guard lock(mutex_);
        messages_.push_back(boost::json::parse(text).as_object());
        changed_.notify_all();
        return true;
    }
    void close(std::uint16_t code, std::string_view /*reason*/) override {
        const std::lock_guard lock(mutex_);
        closed_ = code;
        changed_.notify_all();
    }
    [[nodiscard]] std::size_t backlog() const override { return 0; }

    /// Waits until one has come that `is_it` takes; gives all until then.
    template <class Is>
    std::vector<boost::json::object> until(Is is_it) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, test_service::patience, [&] {
            return std::any_of(messages_.begin(), messages_.end(), is_it);
        }));
        return messages_;
    }
    std::optional<std::uint16_t> closed() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, test_service::patience, [&] { return closed_.has_value(); });
        return closed_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<boost::json::object> messages_;
    std::optional<std::uint16_t> closed_;
};

/// An exchange that keeps its answer.
class TestExchange final : public HttpExchange {
public:
    TestExchange(HttpRequest request, std::any context)
        : request_(std::move(request)), context_(std::move(context)) {}

    [[nodiscard]] const HttpRequest& request() const override { return request_; }
    [[nodiscard]] const std::any& context() const override { return context_; }
    void respond(HttpResponse response) override {
        const std::lock_guard lock(mutex_);
        EXPECT_FALSE(response_) << "answered twice";
        response_ = std::move(response);
        changed_.notify_all();
    }
    std::shared_ptr<HttpStream> stream(HttpResponse head) override {
        respond(std::move(head));
        return streamed = std::make_shared<TestStream>();
    }
    std::shared_ptr<WebSocket> upgrade(WebSocketListener listener,
                                       std::string_view /*protocol*/) override {
        respond({.status = 101});
        listening = std::move(listener);
        return socket = std::make_shared<TestSocket>();
    }
    void on_gone(std::function<void()> /*call*/) override {}

    HttpResponse wait() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, test_service::patience, [this] { return !!response_; })) {
            ADD_FAILURE() << "no answer to " << request_.method << ' ' << request_.target;
            return {.status = 0};
        }
        return *response_;
    }

    std::shared_ptr<TestStream> streamed;
    std::shared_ptr<TestSocket> socket;
    WebSocketListener listening;

private:
    HttpRequest request_;
    std::any context_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<HttpResponse> response_;
};

class NoWallet final : public WalletControl {
public:
    [[nodiscard]] State state() const override { return now; }
    void unlock(const core::Secret& password) override {
        if (password.reveal() != "right") {
            throw ServiceError(ServiceError::Kind::Forbidden, "wallet_not_opened", "no");
        }
        now.is_open = true;
    }
    void lock() override { now.is_open = false; }
    [[nodiscard]] std::vector<Entry> secrets() const override { return {{"key", std::nullopt}}; }
    void set(const std::string& name, core::Secret /*value*/) override { names.push_back(name); }
    void remove(const std::string& name) override {
        if (name != "key") {
            throw ServiceError(ServiceError::Kind::NotFound, "no_such_secret", "no");
        }
    }
    std::vector<std::string> names;
    State now{true, true, "/var/lib/wallet", 1};
};

class NoPlugins final : public PluginControl {
public:
    [[nodiscard]] boost::json::object list() const override {
        return {{"plugins", {{{"module", "test"}}}}};
    }
    [[nodiscard]] boost::json::object get(const std::string& module) const override {
        if (module != "test") {
            throw ServiceError(ServiceError::Kind::NotFound, "no_such_module", "no");
        }
        return {{"module", module}};
    }
    boost::json::object reload() override { return {}; }
};

/// The whole API over a store on the disk, without sockets.
struct Api {
    explicit Api(const std::filesystem::path& folder, bool legacy_api = false)
        : house(folder),
          storage(house.store),
          tokens(storage),
          origins(access::OriginSettings{.port = 8080}),
          policy({tokens, sessions, limiter, origins, house.clock}),
          system({.engine = house.engine, .store = house.store, .pool = house.pool}) {
        RunRoutes{house.library, house.runs, house.timers, house.clock}.add_to(routes);
        WorkflowRoutes{house.library, house.store}.add_to(routes);
        const auto still_valid = [this](const Caller& caller) {
            return policy.still_admits(caller.who.token_id, caller.session);
        };
        LiveRoutes{house.runs, house.live, *open, still_valid}.add_to(routes);
        TokenRoutes{tokens, sessions, policy, house.clock}.add_to(routes);
        SystemRoutes{
            system,
            house.store,
            plugins,
            wallet,
            "1.2.3",
            "1.0",
            [](std::optional<std::int64_t>, std::size_t) {
                return boost::json::object{{"records", boost::json::array()}, {"next", nullptr}};
            }}
            .add_to(routes);
        if (legacy_api) {
            legacy::LegacyRoutes{house.library, house.runs, house.engine, wallet,
                                 house.live,    *open,      house.timers, house.clock,
                                 still_valid,   100,        "1.2.3"}
                .add_to(routes);
        }
        add_description(routes, "1.2.3");
        ApiApplication::Watch watch;
        watch.record = [this](const ApiCall& call) {
            const std::lock_guard lock(mutex);
            recorded.emplace_back(call.route().audit);
            return audit_problem;
        };
        watch.refused = [this](const Route&, const HttpRequest&, const access::Refusal& refusal) {
            const std::lock_guard lock(mutex);
            refused.push_back(refusal.reason);
        };
        watch.answered = [](const HttpRequest&, int, std::size_t, std::chrono::nanoseconds) {};
        watch.failed = [this](const HttpRequest&, const std::string& what) {
            const std::lock_guard lock(mutex);
            failed.push_back(what);
        };
        application = std::make_unique<ApiApplication>(routes, api_schemas(), policy, watch);
        application->open();
        admin = token({access::Scope::Admin});
        system.set_started();
    }

    std::string token(access::ScopeSet scopes) {
        return std::string(
            tokens
                .create({.name = "a " + to_string(scopes), .scopes = scopes, .created_by = "test"},
                        house.clock.wall())
                .text.reveal());
    }

    static HttpRequest request(const Ask& ask) {
        HttpRequest request;
        request.method = ask.method;
        request.target = ask.target;
        const std::size_t query = ask.target.find('?');
        request.raw_path = ask.target.substr(0, query);
        for (std::size_t begin = 1; begin <= request.raw_path.size();) {
            const std::size_t end =
                std::min(request.raw_path.find('/', begin), request.raw_path.size());
            request.segments.push_back(request.raw_path.substr(begin, end - begin));
            begin = end + 1;
        }
        for (std::size_t begin = query; begin < ask.target.size();) {
            const std::size_t end = std::min(ask.target.find('&', begin + 1), ask.target.size());
            const std::string pair = ask.target.substr(begin + 1, end - begin - 1);
            const std::size_t equals = std::min(pair.find('='), pair.size());
            request.query.emplace_back(pair.substr(0, equals),
                                       equals < pair.size() ? pair.substr(equals + 1) : "");
            begin = end;
        }
        request.fields.add("Host", "localhost:8080");
        if (!ask.body.empty()) {
            request.fields.add("Content-Length", std::to_string(ask.body.size()));
            request.fields.add("Content-Type", ask.type);
        }
        for (const HttpFields::Field& field : ask.fields) {
            request.fields.set(field.name, field.value);
        }
        request.peer = ask.peer;
        request.id = "r1";
        return request;
    }

    /// Null: it was refused before its body was read; `refusal` has the answer.
    std::shared_ptr<TestExchange> send(const Ask& ask, HttpResponse& refusal) const {
        HttpRequest head = request(ask);
        HttpAdmission admission = application->admit(head);
        if (admission.refusal) {
            refusal = *admission.refusal;
            return nullptr;
        }
        if (ask.body.size() > admission.body_max) {
            refusal = application->refusal(413, "too large", head);
            return nullptr;
        }
        head.body = ask.body;
        auto exchange = std::make_shared<TestExchange>(std::move(head), admission.context);
        application->handle(exchange);
        return exchange;
    }
    /// With the token, unless it is empty.
    HttpResponse ask(Ask wanted, const std::string& token) const {
        if (!token.empty()) {
            wanted.fields.push_back({"Authorization", "Bearer " + token});
        }
        HttpResponse refusal;
        const auto exchange = send(wanted, refusal);
        return exchange ? exchange->wait() : refusal;
    }
    HttpResponse ask(Ask wanted) const { return ask(std::move(wanted), admin); }
    boost::json::object get(const std::string& target) const {
        const HttpResponse response = ask({.target = target});
        EXPECT_EQ(response.status, 200) << target << ": " << response.body;
        return boost::json::parse(response.body).as_object();
    }

    test_service::House house;
    StoreTokens storage;
    access::TokenBook tokens;
    access::Sessions sessions;
    access::FailureLimiter limiter;
    access::OriginRules origins;
    access::AccessPolicy policy;
    SystemView system;
    NoWallet wallet;
    NoPlugins plugins;
    std::optional<OpenAnswers> open{std::in_place};
    Routes routes;
    std::unique_ptr<ApiApplication> application;
    std::string admin;

    std::mutex mutex;
    std::vector<std::string> recorded;
    std::vector<std::string> refused;
    std::vector<std::string> failed;
    std::string audit_problem;
};

[[nodiscard]] inline std::string code_of(const HttpResponse& response) {
    try {
        return std::string(boost::json::parse(response.body).at("code").as_string());
    } catch (const std::exception&) {
        return response.body;
    }
}

/// What is wrong with an answer by the description of its route; empty: nothing.
[[nodiscard]] inline std::string problem_of_answer(const Route& route,
                                                   const HttpResponse& response) {
    const std::string type(response.fields.find("Content-Type").value_or(""));
    std::string name;
    bool is_known = false;
    for (const RouteAnswer& answer : route.answers) {
        const bool is_same_type = type.rfind(answer.content_type, 0) == 0;
        if (answer.status == response.status && (answer.content_type.empty() || is_same_type)) {
            is_known = true;
            name = answer.schema;
        }
    }
    if (type == "application/problem+json") {
        is_known = true;
        name = "Problem";
    }
    if (!is_known) {
        return "the route does not say that it answers " + std::to_string(response.status) +
               " with '" + type + "'";
    }
    if (name.empty()) {
        return {};
    }
    boost::json::object whole{{"$ref", "#/components/schemas/" + name}};
    whole["components"] = boost::json::object{{"schemas", api_schemas()}};
    const auto problems =
        core::Schema::compile(whole).schema->validate(boost::json::parse(response.body));
    return problems.empty() ? std::string() : core::to_string(problems.front());
}

}  // namespace oa::host::test_api
