#pragma once

#include <oa/plugin.hpp>

// What the functions take and give: JSON Schemas, examples, flags.
#define OA_JSON_LIST_PROPERTIES                                                      \
    R"("data": {"type": ["array", "string"], "description": )"                       \
    R"("The list; a text is read as JSON. Without it the input is used"}, )"         \
    R"("input": {"description": "The previous task's output: a list, JSON text of )" \
    R"(one, or a map with a list under items, rows, json, data or content"})"

namespace oa::json::describe {

inline constexpr std::uint32_t harmless =
    OA_F_IDEMPOTENT | OA_F_PURE | OA_F_THREAD_SAFE | OA_F_CANCELLABLE;

inline constexpr Function filter{
    .name = "filter",
    .title = "Filter a list",
    .summary = "Keeps the items of a list that meet conditions.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            )" OA_JSON_LIST_PROPERTIES R"(,
            "where": {
                "type": ["array", "object"],
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                        "field": {"type": "string"},
                        "operator": {"type": "string"},
                        "value": {}
                    }
                },
                "description": "The conditions: maps of field, operator and value, as described below; one may stand alone"
            },
            "field": {"type": "string",
                      "description": "Of a single condition: what to look at. Dots walk into maps and lists (user.name, tags.0); without it, the item itself"},
            "operator": {"type": "string", "default": "==",
                         "enum": ["==", "!=", "<", "<=", ">", ">=", "contains", "in", "exists",
                                  "not_exists", "is_empty", "not_empty", "starts_with", "ends_with",
                                  "matches"],
                         "description": "Of a single condition: how to compare. == and != are strict about kinds (25 is not \"25\") and take what is missing as null; < <= > >= compare numbers and numeric texts, or two texts; contains looks into a text, a list or the keys of a map; in takes a list; is_empty is true of what is missing, null or of no length; matches takes an RE2 expression"},
            "value": {"description": "Of a single condition: what to compare with"},
            "match": {"type": "string", "enum": ["all", "any"], "default": "all",
                      "description": "Whether all conditions have to hold, or one is enough"},
            "ignore_case": {"type": "boolean", "default": false,
                            "description": "Whether texts that differ in the case of ASCII letters are equal"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["items", "count", "total"],
        "properties": {
            "items": {"type": "array", "description": "The items that were kept, in their order"},
            "count": {"type": "integer", "description": "How many were kept"},
            "total": {"type": "integer", "description": "How many there were"}
        }
    })",
    .examples = R"([
        {"title": "One condition",
         "params": {"data": [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 17}],
                    "field": "age", "operator": ">=", "value": 18},
         "output": {"items": [{"name": "Ada", "age": 36}], "count": 1, "total": 2}},
        {"title": "One of several, in nested maps",
         "params": {"data": [{"user": {"role": "admin"}}, {"user": {"role": "guest"}}, {}],
                    "match": "any",
                    "where": [{"field": "user.role", "operator": "in", "value": ["admin", "owner"]},
                              {"field": "user", "operator": "not_exists"}]},
         "output": {"items": [{"user": {"role": "admin"}}, {}], "count": 2, "total": 3}},
        {"title": "Plain values", "params": {"data": [3, 1, 2], "operator": "<", "value": 3},
         "output": {"items": [1, 2], "count": 2, "total": 3}}
    ])",
    .flags = harmless,
};

