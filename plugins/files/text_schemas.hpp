#pragma once

#include "archive_schemas.hpp"

#define OA_SIZE_PROPERTY(name, text)                                                        \
    R"(")" name R"(": {"type": ["integer", "string"], "minimum": 0, "description": ")" text \
    R"( Files only; bytes, or a text such as \"10MiB\"."})"

namespace oa::files::schema {

inline constexpr const char* find_params = OA_OBJECT_SCHEMA R"("required": ["path"], "properties": {
    )" OA_PATH_PROPERTY("The folder to look through.") R"(,
    )" OA_GLOBS_PROPERTY(
    "patterns",
    "Glob patterns, one or a list: *.csv looks at names, at any depth; with a slash at the path "
    "below the folder, where ** stands for any number of folders. All without it.") R"(,
    )" OA_GLOBS_PROPERTY("exclude",
                         "Glob patterns of what to leave out; folders with all they hold.") R"(,
    "type": {"type": "string", "enum": ["any", "file", "directory", "symlink", "other"], "default": "any", "description": "Only entries of this type."},
    )" OA_SIZE_PROPERTY("min_size", "Smallest size.") R"(,
    )" OA_SIZE_PROPERTY("max_size", "Largest size.") R"(,
    "older_than": {"type": ["string", "number"], "description": "Last changed longer ago than this, such as 30m, 12h or 7d; a number is seconds."},
    "newer_than": {"type": ["string", "number"], "description": "Last changed within this time."},
    "hidden": {"type": "boolean", "default": true, "description": "Whether names that start with a dot, and what such folders hold, are found."},
    "follow_symlinks": {"type": "boolean", "default": false, "description": "Look at what links name, and enter folders through them; links that lead back are not entered."},
    "max_depth": {"type": "integer", "minimum": 1, "description": "1 looks at the folder itself only."},
    "sort": {"type": "string", "enum": ["path", "size", "modified"], "default": "path", "description": "The order of the entries."},
    "descending": {"type": "boolean", "default": false, "description": "The other way round: largest or newest first."},
    "limit": {"type": "integer", "minimum": 1, "maximum": 100000, "default": 1000, "description": "How many entries to give at most, the first ones of the order."}}})";
inline constexpr const char* find_output = OA_OBJECT_SCHEMA
    R"("required": ["path", "entries", "count", "matches", "more", "unreadable"], "properties": {
    "path": {"type": "string", "description": "As it was given."},
    "entries": {"type": "array", "description": "A name that is not UTF-8 is also given as name_base64, path_base64 and relative_base64.", "items": {"type": "object",
        "required": ["name", "path", "relative", "type", "size", "modified"], "properties": {
        "name": {"type": "string", "description": "The last part of the path."},
        "path": {"type": "string", "description": "Usable in other functions."},
        "relative": {"type": "string", "description": "The path below the folder."},
        "type": {"type": "string", "enum": ["file", "directory", "symlink", "other"], "description": "What it is."},
        "size": {"type": "integer", "description": "In bytes."},
        "modified": {"type": "string", "format": "date-time", "description": "Last change of the content, UTC."},
        "target": {"type": "string", "description": "What a link names."}}}},
    "count": {"type": "integer", "description": "How many entries there are."},
    "matches": {"type": "integer", "description": "How many there would be without limit."},
    "more": {"type": "boolean", "description": "Whether limit left some out."},
    "unreadable": {"type": "integer", "description": "How many folders could not be looked into; the log names them."}}})";
inline constexpr const char* find_examples = R"([
    {"title": "The ten largest files", "params": {"path": ".", "type": "file", "sort": "size", "descending": true, "limit": 10}},
    {"title": "Old logs", "params": {"path": ".", "patterns": "**/*.log", "older_than": "30d"},
     "output": {"path": ".", "entries": [], "count": 0, "matches": 0, "more": false, "unreadable": 0}}])";

inline constexpr const char* checksum_params =
    OA_OBJECT_SCHEMA R"("required": ["path"], "properties": {
    )" OA_PATH_PROPERTY("The file.") R"(,
    "algorithm": {"type": "string", "enum": ["sha256", "sha512", "sha1", "md5"], "default": "sha256", "description": "sha1 and md5 only tell errors apart, not attacks."},
    "expect": {"type": "string", "pattern": "^[0-9A-Fa-f]{32,128}$", "description": "What it has to be, in hexadecimal digits; anything else fails with PRECONDITION."}}})";
inline constexpr const char* checksum_output =
    OA_OBJECT_SCHEMA R"("required": ["path", "algorithm", "checksum", "size"], "properties": {
    "path": {"type": "string", "description": "As it was given."},
    "algorithm": {"type": "string", "description": "How it was made."},
    "checksum": {"type": "string", "description": "In lower-case hexadecimal digits."},
    "size": {"type": "integer", "description": "Length of the file in bytes."}}})";
