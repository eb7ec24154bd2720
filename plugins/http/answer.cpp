#include "answer.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "plugins/common/encoding.hpp"
#include "plugins/common/http/status_error.hpp"

namespace oa::http {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t body_with_json_max = std::size_t{200} * 1024;

std::optional<Json> json_of(const Response& response) {
    const std::string type = media_type(response);
    if (type != "application/json" && type != "text/json" && !type.ends_with("+json")) {
        return std::nullopt;
    }
    try {
        std::string_view text = response.body;
        if (text.starts_with("\xEF\xBB\xBF")) {
            text.remove_prefix(3);
        }
        return Json::parse(text);
    } catch (const JsonError&) {
        return std::nullopt;  // the body itself is still there
    }
}

void put_body(Json& out, const Response& response) {
    auto json = json_of(response);
    // Both together must fit into one output.
    if (json && response.body.size() > body_with_json_max) {
        out["body"] = nullptr;
    } else if (common::is_utf8(response.body)) {
        out["body"] = response.body;
    } else {
        out["body"] = common::base64_encode(response.body);
        out["body_encoding"] = "base64";
    }
    if (json) {
        out["json"] = std::move(*json);
    }
}

}  // namespace

Json answer_of(const Exchange& exchange, milliseconds elapsed) {
    const Response& response = exchange.response;
    Json headers = Json::object();
    for (const auto& [name, value] : response.headers) {
        headers[name] = value;
    }
    Json out{{"status", response.status},     {"reason", response.reason},
             {"url", exchange.url.text()},    {"headers", std::move(headers)},
             {"elapsed_ms", elapsed.count()}, {"redirects", exchange.redirects}};
    put_body(out, response);
    return out;
}

}  // namespace oa::http
