#include "post.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "plugins/common/fault.hpp"
#include "plugins/common/http/interrupter.hpp"
#include "plugins/common/http/status_error.hpp"
#include "plugins/common/verified.hpp"

namespace oa::notify {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto request_limit = 30s;
constexpr auto connect_limit = 10s;
constexpr std::size_t answer_max = std::size_t{1} * 1024 * 1024;

http::Request request_of(const Params& params, Post& post) {
    http::Request request;
    request.method = std::move(post.method);
    try {
        request.url = http::parse_url(post.url);
    } catch (const http::UrlError& error) {
        throw params.wrong(post.url_parameter, post.url_parameter + ": " + error.what());
    }
    request.headers = std::move(post.headers);
    request.headers.emplace_back("Content-Type", post.content_type);
    request.body = std::move(post.body);
    request.has_body = true;
    return request;
}

}  // namespace

http::Response send(const Delivery& delivery, const Params& params, Post post) {
    delivery.call.check();
    const std::string what = post.what;
    http::Request request = request_of(params, post);
    const http::ExchangeOptions options{
        .tls = {.verify = common::verified(delivery.call, params.flag("verify", true)),
                .ca_file = params.text("ca_file")},
        .connect_timeout = connect_limit,
        .follow_redirects = false,
        .body_max = answer_max,
        .guard = &delivery.guard,
    };
    auto limit = params.duration("request_timeout", request_limit);
    const auto taken = limit;
    if (const auto rest = delivery.call.remaining()) {
        limit = std::min(limit, *rest);
    }
    http::Interrupter interrupter(steady_clock::now() + limit);
    const auto guard = delivery.call.on_cancel([&interrupter] { interrupter.cancel(); });
    try {
        return http::send_request(std::move(request), options, interrupter).response;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Cancelled) {
            throw Cancelled();
        }
        if (error.code() == ErrorCode::Deadline) {
            throw deadline_exceeded(what + " took longer than " + std::to_string(taken.count()) +
                                    " ms (request_timeout)");
        }
        throw common::fault(error.code(), error.retry(), what + " failed: " + error.what());
    }
}

http::Response send_or_fail(const Delivery& delivery, const Params& params, Post post) {
    const std::string what = post.what;
    http::Response response = send(delivery, params, std::move(post));
    if (response.status >= 400) {
        throw http::error_of_status(response, what);
    }
    if (response.status >= 300) {
        throw common::fault(ErrorCode::Precondition, Retry::No,
                            what + " was answered with a redirect (" +
                                std::to_string(response.status) + "); use the address it leads to");
    }
    return response;
}

Json json_of(const http::Response& response) {
    try {
        return Json::parse(response.body);
    } catch (const JsonError&) {
        return {};
    }
}

std::string hmac_sha256(const std::string& key, std::string_view data) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes are bytes
    const auto* const bytes = reinterpret_cast<const unsigned char*>(data.data());
    if (::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, data.size(),
               digest.data(), &size) == nullptr) {
        throw internal("the signature cannot be computed");
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (unsigned int i = 0; i < size; ++i) {
        out += digits[digest.at(i) >> 4U];
        out += digits[digest.at(i) & 15U];
    }
    return out;
}

}  // namespace oa::notify
