#pragma once

#include "plugins/common/joined.hpp"

// JSON Schemas (2020-12) of the parameters and outputs, and the examples.

namespace oa::notify::schema {

using common::joined;

// For everything that is sent over HTTP; ends the schema.
inline constexpr char http_properties[] = R"(,
    "request_timeout": {"type": ["string", "number"], "default": "30s", "description": "Limit for the whole request, such as 500ms or 10s; a number is seconds."},
    "verify": {"type": "boolean", "default": true, "description": "Check the certificate of the server."},
    "ca_file": {"type": "string", "default": "", "description": "PEM file of the authorities to trust instead of the system's."}}})";

inline constexpr auto email_params = joined(
    R"({"type": "object", "additionalProperties": false, "required": ["host"], "properties": {
    "host": {"type": "string", "minLength": 1, "description": "Name or address of the mail server."},
    "port": {"type": "integer", "minimum": 1, "maximum": 65535, "description": "Port; without it 587 for starttls, 465 for tls, 25 for none."},
    "security": {"type": "string", "enum": ["starttls", "tls", "none"], "default": "starttls", "description": "starttls goes on in TLS after the greeting, tls starts with it; either fails where the server cannot. none sends everything in the clear."},
    "username": {"type": "string", "default": "", "description": "User name at the server; without it there is no log-in."},
    "password": {"type": "string", "default": "", "description": "Password of the user.", "x-secret": true},
    "allow_plain_login": {"type": "boolean", "default": false, "description": "Send the password in the clear with security: none."},
    "from": {"type": "string", "description": "Who sends it, such as Ada <ada@example.com>; without it username."},
    "to": {"type": ["string", "array"], "items": {"type": "string"}, "description": "Who gets it: an address or a list of them."},
    "cc": {"type": ["string", "array"], "items": {"type": "string"}, "description": "Who gets a copy."},
    "bcc": {"type": ["string", "array"], "items": {"type": "string"}, "description": "Who gets a copy without the others knowing."},
    "reply_to": {"type": ["string", "array"], "items": {"type": "string"}, "description": "Where answers go."},
    "subject": {"type": "string", "default": "", "description": "Subject, one line."},
    "text": {"type": "string", "default": "", "description": "The message as plain text."},
    "html": {"type": "string", "default": "", "description": "The message as HTML; with text the reader chooses."},
    "attachments": {"type": "array", "description": "Files to send with it, at most 25 MiB together: path, or content, or content_base64; name, media_type.", "items": {"type": "object", "additionalProperties": false, "properties": {"path": {"type": "string"}, "content": {"type": "string"}, "content_base64": {"type": "string"}, "name": {"type": "string"}, "media_type": {"type": "string", "default": "application/octet-stream"}}}},
    "allow_rejected": {"type": "boolean", "default": false, "description": "Send it if the server takes at least one of the addresses; else it takes all or nothing is sent."})",
    R"(,
    "request_timeout": {"type": ["string", "number"], "default": "60s", "description": "Limit for all of it, such as 30s; a number is seconds."},
    "verify": {"type": "boolean", "default": true, "description": "Check the certificate of the server."},
    "ca_file": {"type": "string", "default": "", "description": "PEM file of the authorities to trust instead of the system's."}}})");
inline constexpr auto telegram_params = joined(
    R"({"type": "object", "additionalProperties": false, "required": ["token", "chat_id", "text"], "properties": {
    "token": {"type": "string", "minLength": 1, "description": "Token of the bot.", "x-secret": true},
    "chat_id": {"type": ["string", "integer", "array"], "items": {"type": ["string", "integer"]}, "description": "The chat, or a list of chats."},
    "text": {"type": "string", "minLength": 1, "description": "The message, at most 4096 characters."},
    "parse_mode": {"type": "string", "enum": ["none", "Markdown", "MarkdownV2", "HTML"], "default": "none", "description": "How Telegram reads the text."},
    "silent": {"type": "boolean", "default": false, "description": "Without a sound."},
    "base_url": {"type": "string", "default": "https://api.telegram.org", "description": "Address of the service."})",
    http_properties);
