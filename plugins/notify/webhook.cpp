#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "functions.hpp"
#include "plugins/common/encoding.hpp"
#include "post.hpp"

namespace oa::notify {

namespace {

constexpr std::size_t body_shown = std::size_t{64} * 1024;

bool is_token_letter(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

void require_header(const Params& params, const std::string& name, const std::string& value) {
    const bool control = std::any_of(value.begin(), value.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7F';
    });
    if (name.empty() || control || !std::all_of(name.begin(), name.end(), is_token_letter)) {
        throw params.wrong("headers", "a header has a name or a value that cannot be sent");
    }
    for (const char* own :
         {"content-length", "content-type", "transfer-encoding", "connection", "host"}) {
        if (http::same_name(name, own)) {
            throw params.wrong("headers", "header '" + name + "' comes from the request itself");
        }
    }
}

http::HeaderList headers_of(const Params& params) {
    http::HeaderList out;
    const Json& given = params.value("headers");
    if (given.is_null()) {
        return out;
    }
    for (const Json::Member& member : given.as_object()) {
        std::string value =
            member.value.is_string() ? member.value.as_string() : member.value.dump();
        require_header(params, member.key, value);
        out.emplace_back(member.key, std::move(value));
    }
    return out;
}

std::string unix_time() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

/// Over the body, or over "<time>.<body>" so that nobody can send an old one again later.
void sign(const Params& params, Post& post) {
    const std::string secret = params.text("secret");
    if (secret.empty()) {
        return;
    }
    std::string data = post.body;
    if (const std::string header = params.text("timestamp_header"); !header.empty()) {
        const std::string time = unix_time();
        require_header(params, header, time);
        post.headers.emplace_back(header, time);
        data.insert(0, time + ".");
    }
    const std::string header = params.text("signature_header", "X-Signature-256");
    std::string signature = params.text("signature_prefix", "sha256=");
    signature += hmac_sha256(secret, data);
    require_header(params, header, signature);
    post.headers.emplace_back(header, std::move(signature));
}

}  // namespace

Json send_webhook(const Delivery& delivery, const Params& params) {
    if (params.has("json") == params.has("body")) {
        throw params.wrong("json", "give either json or body");
    }
    Post post{.what = "the webhook",
              .url = params.required("url"),
              .url_parameter = "url",
              .method = params.text("method", "POST"),
              .headers = headers_of(params)};
    if (params.has("json")) {
        post.body = params.value("json").dump();
    } else {
        post.body = params.text("body");
        post.content_type = params.text("content_type", "text/plain; charset=utf-8");
        require_header(params, "x", post.content_type);
    }
    sign(params, post);
    const http::Response response = send_or_fail(delivery, params, std::move(post));
    const bool readable = common::is_utf8(response.body) && response.body.size() <= body_shown;
    Json out{{"sent", true},
             {"status", response.status},
             {"body", readable ? Json(response.body) : Json()}};
    if (Json json = json_of(response); !json.is_null() && readable) {
        out["json"] = std::move(json);
    }
    return out;
}

}  // namespace oa::notify
