#include "answer.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "plugins/common/encoding.hpp"
#include "plugins/common/http/status_error.hpp"

namespace oa::http {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t body_with_json_max = std::size_t{200} * 1024;

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

Json headers_of(const Response& response) {
    Json headers = Json::object();
    for (const auto& [name, value] : response.headers) {
        headers[name] = value;
    }
    return headers;
}

Json answer_of(const Exchange& exchange, milliseconds elapsed) {
    const Response& response = exchange.response;
    Json out{{"status", response.status},     {"reason", response.reason},
             {"url", exchange.url.text()},    {"headers", headers_of(response)},
             {"elapsed_ms", elapsed.count()}, {"redirects", exchange.redirects}};
    put_body(out, response);
    return out;
}

Error status_error(const Exchange& exchange, const std::string& asked) {
    return error_of_status(exchange.response, asked)
        .with_details({{"status", exchange.response.status}, {"url", exchange.url.text()}});
}

void give_answer(Call& call,
                 Request request,
                 const ExchangeOptions& options,
                 const Limit& limit,
                 bool fail_on_status,
                 const Json& more) {
    const auto started = steady_clock::now();
    const std::string asked = request.method + " " + request.url.text();
    const Exchange exchange = run_exchange(call, std::move(request), options, limit);
    Json output = answer_of(
        exchange, std::chrono::duration_cast<milliseconds>(steady_clock::now() - started));
    for (const Json::Member& member : more.as_object()) {
        output[member.key] = member.value;
    }
    call.result(output);
    if (fail_on_status && exchange.response.status >= 400) {
        throw status_error(exchange, asked);
    }
}

}  // namespace oa::http
