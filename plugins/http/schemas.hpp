#pragma once

#include "plugins/common/joined.hpp"

// JSON Schemas (2020-12) of the parameters and outputs, and the examples. Parts that several
// functions share are put together by joined().

namespace oa::http::schema {

using common::joined;

inline constexpr char open_url[] =
    R"({"type": "object", "additionalProperties": false, "required": ["url"], "properties": {)";
inline constexpr char open_method[] =
    R"({"type": "object", "additionalProperties": false, "required": ["method", "url"], "properties": {
    "method": {"type": "string", "minLength": 1, "maxLength": 32, "description": "GET, POST, OPTIONS or any other method but CONNECT; sent in upper case."},)";
inline constexpr char request_properties[] = R"(
    "url": {"type": "string", "minLength": 1, "description": "The address, http or https. Blanks and letters beyond ASCII in the path are encoded; the rest is sent as it is."},
    "query": {"type": "object", "description": "Added to the query of the address, encoded. Lists repeat the name, null leaves it out.", "additionalProperties": {"type": ["string", "number", "boolean", "null", "array"]}},
    "headers": {"type": "object", "description": "Headers to send. Host, Content-Length, Transfer-Encoding and Connection come from the request itself.", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
    "basic_auth": {"type": "object", "description": "User name and password, sent as Basic authentication.", "additionalProperties": false, "required": ["username"], "properties": {
        "username": {"type": "string", "description": "Name of the user, without a colon."},
        "password": {"type": "string", "default": "", "description": "Password of the user.", "x-secret": true}}},
    "bearer_token": {"type": "string", "minLength": 1, "description": "Sent as Authorization: Bearer.", "x-secret": true},
    "request_timeout": {"type": ["string", "number"], "default": "60s", "description": "Limit for the whole request with its redirects, such as 500ms, 30s or 5m; a number is seconds."},
    "connect_timeout": {"type": ["string", "number"], "default": "10s", "description": "Limit for finding and reaching the server, such as 500ms or 5s; a number is seconds."},
    "verify": {"type": "boolean", "default": true, "description": "Check that the server's certificate is trusted and made for this host. Without it anybody on the way can read and change everything."},
    "ca_file": {"type": "string", "default": "", "description": "PEM file of the authorities to trust instead of the system's."},
    "follow_redirects": {"type": "boolean", "default": true, "description": "Go where the server points to. Credentials stay behind when scheme, host or port change."},
    "max_redirects": {"type": "integer", "minimum": 0, "maximum": 50, "default": 5, "description": "More redirects than this fail."},
    "fail_on_status": {"type": "boolean", "default": true, "description": "Fail when the status is 400 or more; the output is there in any case."},
    "max_bytes": {"type": "integer", "minimum": 0, "maximum": 268435456, "default": 921600, "description": "Largest body to accept, in bytes after decompression; a larger one fails with EXHAUSTED."})";
inline constexpr char body_properties[] = R"(
    "json": {"description": "Any value, sent as JSON. json, form and body exclude each other."},
    "form": {"type": "object", "description": "Sent as a form (application/x-www-form-urlencoded). Lists repeat the name, null leaves it out.", "additionalProperties": {"type": ["string", "number", "boolean", "null", "array"]}},
    "body": {"type": "string", "description": "Sent as it is; text/plain unless headers tell a Content-Type."},
    "body_encoding": {"type": "string", "enum": ["utf-8", "base64"], "default": "utf-8", "description": "How body is written here: as text, or as base64 for any bytes."})";

inline constexpr auto plain_params = joined(open_url, request_properties, "}}");
inline constexpr auto body_params =
    joined(open_url, request_properties, ",", body_properties, "}}");
inline constexpr auto request_params =
    joined(open_method, request_properties, ",", body_properties, "}}");

inline constexpr const char* output = R"({"type": "object", "additionalProperties": false,
    "required": ["status", "reason", "url", "headers", "elapsed_ms", "redirects", "body"], "properties": {
    "status": {"type": "integer", "description": "Status code, such as 200."},
    "reason": {"type": "string", "description": "What the server wrote after the status; often empty."},
    "url": {"type": "string", "description": "The address that answered, after redirects."},
    "headers": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Names in lower case; repeated headers are joined by a comma and a blank."},
    "elapsed_ms": {"type": "integer", "description": "How long it took, in milliseconds."},
    "redirects": {"type": "integer", "description": "How many redirects were followed."},
    "body": {"type": ["string", "null"], "description": "The body as text, decompressed; as base64 when body_encoding is there; null when json is there and the body is longer than 200 KiB."},
    "body_encoding": {"type": "string", "enum": ["base64"], "description": "Only there when the body is not UTF-8 text."},
    "json": {"description": "The value of a JSON body, when the server says it is JSON and it is."}}})";

inline constexpr const char* get_examples = R"([
    {"title": "Get JSON", "params": {"url": "https://api.example.com/orders", "query": {"status": ["open", "late"], "limit": 50},
        "bearer_token": "secret"}},
    {"title": "Ask whether a page exists", "params": {"url": "http://example.com/page", "fail_on_status": false, "request_timeout": "5s"}}])";
inline constexpr const char* head_examples = R"([
    {"title": "Look at the headers of a large file", "params": {"url": "https://example.com/backup.tar"}}])";
inline constexpr const char* post_examples = R"([
    {"title": "Send JSON", "params": {"url": "https://api.example.com/orders", "json": {"item": "tea", "count": 2}}},
    {"title": "Send a form", "params": {"url": "https://example.com/login", "form": {"user": "ada", "remember": true}}}])";
inline constexpr const char* put_examples = R"([
    {"title": "Store a text", "params": {"url": "https://files.example.com/note.txt", "body": "All is well.",
        "basic_auth": {"username": "ada", "password": "secret"}}}])";
inline constexpr const char* patch_examples = R"([
    {"title": "Change one field", "params": {"url": "https://api.example.com/orders/7", "json": {"status": "paid"}}}])";
inline constexpr const char* delete_examples = R"([
    {"title": "Remove an order", "params": {"url": "https://api.example.com/orders/7", "headers": {"If-Match": "\"v3\""}}}])";
inline constexpr const char* request_examples = R"([
    {"title": "Ask which methods there are", "params": {"method": "OPTIONS", "url": "https://api.example.com/orders"}}])";

}  // namespace oa::http::schema
