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
// Where to, and as whom.
inline constexpr char address_properties[] = R"(
    "url": {"type": "string", "minLength": 1, "description": "The address, http or https. Blanks and letters beyond ASCII in the path are encoded; the rest is sent as it is."},
    "query": {"type": "object", "description": "Added to the query of the address, encoded. Lists repeat the name, null leaves it out.", "additionalProperties": {"type": ["string", "number", "boolean", "null", "array"]}},
    "headers": {"type": "object", "description": "Headers to send. Host, Content-Length, Transfer-Encoding and Connection come from the request itself.", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
    "basic_auth": {"type": "object", "description": "User name and password, sent as Basic authentication.", "additionalProperties": false, "required": ["username"], "properties": {
        "username": {"type": "string", "description": "Name of the user, without a colon."},
        "password": {"type": "string", "default": "", "description": "Password of the user.", "x-secret": true}}},
    "bearer_token": {"type": "string", "minLength": 1, "description": "Sent as Authorization: Bearer.", "x-secret": true},)";
// How the connection is made.
inline constexpr char connection_properties[] = R"(
    "connect_timeout": {"type": ["string", "number"], "default": "10s", "description": "Limit for finding and reaching the server, such as 500ms or 5s; a number is seconds."},
    "verify": {"type": "boolean", "default": true, "description": "Check that the server's certificate is trusted and made for this host. Without it anybody on the way can read and change everything."},
    "ca_file": {"type": "string", "default": "", "description": "PEM file of the authorities to trust instead of the system's."},
    "client_certificate": {"type": "string", "default": "", "description": "Certificate to show to servers that ask for one, with those that lead to its authority: a PEM file, or the PEM text itself. It stays behind when a redirect leads to another scheme, host or port."},
    "client_key": {"type": "string", "default": "", "description": "Its private key: a PEM file, or the PEM text itself. Without it the key stands with the certificate.", "x-secret": true},
    "client_key_passphrase": {"type": "string", "default": "", "description": "Opens an encrypted client_key.", "x-secret": true},
    "proxy": {"type": "string", "default": "", "description": "Proxy to go by, such as http://proxy.example.com:3128, with a tunnel (CONNECT) for https; or environment for that of http_proxy, https_proxy, all_proxy and no_proxy. Without it requests go straight on."},
    "proxy_auth": {"type": "object", "description": "User name and password for the proxy.", "additionalProperties": false, "required": ["username"], "properties": {
        "username": {"type": "string", "description": "Name of the user, without a colon."},
        "password": {"type": "string", "default": "", "description": "Password of the user.", "x-secret": true}}},
    "follow_redirects": {"type": "boolean", "default": true, "description": "Go where the server points to. Credentials stay behind when scheme, host or port change."},
    "max_redirects": {"type": "integer", "minimum": 0, "maximum": 50, "default": 5, "description": "More redirects than this fail."})";
inline constexpr char answer_properties[] = R"(,
    "max_bytes": {"type": "integer", "minimum": 0, "maximum": 268435456, "default": 921600, "description": "Largest body to accept, in bytes after decompression; a larger one fails with EXHAUSTED."})";
inline constexpr char status_properties[] = R"(,
    "fail_on_status": {"type": "boolean", "default": true, "description": "Fail when the status is 400 or more; the output is there in any case."})";
inline constexpr char timeout_properties[] = R"(,
    "request_timeout": {"type": ["string", "number"], "default": "60s", "description": "Limit for the whole request with its redirects, such as 500ms, 30s or 5m; a number is seconds."})";
inline constexpr char transfer_properties[] = R"(,
    "request_timeout": {"type": ["string", "number"], "description": "Limit for all of it, such as 30s or 2h; a number is seconds. Without it the task's own limit is the only one."},
    "idle_timeout": {"type": ["string", "number"], "default": "60s", "description": "Longest time in which nothing moves, such as 30s; a number is seconds."})";
inline constexpr char body_properties[] = R"(
    "json": {"description": "Any value, sent as JSON. json, form and body exclude each other."},
    "form": {"type": "object", "description": "Sent as a form (application/x-www-form-urlencoded). Lists repeat the name, null leaves it out.", "additionalProperties": {"type": ["string", "number", "boolean", "null", "array"]}},
    "body": {"type": "string", "description": "Sent as it is; text/plain unless headers tell a Content-Type."},
    "body_encoding": {"type": "string", "enum": ["utf-8", "base64"], "default": "utf-8", "description": "How body is written here: as text, or as base64 for any bytes."})";

