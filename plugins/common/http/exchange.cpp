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

Response exchange_once(const Request& request,
                       const ExchangeOptions& options,
                       Interrupter& interrupter) {
    const auto connect_deadline = std::min(
        std::chrono::steady_clock::now() + options.connect_timeout, interrupter.deadline());
    Connection connection(request.url, options.tls, connect_deadline, interrupter, options.guard);
    std::optional<Error> send_error;
    try {
        try {
            connection.send(head_of(request));
            connection.send(request.body);
        } catch (const Error& error) {
            // A server may answer, with 413 say, and close before it has read everything.
            throw_if_interrupted(interrupter);
            send_error = error;
        }
        return read_response(connection.input(), request.method, options.body_max,
                             request.url.authority());
    } catch (const Error& error) {
        throw_if_interrupted(interrupter);
        throw judged(send_error.value_or(error), request);
    }
}

bool is_redirect(const Response& response) {
    constexpr std::array statuses{301, 302, 303, 307, 308};
    return std::find(statuses.begin(), statuses.end(), response.status) != statuses.end() &&
           !response.header("location").empty();
}

void drop_body(Request& request) {
    request.body.clear();
    request.has_body = false;
    std::erase_if(request.headers, [](const auto& header) {
        return lower_case(header.first).starts_with("content-");
    });
}

/// Turns the request into the one that a redirect asks for.
void redirect(Request& request, const Response& response) {
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

Exchange send_request(Request request, const ExchangeOptions& options, Interrupter& interrupter) {
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
        redirect(request, exchange.response);
    }
}

}  // namespace oa::http
