#pragma once

#include <oa/plugin.hpp>

// What the functions take and give: JSON Schemas, examples, flags.
namespace oa::utils::describe {

inline constexpr std::uint32_t harmless = OA_F_IDEMPOTENT | OA_F_THREAD_SAFE | OA_F_CANCELLABLE;

inline constexpr Function noop{
    .name = "noop",
    .title = "Do nothing",
    .summary = "Does nothing and succeeds: a place to join branches, or to measure the engine.",
    .params = R"({"type": "object", "additionalProperties": false, "properties": {}})",
    .output = R"({"type": "null"})",
    .examples = R"([{"title": "Nothing", "params": {}, "output": null}])",
    .flags = harmless | OA_F_PURE,
};

inline constexpr Function print{
    .name = "print",
    .title = "Print to the log",
    .summary = "Writes a text, or the previous task's output, to the task's log at level info.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "text": {"description": "What to print: a text as it is, any other value as indented JSON"},
            "input": {"description": "The previous task's output, printed when there is no text"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["text"],
        "properties": {"text": {"type": "string", "description": "What was printed"}}
    })",
    .examples = R"([
        {"title": "A text", "params": {"text": "Backup done"}, "output": {"text": "Backup done"}},
        {"title": "The previous output", "params": {"input": {"files": 3}},
         "output": {"text": "{\n  \"files\": 3\n}"}}
    ])",
    .flags = harmless,
};

inline constexpr Function log{
    .name = "log",
    .title = "Log with fields",
    .summary = "Writes a line with a level and fields to the task's log.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["message"],
        "properties": {
            "message": {"type": "string", "description": "The line"},
            "level": {"type": "string", "enum": ["trace", "debug", "info", "warn", "error"],
                      "default": "info", "description": "How serious it is"},
            "fields": {"type": "object", "description": "Values beside the line, for programs"}
        }
    })",
    .output = R"({"type": "null"})",
    .examples = R"([
        {"title": "A warning", "output": null,
         "params": {"message": "disk is nearly full", "level": "warn", "fields": {"used": 0.93}}}
    ])",
    .flags = harmless,
};

inline constexpr Function set{
    .name = "set",
    .title = "Set a value",
    .summary = "Gives a value as its output, for later tasks to use.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "value": {"description": "The output, of any kind; instead of values"},
            "values": {"type": "object", "description": "The output, as named values; instead of value"}
        }
    })",
    .output = R"({"description": "value or values, unchanged"})",
    .examples = R"([
        {"title": "One value", "params": {"value": [1, 2]}, "output": [1, 2]},
        {"title": "Several", "params": {"values": {"host": "db1", "port": 5432}},
         "output": {"host": "db1", "port": 5432}}
    ])",
    .flags = harmless | OA_F_PURE,
};

inline constexpr Function sleep{
    .name = "sleep",
    .title = "Wait",
    .summary = "Waits for a time; ends at once when the task is cancelled.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["duration"],
        "properties": {
            "duration": {"type": ["string", "number"], "minimum": 0,
                         "description": "How long: 250ms, 30s, 5m, 2h, 1d or a number of seconds; at most 366 days"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["seconds"],
        "properties": {"seconds": {"type": "number", "description": "How long it waited, in seconds"}}
    })",
    .examples = R"([
        {"title": "Milliseconds", "params": {"duration": "10ms"}, "output": {"seconds": 0.01}},
        {"title": "Seconds", "params": {"duration": 0.02}, "output": {"seconds": 0.02}}
    ])",
    .flags = harmless | OA_F_BLOCKING,
};

