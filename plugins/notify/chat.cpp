#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "functions.hpp"
#include "plugins/common/fault.hpp"
#include "plugins/common/http/status_error.hpp"
#include "post.hpp"

namespace oa::notify {

namespace {

constexpr const char* telegram_address = "https://api.telegram.org";
constexpr const char* slack_address = "https://slack.com/api";

/// A part of an address that is the caller's own text.
void require_plain_token(const Params& params, const std::string& token) {
    const bool plain = std::all_of(token.begin(), token.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == ':' || c == '-' || c == '_';
    });
    if (!plain) {
        throw params.wrong("token", "token holds a character that no token has");
    }
}

void put_given(Json& body, const Params& params, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (params.has(name)) {
            body[name] = params.value(name);
        }
    }
}

/// What the error of Slack's API, which comes with status 200, means.
Error slack_error(const std::string& word) {
    struct Meaning {
        std::string_view word;
        ErrorCode code;
        Retry retry;
    };
    constexpr std::array meanings{
        Meaning{"invalid_auth", ErrorCode::Unauthenticated, Retry::No},
        Meaning{"not_authed", ErrorCode::Unauthenticated, Retry::No},
        Meaning{"account_inactive", ErrorCode::Unauthenticated, Retry::No},
        Meaning{"token_revoked", ErrorCode::Unauthenticated, Retry::No},
        Meaning{"token_expired", ErrorCode::Unauthenticated, Retry::No},
        Meaning{"channel_not_found", ErrorCode::NotFound, Retry::No},
        Meaning{"not_in_channel", ErrorCode::Permission, Retry::No},
        Meaning{"missing_scope", ErrorCode::Permission, Retry::No},
        Meaning{"ratelimited", ErrorCode::Exhausted, Retry::Yes},
        Meaning{"internal_error", ErrorCode::Unavailable, Retry::Yes},
        Meaning{"service_unavailable", ErrorCode::Unavailable, Retry::Yes},
    };
    const auto* const found = std::find_if(meanings.begin(), meanings.end(),
                                           [&](const Meaning& m) { return m.word == word; });
    const bool known = found != meanings.end();
    return common::fault(known ? found->code : ErrorCode::Precondition,
                         known ? found->retry : Retry::No,
                         "the message to Slack was refused: " + word);
}

Json slack_by_token(const Delivery& delivery, const Params& params, Json body) {
    body["channel"] = params.required("channel");
    const std::string token = params.required("token");
    require_plain_token(params, token);
    const http::Response response =
        send_or_fail(delivery, params,
                     {.what = "the message to Slack",
                      .url = params.text("base_url", slack_address) + "/chat.postMessage",
                      .url_parameter = "base_url",
                      .headers = {{"Authorization", "Bearer " + token}},
                      .body = body.dump(),
                      .content_type = "application/json; charset=utf-8"});
    const Json answer = json_of(response);
    if (answer["ok"] != Json(true)) {
        throw slack_error(answer["error"].is_string() ? answer["error"].as_string()
                                                      : "no readable answer");
    }
    return {{"sent", true}, {"channel", answer["channel"]}, {"message_id", answer["ts"]}};
}

Json adaptive_card(const Params& params) {
    Json blocks = Json::array();
    if (const std::string title = params.text("title"); !title.empty()) {
        blocks.push_back({{"type", "TextBlock"},
                          {"text", title},
                          {"weight", "Bolder"},
                          {"size", "Medium"},
                          {"wrap", true}});
    }
    blocks.push_back({{"type", "TextBlock"}, {"text", params.required("text")}, {"wrap", true}});
    return {{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
            {"type", "AdaptiveCard"},
            {"version", "1.4"},
            {"body", std::move(blocks)}};
}

Json telegram_once(const Delivery& delivery, const Params& params, const std::string& chat) {
    Json body{{"chat_id", chat}, {"text", params.required("text")}};
    if (const std::string mode = params.text("parse_mode", "none"); mode != "none") {
        body["parse_mode"] = mode;
    }
    if (params.flag("silent", false)) {
        body["disable_notification"] = true;
    }
    const std::string token = params.required("token");
    require_plain_token(params, token);
    const http::Response response = send_or_fail(
        delivery, params,
        {.what = "the message to Telegram",
         .url = params.text("base_url", telegram_address) + "/bot" + token + "/sendMessage",
         .url_parameter = "base_url",
         .body = body.dump()});
    return {{"chat_id", chat}, {"message_id", json_of(response)["result"]["message_id"]}};
}

}  // namespace