inline constexpr auto slack_params = joined(
    R"({"type": "object", "additionalProperties": false, "required": ["text"], "properties": {
    "text": {"type": "string", "minLength": 1, "description": "The message; with blocks what notifications show."},
    "webhook_url": {"type": "string", "description": "Address of an incoming webhook; or else token and channel.", "x-secret": true},
    "token": {"type": "string", "description": "Token of a bot.", "x-secret": true},
    "channel": {"type": "string", "description": "With token: the channel, such as C024BE91L or #alerts."},
    "blocks": {"type": "array", "description": "Blocks of Slack's Block Kit.", "items": {"type": "object"}},
    "username": {"type": "string", "description": "Name to write under."},
    "icon_emoji": {"type": "string", "description": "Picture to write under, such as :robot_face:."},
    "thread_ts": {"type": "string", "description": "The message to answer to."},
    "base_url": {"type": "string", "default": "https://slack.com/api", "description": "With token: address of the API."})",
    http_properties);
inline constexpr auto teams_params = joined(
    R"({"type": "object", "additionalProperties": false, "required": ["webhook_url"], "properties": {
    "webhook_url": {"type": "string", "minLength": 1, "description": "Address of the webhook (of a workflow in Teams).", "x-secret": true},
    "text": {"type": "string", "description": "The message; needed without card."},
    "title": {"type": "string", "default": "", "description": "Title above it."},
    "card": {"type": "object", "description": "A whole Adaptive Card instead of text and title."})",
    http_properties);
inline constexpr auto discord_params = joined(
    R"({"type": "object", "additionalProperties": false, "required": ["webhook_url"], "properties": {
    "webhook_url": {"type": "string", "minLength": 1, "description": "Address of the webhook.", "x-secret": true},
    "text": {"type": "string", "description": "The message, at most 2000 characters."},
    "username": {"type": "string", "description": "Name to write under."},
    "avatar_url": {"type": "string", "description": "Picture to write under."},
    "embeds": {"type": "array", "description": "Embeds of Discord.", "items": {"type": "object"}},
    "mentions": {"type": "boolean", "default": false, "description": "Let @everyone and the like in the text call people."})",
    http_properties);
inline constexpr auto webhook_params =
    joined(R"({"type": "object", "additionalProperties": false, "required": ["url"], "properties": {
    "url": {"type": "string", "minLength": 1, "description": "The address, http or https."},
    "method": {"type": "string", "enum": ["POST", "PUT", "PATCH"], "default": "POST", "description": "How to send it."},
    "json": {"description": "A value to send as JSON; or else body."},
    "body": {"type": "string", "description": "A text to send."},
    "content_type": {"type": "string", "default": "text/plain; charset=utf-8", "description": "With body: what it is."},
    "headers": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}, "description": "More headers.", "x-secret": true},
    "secret": {"type": "string", "default": "", "description": "Sign the body with it (HMAC-SHA256, in hexadecimal digits).", "x-secret": true},
    "signature_header": {"type": "string", "default": "X-Signature-256", "description": "Header for the signature."},
    "signature_prefix": {"type": "string", "default": "sha256=", "description": "What stands before the digits."},
    "timestamp_header": {"type": "string", "default": "", "description": "Header for the time in seconds since 1970; then the signature is that of time, dot and body."})",
           http_properties);
