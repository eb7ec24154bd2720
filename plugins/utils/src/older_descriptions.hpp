#pragma once

#include "descriptions.hpp"

// The functions of oa-utility of versions 2 and 3: JSON Schemas, examples, names, flags.
namespace oa::utils::describe {

namespace older {

constexpr oa_deprecation ends(const char* replacement, const char* reason) {
    return {sizeof(oa_deprecation), "1.0.0", replacement, reason};
}

inline constexpr const char* sleep_names[] = {"oa-utility.setsleep", "oa-utility.sleep",
                                              "oautils.setsleep", "oautils.sleep", nullptr};
inline constexpr oa_deprecation sleep_end = ends("utils.sleep", "seconds is named duration there");
inline constexpr const char* print_names[] = {"oautils.print_text", "oautils.log_message",
                                              "oa-utility.print_text", "oa-utility.log_message",
                                              nullptr};
inline constexpr oa_deprecation print_end = ends("utils.print", "its output has other names");
inline constexpr const char* printvar_names[] = {"oa-utility.printvar", "oautils.printvar",
                                                 nullptr};
inline constexpr oa_deprecation printvar_end = ends("utils.print", "text takes any value");
inline constexpr const char* setvar_names[] = {"oa-utility.setvar", "oautils.setvar", nullptr};
inline constexpr oa_deprecation setvar_end =
    ends("utils.set", "other tasks read its output as tasks.NAME.output");
inline constexpr const char* dumpvar_names[] = {"oa-utility.dumpvar", "oautils.dumpvar", nullptr};
inline constexpr oa_deprecation dumpvar_end = ends("utils.print", "text takes ${vars}");
inline constexpr const char* transform_names[] = {"oa-utility.transform", "oautils.transform",
                                                  nullptr};
inline constexpr oa_deprecation transform_end =
    ends("utils.transform", "it does several steps at once; json has what works on lists");
inline constexpr const char* condition_names[] = {"oa-utility.condition", "oa-utility.conditional",
                                                  "oautils.condition", "oautils.conditional",
                                                  nullptr};
inline constexpr oa_deprecation condition_end =
    ends("utils.condition", "it does not fail unless told so; a task's when needs no function");
inline constexpr const char* merge_names[] = {"oa-utility.merge", "oautils.merge", nullptr};
inline constexpr oa_deprecation merge_end = ends("utils.merge", "it takes the values themselves");

}  // namespace older

inline constexpr Function older_sleep{
    .name = "utility_setsleep",
    .title = "Wait (older)",
    .summary = "Waits, as oa-utility.setsleep did.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["seconds"],
        "properties": {
            "seconds": {"type": ["number", "string"], "description": "How long, in seconds"},
            "input": {"description": "The previous task's output, which is handed on"}
        }
    })",
    .output =
        R"({"description": "input where there is one, else a map of slept_seconds and requested_seconds"})",
    .examples = R"([
        {"title": "A moment", "params": {"seconds": 0.01},
         "output": {"slept_seconds": 0.01, "requested_seconds": 0.01}},
        {"title": "Hand on", "params": {"seconds": "0", "input": {"rows": 3}}, "output": {"rows": 3}}
    ])",
    .flags = harmless | OA_F_BLOCKING,
    .aliases = older::sleep_names,
    .deprecated = &older::sleep_end,
};

inline constexpr Function older_print_text{
    .name = "utility_print_text",
    .title = "Print (older)",
    .summary = "Writes a text to the task's log, as oautils.print_text was to do.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "text": {"description": "What to print; other values as JSON"},
            "message": {"description": "Another name for text"},
            "input": {"description": "The previous task's output, printed when there is no text"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["content"],
        "properties": {"content": {"type": "string", "description": "What was printed"}}
    })",
    .examples =
        R"([{"title": "A text", "params": {"text": "Hello"}, "output": {"content": "Hello"}}])",
    .flags = harmless,
    .aliases = older::print_names,
    .deprecated = &older::print_end,
};

