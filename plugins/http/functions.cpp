#include "functions.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "answer.hpp"
#include "plugins/common/encoding.hpp"
#include "request_params.hpp"

namespace oa::http {

namespace {

constexpr auto request_timeout_default = std::chrono::seconds(60);

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

void perform(const Module& module, Call& call, std::string method) {
    call.check();
    Request request;
    request.method = std::move(method);
    request.url = url_param(call);
    add_headers(call, request);
    add_credentials(call, request);
    add_body(call, request);
    const ExchangeOptions options = options_param(module, call);
    const Limit limit = limit_param(call, request_timeout_default);
    const bool fail_on_status = call.param<bool>("fail_on_status", true);

    give_answer(call, std::move(request), options, limit, fail_on_status);
}

}  // namespace

void get(const Module& module, Call& call) {
    perform(module, call, "GET");
}
void head(const Module& module, Call& call) {
    perform(module, call, "HEAD");
}
void post(const Module& module, Call& call) {
    perform(module, call, "POST");
}
void put(const Module& module, Call& call) {
    perform(module, call, "PUT");
}
void patch(const Module& module, Call& call) {
    perform(module, call, "PATCH");
}
void remove(const Module& module, Call& call) {
    perform(module, call, "DELETE");
}

void request(const Module& module, Call& call) {
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
    perform(module, call, method);
}

}  // namespace oa::http