inline constexpr const char* checksum_examples = R"([
    {"title": "The SHA-256 of a file", "params": {"path": "hello.txt"},
     "output": {"path": "hello.txt", "algorithm": "sha256", "size": 6,
                "checksum": "66a045b452102c59d840ec097d59d9467e13a3f34f6494e539ffd32c1bb35f18"}},
    {"title": "A file that is not what it should be",
     "params": {"path": "hello.txt", "algorithm": "md5", "expect": "d41d8cd98f00b204e9800998ecf8427e"}, "error": "precondition"}])";

inline constexpr const char* replace_params =
    OA_OBJECT_SCHEMA R"("required": ["path", "search", "replacement"], "properties": {
    "path": {"type": ["string", "array"], "minLength": 1, "minItems": 1, "maxItems": 1000, "items": {"type": "string", "minLength": 1}, "description": "The file to change, or a list of them: all are ready before the first is replaced. Relative paths start at the host's working directory."},
    "search": {"type": "string", "minLength": 1, "description": "What to look for."},
    "replacement": {"type": "string", "description": "What comes in its place; with regex \\1 stands for the first group and \\0 for all that matched."},
    "regex": {"type": "boolean", "default": false, "description": "search is a regular expression as RE2 has it; ^ and $ match at the ends of lines."},
    "ignore_case": {"type": "boolean", "default": false, "description": "Take upper and lower case for the same."},
    "count": {"type": "integer", "minimum": 0, "default": 0, "description": "How many to replace at most in each file; 0 is all."},
    "dry_run": {"type": "boolean", "default": false, "description": "Only count."},
    "max_bytes": {"type": "integer", "minimum": 1, "maximum": 268435456, "default": 16777216, "description": "Longest file, before and after, in bytes; a longer one fails with EXHAUSTED."}}})";
inline constexpr const char* replace_output =
    OA_OBJECT_SCHEMA R"("required": ["files", "replacements", "dry_run"], "properties": {
    "files": {"type": "array", "description": "The files that hold what was looked for.", "items": {"type": "object", "required": ["path", "replacements"], "properties": {
        "path": {"type": "string", "description": "As it was given."},
        "replacements": {"type": "integer", "description": "How many in this file."}}}},
    "replacements": {"type": "integer", "description": "How many in all."},
    "dry_run": {"type": "boolean", "description": "Whether nothing was changed."}}})";
inline constexpr const char* replace_examples = R"([
    {"title": "Change a setting", "params": {"path": "app.conf", "search": "^port = \\d+$", "replacement": "port = 8443", "regex": true},
     "output": {"files": [{"path": "app.conf", "replacements": 1}], "replacements": 1, "dry_run": false}}])";

inline constexpr const char* template_params = OA_OBJECT_SCHEMA R"("properties": {
    "template": {"type": "string", "description": "The text to fill: {{ name }} stands for a value, {{ user.name }} and {{ hosts.0 }} for one within it, and {{ \"{{\" }} for the braces themselves."},
    "source": {"type": "string", "minLength": 1, "description": "A file with the text, instead of template."},
    "values": {"type": "object", "description": "The values by their names. Texts stand as they are, null as nothing, lists and maps as JSON."},
    "input": {"description": "The previous task's output, whose members are the values when values is not given."},
    "missing": {"type": "string", "enum": ["fail", "empty"], "default": "fail", "description": "What to do with a name that has no value."},
    "path": {"type": "string", "minLength": 1, "description": "The file to write; without it the text is in the output."},
    )" OA_CREATE_PARENTS_PROPERTY R"(,
    )" OA_MODE_PROPERTY R"(,
    )" OA_OVERWRITE_PROPERTY R"(}})";
inline constexpr const char* template_output = OA_OBJECT_SCHEMA R"("properties": {
    "content": {"type": "string", "description": "The text, where no path is given."},
    "path": {"type": "string", "description": "As it was given."},
    "bytes": {"type": "integer", "description": "Length of the file in bytes."},
    "created": {"type": "boolean", "description": "Whether there was no file before."}}})";
inline constexpr const char* template_examples = R"([
    {"title": "Fill a text", "params": {"template": "Dear {{ name }}, {{ cart.0 }} is on its way.", "values": {"name": "Ada", "cart": ["tea"]}},
     "output": {"content": "Dear Ada, tea is on its way."}},
    {"title": "A name that has no value", "params": {"template": "{{ nobody }}", "values": {}}, "error": "invalid_params"}])";

}  // namespace oa::files::schema
