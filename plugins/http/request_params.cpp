#include "request_params.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "plugins/common/encoding.hpp"
#include "plugins/common/verified.hpp"

namespace oa::http {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t body_default = std::size_t{900} * 1024;
constexpr auto connect_timeout_default = 10s;
constexpr auto idle_timeout_default = 60s;
/// Of a call that has no limit at all; far enough, and no overflow.
constexpr auto no_limit = std::chrono::hours(24 * 365);

std::string text_of(const Json& value) {
    return value.is_string() ? value.as_string() : value.dump();
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

std::string basic_credentials(const Json& given, const std::string& pointer) {
    const auto user = given.get<std::string>("username");
    if (user.find(':') != std::string::npos) {
        throw invalid_params(pointer + "/username", "a user name cannot hold a colon");
    }
    return "Basic " + common::base64_encode(user + ":" + given.get<std::string>("password", ""));
}

ProxyChoice proxy_param(Call& call) {
    const auto text = call.find_param<std::string>("proxy");
    const auto credentials = call.find_param<Json>("proxy_auth");
    const bool own = text && !text->empty() && *text != "environment";
    if (credentials && !own) {
        throw invalid_params("/proxy_auth", "proxy_auth needs the address of a proxy");
    }
    try {
        if (own) {
            Proxy proxy = parse_proxy(*text);
            if (credentials) {
                proxy.authorization = basic_credentials(*credentials, "/proxy_auth");
            }
            return ProxyChoice(std::move(proxy));
        }
        return text && !text->empty() ? ProxyChoice::from_environment() : ProxyChoice();
    } catch (const UrlError& error) {
        throw invalid_params("/proxy", std::string("proxy: ") + error.what());
    }
}

ClientCertificate client_param(Call& call) {
    ClientCertificate client{
        .certificate = call.param<std::string>("client_certificate", ""),
        .key = call.param<std::string>("client_key", ""),
        .passphrase = call.param<std::string>("client_key_passphrase", ""),
    };
    if (client.certificate.empty() && !client.key.empty()) {
        throw invalid_params("/client_key", "client_key needs a client_certificate");
    }
    return client;
}

/// The same error with the request it belongs to.
Error in_context(const Error& error, const std::string& asked, const Limit& limit) {
    if (error.code() == ErrorCode::Cancelled) {
        return error;
    }
    std::string message = asked + " failed: " + error.what();
    if (error.code() == ErrorCode::Deadline) {
        message = asked + " took longer than its limit of " + std::to_string(limit.time.count()) +
                  " ms (" + limit.name + ")";
    }
    return Error(error.code(), message)
        .with_retry(error.retry())
        .with_pointer(error.pointer())
        .with_details(error.details());
}

}  // namespace

bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               marks.find(c) != std::string_view::npos;
    });
}

std::vector<std::string> texts_of(const Json& value, const std::string& pointer) {
    std::vector<std::string> out;
    if (value.is_object()) {
        throw invalid_params(pointer,
                             "'" + pointer.substr(pointer.rfind('/') + 1) +
                                 "' is an object: only texts, numbers, booleans and lists of these "
                                 "can be sent here");
    }
    if (value.is_array()) {
        for (const Json& item : value.as_array()) {
            out.push_back(text_of(item));
        }
    } else if (!value.is_null()) {
        out.push_back(text_of(value));
    }
    return out;
}

std::string encode_pairs(const Json& object, const std::string& pointer) {
    std::string out;
    for (const Json::Member& member : object.as_object()) {
        for (const std::string& value : texts_of(member.value, pointer + pointer_to(member.key))) {
            out += (out.empty() ? "" : "&") + encode_component(member.key) + "=" +
                   encode_component(value);
        }
    }
    return out;
}

void append_query(Url& url, const std::string& pairs) {
    if (!pairs.empty()) {
        const bool has_query = url.target.find('?') != std::string::npos;
        url.target += has_query && !url.target.ends_with('?') ? "&" : has_query ? "" : "?";
        url.target += pairs;
    }
}

Url url_param(Call& call) {
    Url url;
    try {
        url = parse_url(call.param<std::string>("url"));
    } catch (const UrlError& error) {
        throw invalid_params("/url", std::string("url: ") + error.what());
    }
    if (const auto query = call.find_param<Json>("query")) {
        append_query(url, encode_pairs(*query, "/query"));
    }
    return url;
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
        request.headers.emplace_back("Authorization", basic_credentials(*basic, "/basic_auth"));
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

ExchangeOptions options_param(const Module& module, Call& call) {
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
        .tls = {.verify = common::verified(call, call.param<bool>("verify", true)),
                .ca_file = call.param<std::string>("ca_file", ""),
                .client = client_param(call)},
        .connect_timeout = call.param<milliseconds>("connect_timeout", connect_timeout_default),
        .follow_redirects = call.param<bool>("follow_redirects", true),
        .redirects_max = static_cast<int>(redirects),
        .body_max = static_cast<std::size_t>(bytes),
        .guard = &module.guard,
        .proxies = proxy_param(call),
    };
}

ExchangeOptions transfer_options(const Module& module, Call& call) {
    ExchangeOptions options = options_param(module, call);
    options.idle = call.param<milliseconds>("idle_timeout", idle_timeout_default);
    return options;
}

Limit limit_param(Call& call, std::optional<milliseconds> fallback) {
    Limit limit{
        call.find_param<milliseconds>("request_timeout").value_or(fallback.value_or(no_limit)),
        "request_timeout"};
    if (const auto rest = call.remaining(); rest && *rest < limit.time) {
        limit = {*rest, "the task's timeout"};
    }
    return limit;
}

Exchange run_exchange(Call& call, Request request, ExchangeOptions options, const Limit& limit) {
    const std::string asked = request.method + " " + request.url.text();
    Interrupter interrupter(steady_clock::now() + limit.time);
    const auto guard = call.on_cancel([&interrupter] { interrupter.cancel(); });
    try {
        return send_request(std::move(request), std::move(options), interrupter);
    } catch (const Error& error) {
        throw in_context(error, asked, limit);
    }
}

}  // namespace oa::http
