#pragma once

#include "descriptions.hpp"

// The functions of oa-json of version 3: JSON Schemas, examples, names, flags.
namespace oa::json::describe {

namespace older {

constexpr oa_deprecation ends(const char* replacement, const char* reason) {
    return {sizeof(oa_deprecation), "1.0.0", replacement, reason};
}

inline constexpr const char* jsonfilter_names[] = {"oa-json.jsonfilter", "oadataframe.jsonfilter",
                                                   nullptr};
inline constexpr oa_deprecation jsonfilter_end =
    ends("json.filter", "its names of parameters and its output are other ones");
inline constexpr const char* dataframe_filter_names[] = {"oadataframe.filter", nullptr};
inline constexpr oa_deprecation dataframe_filter_end =
    ends("json.filter", "it takes field, operator and value");
inline constexpr const char* jsonextract_names[] = {"oa-json.jsonextract",
                                                    "oadataframe.jsonextract", nullptr};
inline constexpr oa_deprecation jsonextract_end =
    ends("json.extract", "its output has other names");
inline constexpr const char* extract_field_names[] = {"oautils.extract_field",
                                                      "oa-utility.extract_field", nullptr};
inline constexpr oa_deprecation extract_field_end = ends("json.extract", "path takes the field");
inline constexpr const char* jsontransform_names[] = {
    "oa-json.jsontransform", "oadataframe.jsontransform", "oautils.process_json",
    "oa-utility.process_json", nullptr};
inline constexpr oa_deprecation jsontransform_end =
    ends("json.transform", "rename, convert, set and remove are parameters of their own");
inline constexpr const char* jsonmerge_names[] = {"oa-json.jsonmerge", "oadataframe.jsonmerge",
                                                  nullptr};
inline constexpr oa_deprecation jsonmerge_end =
    ends("json.merge", "it takes the values themselves");
inline constexpr const char* jsonaggregate_names[] = {"oa-json.jsonaggregate",
                                                      "oadataframe.jsonaggregate", nullptr};
inline constexpr oa_deprecation jsonaggregate_end =
    ends("json.aggregate", "its output has other names");
inline constexpr const char* jsonvalidate_names[] = {
    "oa-json.jsonvalidate", "oadataframe.jsonvalidate", "oa-utility.jsonvalidate",
    "oautils.jsonvalidate", nullptr};
inline constexpr oa_deprecation jsonvalidate_end =
    ends("json.validate", "strict is off by default there");
inline constexpr const char* jsonsort_names[] = {"oa-json.jsonsort", "oadataframe.jsonsort",
                                                 nullptr};
inline constexpr oa_deprecation jsonsort_end =
    ends("json.sort", "its names of parameters and its output are other ones");

}  // namespace older

inline constexpr Function jsonfilter{
    .name = "jsonfilter",
    .title = "Filter a list (older)",
    .summary =
        "Keeps the maps of a list whose field meets a condition, as oa-json.jsonfilter was to do.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["field", "operator", "value"],
        "x-saves": "/filtered",
        "properties": {
            "data": {"description": "The list; a text is read as JSON. Without it the input is used"},
            "input": {"description": "The previous task's output; of a map json, data, rows or content, or all of it"},
            "field": {"type": "string", "description": "What to look at"},
            "operator": {"type": "string", "description": "== and != (strict about kinds), >, <, >=, <= (numbers and texts that are numbers), contains (a part of a text), in (a list, or JSON text of one), exists, not_exists; another one keeps nothing"},
            "value": {"description": "What to compare with, needed in any case"},
            "case_sensitive": {"type": ["boolean", "string", "integer", "null"], "default": true, "description": "Whether texts that differ in the case of ASCII letters are different"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["filtered", "count", "original_count", "filter"],
        "properties": {
            "filtered": {"type": "array", "description": "The items that were kept"},
            "count": {"type": "integer", "description": "How many were kept"},
            "original_count": {"type": "integer", "description": "How many there were"},
            "filter": {"type": "object", "description": "field, operator and value"}
        }
    })",
    .examples = R"([
        {"title": "Adults", "params": {"data": [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 17}],
         "field": "age", "operator": ">", "value": 18},
         "output": {"filtered": [{"name": "Ada", "age": 36}], "count": 1, "original_count": 2,
                    "filter": {"field": "age", "operator": ">", "value": 18}}}
    ])",
    .flags = harmless,
    .aliases = older::jsonfilter_names,
    .deprecated = &older::jsonfilter_end,
};

