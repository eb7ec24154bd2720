#include <oa/plugin.hpp>

#include "functions.hpp"
#include "schemas.hpp"

namespace {

namespace notify = oa::notify;
namespace schema = oa::notify::schema;

// A ca_file and attachments are read from the file system.
constexpr std::uint32_t sends = OA_F_BLOCKING | OA_F_THREAD_SAFE | OA_F_CANCELLABLE | OA_F_SECRETS |
                                OA_F_NETWORK | OA_F_FILESYSTEM;

constexpr const char* older_telegram_names[] = {"oa-notify.sendtelegramnotify",
                                                "oanotify.sendtelegramnotify", nullptr};
constexpr oa_deprecation older_telegram_end{sizeof(oa_deprecation), "1.0.0", "notify.telegram",
                                            "its names of parameters and its output are older"};
constexpr const char* older_email_names[] = {"oa-notify.sendmailbygmail",
                                             "oanotify.sendmailbygmail", "oanotify.send_email",
                                             "oa-notify.send_email", nullptr};
constexpr oa_deprecation older_email_end{sizeof(oa_deprecation), "1.0.0", "notify.email",
                                         "email works with every mail server"};
constexpr const char* older_format_names[] = {"oa-notify.formatmessage", "oanotify.formatmessage",
                                              nullptr};
constexpr oa_deprecation older_format_end{sizeof(oa_deprecation), "1.0.0", "notify.format",
                                          "it is the same function"};
constexpr const char* older_alert_names[] = {"oanotify.send_alert", "oa-notify.send_alert",
                                             "oa-notify.send", "oanotify.send", nullptr};
constexpr oa_deprecation older_alert_end{sizeof(oa_deprecation), "1.0.0", "notify.alert",
                                         "it is the same function"};
constexpr const char* older_slack_names[] = {"oa-notify.send_slack", "oanotify.send_slack",
                                             nullptr};
constexpr oa_deprecation older_slack_end{sizeof(oa_deprecation), "1.0.0", "notify.slack",
                                         "its names of parameters are older"};

constexpr oa_function functions[] = {
    oa::function<notify::run<notify::send_email>>({
        .name = "email",
        .title = "Send an e-mail",
        .summary = "Sends an e-mail by a mail server (SMTP), with text, HTML and attachments.",
        .params = schema::email_params.data(),
        .output = schema::email_output,
        .examples = schema::email_examples,
        .flags = sends,
    }),
    oa::function<notify::run<notify::send_telegram>>({
        .name = "telegram",
        .title = "Write to Telegram",
        .summary = "Sends a text to chats of Telegram, by a bot.",
        .params = schema::telegram_params.data(),
        .output = schema::telegram_output,
        .examples = schema::telegram_examples,
        .flags = sends,
    }),
    oa::function<notify::run<notify::send_slack>>({
        .name = "slack",
        .title = "Write to Slack",
        .summary = "Sends a message to Slack, by a webhook or a bot.",
        .params = schema::slack_params.data(),
        .output = schema::slack_output,
        .examples = schema::slack_examples,
        .flags = sends,
    }),
    oa::function<notify::run<notify::send_teams>>({
        .name = "teams",
        .title = "Write to Teams",
        .summary = "Sends a card to a channel of Microsoft Teams, by a webhook.",
        .params = schema::teams_params.data(),
        .output = schema::teams_output,
        .examples = schema::teams_examples,
        .flags = sends,
    }),
    oa::function<notify::run<notify::send_discord>>({
        .name = "discord",
        .title = "Write to Discord",
        .summary = "Sends a message to a channel of Discord, by a webhook.",
        .params = schema::discord_params.data(),
        .output = schema::discord_output,
        .examples = schema::discord_examples,
        .flags = sends,
    }),
    oa::function<notify::run<notify::send_webhook>>({
        .name = "webhook",
        .title = "Call a webhook",
        .summary = "Sends JSON or a text to an address, signed where a secret is given.",
        .params = schema::webhook_params.data(),
        .output = schema::webhook_output,
        .examples = schema::webhook_examples,
        .flags = sends,
    }),
    oa::function<notify::alert>({
        .name = "alert",
        .title = "Raise an alert",
        .summary = "Tells something by several channels: all of them, or the first that works.",
        .params = schema::alert_params.data(),
        .output = schema::alert_output,
        .examples = schema::alert_examples,
        .flags = sends,
    }),
    oa::function<notify::format>({
        .name = "format",
        .title = "Make a text",
        .summary = "Makes a text of values, by a template or in a plain form.",
        .params = schema::format_params,
        .output = schema::format_output,
        .examples = schema::format_examples,
        .flags = OA_F_THREAD_SAFE | OA_F_IDEMPOTENT | OA_F_PURE,
    }),
    oa::function<notify::older_telegram>({
        .name = "sendtelegramnotify",
        .title = "Write to Telegram (older)",
        .summary = "Writes to Telegram, as oa-notify.sendtelegramnotify of version 3 did.",
        .params = schema::older_telegram_params.data(),
        .output = schema::older_telegram_output,
        .examples = schema::older_telegram_examples,
        .flags = sends,
        .aliases = older_telegram_names,
        .deprecated = &older_telegram_end,
    }),
    oa::function<notify::older_email>({
        .name = "sendmailbygmail",
        .title = "Send an e-mail by Gmail (older)",
        .summary = "Sends an e-mail, as oa-notify.sendmailbygmail of version 3 did.",
        .params = schema::older_email_params,
        .output = schema::older_email_output,
        .examples = schema::older_email_examples,
        .flags = sends,
        .aliases = older_email_names,
        .deprecated = &older_email_end,
    }),
    oa::function<notify::format>({
        .name = "formatmessage",
        .title = "Make a text (older)",
        .summary = "Makes a text of values, as oa-notify.formatmessage of version 3 did.",
        .params = schema::format_params,
        .output = schema::format_output,
        .examples = schema::format_examples,
        .flags = OA_F_THREAD_SAFE | OA_F_IDEMPOTENT | OA_F_PURE,
        .aliases = older_format_names,
        .deprecated = &older_format_end,
    }),
    oa::function<notify::alert>({
        .name = "send_alert",
        .title = "Raise an alert (older)",
        .summary = "Raises an alert, as oanotify.send_alert of version 3 was to do.",
        .params = schema::alert_params.data(),
        .output = schema::alert_output,
        .examples = schema::alert_examples,
        .flags = sends,
        .aliases = older_alert_names,
        .deprecated = &older_alert_end,
    }),
    oa::function<notify::older_slack>({
        .name = "send_slack",
        .title = "Write to Slack (older)",
        .summary = "Writes to Slack, as oa-notify.send_slack of version 3 was to do.",
        .params = schema::older_slack_params.data(),
        .output = schema::slack_output,
        .examples = schema::older_slack_examples,
        .flags = sends,
        .aliases = older_slack_names,
        .deprecated = &older_slack_end,
    }),
};

}  // namespace

// A look-up of a host name may outlive the call that asked for it, so the code stays loaded.
OA_PLUGIN(oa::Module{.id = "org.openautomator.notify",
                     .name = "notify",
                     .version = "1.0.0",
                     .summary = "Messages to people and to other programs.",
                     .vendor = "Open Automator",
                     .config = oa::common::network_config_schema,
                     .flags = OA_M_NO_UNLOAD,
                     .lifecycle = oa::lifecycle<notify::Module>},
          functions)
