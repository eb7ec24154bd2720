#include "host/http/http_server.hpp"

#include <stdexcept>
#include <thread>
#include <utility>

#include "host/http/server_core.hpp"
#include "host/http/server_loop.hpp"
#include "host/http/tls_context.hpp"

namespace oa::host {
namespace {

std::vector<http::Listener> listen(const HttpServerSettings& settings) {
    if (settings.addresses.empty()) {
        throw std::runtime_error("there is no address to listen on");
    }
    std::vector<http::Listener> out;
    out.reserve(settings.addresses.size());
    for (const HttpServerSettings::Address& address : settings.addresses) {
        out.emplace_back(address);
    }
    return out;
}

std::vector<HttpServerSettings::Address> addresses_of(
    const std::vector<http::Listener>& listeners) {
    std::vector<HttpServerSettings::Address> out;
    out.reserve(listeners.size());
    for (const http::Listener& listener : listeners) {
        out.push_back(listener.address());
    }
    return out;
}

Poco::Net::Context::Ptr context_of(const HttpServerSettings& settings) {
    return settings.tls ? http::make_tls_context(*settings.tls) : Poco::Net::Context::Ptr();
}

}  // namespace

class HttpServer::Impl {
public:
    Impl(const HttpServerSettings& settings, HttpApplication& application, Logger* logger)
        : Impl(context_of(settings),
               listen(settings),
               std::make_shared<http::ServerCore>(settings, application, logger)) {}
    ~Impl() { stop(std::chrono::milliseconds(0)); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    [[nodiscard]] const std::vector<HttpServerSettings::Address>& addresses() const {
        return addresses_;
    }
    [[nodiscard]] http::ServerCore& core() const { return *core_; }
    void reload_tls() { loop_.use_context(context_of(core_->settings)); }
    void stop(std::chrono::milliseconds grace);

private:
    Impl(Poco::Net::Context::Ptr context,
         std::vector<http::Listener> listeners,
         std::shared_ptr<http::ServerCore> core)
        : core_(std::move(core)),
          addresses_(addresses_of(listeners)),
          loop_(core_, std::move(listeners), std::move(context)),
          thread_([this] { loop_.run(); }) {}

    const std::shared_ptr<http::ServerCore> core_;
    const std::vector<HttpServerSettings::Address> addresses_;
    http::ServerLoop loop_;
    std::mutex stopping_;  // whoever stops it; others wait until it has
    std::thread thread_;
};

void HttpServer::Impl::stop(std::chrono::milliseconds grace) {
    loop_.stop(grace);
    const std::lock_guard lock(stopping_);
    if (!thread_.joinable()) {
        return;
    }
    thread_.join();
    core_->workers.stop();
    core_->gate.close();
    core_->log.close();
}

HttpServer::HttpServer(const HttpServerSettings& settings,
                       HttpApplication& application,
                       Logger* logger)
    : impl_(std::make_unique<Impl>(settings, application, logger)) {}

HttpServer::~HttpServer() = default;

std::vector<HttpServerSettings::Address> HttpServer::addresses() const {
    return impl_->addresses();
}

void HttpServer::reload_tls() {
    impl_->reload_tls();
}

void HttpServer::stop(std::chrono::milliseconds grace) {
    impl_->stop(grace);
}

HttpServerStatistics HttpServer::statistics() const {
    const auto& counters = impl_->core().counters;
    return {.accepted = counters.accepted,
            .refused = counters.refused,
            .requests = counters.requests,
            .bad_requests = counters.bad_requests,
            .cut_off = counters.cut_off,
            .connections = counters.connections,
            .streams = counters.streams,
            .web_sockets = counters.web_sockets};
}

}  // namespace oa::host