inline constexpr Function dataframe_filter{
    .name = "dataframe_filter",
    .title = "Filter a list by a written condition (older)",
    .summary =
        "Keeps the maps of a list that meet a condition such as age > 18, as oadataframe.filter "
        "was to do.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["condition"],
        "x-saves": "/filtered",
        "properties": {
            "data": {"description": "The list; a text is read as JSON. Without it the input is used"},
            "input": {"description": "The previous task's output; of a map json, data, rows or content, or all of it"},
            "condition": {"type": "string", "minLength": 1, "description": "A field, an operator as jsonfilter has it and a value: JSON, or a text with or without single quotes"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["filtered", "count", "original_count", "filter"],
        "properties": {
            "filtered": {"type": "array", "description": "The items that were kept"},
            "count": {"type": "integer", "description": "How many were kept"},
            "original_count": {"type": "integer", "description": "How many there were"},
            "filter": {"type": "object", "description": "field, operator and value"}
        }
    })",
    .examples = R"([
        {"title": "Adults", "params": {"data": [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 17}], "condition": "age > 18"},
         "output": {"filtered": [{"name": "Ada", "age": 36}], "count": 1, "original_count": 2,
                    "filter": {"field": "age", "operator": ">", "value": 18}}}
    ])",
    .flags = harmless,
    .aliases = older::dataframe_filter_names,
    .deprecated = &older::dataframe_filter_end,
};

inline constexpr Function jsonextract{
    .name = "jsonextract",
    .title = "Extract fields (older)",
    .summary =
        "Picks fields of a map, or of every map of a list, as oa-json.jsonextract was to do.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["fields"],
        "x-saves": "/extracted",
        "properties": {
            "data": {"description": "A map or a list; a text is read as JSON. Without it the input is used"},
            "input": {"description": "The previous task's output; of a map json, filtered or data, or all of it"},
            "fields": {"type": ["array", "string"], "items": {"type": "string"}, "description": "What to pick: a list, or a text with commas"},
            "flatten": {"type": ["boolean", "string", "integer", "null"], "default": false, "description": "Whether dots walk into maps; the name keeps its dots"},
            "keep_nulls": {"type": ["boolean", "string", "integer", "null"], "default": false, "description": "Give null for what is missing or null, and do not leave it out"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["extracted", "fields", "count"],
        "properties": {
            "extracted": {"type": ["object", "array"], "description": "The picked fields, of a list one map for each map"},
            "fields": {"type": "array", "description": "What was asked for"},
            "count": {"type": "integer", "description": "How many maps"}
        }
    })",
    .examples = R"([
        {"title": "Out of the depth", "params": {"data": {"user": {"name": "Ada"}}, "fields": "user.name", "flatten": true},
         "output": {"extracted": {"user.name": "Ada"}, "fields": ["user.name"], "count": 1}}
    ])",
    .flags = harmless,
    .aliases = older::jsonextract_names,
    .deprecated = &older::jsonextract_end,
};

inline constexpr Function extract_field{
    .name = "extract_field",
    .title = "Extract one field (older)",
    .summary = "Gives one value out of maps and lists, as oautils.extract_field was to do.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["field"],
        "properties": {
            "data": {"description": "A map or a list; a text is read as JSON. Without it the input is used"},
            "input": {"description": "The previous task's output; of a map json, filtered or data, or all of it"},
            "field": {"type": "string", "minLength": 1, "description": "Where it is; dots walk into maps and lists"}
        }
    })",
    .output = R"({"description": "The value"})",
    .examples = R"([
        {"title": "The answer of a service", "params": {"field": "main.temp", "input": {"status_code": 200, "json": {"main": {"temp": 21.5}}}},
         "output": 21.5},
        {"title": "Nothing there", "params": {"field": "main.temp", "data": {}}, "error": "not_found"}
    ])",
    .flags = harmless,
    .aliases = older::extract_field_names,
    .deprecated = &older::extract_field_end,
};