inline constexpr auto alert_params = joined(
    R"({"type": "object", "additionalProperties": false, "required": ["message"], "properties": {
    "message": {"type": "string", "minLength": 1, "description": "What there is to say."},
    "severity": {"type": "string", "enum": ["info", "warning", "error", "critical"], "default": "info", "description": "How bad it is."},
    "title": {"type": "string", "default": "", "description": "A few words above it."},
    "channels": {"type": "array", "description": "Where to: each has type (email, telegram, slack, teams, discord, webhook or log) and the parameters of that function; what it does not say itself is made of the alert. Without channels the log of the task.", "items": {"type": "object", "required": ["type"], "properties": {"type": {"type": "string", "enum": ["email", "telegram", "slack", "teams", "discord", "webhook", "log"]}, "name": {"type": "string"}, "token": {"x-secret": true}, "password": {"x-secret": true}, "webhook_url": {"x-secret": true}, "secret": {"x-secret": true}}}},
    "mode": {"type": "string", "enum": ["all", "first"], "default": "all", "description": "all: everywhere, and it fails unless all have it. first: in that order until one has it."},
    "input": {"description": "The output of the task before; not used."})",
    "}}");
inline constexpr const char* format_params =
    R"({"type": "object", "additionalProperties": false, "properties": {
    "data": {"description": "The values; without it input."},
    "input": {"description": "The output of the task before, for data."},
    "template": {"type": "string", "description": "A text with {name}, {a.b} or {list[0]}, which are filled with values; {{ and }} for braces. {data} where data is no map."},
    "format": {"type": "string", "enum": ["text", "json", "markdown"], "default": "text", "description": "Without template: lines of name and value, JSON, or a list in Markdown."}}})";
inline constexpr const char* email_output =
    R"({"type": "object", "additionalProperties": false, "required": ["sent", "message_id", "accepted", "rejected", "bytes"], "properties": {
    "sent": {"type": "boolean", "description": "Whether the server has taken it."},
    "message_id": {"type": "string", "description": "Message-ID of the e-mail."},
    "accepted": {"type": "array", "items": {"type": "string"}, "description": "Addresses that get it."},
    "rejected": {"type": "array", "description": "Addresses that the server did not want: address, status, reason.", "items": {"type": "object", "additionalProperties": false, "required": ["address", "status", "reason"], "properties": {"address": {"type": "string"}, "status": {"type": "integer"}, "reason": {"type": "string"}}}},
    "bytes": {"type": "integer", "description": "Size of the e-mail."}}})";
inline constexpr const char* telegram_output =
    R"({"type": "object", "additionalProperties": false, "required": ["sent", "messages"], "properties": {
    "sent": {"type": "boolean", "description": "Whether all chats have it."},
    "messages": {"type": "array", "description": "chat_id and message_id of each.", "items": {"type": "object", "additionalProperties": false, "required": ["chat_id", "message_id"], "properties": {"chat_id": {"type": "string"}, "message_id": {"type": ["integer", "null"]}}}}}})";
inline constexpr const char* slack_output =
    R"({"type": "object", "additionalProperties": false, "required": ["sent", "channel", "message_id"], "properties": {
    "sent": {"type": "boolean", "description": "Whether Slack has taken it."},
    "channel": {"type": ["string", "null"], "description": "Id of the channel; null for a webhook."},
    "message_id": {"type": ["string", "null"], "description": "Slack's ts of the message; null for a webhook."}}})";
inline constexpr const char* teams_output =
    R"({"type": "object", "additionalProperties": false, "required": ["sent", "status"], "properties": {
    "sent": {"type": "boolean", "description": "Whether Teams has taken it."},
    "status": {"type": "integer", "description": "Status of the answer."}}})";
inline constexpr const char* discord_output =
    R"({"type": "object", "additionalProperties": false, "required": ["sent", "message_id"], "properties": {
    "sent": {"type": "boolean", "description": "Whether Discord has taken it."},
    "message_id": {"type": ["string", "null"], "description": "Id of the message."}}})";
inline constexpr const char* webhook_output =
    R"({"type": "object", "additionalProperties": false, "required": ["sent", "status", "body"], "properties": {
    "sent": {"type": "boolean", "description": "Whether it was taken."},
    "status": {"type": "integer", "description": "Status of the answer."},
    "body": {"type": ["string", "null"], "description": "The answer, when it is a text of at most 64 KiB."},
    "json": {"description": "Its value, when it is JSON."}}})";
