#include "functions.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "answer.hpp"
#include "plugins/common/address_guard.hpp"
#include "plugins/common/encoding.hpp"
#include "plugins/common/http/exchange.hpp"
#include "plugins/common/http/interrupter.hpp"
#include "plugins/common/http/message.hpp"
#include "plugins/common/http/status_error.hpp"
#include "plugins/common/http/url.hpp"

namespace oa::http {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t body_default = std::size_t{900} * 1024;
constexpr auto request_timeout_default = 60s;
constexpr auto connect_timeout_default = 10s;

bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               marks.find(c) != std::string_view::npos;
    });
}

std::string text_of(const Json& value) {
    return value.is_string() ? value.as_string() : value.dump();
}

/// "name=value&name=value"; lists repeat the name, null leaves it out.
std::string encode_pairs(const Json& object, const std::string& pointer) {
    std::string out;
    const auto add = [&out](std::string_view name, const Json& value) {
        if (!out.empty()) {
            out += '&';
        }
        out += encode_component(name) + "=" + encode_component(text_of(value));
    };
    for (const Json::Member& member : object.as_object()) {
        if (member.value.is_array()) {
            for (const Json& item : member.value.as_array()) {
                add(member.key, item);
            }
        } else if (member.value.is_object()) {
            throw invalid_params(pointer + pointer_to(member.key),
                                 "'" + member.key +
                                     "' is an object: only texts, numbers, "
                                     "booleans and lists of these can be sent here");
        } else if (!member.value.is_null()) {
            add(member.key, member.value);
        }
    }
    return out;
}

Url url_param(Call& call) {
    Url url;
    try {
        url = parse_url(call.param<std::string>("url"));
    } catch (const UrlError& error) {
        throw invalid_params("/url", std::string("url: ") + error.what());
    }
    if (const auto query = call.find_param<Json>("query")) {
        const std::string pairs = encode_pairs(*query, "/query");
        if (!pairs.empty()) {
            const bool has_query = url.target.find('?') != std::string::npos;
            url.target += has_query && !url.target.ends_with('?') ? "&" : has_query ? "" : "?";
            url.target += pairs;
        }
    }
    return url;
}

void check_header(const std::string& name, const std::string& value) {
    const auto pointer = pointer_to("headers", name);
    if (!is_token(name)) {
        throw invalid_params(pointer, "a header name holds a character that it may not");
    }
    const bool control = std::any_of(value.begin(), value.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7F;
    });
    if (control) {
        throw invalid_params(pointer, "the value of header '" + name +
                                          "' holds a control character, such as a line break");
    }
    for (const char* own : {"content-length", "transfer-encoding", "connection", "host"}) {
        if (same_name(name, own)) {
            throw invalid_params(pointer, "header '" + name + "' comes from the request itself");
        }
    }
}

bool has_header(const Request& request, std::string_view name) {
    return std::any_of(request.headers.begin(), request.headers.end(),
                       [&](const auto& header) { return same_name(header.first, name); });
}

void add_headers(Call& call, Request& request) {
    const auto headers = call.find_param<Json>("headers");
    if (!headers) {
        return;
    }
    for (const Json::Member& member : headers->as_object()) {
        const bool plain = !member.value.is_array() && !member.value.is_object();
        if (!plain) {
            throw invalid_params(pointer_to("headers", member.key),
                                 "the value of header '" + member.key + "' is not a text");
        }
        if (member.value.is_null()) {
            continue;
        }
        const std::string value = text_of(member.value);
        check_header(member.key, value);
        request.headers.emplace_back(member.key, value);
    }
}

void add_credentials(Call& call, Request& request) {
    const auto basic = call.find_param<Json>("basic_auth");
    const auto bearer = call.find_param<std::string>("bearer_token");
    const int ways =
        (basic ? 1 : 0) + (bearer ? 1 : 0) + (has_header(request, "authorization") ? 1 : 0);
    if (ways > 1) {
        throw invalid_params(bearer ? "/bearer_token" : "/basic_auth",
                             "basic_auth, bearer_token and an Authorization header exclude each "
                             "other");
    }
    if (basic) {
        const auto user = basic->get<std::string>("username");
        if (user.find(':') != std::string::npos) {
            throw invalid_params("/basic_auth/username", "a user name cannot hold a colon");
        }
        request.headers.emplace_back(
            "Authorization",
            "Basic " + common::base64_encode(user + ":" + basic->get<std::string>("password", "")));
    }
    if (bearer) {
        const bool usable =
            !bearer->empty() && std::all_of(bearer->begin(), bearer->end(),
                                            [](char c) { return c > ' ' && c != '\x7F'; });
        if (!usable) {
            throw invalid_params("/bearer_token",
                                 "bearer_token is empty or holds a blank, a line "
                                 "break or another character that no token has");
        }
        request.headers.emplace_back("Authorization", "Bearer " + *bearer);
    }
}

void set_body(Request& request, std::string body, const char* type) {
    request.body = std::move(body);
    request.has_body = true;
    if (!has_header(request, "content-type")) {
        request.headers.emplace_back("Content-Type", type);
    }
}