inline constexpr Function jsontransform{
    .name = "jsontransform",
    .title = "Transform fields (older)",
    .summary =
        "Renames, converts, adds and removes fields of a map or of each map of a list, as "
        "oa-json.jsontransform was to do.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "x-saves": "/transformed",
        "properties": {
            "data": {"description": "A map, or a list of maps; a text is read as JSON. Without it the input is used"},
            "input": {"description": "The previous task's output; of a map extracted, filtered or json, or all of it"},
            "mapping": {"type": "object", "default": {}, "description": "New names, and the fields that they are taken from, or function:field with upper, lower, int, float, str, bool or strip"},
            "add_fields": {"type": "object", "default": {}, "description": "Fields to add"},
            "remove_fields": {"type": "array", "items": {"type": "string"}, "default": [], "description": "Fields to remove"},
            "functions": {"description": "Not used"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["transformed", "count"],
        "properties": {
            "transformed": {"type": ["object", "array"], "description": "The map, or the list of maps"},
            "count": {"type": "integer", "description": "How many maps"}
        }
    })",
    .examples = R"([
        {"title": "Rename and convert", "params": {"data": [{"first": "ada", "age": "36", "x": 1}], "mapping": {"name": "upper:first", "years": "int:age"},
                    "add_fields": {"active": true}, "remove_fields": ["first", "age", "x"]},
         "output": {"transformed": [{"name": "ADA", "years": 36, "active": true}], "count": 1}}
    ])",
    .flags = harmless,
    .aliases = older::jsontransform_names,
    .deprecated = &older::jsontransform_end,
};

inline constexpr Function jsonmerge{
    .name = "jsonmerge",
    .title = "Merge values (older)",
    .summary = "Merges maps or joins lists, as oa-json.jsonmerge was to do.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "x-saves": "/merged",
        "x-fill": {"outputs": {"from": "outputs", "names": "/sources"}},
        "properties": {
            "sources": {"type": "array", "default": [], "description": "What to merge, two at least: names of tasks, other values as they are"},
            "outputs": {"type": "object", "description": "Outputs by the names of their tasks. Under compat: oa3 the engine gives those of the sources"},
            "merge_type": {"type": "string", "default": "dict", "description": "dict: maps; deep: maps, and the maps in them; array: lists, and maps as elements. What is of another kind is left out"},
            "overwrite": {"type": ["boolean", "string", "integer", "null"], "default": true, "description": "For dict: whether of equal keys the last wins, else the first"},
            "unique": {"type": ["boolean", "string", "integer", "null"], "default": false, "description": "For array: leave out elements that are there already; of all but maps the texts count"},
            "input": {"description": "The previous task's output, a further source"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["merged", "sources_count", "merge_type"],
        "properties": {
            "merged": {"type": ["object", "array"], "description": "The map or list"},
            "sources_count": {"type": "integer", "description": "How many sources there were"},
            "merge_type": {"type": "string", "description": "As it was given"}
        }
    })",
    .examples = R"([
        {"title": "Deep", "params": {"merge_type": "deep", "sources": [{"db": {"host": "a", "port": 1}}, {"db": {"host": "b"}}]},
         "output": {"merged": {"db": {"host": "b", "port": 1}}, "sources_count": 2, "merge_type": "deep"}}
    ])",
    .flags = harmless,
    .aliases = older::jsonmerge_names,
    .deprecated = &older::jsonmerge_end,
};

