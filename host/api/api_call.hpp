#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "host/access/access_policy.hpp"
#include "host/api/problem.hpp"
#include "host/api/route.hpp"
#include "host/http/http_exchange.hpp"

namespace oa::host {

/// Who was let in, and by what.
struct Caller {
    access::Principal
        who;  ///< nobody, on a route that is open to all and was asked without a token
    std::optional<access::Hash> session = {};  ///< that it came by; nothing: by a token
};

/// A request that has been let in and checked against its route, and the duty to answer it. Who
/// holds it may answer later, from any thread.
class ApiCall {
public:
    ApiCall(const Route& route,
            std::shared_ptr<HttpExchange> exchange,
            std::vector<std::pair<std::string_view, std::string>> path,
            boost::json::value body,
            Caller caller);

    [[nodiscard]] const Route& route() const noexcept { return route_; }
    [[nodiscard]] const HttpRequest& request() const { return exchange_->request(); }
    [[nodiscard]] HttpExchange& exchange() const { return *exchange_; }
    /// Who asks.
    [[nodiscard]] const access::Principal& principal() const noexcept { return caller_.who; }
    [[nodiscard]] const Caller& caller() const noexcept { return caller_; }

    /// Of the path.
    [[nodiscard]] const std::string& at(std::string_view name) const;
    /// Of the query or the header; nothing where it was not given.
    [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
    [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const;
    [[nodiscard]] bool flag(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
    /// The body; null where there was none.
    [[nodiscard]] const boost::json::value& body() const noexcept { return body_; }
    /// A member of the body; null where it was not given.
    [[nodiscard]] const boost::json::value* member(std::string_view name) const;
    [[nodiscard]] std::string text_member(std::string_view name) const;  ///< empty: not given

    void answer(int status, const boost::json::value& body, HttpFields fields = {}) const;
    void answer(HttpResponse response) const { exchange_->respond(std::move(response)); }
    /// 204
    void done() const { exchange_->respond({.status = 204}); }
    void refuse(const ApiProblem& problem) const;

private:
    const Route& route_;
    std::shared_ptr<HttpExchange> exchange_;
    std::vector<std::pair<std::string_view, std::string>> path_;
    boost::json::value body_;
    Caller caller_;
};

}  // namespace oa::host