std::string raw_body(Call& call) {
    auto body = call.param<std::string>("body");
    if (call.choice<bool>("body_encoding", {{"utf-8", false}, {"base64", true}}, false)) {
        auto bytes = common::base64_decode(body);
        if (!bytes) {
            throw invalid_params("/body", "body is not base64");
        }
        return std::move(*bytes);
    }
    return body;
}

void add_body(Call& call, Request& request) {
    const Json* json = call.find_param("json");
    const Json* form = call.find_param("form");
    const Json* body = call.find_param("body");
    const int given =
        (json != nullptr ? 1 : 0) + (form != nullptr ? 1 : 0) + (body != nullptr ? 1 : 0);
    if (given > 1) {
        throw invalid_params(form != nullptr ? "/form" : "/body",
                             "json, form and body exclude each other");
    }
    if (json != nullptr) {
        set_body(request, json->dump(), "application/json");
    } else if (form != nullptr) {
        set_body(request, encode_pairs(call.param<Json>("form"), "/form"),
                 "application/x-www-form-urlencoded");
    } else if (body != nullptr) {
        set_body(request, raw_body(call), "text/plain; charset=utf-8");
    } else if (request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
        request.has_body = true;  // an empty one, so that the server need not guess
    }
}

/// Keeps the addresses away by which clouds tell machines their secrets.
const common::AddressGuard& guard_of_all() {
    static const common::AddressGuard guard;
    return guard;
}

ExchangeOptions options_param(Call& call) {
    const auto bytes =
        call.param<std::int64_t>("max_bytes", static_cast<std::int64_t>(body_default));
    const auto redirects = call.param<std::int64_t>("max_redirects", 5);
    if (bytes < 0) {
        throw invalid_params("/max_bytes", "max_bytes is negative");
    }
    if (redirects < 0 || redirects > 50) {
        throw invalid_params("/max_redirects", "max_redirects is not from 0 to 50");
    }
    return {
        .tls = {.verify = call.param<bool>("verify", true),
                .ca_file = call.param<std::string>("ca_file", "")},
        .connect_timeout = call.param<milliseconds>("connect_timeout", connect_timeout_default),
        .follow_redirects = call.param<bool>("follow_redirects", true),
        .redirects_max = static_cast<int>(redirects),
        .body_max = static_cast<std::size_t>(bytes),
        .guard = &guard_of_all(),
    };
}

/// The end of the request: its own limit, or the call's if that comes first.
TimePoint deadline_of(Call& call, TimePoint started) {
    auto limit = call.param<milliseconds>("request_timeout", request_timeout_default);
    if (const auto rest = call.remaining()) {
        limit = std::min(limit, *rest);
    }
    return started + limit;
}

/// The same error with the request it belongs to.
Error in_context(const Error& error, const std::string& asked, steady_clock::duration limit) {
    if (error.code() == ErrorCode::Cancelled) {
        return error;
    }
    std::string message = asked + " failed: " + error.what();
    if (error.code() == ErrorCode::Deadline) {
        const auto taken = std::chrono::duration_cast<milliseconds>(limit);
        message = asked + " took longer than its limit of " + std::to_string(taken.count()) +
                  " ms (request_timeout)";
    }
    return Error(error.code(), message).with_retry(error.retry()).with_pointer(error.pointer());
}

void perform(Call& call, std::string method) {
    call.check();
    Request request;
    request.method = std::move(method);
    request.url = url_param(call);
    add_headers(call, request);
    add_credentials(call, request);
    add_body(call, request);
    const ExchangeOptions options = options_param(call);
    const bool fail_on_status = call.param<bool>("fail_on_status", true);

    const auto started = steady_clock::now();
    Interrupter interrupter(deadline_of(call, started));
    const auto guard = call.on_cancel([&interrupter] { interrupter.cancel(); });
    const std::string asked = request.method + " " + request.url.text();
    const Exchange exchange = [&] {
        try {
            return send_request(std::move(request), options, interrupter);
        } catch (const Error& error) {
            throw in_context(error, asked, interrupter.deadline() - started);
        }
    }();

    const auto elapsed = std::chrono::duration_cast<milliseconds>(steady_clock::now() - started);
    call.result(answer_of(exchange, elapsed));
    if (fail_on_status && exchange.response.status >= 400) {
        throw error_of_status(exchange.response, asked)
            .with_details({{"status", exchange.response.status}, {"url", exchange.url.text()}});
    }
}

}  // namespace

void get(Call& call) {
    perform(call, "GET");
}
void head(Call& call) {
    perform(call, "HEAD");
}
void post(Call& call) {
    perform(call, "POST");
}
void put(Call& call) {
    perform(call, "PUT");
}
void patch(Call& call) {
    perform(call, "PATCH");
}
void remove(Call& call) {
    perform(call, "DELETE");
}

void request(Call& call) {
    auto method = call.param<std::string>("method");
    if (!is_token(method) || method.size() > 32) {
        throw invalid_params("/method", "'" + method + "' is not a method such as GET");
    }
    std::transform(method.begin(), method.end(), method.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    if (method == "CONNECT") {
        throw invalid_params("/method", "CONNECT opens a tunnel, which this function cannot use");
    }
    perform(call, method);
}

}  // namespace oa::http
