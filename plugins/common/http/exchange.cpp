#include "plugins/common/http/exchange.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "plugins/common/fault.hpp"
#include "plugins/common/http/connection.hpp"
#include "plugins/common/pipe_signal.hpp"

namespace oa::http {

namespace {

/// After the request has left, only a request that may be repeated is offered for a retry.
Error judged(const Error& error, const Request& request) {
    if (error.code() == ErrorCode::Unavailable && error.retry() == Retry::Yes &&
        !is_idempotent(request.method)) {
        return common::fault(error.code(), Retry::Unknown, error.what());
    }
    return error;
}

bool is_redirect(const Response& response) {
    constexpr std::array statuses{301, 302, 303, 307, 308};
    return std::find(statuses.begin(), statuses.end(), response.status) != statuses.end() &&
           !response.header("location").empty();
}

BodyPlanner planner_of(const ExchangeOptions& options) {
    return [&options](const Response& head) -> std::optional<BodyPlan> {
        if (options.follow_redirects && is_redirect(head)) {
            return std::nullopt;
        }
        return options.body ? options.body(head)
                            : std::optional(BodyPlan{.size_max = options.body_max});
    };
}

/// What stands between method and version: a proxy needs to know the server for itself.
std::string target_of(const Request& request, const Proxy* proxy) {
    return proxy != nullptr && !request.url.secure ? request.url.text() : request.url.target;
}

void send_all(Connection& connection, const Request& request, const Proxy* proxy) {
    if (proxy != nullptr && !request.url.secure && !proxy->authorization.empty()) {
        Request known = request;
        known.headers.emplace_back("Proxy-Authorization", proxy->authorization);
        connection.send(head_of(known, target_of(request, proxy)));
    } else {
        connection.send(head_of(request, target_of(request, proxy)));
    }
    if (request.source) {
        request.source->read([&connection](std::string_view piece) { connection.send(piece); });
    } else {
        connection.send(request.body);
    }
}

Response exchange_once(const Request& request,
                       const ExchangeOptions& options,
                       Interrupter& interrupter) {
    const auto connect_deadline = std::min(
        std::chrono::steady_clock::now() + options.connect_timeout, interrupter.deadline());
    const Proxy* const proxy = options.proxies.proxy_for(request.url);
    Connection connection(request.url, options.tls, connect_deadline, interrupter, options.guard,
                          {.proxy = proxy, .idle = options.idle});
    std::optional<Error> send_error;
    try {
        try {
            send_all(connection, request, proxy);
        } catch (const Error& error) {
            // A server may answer, with 413 say, and close before it has read everything.
            throw_if_interrupted(interrupter);
            if (error.code() != ErrorCode::Unavailable) {
                throw;  // the body cannot be read to its end, so no answer can come
            }
            send_error = error;
        }
        return read_response(connection.input(), request.method, planner_of(options),
                             request.url.authority());
    } catch (const Error& error) {
        throw_if_interrupted(interrupter);
        throw judged(send_error.value_or(error), request);
    }
}

void drop_body(Request& request) {
    request.body.clear();
    request.source.reset();
    request.has_body = false;
    std::erase_if(request.headers, [](const auto& header) {
        return lower_case(header.first).starts_with("content-");
    });
}

/// Turns the request into the one that a redirect asks for.
void redirect(Request& request, ExchangeOptions& options, const Response& response) {
    Url next;
    try {
        next = resolve_url(request.url, response.header("location"));
    } catch (const UrlError& error) {
        throw common::fault(
            ErrorCode::Precondition, Retry::No,
            request.url.authority() + " redirects to no usable address: " + error.what());
    }
    const int status = response.status;
    const bool becomes_get = (status == 303 && request.method != "HEAD") ||
                             ((status == 301 || status == 302) && request.method == "POST");
    if (becomes_get) {
        request.method = "GET";
        drop_body(request);
    }
    if (request.has_body && request.url.secure && !next.secure) {
        throw common::fault(ErrorCode::Precondition, Retry::No,
                            request.url.authority() +
                                " redirects the body to http, where it would travel unencrypted");
    }
    if (!request.url.same_origin(next)) {
        std::erase_if(request.headers,
                      [](const auto& header) { return is_credential(header.first); });
        options.tls.client = {};
    }
    request.url = std::move(next);
}

}  // namespace

bool is_credential(std::string_view header) {
    const std::string name = lower_case(header);
    constexpr std::array<std::string_view, 6> marks{"auth",   "cookie",   "token",
                                                    "secret", "password", "key"};
    return std::any_of(marks.begin(), marks.end(), [&name](std::string_view mark) {
        return name.find(mark) != std::string::npos;
    });
}

bool is_idempotent(std::string_view method) {
    constexpr std::array<std::string_view, 6> methods{"GET",    "HEAD",    "PUT",
                                                      "DELETE", "OPTIONS", "TRACE"};
    return std::find(methods.begin(), methods.end(), method) != methods.end();
}

Exchange send_request(Request request, ExchangeOptions options, Interrupter& interrupter) {
    const common::PipeSignalBlock no_pipe_signal;
    Exchange exchange;
    while (true) {
        exchange.response = exchange_once(request, options, interrupter);
        if (!options.follow_redirects || !is_redirect(exchange.response)) {
            exchange.url = request.url;
            return exchange;
        }
        if (exchange.redirects == options.redirects_max) {
            throw common::fault(ErrorCode::Precondition, Retry::No,
                                request.url.authority() + ": more than " +
                                    std::to_string(options.redirects_max) + " redirects");
        }
        ++exchange.redirects;
        redirect(request, options, exchange.response);
    }
}

}  // namespace oa::http