inline constexpr Function extract{
    .name = "extract",
    .title = "Extract fields",
    .summary = "Picks fields of a map or of every map of a list, or what is at one path.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "data": {"description": "A map or a list; a text is read as JSON. Without it the input is used"},
            "input": {"description": "The previous task's output; for fields, the items of a map that has a list of that name"},
            "fields": {"type": ["array", "object"],
                       "description": "What to pick: a list of fields, or a map of new names to fields. Dots walk into maps and lists: user.name, tags.0"},
            "path": {"type": "string",
                     "description": "Instead of fields: the one value to take. A step * goes through a whole list or map (users.*.name) and gives a list"},
            "default": {"description": "What to give when there is nothing at path; without it that fails with NOT_FOUND"},
            "flatten": {"type": "boolean", "default": false,
                        "description": "Keep dotted names as they are ({\"user.name\": 1}) and make no nested maps"},
            "keep_nulls": {"type": "boolean", "default": false,
                           "description": "Give null for what is missing or null and do not leave it out"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "value": {"description": "Of a map the picked fields; of a path what is there"},
            "items": {"type": "array", "description": "Of a list, or of a path with *: one for each"},
            "count": {"type": "integer", "description": "How many items there are"}
        }
    })",
    .examples = R"([
        {"title": "Fields of every map of a list",
         "params": {"data": [{"id": 1, "user": {"name": "Ada", "age": 36}}, {"id": 2}],
                    "fields": ["id", "user.name"]},
         "output": {"items": [{"id": 1, "user": {"name": "Ada"}}, {"id": 2}], "count": 2}},
        {"title": "New names",
         "params": {"data": {"user": {"name": "Ada"}}, "fields": {"who": "user.name"}},
         "output": {"value": {"who": "Ada"}}},
        {"title": "One value",
         "params": {"data": {"users": [{"name": "Ada"}]}, "path": "users.0.name"},
         "output": {"value": "Ada"}},
        {"title": "All of a list",
         "params": {"data": {"users": [{"name": "Ada"}, {"name": "Bob"}]}, "path": "users.*.name"},
         "output": {"items": ["Ada", "Bob"], "count": 2}},
        {"title": "Nothing there", "params": {"data": {}, "path": "a.b"}, "error": "not_found"}
    ])",
    .flags = harmless,
};

inline constexpr Function sort{
    .name = "sort",
    .title = "Sort a list",
    .summary = "Sorts a list by one or several keys; equal items keep their order.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            )" OA_JSON_LIST_PROPERTIES R"(,
            "by": {"type": ["string", "object", "array"],
                   "description": "The key: a field, a map of field and descending, or a list of these, the first being the most important. Dots walk into maps and lists. Without it, the items themselves"},
            "descending": {"type": "boolean", "default": false,
                           "description": "Largest first, for the keys that do not say so themselves. What is missing or null comes last either way"},
            "numeric": {"type": "boolean",
                        "description": "true: numeric texts count as numbers; false: numbers count as texts; without it, numeric texts count as numbers where nothing else is there"},
            "ignore_case": {"type": "boolean", "default": false,
                            "description": "Whether the case of ASCII letters is ignored"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["items", "count"],
        "properties": {
            "items": {"type": "array",
                      "description": "In order: numbers, texts (by code point), false, true, then lists and maps as they were, then what is missing"},
            "count": {"type": "integer", "description": "How many"}
        }
    })",
    .examples = R"([
        {"title": "By a field, largest first",
         "params": {"data": [{"n": 2}, {"n": 10}, {}, {"n": "9"}], "by": "n", "descending": true},
         "output": {"items": [{"n": 10}, {"n": "9"}, {"n": 2}, {}], "count": 4}},
        {"title": "By two fields",
         "params": {"data": [{"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 0, "b": 3}],
                    "by": ["a", {"field": "b", "descending": true}]},
         "output": {"items": [{"a": 0, "b": 3}, {"a": 1, "b": 2}, {"a": 1, "b": 1}], "count": 3}},
        {"title": "Plain values", "params": {"data": [3, 1, 2]},
         "output": {"items": [1, 2, 3], "count": 3}}
    ])",
    .flags = harmless,
};

inline constexpr Function aggregate{
    .name = "aggregate",
    .title = "Sum up a list",
    .summary = "Counts, adds up, averages or groups the items of a list.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["operation"],
        "properties": {
            )" OA_JSON_LIST_PROPERTIES R"(,
            "operation": {"type": "string", "enum": ["count", "sum", "avg", "min", "max", "group"],
                          "description": "What to compute; group gives the items themselves, by group_by"},
            "field": {"type": "string",
                      "description": "What to look at; dots walk into maps and lists. Without it, the items themselves. count then counts those where it is there"},
            "group_by": {"type": "string",
                         "description": "Computes it for each value of this field on its own"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["result", "count", "skipped"],
        "properties": {
            "result": {"description": "With group_by a map of results, by the text of the field's value; null for an avg, min or max of nothing"},
            "count": {"type": "integer", "description": "How many items there are in all"},
            "skipped": {"type": "integer",
                        "description": "How many of them have nothing to compute with: missing, null, or no number. min and max take texts where there are no numbers"}
        }
    })",
    .examples = R"([
        {"title": "Sum", "params": {"data": [{"n": 1}, {"n": "2"}, {"n": "x"}], "operation": "sum", "field": "n"},
         "output": {"result": 3, "count": 3, "skipped": 1}},
        {"title": "Average by group",
         "params": {"data": [{"t": "a", "n": 1}, {"t": "b", "n": 5}, {"t": "a", "n": 2}],
                    "operation": "avg", "field": "n", "group_by": "t"},
         "output": {"result": {"a": 1.5, "b": 5}, "count": 3, "skipped": 0}},
        {"title": "Group", "params": {"data": [{"t": "a"}, {"t": "b"}], "operation": "group", "group_by": "t"},
         "output": {"result": {"a": [{"t": "a"}], "b": [{"t": "b"}]}, "count": 2, "skipped": 0}}
    ])",
    .flags = harmless,
};