inline constexpr auto plain_params = joined(open_url,
                                            address_properties,
                                            connection_properties,
                                            answer_properties,
                                            status_properties,
                                            timeout_properties,
                                            "}}");
inline constexpr auto body_params = joined(open_url,
                                           address_properties,
                                           connection_properties,
                                           answer_properties,
                                           status_properties,
                                           timeout_properties,
                                           ",",
                                           body_properties,
                                           "}}");
inline constexpr auto request_params = joined(open_method,
                                              address_properties,
                                              connection_properties,
                                              answer_properties,
                                              status_properties,
                                              timeout_properties,
                                              ",",
                                              body_properties,
                                              "}}");

inline constexpr auto download_params = joined(
    R"({"type": "object", "additionalProperties": false, "required": ["url", "path"], "properties": {)",
    address_properties,
    R"(
    "path": {"type": "string", "minLength": 1, "description": "The file to write. It is there whole or not at all."},
    "checksum": {"type": "string", "description": "What the file has to be: sha256:..., sha512:..., sha1:... or md5:... with hexadecimal digits. Only sha256 (or another name) computes it without a comparison."},
    "overwrite": {"type": "boolean", "default": true, "description": "Replace a file that exists; false fails with CONFLICT instead."},
    "resume": {"type": "boolean", "default": true, "description": "Keep what came when it breaks off (.NAME.oa-part beside the file), and go on with it where the server still has the same version. false always fetches all of it and keeps nothing."},
    "create_parents": {"type": "boolean", "default": false, "description": "Make the folders above that do not exist yet."},
    "mode": {"type": "string", "pattern": "^[0-7]{3,5}$", "description": "Permissions in octal, such as 0640. Without it an existing file keeps its own and a new one gets what the umask leaves."},
    "max_bytes": {"type": "integer", "minimum": 0, "description": "Largest file to accept, in bytes; a larger one fails with EXHAUSTED. Without it the disk is the limit."},)",
    connection_properties,
    transfer_properties,
    "}}");
inline constexpr const char* download_output = R"({"type": "object", "additionalProperties": false,
    "required": ["path", "size", "status", "url", "headers", "redirects", "resumed", "resumed_bytes", "elapsed_ms"], "properties": {
    "path": {"type": "string", "description": "The file."},
    "size": {"type": "integer", "description": "Its length in bytes."},
    "checksum": {"type": "string", "description": "Such as sha256:...; only there when checksum was asked for."},
    "status": {"type": "integer", "description": "Status code: 200, or 206 after a resumption."},
    "url": {"type": "string", "description": "The address that answered, after redirects."},
    "headers": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Names in lower case; repeated headers are joined by a comma and a blank."},
    "redirects": {"type": "integer", "description": "How many redirects were followed."},
    "resumed": {"type": "boolean", "description": "Whether a part of an earlier attempt was used."},
    "resumed_bytes": {"type": "integer", "description": "How long that part was, in bytes."},
    "elapsed_ms": {"type": "integer", "description": "How long it took, in milliseconds."}}})";
inline constexpr auto upload_params = joined(open_url,
                                             address_properties,
                                             R"(
    "path": {"type": "string", "minLength": 1, "description": "The file to send as the body. path and files exclude each other."},
    "content_type": {"type": "string", "description": "With path: what it is. Without it by its ending, or application/octet-stream."},
    "files": {"type": "array", "minItems": 1, "maxItems": 100, "description": "Files to send in a form (multipart/form-data).", "items": {"type": "object", "additionalProperties": false, "required": ["path"], "properties": {
        "path": {"type": "string", "minLength": 1, "description": "The file."},
        "field": {"type": "string", "default": "file", "description": "Name of the field of the form."},
        "filename": {"type": "string", "description": "Name that the server gets to know; without it that of the file."},
        "content_type": {"type": "string", "description": "What it is. Without it by its ending, or application/octet-stream."}}}},
    "fields": {"type": "object", "description": "Other fields of the form, sent before the files. Lists repeat the name, null leaves it out.", "additionalProperties": {"type": ["string", "number", "boolean", "null", "array"]}},
    "method": {"type": "string", "enum": ["PUT", "POST", "PATCH"], "description": "How to send it; without it PUT for path and POST for files."},)",
                                             connection_properties,
                                             answer_properties,
                                             status_properties,
                                             transfer_properties,
                                             "}}");
