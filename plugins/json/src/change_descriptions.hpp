#pragma once

#include <oa/plugin.hpp>

// What query, transform, diff and patch take and give: JSON Schemas, examples, flags.
namespace oa::json::describe {

// Nothing stops jq but the end of its process.
inline constexpr Function query{
    .name = "query",
    .title = "Ask with jq",
    .summary = "Evaluates a jq query on a value, or on all values of a file.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["query"],
        "properties": {
            "query": {"type": "string", "minLength": 1, "maxLength": 65536,
                      "description": "In the language of jq 1.6, such as .items[] | select(.price > 10) | .name. What reaches out of it is shut off: env and $ENV, input and inputs, import and include. Numbers are doubles, so that integers beyond 2^53 lose digits"},
            "data": {"description": "The value; a text is read as JSON. Without it, and without file, the input is used"},
            "input": {"description": "The previous task's output"},
            "file": {"type": "string", "minLength": 1,
                     "description": "A file with JSON, or many values one after the other (JSON lines), in place of data. It is read piece by piece, and the query is evaluated for each value"},
            "variables": {"type": "object", "default": {},
                          "description": "Values that the query calls by name: {limit: 10} is $limit"},
            "max_results": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 10000,
                            "description": "More results than these fail with exhausted"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["value", "results", "count"],
        "properties": {
            "value": {"description": "The first result; null where there is none"},
            "results": {"type": "array", "description": "All results, in their order"},
            "count": {"type": "integer", "description": "How many there are"}
        }
    })",
    .examples = R"([
        {"title": "Names of what is dear",
         "params": {"data": {"items": [{"name": "tea", "price": 12}, {"name": "salt", "price": 1}]},
                    "query": ".items[] | select(.price > $least) | .name", "variables": {"least": 10}},
         "output": {"value": "tea", "results": ["tea"], "count": 1}},
        {"title": "One value out of many", "params": {"data": [3, 4, 5], "query": "add / length"},
         "output": {"value": 4, "results": [4], "count": 1}},
        {"title": "A query that is none", "params": {"data": {}, "query": ".a ||"}, "error": "invalid_params"}
    ])",
    .flags = OA_F_IDEMPOTENT | OA_F_THREAD_SAFE | OA_F_ISOLATE | OA_F_FILESYSTEM,
};

inline constexpr Function transform{
    .name = "transform",
    .title = "Change the fields of maps",
    .summary =
        "Keeps, renames, converts, fills in, sets and removes fields of a map or of each map in a "
        "list.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "data": {"type": ["object", "array", "string"],
                     "description": "The map, or a list of maps; a text is read as JSON. Without it the input is used"},
            "input": {"description": "The previous task's output"},
            "keep": {"type": "array", "items": {"type": "string"},
                     "description": "Fields that stay, in this order; all others go. Dots walk into maps and lists, and stay in the name. Done first; the rest in the order of these parameters"},
            "rename": {"type": "object", "additionalProperties": {"type": "string"},
                       "description": "New names, and the fields that they are taken from: {city: address.city}"},
            "convert": {"type": "object",
                        "additionalProperties": {"type": "string", "enum": ["text", "number", "integer", "boolean", "upper", "lower", "trim", "from_json", "to_json"]},
                        "description": "What fields become: {price: number}. Null stays"},
            "defaults": {"type": "object", "description": "Values of fields that are missing or null"},
            "set": {"type": "object", "description": "Values of fields, whatever was there"},
            "remove": {"type": "array", "items": {"type": "string"}, "description": "Fields that go"},
            "strict": {"type": "boolean", "default": true,
                       "description": "Whether a value that cannot be converted fails the task; else it becomes null"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["value", "count"],
        "properties": {
            "value": {"type": ["object", "array"], "description": "The map, or the list of maps"},
            "count": {"type": "integer", "description": "How many maps there are"}
        }
    })",
    .examples = R"([
        {"title": "Rows of a CSV file",
         "params": {"data": [{"Name": " Ada ", "Age": "36", "x": 1}],
                    "rename": {"name": "Name", "age": "Age"}, "convert": {"name": "trim", "age": "integer"},
                    "defaults": {"country": "UK"}, "remove": ["x"]},
         "output": {"value": [{"name": "Ada", "age": 36, "country": "UK"}], "count": 1}},
        {"title": "Out of the depth",
         "params": {"data": {"user": {"name": "Ada"}, "tags": ["a", "b"]}, "keep": ["tags.0"], "rename": {"who": "user.name"}},
         "output": {"value": {"tags.0": "a", "who": "Ada"}, "count": 1}},
        {"title": "What is no number", "params": {"data": {"age": "old"}, "convert": {"age": "number"}},
         "error": "invalid_params"}
    ])",
    .flags = OA_F_IDEMPOTENT | OA_F_PURE | OA_F_THREAD_SAFE | OA_F_CANCELLABLE,
};

