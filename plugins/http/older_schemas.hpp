#pragma once

#include "plugins/common/joined.hpp"

// The functions of oa-network of version 3: JSON Schemas and examples.

namespace oa::http::schema {

using common::joined;

inline constexpr char older_get_open[] =
    R"({"type": "object", "additionalProperties": false, "x-saves": "/content", "properties": {
    "host": {"type": "string", "description": "Name or address of the server. Without it input.host, or that of input.url."},
    "port": {"type": ["integer", "string"], "description": "Its port. Without it input.port, or that of input.url (80 for http, 443 for https)."},
    "get": {"type": "string", "description": "Path and query. Without it those of input.url, or /."},)";
inline constexpr char older_send_open[] =
    R"({"type": "object", "additionalProperties": false, "required": ["host", "port", "path"], "properties": {
    "host": {"type": "string", "description": "Name or address of the server."},
    "port": {"type": ["integer", "string"], "description": "Its port."},
    "path": {"type": "string", "description": "Path and query."},
    "data": {"description": "What to send: maps and lists as JSON, others as text. Without it input.json, or input where it is a map or a text."},
    "content_type": {"type": "string", "default": "application/json", "description": "What it is said to be."},)";
inline constexpr char older_request_open[] =
    R"({"type": "object", "additionalProperties": false, "required": ["url"], "x-saves": "/content", "properties": {
    "url": {"type": "string", "description": "The address, http or https."},
    "params": {"type": "object", "description": "Added to its query, encoded. Lists repeat the name, null leaves it out.", "additionalProperties": {"type": ["string", "number", "boolean", "null", "array"]}},)";
inline constexpr char older_headers[] = R"(
    "headers": {"type": "object", "description": "Headers to send.", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}})";
inline constexpr char older_verify[] = R"(,
    "verify": {"type": ["boolean", "string", "integer"], "default": true, "description": "Check the certificate of the server; a path names the authorities to trust."})";
inline constexpr char older_print[] = R"(,
    "printout": {"type": ["boolean", "string", "integer"], "default": false, "description": "Write the first 1000 characters of the body to the log."})";
inline constexpr char older_get_input[] = R"(,
    "input": {"description": "The previous task's output: host and port, or url."}}})";
inline constexpr char older_send_input[] = R"(,
    "input": {"description": "The previous task's output: json, or all of it."}}})";
inline constexpr char older_no_input[] = R"(,
    "input": {"description": "Not used."}}})";

inline constexpr auto httpget_params =
    joined(older_get_open, older_headers, older_print, older_get_input);
inline constexpr auto httpsget_params =
    joined(older_get_open, older_headers, older_verify, older_print, older_get_input);
inline constexpr auto httppost_params = joined(older_send_open, older_headers, older_send_input);
inline constexpr auto httpspost_params =
    joined(older_send_open, older_headers, older_verify, older_send_input);
inline constexpr auto get_request_params =
    joined(older_request_open, older_headers, older_verify, older_print, older_no_input);

inline constexpr const char* older_output =
    R"({"type": "object", "additionalProperties": false, "properties": {
    "status_code": {"type": "integer", "description": "Status code, such as 200."},
    "reason": {"type": "string", "description": "What the server wrote after the status."},
    "content": {"type": "string", "description": "The body as text; bytes that are not UTF-8 are left out."},
    "size": {"type": "integer", "description": "Characters of content."},
    "headers": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Names as they came."},
    "url": {"type": "string", "description": "The address that was asked, with its port."},
    "json": {"description": "The value of a JSON body, when the server says it is JSON and it is."},
    "elapsed_ms": {"type": "integer", "description": "Only for https: how long it took, in milliseconds."}}})";

inline constexpr const char* httpget_examples = R"([
    {"title": "Get a page", "params": {"host": "localhost", "port": 8080, "get": "/health"}}])";
inline constexpr const char* httpsget_examples = R"([
    {"title": "Get JSON", "params": {"host": "api.example.com", "port": 443, "get": "/orders?status=open", "headers": {"Accept": "application/json"}}}])";
inline constexpr const char* httppost_examples = R"([
    {"title": "Send a map as JSON", "params": {"host": "localhost", "port": 8080, "path": "/orders", "data": {"item": "tea"}}}])";
inline constexpr const char* httpspost_examples = R"([
    {"title": "Send a text", "params": {"host": "api.example.com", "port": 443, "path": "/notes", "data": "All is well.", "content_type": "text/plain"}}])";
inline constexpr const char* httpput_examples = R"([
    {"title": "Store a map as JSON", "params": {"host": "localhost", "port": 8080, "path": "/orders/7", "data": {"item": "tea"}}}])";
inline constexpr const char* get_request_examples = R"([
    {"title": "Get JSON", "params": {"url": "https://api.example.com/orders", "params": {"status": "open"}}}])";

}  // namespace oa::http::schema