inline constexpr const char* alert_output =
    R"({"type": "object", "additionalProperties": false, "required": ["sent", "severity", "delivered", "failed"], "properties": {
    "sent": {"type": "boolean", "description": "Whether anybody has it."},
    "severity": {"type": "string", "description": "How bad it is."},
    "delivered": {"type": "array", "description": "Channels that have it: channel (its place in the list), type, name.", "items": {"type": "object", "additionalProperties": false, "required": ["channel", "type", "name"], "properties": {"channel": {"type": "integer"}, "type": {"type": ["string", "null"]}, "name": {"type": ["string", "null"]}, "error": {"type": "string"}}}},
    "failed": {"type": "array", "description": "Channels that failed, with the error.", "items": {"type": "object", "additionalProperties": false, "required": ["channel", "type", "name"], "properties": {"channel": {"type": "integer"}, "type": {"type": ["string", "null"]}, "name": {"type": ["string", "null"]}, "error": {"type": "string"}}}}}})";
inline constexpr const char* format_output =
    R"({"type": "object", "additionalProperties": false, "required": ["content", "format", "length"], "properties": {
    "content": {"type": "string", "description": "The text."},
    "format": {"type": "string", "description": "The form."},
    "length": {"type": "integer", "description": "Characters of the text."}}})";
inline constexpr const char* email_examples =
    R"([
    {"title": "A report with an attachment", "params": {"host": "mail.example.com", "username": "reports@example.com", "password": "secret", "from": "Reports <reports@example.com>", "to": ["ada@example.com", "bob@example.com"], "subject": "Orders of today", "text": "See the attachment.", "attachments": [{"path": "/srv/orders.csv", "media_type": "text/csv"}]}}])";
inline constexpr const char* telegram_examples =
    R"([
    {"title": "Write to a chat", "params": {"token": "123:secret", "chat_id": "-100200300", "text": "The backup is done."}}])";
inline constexpr const char* slack_examples =
    R"([
    {"title": "By a webhook", "params": {"webhook_url": "https://hooks.slack.com/services/secret", "text": "The backup is done."}},
    {"title": "By a bot", "params": {"token": "xoxb-secret", "channel": "#backups", "text": "The backup is done."}}])";
inline constexpr const char* teams_examples =
    R"([
    {"title": "A card with a title", "params": {"webhook_url": "https://example.webhook.office.com/secret", "title": "Backup", "text": "The backup is done."}}])";
inline constexpr const char* discord_examples =
    R"([
    {"title": "Write to a channel", "params": {"webhook_url": "https://discord.com/api/webhooks/1/secret", "text": "The backup is done."}}])";
inline constexpr const char* webhook_examples =
    R"([
    {"title": "A signed call", "params": {"url": "https://example.com/hooks/orders", "json": {"order": 7}, "secret": "shared"}}])";
inline constexpr const char* alert_examples =
    R"([
    {"title": "Into the log", "params": {"message": "the disk is nearly full", "severity": "warning"}, "output": {"sent": true, "severity": "warning", "delivered": [{"channel": 0, "type": "log", "name": null}], "failed": []}}])";
inline constexpr const char* format_examples =
    R"([
    {"title": "A template", "params": {"data": {"name": "Ada", "orders": [3, 5]}, "template": "{name} has {orders[1]} orders {{today}}"}, "output": {"content": "Ada has 5 orders {today}", "format": "text", "length": 24}},
    {"title": "Lines", "params": {"data": {"host": "db1", "full": true}}, "output": {"content": "host: db1\nfull: true", "format": "text", "length": 20}}])";

// ---- Older names

inline constexpr auto older_telegram_params =
    joined(R"({"type": "object", "additionalProperties": false, "required": [], "properties": {
    "tokenid": {"type": "string", "description": "Token of the bot.", "x-secret": true},
    "chatid": {"type": ["string", "integer", "array"], "items": {"type": ["string", "integer"]}, "description": "The chat, or a list of chats."},
    "message": {"type": "string", "description": "The message; without it input: a text, content, message, text, or all of it as JSON."},
    "parse_mode": {"type": "string", "default": "Markdown", "description": "How Telegram reads the text."},
    "printresponse": {"type": ["boolean", "null"], "description": "Not used any more."},
    "base_url": {"type": "string", "default": "https://api.telegram.org", "description": "Address of the service."},
    "input": {"description": "The output of the task before, for the message."})",
           http_properties);