inline constexpr Function older_printvar{
    .name = "utility_printvar",
    .title = "Print a variable (older)",
    .summary = "Writes a variable, or the input, to the task's log, as oa-utility.printvar did.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "x-fill": {"variables": {"from": "variables", "names": "/varname"}},
        "properties": {
            "varname": {"type": "string", "description": "The variable; without it the input is printed"},
            "variables": {"type": "object", "description": "The variables by their names. Under compat: oa3 the engine gives the one that is asked for; one that names a secret is ***"},
            "input": {"description": "The previous task's output"}
        }
    })",
    .output = R"({"description": "The value, unchanged"})",
    .examples = R"([
        {"title": "A variable", "params": {"varname": "host", "variables": {"host": "db1"}}, "output": "db1"},
        {"title": "The previous output", "params": {"input": {"rows": 3}}, "output": {"rows": 3}},
        {"title": "No such variable", "params": {"varname": "hots", "variables": {}}, "error": "not_found"}
    ])",
    .flags = harmless,
    .aliases = older::printvar_names,
    .deprecated = &older::printvar_end,
};

inline constexpr Function older_setvar{
    .name = "utility_setvar",
    .title = "Set a variable (older)",
    .summary = "Gives a variable a value, as oa-utility.setvar did.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["varname"],
        "x-sets-variable": {"name": "/varname", "value": "/varvalue"},
        "properties": {
            "varname": {"type": "string", "minLength": 1, "description": "The variable, which tasks behind this one read under compat: oa3"},
            "varvalue": {"description": "Its value, null included; without it the input"},
            "input": {"description": "The previous task's output"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["varname", "varvalue"],
        "properties": {
            "varname": {"type": "string", "description": "As it was given"},
            "varvalue": {"description": "The value"}
        }
    })",
    .examples = R"([
        {"title": "A number", "params": {"varname": "port", "varvalue": 5432},
         "output": {"varname": "port", "varvalue": 5432}}
    ])",
    .flags = harmless,
    .aliases = older::setvar_names,
    .deprecated = &older::setvar_end,
};

inline constexpr Function older_dumpvar{
    .name = "utility_dumpvar",
    .title = "Dump all variables (older)",
    .summary = "Gives all variables, and can write them to a file, as oa-utility.dumpvar did.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "x-fill": {"variables": {"from": "variables"}},
        "properties": {
            "savetofile": {"type": "string", "description": "A file to write them to, as JSON"},
            "include_input": {"type": ["boolean", "string", "integer"], "default": false, "description": "Add the input as _input"},
            "variables": {"type": "object", "description": "The variables by their names. Under compat: oa3 the engine gives all of them; those that name secrets are ***"},
            "input": {"description": "The previous task's output"}
        }
    })",
    .output = R"({"type": "object", "description": "The variables by their names"})",
    .examples = R"([
        {"title": "With the previous output",
         "params": {"variables": {"host": "db1"}, "include_input": true, "input": 3},
         "output": {"host": "db1", "_input": 3}}
    ])",
    .flags = harmless | OA_F_FILESYSTEM,
    .aliases = older::dumpvar_names,
    .deprecated = &older::dumpvar_end,
};

inline constexpr Function older_transform{
    .name = "utility_transform",
    .title = "Transform (older)",
    .summary = "Changes a text or a list, as oa-utility.transform did.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["operation"],
        "properties": {
            "operation": {"type": "string", "description": "Of texts: upper, lower, strip, replace, split, join; of lists, as before 2026: filter, map, extract, aggregate, passthrough"},
            "data": {"description": "What is changed. Without it the input, for texts the content of an input that has one"},
            "options": {"type": "object", "default": {}, "description": "replace: old, new; split: separator, a comma by default; join: separator, nothing by default"},
    "field"
    : {"type" : "string", "description" : "For filter, map and aggregate: the field of each item"},
      "fields" : {
          "type" : "array",
          "items" : {"type" : "string"},
          "description" : "For extract: the fields to keep"
      },
                 "condition" : {
                     "type" : "object",
                     "description" : "For filter: operator (==, !=, >, <, contains) and value"
                 },
                               "agg_type"
    : {"type" : "string", "default" : "count", "description" : "For aggregate: count, sum or avg"},
      "input" : {
    "description" : "The previous task's output"
}
}
})",
    .output =
        R"({"description": "Of texts a map of result, operation, original_type and result_type; of aggregate a map of aggregation, field, result and count; else the list"})",
    .examples = R"([
        {"title": "Split a text", "params": {"operation": "split", "data": "a;b", "options": {"separator": ";"}},
         "output": {"operation": "split", "original_type": "str", "result_type": "list", "result": ["a", "b"]}},
        {"title": "Filter a list",
         "params": {"operation": "filter", "field": "age", "condition": {"operator": ">", "value": 18},
                    "input": [{"age": 36}, {"age": 17}]},
         "output": [{"age": 36}]},
        {"title": "Average", "params": {"operation": "aggregate", "agg_type": "avg", "field": "n",
         "input": [{"n": 1}, {"n": 2}]},
         "output": {"aggregation": "avg", "field": "n", "result": 1.5, "count": 2}}
    ])",
    .flags = harmless | OA_F_PURE,
    .aliases = older::transform_names,
    .deprecated = &older::transform_end,
};