inline constexpr auto wait_for_params = joined(open_url,
                                               address_properties,
                                               R"(
    "method": {"type": "string", "enum": ["GET", "HEAD"], "default": "GET", "description": "How to ask."},
    "status": {"type": ["integer", "array"], "items": {"type": "integer"}, "description": "Status, or a list of them, that is waited for; without it 200 to 299."},
    "body_contains": {"type": "string", "description": "A text that has to be in the body."},
    "body_matches": {"type": "string", "description": "A regular expression (RE2) that has to match somewhere in the body."},
    "json_pointer": {"type": "string", "description": "A place in a JSON body, such as /status, that has to hold json_equals; without json_equals anything but null."},
    "json_equals": {"description": "The value that has to be there; without json_pointer all of the body."},
    "interval": {"type": ["string", "number"], "default": "2s", "description": "Time between attempts, such as 500ms; a number is seconds."},
    "timeout": {"type": ["string", "number"], "default": "5m", "description": "How long to wait in all, such as 30s or 10m; a number is seconds."},
    "request_timeout": {"type": ["string", "number"], "default": "10s", "description": "Limit for one attempt with its redirects; a number is seconds."},)",
                                               connection_properties,
                                               answer_properties,
                                               "}}");

inline constexpr char open_output[] = R"({"type": "object", "additionalProperties": false,
    "required": ["status", "reason", "url", "headers", "elapsed_ms", "redirects", "body"], "properties": {)";
inline constexpr char output_properties[] = R"(
    "status": {"type": "integer", "description": "Status code, such as 200."},
    "reason": {"type": "string", "description": "What the server wrote after the status; often empty."},
    "url": {"type": "string", "description": "The address that answered, after redirects."},
    "headers": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Names in lower case; repeated headers are joined by a comma and a blank."},
    "elapsed_ms": {"type": "integer", "description": "How long it took, in milliseconds."},
    "redirects": {"type": "integer", "description": "How many redirects were followed."},
    "body": {"type": ["string", "null"], "description": "The body as text, decompressed; as base64 when body_encoding is there; null when json is there and the body is longer than 200 KiB."},
    "body_encoding": {"type": "string", "enum": ["base64"], "description": "Only there when the body is not UTF-8 text."},
    "json": {"description": "The value of a JSON body, when the server says it is JSON and it is."})";
inline constexpr auto output = joined(open_output, output_properties, "}}");
inline constexpr auto upload_output = joined(open_output,
                                             output_properties,
                                             R"(,
    "bytes_sent": {"type": "integer", "description": "Length of the body that was sent, in bytes."})",
                                             "}}");
inline constexpr auto wait_for_output = joined(open_output,
                                               output_properties,
                                               R"(,
    "attempts": {"type": "integer", "description": "How many times it was asked."},
    "waited_ms": {"type": "integer", "description": "How long it took in all, in milliseconds."})",
                                               "}}");

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
inline constexpr const char* download_examples = R"([
    {"title": "Fetch a release and check it", "params": {"url": "https://example.com/tool-2.1.tar.gz", "path": "/srv/tool.tar.gz",
        "checksum": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}}])";
inline constexpr const char* upload_examples = R"([
    {"title": "Store a file", "params": {"url": "https://files.example.com/backup.tar.gz", "path": "/srv/backup.tar.gz", "bearer_token": "secret"}},
    {"title": "Fill in a form with two files", "params": {"url": "https://example.com/reports", "fields": {"month": "2024-05"},
        "files": [{"path": "/srv/report.pdf"}, {"field": "data", "path": "/srv/report.csv", "filename": "orders.csv"}]}}])";
inline constexpr const char* wait_for_examples = R"([
    {"title": "Until a service is healthy", "params": {"url": "http://localhost:8080/health", "json_pointer": "/status", "json_equals": "up", "timeout": "2m"}},
    {"title": "Until a page is gone", "params": {"url": "https://example.com/old", "status": [404, 410], "interval": "30s", "timeout": "1h"}}])";

}  // namespace oa::http::schema