inline constexpr Function jsonaggregate{
    .name = "jsonaggregate",
    .title = "Aggregate a list (older)",
    .summary = "Counts, adds up, averages or groups, as oa-json.jsonaggregate was to do.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["operation"],
        "x-saves": "/result",
        "properties": {
            "data": {"description": "The list; a text is read as JSON. Without it the input is used"},
            "input": {"description": "The previous task's output; of a map filtered, transformed or json, or its first list"},
            "operation": {"type": "string", "description": "count, sum, avg, min, max or group"},
            "field": {"type": ["string", "null"], "description": "What to compute with, for all but count and group"},
            "group_by": {"type": ["string", "null"], "description": "Computes it for each value of this field on its own"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["result", "operation", "field", "group_by", "input_count"],
        "properties": {
            "result": {"description": "The number, or with group_by a map of results"},
            "operation": {"type": "string", "description": "As it was given"},
            "field": {"type": ["string", "null"], "description": "As it was given"},
            "group_by": {"type": ["string", "null"], "description": "As it was given"},
            "input_count": {"type": "integer", "description": "How many items there are"}
        }
    })",
    .examples = R"([
        {"title": "Sum", "params": {"data": [{"n": 1}, {"n": "2"}, {"n": "x"}], "operation": "sum", "field": "n"},
         "output": {"result": 3, "operation": "sum", "field": "n", "group_by": null, "input_count": 3}}
    ])",
    .flags = harmless,
    .aliases = older::jsonaggregate_names,
    .deprecated = &older::jsonaggregate_end,
};

inline constexpr Function jsonvalidate{
    .name = "jsonvalidate",
    .title = "Validate a value (older)",
    .summary = "Checks a value against a JSON Schema, as oa-json.jsonvalidate was to do.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["schema"],
        "properties": {
            "data": {"description": "The value; a text is read as JSON. Without it the input is used"},
            "input": {"description": "The previous task's output; of a map json or transformed, or all of it"},
            "jsondata": {"description": "Another name for data"},
            "schema": {"type": ["object", "boolean", "string"], "description": "The JSON Schema; a text is read as JSON. format is not checked"},
            "strict": {"type": ["boolean", "string", "integer", "null"], "default": true, "description": "Whether data that do not fit fail the task; its output is there in any case"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["valid", "errors", "data", "strict_mode"],
        "properties": {
            "valid": {"type": "boolean", "description": "Whether the value fits"},
            "errors": {"type": "array", "description": "What is wrong: message, path and validator of each"},
            "data": {"description": "The value"},
            "strict_mode": {"type": "boolean", "description": "As it was given"}
        }
    })",
    .examples = R"([
        {"title": "A value that fits", "params": {"data": {"port": 80}, "schema": {"properties": {"port": {"type": "integer"}}}},
         "output": {"valid": true, "errors": [], "data": {"port": 80}, "strict_mode": true}},
        {"title": "Fail the task", "params": {"data": 5, "schema": {"type": "string"}}, "error": "precondition"}
    ])",
    .flags = harmless,
    .aliases = older::jsonvalidate_names,
    .deprecated = &older::jsonvalidate_end,
};

inline constexpr Function jsonsort{
    .name = "jsonsort",
    .title = "Sort a list (older)",
    .summary = "Sorts a list by a field, as oa-json.jsonsort was to do.",
    .params = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["sort_by"],
        "x-saves": "/sorted",
        "properties": {
            "data": {"description": "The list; a text is read as JSON. Without it the input is used"},
            "input": {"description": "The previous task's output; of a map filtered or json, or its first list"},
            "sort_by": {"type": "string", "description": "The field"},
            "reverse": {"type": ["boolean", "string", "integer", "null"], "default": false, "description": "Largest first"},
            "numeric": {"type": ["boolean", "string", "integer", "null"], "description": "Whether values count as numbers; without it as the first one that is there is one. What is no number comes last, as the largest"}
        }
    })",
    .output = R"({
        "type": "object",
        "additionalProperties": false,
        "required": ["sorted", "count", "sort_by", "reverse", "numeric"],
        "properties": {
            "sorted": {"type": "array", "description": "In order; texts whatever the case of their letters"},
            "count": {"type": "integer", "description": "How many"},
            "sort_by": {"type": "string", "description": "As it was given"},
            "reverse": {"type": "boolean", "description": "As it was given"},
            "numeric": {"type": "boolean", "description": "Whether values counted as numbers"}
        }
    })",
    .examples = R"([
        {"title": "By a number", "params": {"data": [{"n": 2}, {}, {"n": "10"}, {"n": 1}], "sort_by": "n"},
         "output": {"sorted": [{"n": 1}, {"n": 2}, {"n": "10"}, {}], "count": 4, "sort_by": "n", "reverse": false, "numeric": true}}
    ])",
    .flags = harmless,
    .aliases = older::jsonsort_names,
    .deprecated = &older::jsonsort_end,
};

}  // namespace oa::json::describe