Json send_telegram(const Delivery& delivery, const Params& params) {
    const std::vector<std::string> chats = params.texts("chat_id");
    if (chats.empty()) {
        throw params.wrong("chat_id", "chat_id is missing: the chats to write to");
    }
    Json sent = Json::array();
    for (const std::string& chat : chats) {
        try {
            sent.push_back(telegram_once(delivery, params, chat));
        } catch (const Error& error) {
            if (sent.empty()) {
                throw;
            }
            // Another attempt would write to those again that have the message.
            throw common::fault(error.code(), Retry::No,
                                std::string(error.what()) + " (chat " + chat + "; " +
                                    std::to_string(sent.size()) + " of " +
                                    std::to_string(chats.size()) + " chats have it)")
                .with_details({{"messages", sent}, {"failed", chat}});
        }
    }
    return {{"sent", true}, {"messages", std::move(sent)}};
}

Json send_slack(const Delivery& delivery, const Params& params) {
    Json body{{"text", params.required("text")}};
    put_given(body, params, {"blocks", "username", "icon_emoji", "thread_ts"});
    if (params.has("token") == params.has("webhook_url")) {
        throw params.wrong("webhook_url", "give either webhook_url, or token and channel");
    }
    if (params.has("token")) {
        return slack_by_token(delivery, params, std::move(body));
    }
    static_cast<void>(send_or_fail(delivery, params,
                                   {.what = "the message to Slack",
                                    .url = params.required("webhook_url"),
                                    .url_parameter = "webhook_url",
                                    .body = body.dump()}));
    return {{"sent", true}, {"channel", nullptr}, {"message_id", nullptr}};
}

Json send_teams(const Delivery& delivery, const Params& params) {
    Json card = params.has("card") ? params.value("card") : adaptive_card(params);
    const Json body{
        {"type", "message"},
        {"attachments", Json::array({{{"contentType", "application/vnd.microsoft.card.adaptive"},
                                      {"contentUrl", nullptr},
                                      {"content", std::move(card)}}})}};
    const http::Response response = send_or_fail(delivery, params,
                                                 {.what = "the message to Teams",
                                                  .url = params.required("webhook_url"),
                                                  .url_parameter = "webhook_url",
                                                  .body = body.dump()});
    return {{"sent", true}, {"status", response.status}};
}

Json send_discord(const Delivery& delivery, const Params& params) {
    Json body = Json::object();
    if (params.has("text")) {
        body["content"] = params.required("text");
    }
    put_given(body, params, {"username", "avatar_url", "embeds"});
    if (!params.has("text") && !params.has("embeds")) {
        throw params.wrong("text", "text is missing, and there are no embeds");
    }
    if (!params.flag("mentions", false)) {
        // So that a text of others cannot call everybody.
        body["allowed_mentions"] = {{"parse", Json::array()}};
    }
    std::string url = params.required("webhook_url");
    url += url.find('?') == std::string::npos ? "?wait=true" : "&wait=true";
    const http::Response response = send_or_fail(delivery, params,
                                                 {.what = "the message to Discord",
                                                  .url = url,
                                                  .url_parameter = "webhook_url",
                                                  .body = body.dump()});
    return {{"sent", true}, {"message_id", json_of(response)["id"]}};
}

}  // namespace oa::notify
