// The functions of oa-network of version 3, as translations onto what this module does: their
// parameters, how `input` fills them, their outputs.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "answer.hpp"
#include "functions.hpp"
#include "plugins/common/encoding.hpp"
#include "plugins/common/fault.hpp"
#include "plugins/common/http/status_error.hpp"
#include "plugins/common/text.hpp"
#include "plugins/common/verified.hpp"
#include "request_params.hpp"

namespace oa::http {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto request_limit = std::chrono::seconds(30);
constexpr std::size_t body_max = std::size_t{64} * 1024 * 1024;
constexpr std::size_t printed_max = 1000;  // characters in the log

enum class Scheme { Http, Https };
enum class Way { Straight, Environment };  // of the proxies

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

/// UTF-8, without the bytes that are none.
std::string decoded(std::string_view bytes) {
    std::string out;
    while (!bytes.empty()) {
        const std::size_t good = std::min(common::find_invalid_utf8(bytes), bytes.size());
        out += bytes.substr(0, good);
        bytes.remove_prefix(std::min(good + 1, bytes.size()));
    }
    return out;
}

/// A parameter, or the empty text where it is missing or null; numbers as texts.
std::string text_param(Call& call, std::string_view name) {
    const Json* const given = call.find_param(name);
    if (given == nullptr || given->is_null()) {
        return {};
    }
    return given->is_string() ? given->as_string() : given->dump();
}

/// A yes or no, also as the texts that older documents have; a text that is none is the path of a
/// list of authorities.
void set_verify(Call& call, ExchangeOptions& options) {
    const std::string text = text_param(call, "verify");
    const std::string word = lower_case(text);
    if (word == "false" || word == "no" || word == "0") {
        options.tls.verify = common::verified(call, false);
    } else if (!text.empty() && word != "true" && word != "yes" && word != "1") {
        options.tls.ca_file = text;
    }
}

bool is_yes(Call& call, std::string_view name) {
    const std::string word = lower_case(text_param(call, name));
    return !word.empty() && word != "false" && word != "no" && word != "0";
}

Url parsed(const std::string& text, const std::string& pointer) {
    try {
        return parse_url(text);
    } catch (const UrlError& error) {
        throw invalid_params(pointer, error.what());
    }
}

/// Throws where host or port is missing; `more` tells what else could have brought them.
Url url_from(Scheme scheme,
             const std::string& host,
             const std::string& port,
             const std::string& path,
             const std::string& more) {
    if (host.empty() || port.empty()) {
        const std::string missing = host.empty() ? "host" : "port";
        throw invalid_params("/" + missing, missing + " is missing" + more);
    }
    const bool bare_ipv6 = host.find(':') != std::string::npos && !host.starts_with('[');
    return parsed((scheme == Scheme::Https ? "https://" : "http://") +
                      (bare_ipv6 ? "[" + host + "]" : host) + ":" + port +
                      (path.starts_with('/') ? "" : "/") + path,
                  "/host");
}

/// host, port and get, where `input` fills what is missing: by its host and port, or its url.
Url url_or_input(Call& call, Scheme scheme) {
    const Json& input = call.params()["input"];
    const auto text = [](const Json& value) {
        return value.is_string() ? value.as_string()
                                 : (value.is_integer() ? value.dump() : std::string());
    };
    std::string host = text_param(call, "host");
    std::string port = text_param(call, "port");
    std::string path = text_param(call, "get");
    std::optional<Url> known;
    if (const std::string address = text(input["url"]); !address.empty()) {
        known = parsed(address, "/input/url");
    }
    host = !host.empty() ? host : text(input["host"]);
    port = !port.empty() ? port : text(input["port"]);
    if (known) {
        host = !host.empty() ? host : known->host;
        port = !port.empty() ? port : std::to_string(known->port);
        path = !path.empty() ? path : known->target;
    }
    return url_from(scheme, host, port, path, ", and input holds neither it nor a url");
}

ExchangeOptions older_options(const Module& module, bool redirects, Way way) {
    ExchangeOptions options{
        .follow_redirects = redirects, .body_max = body_max, .guard = &module.guard};
    if (way == Way::Environment) {
        try {
            options.proxies = ProxyChoice::from_environment();
        } catch (const UrlError& error) {
            throw common::fault(ErrorCode::Precondition, Retry::No,
                                std::string("a variable that names a proxy: ") + error.what());
        }
    }
    return options;
}

/// Names as they came; repeated ones are joined.
Json received_headers(const Response& response) {
    Json out = Json::object();
    for (const auto& [name, value] : response.received) {
        if (Json* const there = out.find(name); there != nullptr) {
            *there = there->as_string() + ", " + value;
        } else {
            out[name] = value;
        }
    }
    return out;
}

void give_older_answer(Call& call, Request request, const ExchangeOptions& options) {
    const std::string asked = request.method + " " + request.url.text();
    const std::string url = (request.url.secure ? "https://" : "http://") +
                            request.url.authority() + request.url.target;
    const bool timed = request.url.secure;
    const auto started = steady_clock::now();
    const Exchange exchange =
        run_exchange(call, std::move(request), options, limit_param(call, request_limit));
    const auto elapsed = std::chrono::duration_cast<milliseconds>(steady_clock::now() - started);
    const Response& response = exchange.response;
    const std::string content = decoded(response.body);
    Json out{{"status_code", response.status},
             {"reason", response.reason},
             {"content", content},
             {"size", characters(content)},
             {"headers", received_headers(response)},
             {"url", url}};
    if (auto json = json_of(response)) {
        out["json"] = std::move(*json);
    }
    if (timed) {
        out["elapsed_ms"] = elapsed.count();
    }
    call.result(out);
    if (is_yes(call, "printout")) {
        call.log().info(common::cut_text(content, printed_max));
    }
    if (response.status >= 400) {
        throw status_error(exchange, asked);
    }
}

void older_get(const Module& module, Call& call, Scheme scheme) {
    call.check();
    // The one of plain http went its way straight and took a redirect for the answer.
    const bool secure = scheme == Scheme::Https;
    ExchangeOptions options =
        older_options(module, secure, secure ? Way::Environment : Way::Straight);
    if (secure) {
        set_verify(call, options);
    }
    Request request;
    request.method = "GET";
    request.url = url_or_input(call, scheme);
    add_headers(call, request);
    give_older_answer(call, std::move(request), options);
}

/// `data`, or else what `input` brings.
Json data_of(Call& call) {
    if (const Json* const data = call.find_param("data"); data != nullptr && !data->is_null()) {
        return *data;
    }
    const Json& input = call.params()["input"];
    if (input.is_object()) {
        return input.contains("json") ? input["json"] : input;
    }
    if (input.is_string()) {
        return input;
    }
    throw invalid_params("/data", "data is missing, and input is neither a map nor a text");
}

void older_send(const Module& module, Call& call, const char* method, Scheme scheme) {
    call.check();
    ExchangeOptions options = older_options(module, true, Way::Environment);
    if (scheme == Scheme::Https) {
        set_verify(call, options);
    }
    Request request;
    request.method = method;
    request.url = url_from(scheme, text_param(call, "host"), text_param(call, "port"),
                           text_param(call, "path"), "");
    add_headers(call, request);
    std::erase_if(request.headers,
                  [](const auto& header) { return same_name(header.first, "content-type"); });
    const std::string type = text_param(call, "content_type");
    request.headers.emplace_back("Content-Type", type.empty() ? "application/json" : type);
    const Json data = data_of(call);
    request.body = data.is_string() ? data.as_string() : data.dump();
    request.has_body = true;
    give_older_answer(call, std::move(request), options);
}

}  // namespace

void older_httpget(const Module& module, Call& call) {
    older_get(module, call, Scheme::Http);
}
void older_httpsget(const Module& module, Call& call) {
    older_get(module, call, Scheme::Https);
}
void older_httppost(const Module& module, Call& call) {
    older_send(module, call, "POST", Scheme::Http);
}
void older_httpspost(const Module& module, Call& call) {
    older_send(module, call, "POST", Scheme::Https);
}
void older_httpput(const Module& module, Call& call) {
    older_send(module, call, "PUT", Scheme::Http);
}

void older_get_request(const Module& module, Call& call) {
    call.check();
    Request request;
    request.method = "GET";
    request.url = parsed(text_param(call, "url"), "/url");
    if (const auto query = call.find_param<Json>("params")) {
        append_query(request.url, encode_pairs(*query, "/params"));
    }
    add_headers(call, request);
    ExchangeOptions options = older_options(module, true, Way::Environment);
    set_verify(call, options);
    give_older_answer(call, std::move(request), options);
}

}  // namespace oa::http