inline constexpr const char* older_email_params =
    R"({"type": "object", "additionalProperties": false, "properties": {
    "senderemail": {"type": "string", "description": "Who sends it, and logs in."},
    "receiveremail": {"type": ["string", "array"], "items": {"type": "string"}, "description": "Who gets it; several in a list, or with commas."},
    "to": {"type": ["string", "array"], "items": {"type": "string"}, "description": "The same."},
    "senderpassword": {"type": "string", "description": "Password of the sender.", "x-secret": true},
    "subject": {"type": "string", "description": "Subject."},
    "messagetext": {"type": "string", "description": "The message as text; without it and messagehtml input: a text, content, or all of it as JSON."},
    "messagehtml": {"type": "string", "description": "The message as HTML."},
    "smtp_host": {"type": "string", "default": "smtp.gmail.com", "description": "Mail server."},
    "smtp_port": {"type": "integer", "default": 465, "description": "Its port, for TLS."},
    "ca_file": {"type": "string", "default": "", "description": "PEM file of the authorities to trust instead of the system's."},
    "input": {"description": "The output of the task before, for the message."}}})";
inline constexpr auto older_slack_params =
    joined(R"({"type": "object", "additionalProperties": false, "required": [], "properties": {
    "message": {"type": "string", "description": "The message; without it input."},
    "webhook_url": {"type": "string", "description": "Address of an incoming webhook; or else token and channel.", "x-secret": true},
    "token": {"type": "string", "description": "Token of a bot.", "x-secret": true},
    "channel": {"type": "string", "description": "With token: the channel, such as C024BE91L or #alerts."},
    "base_url": {"type": "string", "default": "https://slack.com/api", "description": "With token: address of the API."},
    "input": {"description": "The output of the task before, for the message."})",
           http_properties);
inline constexpr const char* older_telegram_output =
    R"({"type": "object", "additionalProperties": false, "required": ["total_chats"], "properties": {
    "total_chats": {"type": "integer", "description": "Chats."},
    "successful": {"type": "integer", "description": "Chats that have it."},
    "failed": {"type": "integer", "description": "The others."},
    "successful_chats": {"type": "array", "description": "chat_id and response of each."},
    "failed_chats": {"type": "array", "description": "chat_id, error and status_code of each."},
    "message_length": {"type": "integer", "description": "Characters of the message."}}})";
inline constexpr const char* older_email_output =
    R"({"type": "object", "additionalProperties": false, "required": ["sent"], "properties": {
    "from": {"type": "string", "description": "Who sent it."},
    "to": {"description": "Who gets it, as it was given."},
    "subject": {"type": "string", "description": "Subject."},
    "message_type": {"type": "string", "description": "plain, html or multipart."},
    "text_length": {"type": "integer", "description": "Characters of the text."},
    "html_length": {"type": "integer", "description": "Characters of the HTML."},
    "sent": {"type": "boolean", "description": "Always true."}}})";
inline constexpr const char* older_telegram_examples =
    R"([
    {"title": "As before", "params": {"tokenid": "123:secret", "chatid": ["1", "2"], "message": "The backup is done."}}])";
inline constexpr const char* older_email_examples =
    R"([
    {"title": "As before", "params": {"senderemail": "ada@gmail.com", "senderpassword": "secret", "receiveremail": "bob@example.com", "subject": "Backup", "messagetext": "The backup is done."}}])";
inline constexpr const char* older_slack_examples =
    R"([
    {"title": "As before", "params": {"message": "The backup is done.", "webhook_url": "https://hooks.slack.com/services/secret"}}])";

}  // namespace oa::notify::schema
