// The functions of oa-notify of version 3, and those that its page named, as translations onto what
// this module does: their parameters, how `input` fills them, their outputs.

#include <string>
#include <string_view>
#include <utility>

#include "functions.hpp"
#include "plugins/common/fault.hpp"

namespace oa::notify {

namespace {

std::size_t length_of(std::string_view text) {
    std::size_t out = 0;
    for (const char c : text) {
        out += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    }
    return out;
}

/// A parameter, or else `input`: a text, the first of its members that is there, or all of it.
std::string text_or_input(const Params& params,
                          std::string_view name,
                          std::initializer_list<std::string_view> members) {
    if (params.has(name)) {
        return params.text(name);
    }
    const Json& input = params.value("input");
    if (input.is_string()) {
        return input.as_string();
    }
    for (const std::string_view member : members) {
        if (const Json& value = input[member]; !value.is_null()) {
            return value.is_string() ? value.as_string() : value.dump();
        }
    }
    return input.is_null() ? "" : input.dump(JsonStyle::Indented);
}

/// Parameters of before under the names of now.
void take(Json& out, const Params& params, std::string_view from, std::string_view to) {
    if (params.has(from)) {
        out[to] = params.value(from);
    }
}

}  // namespace

void older_telegram(Module& module, Call& call) {
    const Params params(call.params());
    const std::string message = text_or_input(params, "message", {"content", "message", "text"});
    if (message.empty()) {
        throw params.wrong("message", "message is missing, and there is no input");
    }
    Json values{{"token", params.required("tokenid")}, {"text", message}};
    for (const char* name : {"base_url", "ca_file", "verify"}) {
        take(values, params, name, name);
    }
    // As before; what Telegram cannot read as Markdown is refused by it.
    values["parse_mode"] = params.text("parse_mode", "Markdown");
    values["request_timeout"] = 10;
    Json successful = Json::array();
    Json failed = Json::array();
    std::string reason;
    const std::vector<std::string> chats = params.texts("chatid");
    if (chats.empty()) {
        throw params.wrong("chatid", "chatid is missing");
    }
    for (const std::string& chat : chats) {
        values["chat_id"] = chat;
        try {
            const Json sent = send_telegram({call, module.guard}, Params(values));
            successful.push_back({{"chat_id", chat}, {"response", sent["messages"].at(0)}});
        } catch (const Error& error) {
            if (error.code() == ErrorCode::Cancelled || error.code() == ErrorCode::InvalidParams) {
                throw;
            }
            reason = error.what();
            Json entry{{"chat_id", chat}, {"error", reason}};
            if (const Json& status = error.details()["status"]; !status.is_null()) {
                entry["status_code"] = status;
            }
            failed.push_back(std::move(entry));
        }
    }
    const bool good = failed.empty();
    call.result({{"total_chats", chats.size()},
                 {"successful", successful.size()},
                 {"failed", failed.size()},
                 {"successful_chats", successful},
                 {"failed_chats", failed},
                 {"message_length", length_of(message)}});
    if (!good) {
        throw common::fault(ErrorCode::Unavailable, successful.empty() ? Retry::Unknown : Retry::No,
                            reason);
    }
}

Json older_email(Module& module, Call& call) {
    const Params params(call.params());
    Json values{{"host", params.text("smtp_host", "smtp.gmail.com")},
                {"port", params.number("smtp_port", 465)},
                {"security", "tls"},
                {"username", params.required("senderemail")},
                {"password", params.required("senderpassword")},
                {"subject", params.required("subject")}};
    take(values, params, "ca_file", "ca_file");
    take(values, params, "to", "to");
    take(values, params, "receiveremail", "to");
    if (const Json& to = values["to"];
        to.is_string() && to.as_string().find(',') != std::string::npos) {
        // A list with commas: everybody in it gets the message.
        Json list = Json::array();
        std::string_view rest = to.as_string();
        while (!rest.empty()) {
            const std::size_t comma = rest.find(',');
            list.push_back(Json(rest.substr(0, comma)));
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        }
        values["to"] = std::move(list);
    }
    if (values["to"].is_null()) {
        throw params.wrong("receiveremail", "receiveremail is missing");
    }
    const std::string html = params.text("messagehtml");
    const bool own = params.has("messagetext") || !html.empty();
    const std::string text =
        own ? params.text("messagetext") : text_or_input(params, "messagetext", {"content"});
    values["text"] = text;
    values["html"] = html;
    static_cast<void>(send_email({call, module.guard}, Params(values)));
    return {
        {"from", values["username"]},
        {"to", params.has("receiveremail") ? params.value("receiveremail") : params.value("to")},
        {"subject", values["subject"]},
        {"message_type", html.empty()   ? "plain"
                         : text.empty() ? "html"
                                        : "multipart"},
        {"text_length", length_of(text)},
        {"html_length", length_of(html)},
        {"sent", true}};
}

Json older_slack(Module& module, Call& call) {
    const Params params(call.params());
    Json values{{"text", text_or_input(params, "message", {"content", "message", "text"})}};
    for (const char* name : {"webhook_url", "token", "channel", "base_url", "ca_file", "verify"}) {
        take(values, params, name, name);
    }
    return send_slack({call, module.guard}, Params(values));
}

}  // namespace oa::notify
