#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "functions.hpp"
#include "plugins/common/fault.hpp"

namespace oa::notify {

namespace {

struct Severity {
    std::string_view word;
    std::string_view mark;
    LogLevel level;
};
constexpr std::array severities{
    Severity{"info", "INFO", LogLevel::Info},
    Severity{"warning", "WARNING", LogLevel::Warn},
    Severity{"error", "ERROR", LogLevel::Error},
    Severity{"critical", "CRITICAL", LogLevel::Error},
};

struct Alert {
    const Severity* severity = nullptr;
    std::string title;
    std::string message;

    /// "[ERROR] Backup: the disk is full"
    [[nodiscard]] std::string line() const {
        std::string out = "[" + std::string(severity->mark) + "] ";
        return title.empty() ? out + message : out + title + ": " + message;
    }
    [[nodiscard]] std::string heading() const {
        return "[" + std::string(severity->mark) + "] " +
               (title.empty() ? message.substr(0, message.find('\n')) : title);
    }
};

struct Channel {
    std::string_view type;
    Json (*send)(const Delivery&, const Params&);
    /// Puts the alert into the parameters of the channel, where they do not say it themselves.
    void (*fill)(Json& params, const Alert& alert);
};

void put(Json& params, std::string_view name, const std::string& text) {
    if (params[name].is_null()) {
        params[name] = text;
    }
}

void fill_text(Json& params, const Alert& alert) {
    put(params, "text", alert.line());
}
void fill_email(Json& params, const Alert& alert) {
    put(params, "subject", alert.heading());
    put(params, "text", alert.message);
}
void fill_teams(Json& params, const Alert& alert) {
    put(params, "title", alert.heading());
    put(params, "text", alert.message);
}
void fill_webhook(Json& params, const Alert& alert) {
    if (params["json"].is_null() && params["body"].is_null()) {
        params["json"] = {
            {"severity", alert.severity->word}, {"title", alert.title}, {"message", alert.message}};
    }
}

constexpr std::array channels{
    Channel{"email", send_email, fill_email},    Channel{"telegram", send_telegram, fill_text},
    Channel{"slack", send_slack, fill_text},     Channel{"teams", send_teams, fill_teams},
    Channel{"discord", send_discord, fill_text}, Channel{"webhook", send_webhook, fill_webhook},
};

Alert alert_param(const Params& params) {
    Alert alert;
    const std::string word = params.text("severity", "info");
    const auto* const found = std::find_if(severities.begin(), severities.end(),
                                           [&](const Severity& s) { return s.word == word; });
    if (found == severities.end()) {
        throw params.wrong("severity", "severity is none of info, warning, error and critical");
    }
    alert.severity = found;
    alert.title = params.text("title");
    alert.message = params.required("message");
    return alert;
}

void send_by(const Delivery& delivery,
             Json values,
             const std::string& pointer,
             const Alert& alert) {
    const std::string type = Params(values, pointer).required("type");
    if (type == "log") {
        delivery.call.log().write(alert.severity->level, alert.line());
        return;
    }
    const auto* const found = std::find_if(channels.begin(), channels.end(),
                                           [&](const Channel& c) { return c.type == type; });
    if (found == channels.end()) {
        throw Params(values, pointer)
            .wrong("type", "type is none of email, telegram, slack, teams, discord, webhook, log");
    }
    found->fill(values, alert);
    found->send(delivery, Params(values, pointer));
}

Json label_of(const Json& channel, std::size_t number) {
    return {{"channel", number}, {"type", channel["type"]}, {"name", channel["name"]}};
}

/// What became of the channels.
struct Tally {
    Json delivered = Json::array();
    Json failed = Json::array();
    std::string first_reason;
    ErrorCode code = ErrorCode::Unavailable;
    bool retryable = true;

    void fail(Json label, const Error& error) {
        label["error"] = error.what();
        if (failed.empty()) {
            first_reason = error.what();
            code = error.code();
        }
        // A wrong parameter does not get better by trying again.
        retryable = retryable && error.retry() == Retry::Yes;
        failed.push_back(std::move(label));
    }
};

}  // namespace

void alert(Module& module, Call& call) {
    const Delivery delivery{call, module.guard};
    const Params params(call.params());
    const Alert what = alert_param(params);
    const std::string mode = params.text("mode", "all");
    if (mode != "all" && mode != "first") {
        throw params.wrong("mode", "mode is none of all and first");
    }
    Json list = params.value("channels");
    if (list.is_null() || list.empty()) {
        list = Json::array({{{"type", "log"}}});
    }
    Tally tally;
    for (std::size_t i = 0; i < list.size() && (mode == "all" || tally.delivered.empty()); ++i) {
        const Json& channel = list.at(i);
        try {
            send_by(delivery, channel, params.pointer("channels") + pointer_to(i), what);
            tally.delivered.push_back(label_of(channel, i));
        } catch (const Error& error) {
            if (error.code() == ErrorCode::Cancelled) {
                throw;
            }
            tally.fail(label_of(channel, i), error);
        }
    }
    const bool good = mode == "all" ? tally.failed.empty() : !tally.delivered.empty();
    call.result({{"sent", !tally.delivered.empty()},
                 {"severity", what.severity->word},
                 {"delivered", tally.delivered},
                 {"failed", tally.failed}});
    if (!good) {
        // Another attempt would tell those again that know already.
        const bool again = tally.retryable && tally.delivered.empty();
        throw common::fault(tally.code, again ? Retry::Yes : Retry::No,
                            std::to_string(tally.failed.size()) + " of " +
                                std::to_string(list.size()) +
                                " channels failed: " + tally.first_reason);
    }
}

}  // namespace oa::notify