inline constexpr Function fail{
    .name = "fail",
    .title = "Fail",
    .summary = "Fails the task on purpose.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "message": {"type": "string", "default": "failed on purpose",
                        "description": "Why, for people"},
            "code": {"type": "string", "default": "precondition", "description": "Why, for programs",
                     "enum": ["cancelled", "invalid_params", "deadline", "not_found", "permission",
                              "unauthenticated", "exhausted", "precondition", "unavailable",
                              "conflict", "unimplemented", "internal"]},
            "retryable": {"type": "boolean",
                          "description": "Whether another attempt could help; without it, as the code tells"}
        }
    })",
    .output = R"({"type": "null"})",
    .examples = R"([
        {"title": "Stop with a reason", "params": {"message": "the backup is older than a day"},
         "error": "precondition"}
    ])",
    .flags = harmless | OA_F_PURE,
};

inline constexpr Function assert_that{
    .name = "assert",
    .title = "Assert",
    .summary = "Fails the task unless a condition is true or two values are equal.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "condition": {"type": "boolean",
                          "description": "Has to be true. Only a boolean will do: write \"${size(rows) > 0}\" and not \"${rows}\""},
            "actual": {"description": "What is there; has to equal expected"},
            "expected": {"description": "What should be there. Numbers are equal by value (1 and 1.0), maps whatever the order of their keys"},
            "message": {"type": "string", "description": "Why it matters, for the error"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["passed"],
        "properties": {"passed": {"const": true, "description": "It holds"}}
    })",
    .examples = R"([
        {"title": "A condition", "params": {"condition": true, "message": "there are rows"},
         "output": {"passed": true}},
        {"title": "Two values", "params": {"actual": {"a": 1, "b": 2}, "expected": {"b": 2, "a": 1.0}},
         "output": {"passed": true}},
        {"title": "It does not hold", "params": {"condition": false, "message": "there are rows"},
         "error": "precondition"}
    ])",
    .flags = harmless | OA_F_PURE,
};

inline constexpr Function uuid{
    .name = "uuid",
    .title = "Make a UUID",
    .summary = "Makes universally unique identifiers (RFC 9562).",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "version": {"type": "integer", "enum": [4, 7], "default": 4,
                        "description": "4 is random; 7 starts with the time, so that they sort by age"},
            "count": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 1,
                      "description": "How many"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["uuid", "uuids"],
        "properties": {
            "uuid": {"type": "string", "format": "uuid", "description": "The first"},
            "uuids": {"type": "array", "items": {"type": "string", "format": "uuid"},
                      "description": "All; those of version 7 in ascending order"}
        }
    })",
    .examples = R"([
        {"title": "A random one", "params": {}},
        {"title": "Three that sort by age", "params": {"version": 7, "count": 3}}
    ])",
    .flags = harmless,
};

inline constexpr Function now{
    .name = "now",
    .title = "The time",
    .summary = "Tells the time.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "format": {"type": "string", "enum": ["iso", "epoch"], "default": "iso",
                       "description": "What now is: iso is a text as 2026-01-31T12:00:00.000Z, epoch is seconds since 1970"},
            "utc": {"type": "boolean", "default": true,
                    "description": "Texts in UTC; false: in the time zone of the host"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["now", "iso", "date", "time", "epoch", "epoch_ms"],
        "properties": {
            "now": {"type": ["string", "integer"], "description": "iso or epoch, as asked"},
            "iso": {"type": "string", "format": "date-time", "description": "To the millisecond"},
            "date": {"type": "string", "format": "date", "description": "The date of iso"},
            "time": {"type": "string", "description": "The time of day of iso, to the second"},
            "epoch": {"type": "integer", "description": "Seconds since 1970-01-01T00:00:00Z"},
            "epoch_ms": {"type": "integer", "description": "The same in milliseconds"}
        }
    })",
    .examples = R"([
        {"title": "In UTC", "params": {}},
        {"title": "As seconds", "params": {"format": "epoch"}}
    ])",
    .flags = harmless,
};