inline constexpr Function diff{
    .name = "diff",
    .title = "Compare two values",
    .summary =
        "Tells what has to be done to one value so that it becomes another, as a JSON Patch.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["to"],
        "properties": {
            "from": {"description": "The value before. Without it the input is used"},
            "input": {"description": "The previous task's output"},
            "to": {"description": "The value after"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["equal", "count", "patch"],
        "properties": {
            "equal": {"type": "boolean", "description": "Whether the values are the same; the order of fields does not matter"},
            "count": {"type": "integer", "description": "How many operations there are"},
            "patch": {"type": "array", "items": {"type": "object"},
                      "description": "Operations of a JSON Patch (RFC 6902): add, remove, replace"}
        }
    })",
    .examples = R"([
        {"title": "What has changed",
         "params": {"from": {"port": 80, "hosts": ["a", "b"]}, "to": {"port": 443, "hosts": ["a", "c", "b"]}},
         "output": {"equal": false, "count": 2, "patch": [
             {"op": "replace", "path": "/port", "value": 443},
             {"op": "add", "path": "/hosts/1", "value": "c"}]}},
        {"title": "The same", "params": {"from": {"a": 1, "b": 2}, "to": {"b": 2, "a": 1}},
         "output": {"equal": true, "count": 0, "patch": []}}
    ])",
    .flags = OA_F_IDEMPOTENT | OA_F_PURE | OA_F_THREAD_SAFE | OA_F_CANCELLABLE,
};

inline constexpr Function patch{
    .name = "patch",
    .title = "Apply a patch",
    .summary = "Changes a value by a JSON Patch (RFC 6902) or a JSON Merge Patch (RFC 7396).",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["patch"],
        "properties": {
            "data": {"description": "The value; a text is read as JSON. Without it the input is used"},
            "input": {"description": "The previous task's output"},
            "patch": {"description": "A list of operations is a JSON Patch: all are done, or the task fails. Anything else is a merge patch: maps are laid over maps, null removes"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["value"],
        "properties": {"value": {"description": "The value with its changes"}}
    })",
    .examples = R"([
        {"title": "Operations",
         "params": {"data": {"a": [1, 2]}, "patch": [
             {"op": "test", "path": "/a/0", "value": 1}, {"op": "add", "path": "/a/-", "value": 3},
             {"op": "move", "from": "/a", "path": "/b"}]},
         "output": {"value": {"b": [1, 2, 3]}}},
        {"title": "Merge", "params": {"data": {"a": {"x": 1, "y": 2}}, "patch": {"a": {"y": null}, "b": 3}},
         "output": {"value": {"a": {"x": 1}, "b": 3}}},
        {"title": "What is not as expected",
         "params": {"data": {"a": 1}, "patch": [{"op": "test", "path": "/a", "value": 2}]},
         "error": "precondition"}
    ])",
    .flags = OA_F_IDEMPOTENT | OA_F_PURE | OA_F_THREAD_SAFE | OA_F_CANCELLABLE,
};

}  // namespace oa::json::describe
