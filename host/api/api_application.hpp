#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include <boost/json/object.hpp>

#include "host/access/access_policy.hpp"
#include "host/api/api_call.hpp"
#include "host/api/api_checks.hpp"
#include "host/api/route.hpp"
#include "host/api/router.hpp"
#include "host/http/http_exchange.hpp"

namespace oa::host {

/// What stands in front of every route: finds it, asks who may, checks what is asked, calls it, and
/// turns whatever goes wrong into an answer. The only way to a route. Thread safe.
class ApiApplication final : public HttpApplication {
public:
    struct Watch {
        /// Puts on record that a change is asked for, before it is done. Why it cannot be, and then
        /// the change is not done; empty: it is on record.
        std::function<std::string(const ApiCall& call)> record;
        /// Somebody was not let in. By the thread that serves all connections: it waits for
        /// nothing.
        std::function<void(
            const Route& route, const HttpRequest& request, const access::Refusal& refusal)>
            refused;
        /// See HttpApplication::answered.
        std::function<void(const HttpRequest& request,
                           int status,
                           std::size_t bytes,
                           std::chrono::nanoseconds took)>
            answered;
        /// Something that should not happen did: for the log.
        std::function<void(const HttpRequest& request, const std::string& what)> failed;
    };

    /// `routes` and `policy` are borrowed. Throws std::logic_error when the routes or the schemas
    /// are not in order.
    ApiApplication(const Routes& routes,
                   const boost::json::object& schemas,
                   const access::AccessPolicy& policy,
                   Watch watch);

    /// Until then, all is refused with 503.
    void open() noexcept { life_ = Life::Open; }
    /// From now on new requests are refused with 503.
    void drain() noexcept { life_ = Life::Stopping; }

    [[nodiscard]] HttpAdmission admit(const HttpRequest& head) override;
    void handle(std::shared_ptr<HttpExchange> exchange) override;
    [[nodiscard]] HttpResponse refusal(int status,
                                       std::string_view detail,
                                       const HttpRequest& request) override;
    /// Pages elsewhere that are allowed get to see the answer (CORS).
    void complete(const HttpRequest& request, HttpFields& fields) const override;
    void answered(const HttpRequest& request,
                  int status,
                  std::size_t bytes,
                  std::chrono::nanoseconds took) noexcept override;

private:
    struct Admitted {
        const Route* route = nullptr;
        Router::PathValues values;
        Caller caller;
    };

    [[nodiscard]] HttpAdmission let_in(const HttpRequest& head);
    void call(const std::shared_ptr<HttpExchange>& exchange, const Admitted& admitted);

    Router router_;
    ApiChecks checks_;
    const access::AccessPolicy& policy_;
    Watch watch_;
    enum class Life { Starting, Open, Stopping };
    std::atomic<Life> life_{Life::Starting};
};

}  // namespace oa::host