inline constexpr Function merge{
    .name = "merge",
    .title = "Merge values",
    .summary = "Merges maps into one, or joins lists.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "sources": {"type": "array",
                        "description": "What to merge, in order; null is left out. Without it the input is used"},
            "input": {"description": "The outputs of the tasks before: a list of sources, or a map whose values are the sources"},
            "mode": {"type": "string", "enum": ["deep", "shallow", "concat"], "default": "deep",
                     "description": "deep: maps, and the maps in them; shallow: maps, of equal keys the last wins whole; concat: lists, and other values as elements"},
            "unique": {"type": "boolean", "default": false,
                       "description": "For concat: leave out elements that are there already"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["value", "sources"],
        "properties": {
            "value": {"type": ["object", "array"], "description": "The map, or for concat the list"},
            "sources": {"type": "integer", "description": "How many sources there were"}
        }
    })",
    .examples = R"([
        {"title": "Deep", "params": {"sources": [{"a": {"x": 1, "y": 1}}, {"a": {"y": 2}, "b": 3}]},
         "output": {"value": {"a": {"x": 1, "y": 2}, "b": 3}, "sources": 2}},
        {"title": "Shallow", "params": {"mode": "shallow", "sources": [{"a": {"x": 1}}, {"a": {"y": 2}}]},
         "output": {"value": {"a": {"y": 2}}, "sources": 2}},
        {"title": "Join lists", "params": {"mode": "concat", "unique": true, "sources": [[1, 2], [2, 3], 4]},
         "output": {"value": [1, 2, 3, 4], "sources": 3}}
    ])",
    .flags = harmless,
};

inline constexpr Function validate{
    .name = "validate",
    .title = "Check against a JSON Schema",
    .summary = "Tells whether a value fits a JSON Schema, and what is wrong with it.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["schema"],
        "properties": {
            "data": {"description": "The value; a text is read as JSON. Without it the input is used"},
            "input": {"description": "The previous task's output"},
            "schema": {"type": ["object", "boolean", "string"],
                       "description": "The JSON Schema, draft 2020-12; a text is read as JSON"},
            "formats": {"type": "boolean", "default": true,
                        "description": "Whether format (date, email, uri ...) is checked"},
            "strict": {"type": "boolean", "default": false,
                       "description": "Whether data that do not fit fail the task"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["valid", "errors"],
        "properties": {
            "valid": {"type": "boolean", "description": "Whether the value fits"},
            "errors": {
                "type": "array",
                "description": "What is wrong, each with its place in the value; at most 100",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["message", "path", "schema_path"],
                    "properties": {
                        "message": {"type": "string", "description": "What is to be said of the value at path"},
                        "path": {"type": "string", "description": "JSON Pointer to the value; of a missing field, to its map"},
                        "hint": {"type": "string", "description": "What may have been meant"},
                        "schema_path": {"type": "string", "description": "JSON Pointer to the keyword of the schema that says so"}
                    }
                }
            }
        }
    })",
    .examples = R"([
        {"title": "A value that fits",
         "params": {"data": {"port": 80}, "schema": {"properties": {"port": {"type": "integer"}}}},
         "output": {"valid": true, "errors": []}},
        {"title": "What is wrong",
         "params": {"data": {"port": "80", "hots": "a"},
                    "schema": {"properties": {"host": {"type": "string"}, "port": {"type": "integer"}},
                               "additionalProperties": false}},
         "output": {"valid": false, "errors": [
             {"message": "takes an integer, not the text '80'", "path": "/port",
              "schema_path": "/properties/port/type"},
             {"message": "has no field 'hots'", "path": "", "hint": "did you mean 'host'?",
              "schema_path": "/additionalProperties"}]}},
        {"title": "Fail the task", "params": {"data": 5, "schema": {"type": "string"}, "strict": true},
         "error": "invalid_params"}
    ])",
    .flags = harmless,
};

}  // namespace oa::json::describe

#undef OA_JSON_LIST_PROPERTIES