inline constexpr Function older_condition{
    .name = "utility_condition",
    .title = "Test a condition (older)",
    .summary = "Fails the task unless a condition holds, as oa-utility.condition did.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "operator": {"type": "string", "description": "equals, not_equals, contains, greater, less, exists, is_empty"},
            "left": {"description": "What is compared"},
            "right": {"description": "What it is compared with"},
            "condition_type": {"type": "string", "default": "equals", "description": "As conditional had it: another name for operator"},
            "left_value": {"description": "Another name for left; without operator and left the input counts"},
            "right_value": {"description": "Another name for right"},
            "field": {"type": "string", "description": "Of the input: which member counts"},
            "input": {"description": "The previous task's output, for condition_type"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["condition_result", "condition_type", "left_value", "right_value"],
        "properties": {
            "condition_result": {"type": "boolean", "description": "Whether it holds; the task fails if not"},
            "condition_type": {"type": "string", "description": "The operator"},
            "left_value": {"description": "What was compared"},
            "right_value": {"description": "What it was compared with"}
        }
    })",
    .examples = R"([
        {"title": "A number", "params": {"left": 93, "operator": "greater", "right": "90"},
         "output": {"condition_result": true, "condition_type": "greater", "left_value": 93, "right_value": "90"}},
        {"title": "Anything but null is there", "params": {"left": "", "operator": "exists", "right": null},
         "output": {"condition_result": true, "condition_type": "exists", "left_value": "", "right_value": null}},
        {"title": "A field of the input", "params": {"input": {"status": "down"}, "field": "status", "right_value": "up"},
         "error": "precondition"}
    ])",
    .flags = harmless | OA_F_PURE,
    .aliases = older::condition_names,
    .deprecated = &older::condition_end,
};

inline constexpr Function older_merge{
    .name = "utility_merge",
    .title = "Merge outputs (older)",
    .summary = "Merges the outputs of tasks, as oa-utility.merge did.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "x-fill": {"outputs": {"from": "outputs", "names": "/sources"}},
        "properties": {
            "merge_type": {"type": "string", "default": "dict", "description": "dict: maps; list: lists; concat: anything, as texts. What is of another kind is left out"},
            "sources": {"type": "array", "items": {"type": "string"}, "default": [], "description": "Names of tasks"},
            "outputs": {"type": "object", "description": "Outputs by the names of their tasks. Under compat: oa3 the engine gives those of the sources"},
            "separator": {"type": "string", "default": "\n", "description": "What stands between texts"},
            "input": {"description": "The previous task's output, which comes last"}
        }
    })",
    .output =
        R"({"type": ["object", "array", "string", "null"], "description": "What was merged; null for another merge_type"})",
    .examples = R"([
        {"title": "Maps", "params": {"sources": ["a", "b"], "outputs": {"a": {"x": 1}, "b": {"x": 2, "y": 3}}},
         "output": {"x": 2, "y": 3}},
        {"title": "Texts", "params": {"merge_type": "concat", "separator": "-", "sources": ["a"], "outputs": {"a": 1}, "input": "z"},
         "output": "1-z"}
    ])",
    .flags = harmless | OA_F_PURE,
    .aliases = older::merge_names,
    .deprecated = &older::merge_end,
};

}  // namespace oa::utils::describe
