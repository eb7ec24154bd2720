#pragma once

#include "descriptions.hpp"

// template, condition, merge, transform: JSON Schemas, examples, flags.
namespace oa::utils::describe {

inline constexpr Function fill_template{
    .name = "template",
    .title = "Fill a template",
    .summary = "Fills the placeholders {{ name }} of a text with values.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["template"],
        "properties": {
            "template": {"type": "string",
                         "description": "The text: {{ name }} stands for a value, {{ user.name }} and {{ hosts.0 }} for one within it, and {{ \"{{\" }} for the braces themselves. The result may have 1 MiB"},
            "values": {"type": "object",
                       "description": "The values by their names. Texts stand as they are, null as nothing, lists and maps as JSON"},
            "input": {"description": "The previous task's output, whose members are the values when values is not given"},
            "missing": {"type": "string", "enum": ["fail", "empty"], "default": "fail",
                        "description": "What to do with a name that has no value"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["text"],
        "properties": {"text": {"type": "string", "description": "The filled text"}}
    })",
    .examples = R"([
        {"title": "A letter",
         "params": {"template": "Dear {{ user.name }}, {{ cart.0 }} is on its way.",
                    "values": {"user": {"name": "Ada"}, "cart": ["tea"]}},
         "output": {"text": "Dear Ada, tea is on its way."}},
        {"title": "A name that has no value", "params": {"template": "{{ nobody }}"},
         "error": "invalid_params"}
    ])",
    .flags = harmless | OA_F_PURE,
};

inline constexpr Function condition{
    .name = "condition",
    .title = "Test a condition",
    .summary = "Tells whether a condition holds, or several; can fail the task if not.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "left": {"description": "What is compared, of any kind"},
            "operator": {"type": "string", "default": "==",
                         "enum": ["==", "!=", "<", "<=", ">", ">=", "contains", "in", "exists",
                                  "not_exists", "is_empty", "not_empty", "starts_with", "ends_with",
                                  "matches"],
                         "description": "How to compare. == and != are strict about kinds (25 is not \"25\"); < <= > >= compare numbers and numeric texts, or two texts; contains looks into a text, a list or the keys of a map; in takes a list; exists is true of anything but null; is_empty of what is null or of no length; matches takes an RE2 expression"},
            "right": {"description": "What it is compared with"},
            "conditions": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {"left": {}, "operator": {"type": "string"}, "right": {}}
                },
                "description": "Several conditions, each with left, operator and right, instead of one"
            },
            "match": {"type": "string", "enum": ["all", "any"], "default": "all",
                      "description": "Whether all conditions have to hold, or one is enough"},
            "ignore_case": {"type": "boolean", "default": false,
                            "description": "Whether texts that differ in the case of ASCII letters are equal"},
            "required": {"type": "boolean", "default": false,
                         "description": "Whether the task fails with precondition when the condition does not hold"},
            "message": {"type": "string", "description": "Why it matters, for that failure"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["result"],
        "properties": {"result": {"type": "boolean", "description": "Whether it holds"}}
    })",
    .examples = R"([
        {"title": "A number", "params": {"left": 93, "operator": ">", "right": 90},
         "output": {"result": true}},
        {"title": "One of several",
         "params": {"match": "any",
                    "conditions": [{"left": "prod-1", "operator": "starts_with", "right": "prod"},
                                   {"left": [], "operator": "not_empty"}]},
         "output": {"result": true}},
        {"title": "Fail the task",
         "params": {"left": "red", "operator": "in", "right": ["green", "yellow"], "required": true,
                    "message": "the cluster is not healthy"},
         "error": "precondition"}
    ])",
    .flags = harmless | OA_F_PURE,
};

inline constexpr Function merge{
    .name = "merge",
    .title = "Merge values",
    .summary = "Makes one map, list or text of several values, such as the outputs of tasks.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "sources": {"type": ["array", "object"],
                        "description": "What to merge, in order; of a map the values. null is left out. Without it the input is used"},
            "input": {"description": "The outputs of the tasks before: a list of sources, or a map whose values are the sources"},
            "mode": {"type": "string", "enum": ["dict", "deep", "list", "concat"], "default": "deep",
                     "description": "dict: maps, of equal keys the last wins whole; deep: maps, and the maps in them; list: lists, and other values as elements; concat: texts, other values as JSON"},
            "separator": {"type": "string", "default": "\n",
                          "description": "For concat: what stands between texts"},
            "unique": {"type": "boolean", "default": false,
                       "description": "For list: leave out elements that are there already"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["value", "sources"],
        "properties": {
            "value": {"type": ["object", "array", "string"], "description": "The map, list or text"},
            "sources": {"type": "integer", "description": "How many sources there were"}
        }
    })",
    .examples = R"([
        {"title": "Settings over defaults",
         "params": {"sources": [{"db": {"host": "localhost", "port": 5432}}, {"db": {"host": "db1"}}]},
         "output": {"value": {"db": {"host": "db1", "port": 5432}}, "sources": 2}},
        {"title": "Lists", "params": {"mode": "list", "unique": true, "sources": [[1, 2], [2, 3], 4]},
         "output": {"value": [1, 2, 3, 4], "sources": 3}},
        {"title": "Texts", "params": {"mode": "concat", "separator": ", ", "sources": ["a", "b"]},
         "output": {"value": "a, b", "sources": 2}}
    ])",
    .flags = harmless | OA_F_PURE,
};

inline constexpr Function transform{
    .name = "transform",
    .title = "Transform a value",
    .summary = "Changes a text, list or other value step by step.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["steps"],
        "properties": {
            "data": {"description": "The value. Without it the input is used"},
            "input": {"description": "The previous task's output"},
            "steps": {
                "type": "array",
                "items": {"type": ["string", "object"], "minProperties": 1, "maxProperties": 1},
                "description": "What is done to it, one after the other: a name, or a map of a name and its options. Texts: upper, lower, trim, replace {old, new}, split {separator: \",\"}, lines, number, from_json. Lists: join {separator: \",\"}, first, last, reverse, unique, flatten (one level). Anything: text, to_json, length, default {value} for null and the empty text. Steps for texts take other values as JSON"
            }
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["value"],
        "properties": {"value": {"description": "What has become of it"}}
    })",
    .examples = R"([
        {"title": "A list out of a text",
         "params": {"data": " Tea; Salt;tea ", "steps": ["trim", "lower", {"replace": {"old": " ", "new": ""}},
                    {"split": {"separator": ";"}}, "unique"]},
         "output": {"value": ["tea", "salt"]}},
        {"title": "The number in a text", "params": {"data": "load: 0.93",
         "steps": [{"split": {"separator": ":"}}, "last", "number"]}, "output": {"value": 0.93}},
        {"title": "What is no list", "params": {"data": "x", "steps": ["first"]},
         "error": "invalid_params"}
    ])",
    .flags = harmless | OA_F_PURE,
};

}  // namespace oa::utils::describe