inline constexpr Function random{
    .name = "random",
    .title = "Make something random",
    .summary =
        "Makes a random number or text, or picks one of several values. "
        "Without a seed it comes from the system's secure generator, so that a text will do "
        "as a password.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "kind": {"type": "string", "enum": ["integer", "float", "string", "choice"],
                     "default": "integer", "description": "What to make"},
            "min": {"type": "number", "default": 0,
                    "description": "Smallest number; a whole one for kind integer"},
            "max": {"type": "number",
                    "description": "Largest number for kind integer, 100 unless given; for kind float, 1 unless given, it is not reached"},
            "length": {"type": "integer", "minimum": 0, "maximum": 1000000, "default": 16,
                       "description": "Characters of the text"},
            "alphabet": {"type": "string", "minLength": 1,
                         "default": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                         "description": "Characters of which the text is made"},
            "items": {"type": "array", "minItems": 1,
                      "description": "Values to choose from; without it, the input where that is a list"},
            "input": {"description": "The previous task's output, used when there are no items"},
            "seed": {"type": "integer",
                     "description": "The same seed gives the same value; not for secrets"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["value"],
        "properties": {"value": {"description": "The number, the text or the chosen value"}}
    })",
    .examples = R"([
        {"title": "A die", "params": {"min": 1, "max": 6}},
        {"title": "A password", "params": {"kind": "string", "length": 24}},
        {"title": "One of these", "params": {"kind": "choice", "items": ["red"]},
         "output": {"value": "red"}}
    ])",
    .flags = harmless,
};

inline constexpr Function hash{
    .name = "hash",
    .title = "Hash",
    .summary = "Computes a checksum of a text, or with a key its HMAC.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "text": {"type": "string", "description": "What to hash, as UTF-8"},
            "base64": {"type": "string",
                       "description": "What to hash, as base64 of any bytes; instead of text"},
            "input": {"description": "The previous task's output, hashed when there is neither text nor base64 and it is a text"},
            "algorithm": {"type": "string", "enum": ["sha256", "sha512", "sha384", "sha1", "md5"],
                          "default": "sha256",
                          "description": "sha1 and md5 are for comparing only: they can be forged"},
            "key": {"type": "string", "description": "Makes it an HMAC with this secret"},
            "encoding": {"type": "string", "enum": ["hex", "base64"], "default": "hex",
                         "description": "How the hash is written"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["hash", "algorithm"],
        "properties": {
            "hash": {"type": "string", "description": "Lower-case hex, or base64 with padding"},
            "algorithm": {"type": "string", "description": "As it was asked for"}
        }
    })",
    .examples = R"([
        {"title": "SHA-256", "params": {"text": "abc"},
         "output": {"hash": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                    "algorithm": "sha256"}},
        {"title": "HMAC", "params": {"text": "what do ya want for nothing?", "key": "Jefe"},
         "output": {"hash": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                    "algorithm": "sha256"}}
    ])",
    .flags = harmless | OA_F_PURE | OA_F_SECRETS,
};

inline constexpr Function base64{
    .name = "base64",
    .title = "Base64",
    .summary = "Encodes a text as base64 (RFC 4648), or decodes it.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "operation": {"type": "string", "enum": ["encode", "decode"], "default": "encode",
                          "description": "Which way"},
            "text": {"type": "string", "description": "What to encode or decode"},
            "input": {"description": "The previous task's output, used when there is no text and it is a text"},
            "url_safe": {"type": "boolean", "default": false,
                         "description": "Encode with - and _ and without padding; decoding takes both alphabets, with or without padding"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["text"],
        "properties": {"text": {"type": "string", "description": "The result"}}
    })",
    .examples = R"([
        {"title": "Encode", "params": {"text": "Hello?>"}, "output": {"text": "SGVsbG8/Pg=="}},
        {"title": "For a URL", "params": {"text": "Hello?>", "url_safe": true},
         "output": {"text": "SGVsbG8_Pg"}},
        {"title": "Decode", "params": {"operation": "decode", "text": "SGVsbG8_Pg"},
         "output": {"text": "Hello?>"}}
    ])",
    .flags = harmless | OA_F_PURE | OA_F_SECRETS,
};

}  // namespace oa::utils::describe
