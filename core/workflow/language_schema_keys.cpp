#include "core/workflow/language_schema_keys.hpp"

namespace oa::core {

std::string_view document_key_schemas() {
    return R"json({
  "name": {"$ref": "#/definitions/name",
    "markdownDescription": "Shown everywhere. Without it, the name of the file without its suffix."},
  "description": {"$ref": "#/definitions/text", "markdownDescription": "What the workflow is for. For people and searches."},
  "tags": {"$ref": "#/definitions/texts", "markdownDescription": "Words for people and searches.", "examples": [["backup", "nightly"]]},
  "inputs": {"type": "object", "additionalProperties": {"$ref": "#/definitions/input"},
    "markdownDescription": "What a run can be given, checked before it starts. Read as `${inputs.NAME}`.",
    "examples": [{"environment": {"type": "string", "enum": ["test", "production"], "default": "test"}}]},
  "variables": {"type": "object",
    "markdownDescription": "Names for values, found out once when the run starts. They may use inputs and each other. Read as `${NAME}` or `${vars.NAME}`.",
    "examples": [{"host": "${ENV:DEPLOY_HOST:-localhost}", "url": "http://${host}/"}]},
  "variable": {"type": "object", "markdownDescription": "The same as `variables`."},
  "tasks": {"type": "array", "minItems": 1,
    "markdownDescription": "What is done. Without `needs`, `on_success` and `on_failure` the tasks run one after another; with `needs` everything runs in parallel that can."},
  "finally": {"type": "array", "minItems": 1,
    "markdownDescription": "Tasks that run after all others, one after another, whatever happened, a cancellation included."},
  "outputs": {"type": "object",
    "markdownDescription": "What the run gives when it succeeds. A text without a placeholder is an expression.",
    "examples": [{"total": "tasks.count.output.total"}]},
  "timeout": {"$ref": "#/definitions/duration",
    "markdownDescription": "For the whole run: when it is over, what runs is stopped and the run has failed."},
  "fail_fast": {"type": "boolean", "default": false,
    "markdownDescription": "After the first failure that no task handles, start nothing more and stop what runs. Otherwise independent branches go on."},
  "concurrency": {"type": "object", "additionalProperties": false,
    "markdownDescription": "How much runs at the same time.",
    "properties": {
      "max_parallel": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 16, "markdownDescription": "Tasks of one run at the same time."},
      "max_runs": {"type": "integer", "minimum": 1, "maximum": 10000, "markdownDescription": "Runs of this workflow at the same time."},
      "overlap": {"enum": ["queue", "skip", "cancel_running"], "default": "queue",
        "markdownDescription": "What happens to a run that would be one too many: it waits, is left out, or takes the place of those that run."},
      "key": {"$ref": "#/definitions/text", "markdownDescription": "An expression. Runs with different values do not count for each other.", "examples": ["inputs.customer"]}
    }},
  "schedule": {
    "markdownDescription": "When the workflow starts by itself: a cron expression, a mapping, or a list of them.",
    "anyOf": [{"$ref": "#/definitions/schedule"}, {"type": "array", "items": {"$ref": "#/definitions/schedule"}}],
    "examples": ["30 6 * * MON-FRI", "@daily"]},
  "defaults": {"type": "object", "additionalProperties": false,
    "markdownDescription": "For every task that has none of its own.",
    "properties": {
      "retry": {"$ref": "#/definitions/retry", "markdownDescription": "How often a task is tried again."},
      "timeout": {"$ref": "#/definitions/duration", "markdownDescription": "Limit of one attempt."},
      "isolation": {"$ref": "#/definitions/isolation", "markdownDescription": "Where functions run."}
    }},
  "compat": {"enum": ["oa3"],
    "markdownDescription": "Reads a document of the older system: `{name}` in parameters is a variable, `yes`, `no`, `on` and `off` are booleans, tasks may share a name."}
})json";
}

std::string_view task_key_schemas() {
    return R"json({
  "name": {"type": ["string", "number", "boolean"], "minLength": 1, "maxLength": 128, "not": {"const": "end"},
    "markdownDescription": "How other tasks call it: unique, and not `end`. Without it, the task is called after its function."},
  "with": {"type": "object", "markdownDescription": "The parameters of the function, or the inputs of the workflow."},
  "needs": {"$ref": "#/definitions/texts",
    "markdownDescription": "A task or a list of them: run after them, and in parallel with everything else.", "examples": ["build", ["lint", "test"]]},
  "when": {"$ref": "#/definitions/condition",
    "markdownDescription": "A condition in CEL. Where it is false, the task is skipped. With `success()`, `failure()` or `always()` it decides about failed needs too.",
    "examples": ["inputs.deploy", "failure()", "tasks.check.output.count > 0"]},
  "on_success": {"$ref": "#/definitions/texts", "markdownDescription": "A task or a list of them to start next when this one succeeded; `end` ends the branch."},
  "on_failure": {"$ref": "#/definitions/texts", "markdownDescription": "A task or a list of them to start next when this one failed; `end` ends the branch."},
  "retry": {"$ref": "#/definitions/retry", "markdownDescription": "How often to try again. A number is short for `max_attempts`; the first attempt counts.", "examples": [3]},
  "timeout": {"$ref": "#/definitions/duration", "markdownDescription": "Limit of one attempt; then it is stopped and has failed with `deadline`."},
  "for_each": {"type": ["string", "array", "object"],
    "markdownDescription": "A list, a mapping or an expression that gives one: the task runs once for each element, with `item` and `index` (or `key`). Its output is the list of outputs, in order.",
    "examples": ["${inputs.hosts}", ["a", "b"]]},
  "max_parallel": {"type": "integer", "minimum": 1, "maximum": 1000, "markdownDescription": "How many elements of `for_each` run at the same time."},
  "workflow": {"$ref": "#/definitions/text",
    "markdownDescription": "Another workflow, by its path or name, that runs as this task. `with` are its inputs, its outputs are the task's output.", "examples": ["deploy.yaml"]},
  "allow_failure": {"type": "boolean", "default": false, "markdownDescription": "Its failure does not fail the run."},
  "idempotent": {"type": "boolean", "markdownDescription": "`false`: doing it twice would do harm, so it is not started again after a crash. Without it, as the function says."},
  "output": {"markdownDescription": "Reshapes what the function gave (`output`) before it is kept. A text without a placeholder is an expression.", "examples": ["output.items"]},
  "sleep": {"$ref": "#/definitions/wait",
    "markdownDescription": "In place of a function: waits so long. It survives a restart of the host.", "examples": ["30s", "2h"]},
  "wait_until": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$|[{<]",
    "patternErrorMessage": "A time has a date and a zone, as in 2027-01-01T08:00:00Z.",
    "markdownDescription": "In place of a function: waits until that time, or not at all when it is over.", "examples": ["2027-01-01T08:00:00Z", "${inputs.start}"]},
  "approval": {"type": ["string", "object"], "required": ["message"], "additionalProperties": false,
    "markdownDescription": "In place of a function: waits until somebody approves or rejects. A rejection fails the task with `rejected`.",
    "if": {"required": ["default"]}, "then": {"required": ["timeout"]},
    "properties": {
      "message": {"type": "string", "markdownDescription": "What is to be approved."},
      "by": {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": {"type": "string"}}],
        "markdownDescription": "Who may answer: a name, `group:NAME`, or a list of them. Without it, anybody who may run things.", "examples": [["ada", "group:ops"]]},
      "timeout": {"$ref": "#/definitions/wait", "markdownDescription": "How long to wait for an answer. Without it, for ever."},
      "default": {"enum": ["fail", "approve", "reject"], "default": "fail", "markdownDescription": "What happens when `timeout` is over."}
    },
    "examples": ["Deploy ${inputs.version}?", {"message": "Deploy?", "by": "group:ops", "timeout": "2h"}]},
  "isolation": {"$ref": "#/definitions/isolation", "markdownDescription": "Where the function runs, over what the plug-in's own setting says."}
})json";
}

std::string_view shared_schemas() {
    return R"json({
  "placeholder": {"type": "string", "pattern": "\\$[{<]"},
  "text": {"type": ["string", "number", "boolean"]},
  "texts": {"anyOf": [{"$ref": "#/definitions/text"}, {"type": "array", "items": {"$ref": "#/definitions/text"}}]},
  "name": {"type": ["string", "number", "boolean"], "minLength": 1, "maxLength": 128},
  "condition": {"type": ["string", "boolean"]},
  "isolation": {"enum": ["in-process", "process"]},
  "duration": {"type": ["string", "number"], "minimum": 0, "pattern": "^[0-9]+([.][0-9]+)?(ms|s|m|h|d)?$",
    "patternErrorMessage": "A duration is a number with a unit, such as 250ms, 30s, 5m, 2h or 1d, or a number of seconds.",
    "examples": ["250ms", "30s", "5m", "2h", "1d"]},
  "wait": {"type": ["string", "number"], "minimum": 0, "pattern": "^[0-9]+([.][0-9]+)?(ms|s|m|h|d)?$|[{<]",
    "patternErrorMessage": "A duration is a number with a unit, such as 250ms, 30s, 5m, 2h or 1d, or a number of seconds.",
    "examples": ["30s", "5m", "2h", "1d"]},
  "retry": {"type": ["integer", "object"], "minimum": 1, "maximum": 1000, "additionalProperties": false,
    "properties": {
      "max_attempts": {"type": "integer", "minimum": 1, "maximum": 1000, "markdownDescription": "Attempts in all, the first one included."},
      "delay": {"$ref": "#/definitions/duration", "default": "1s", "markdownDescription": "The wait before the second attempt."},
      "backoff": {"type": "number", "minimum": 1, "maximum": 100, "default": 2, "markdownDescription": "Each further wait is so many times the one before; 1 keeps it."},
      "max_delay": {"$ref": "#/definitions/duration", "default": "5m", "markdownDescription": "The longest wait."},
      "jitter": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.1, "markdownDescription": "How far a wait may be off by chance."},
      "when": {"$ref": "#/definitions/condition", "markdownDescription": "Whether a failure is worth another attempt, in CEL over `error`.", "examples": ["error.code == 'busy'"]}
    }},
  "schedule": {"type": ["string", "object"], "required": ["cron"], "additionalProperties": false,
    "properties": {
      "cron": {"type": "string", "markdownDescription": "Five fields (minute, hour, day, month, day of the week), or `@hourly` and the like.", "examples": ["30 6 * * MON-FRI", "@daily"]},
      "timezone": {"type": "string", "markdownDescription": "A name of the IANA database; without it, the time zone of the host.", "examples": ["Europe/Rome", "UTC"]},
      "inputs": {"type": "object", "markdownDescription": "The inputs of these runs."},
      "catch_up": {"enum": ["none", "latest", "all"], "default": "none", "markdownDescription": "Which starts are made up for that were missed."}
    }},
  "input": {"type": ["object", "null"], "additionalProperties": false,
    "markdownDescription": "What a run can be given: its type, its limits, a default. Other words of JSON Schema are understood too.",
    "properties": {
      "type": {"markdownDescription": "Without it, anything.", "anyOf": [
        {"enum": ["string", "integer", "number", "boolean", "array", "object"]},
        {"type": "array", "items": {"enum": ["string", "integer", "number", "boolean", "array", "object", "null"]}}]},
      "required": {"type": ["boolean", "array"], "markdownDescription": "`true`: a run without it does not start."},
      "default": {"markdownDescription": "Taken when the input is not given."},
      "enum": {"type": "array", "minItems": 1, "markdownDescription": "The values that are allowed."},
      "pattern": {"type": "string", "markdownDescription": "A regular expression (RE2) that is found somewhere in a text."},
      "minimum": {"type": "number", "markdownDescription": "For numbers, included."},
      "maximum": {"type": "number", "markdownDescription": "For numbers, included."},
      "description": {"$ref": "#/definitions/text", "markdownDescription": "For people."},
      "$comment": true, "$defs": true, "$ref": true, "$schema": true, "$id": true, "$anchor": true,
      "additionalProperties": true, "allOf": true, "anyOf": true, "const": true, "contains": true,
      "contentEncoding": true, "contentMediaType": true, "contentSchema": true, "definitions": true,
      "dependentRequired": true, "dependentSchemas": true, "deprecated": true, "else": true,
      "examples": true, "exclusiveMaximum": true, "exclusiveMinimum": true, "format": true,
      "if": true, "items": true, "maxContains": true, "maxItems": true, "maxLength": true,
      "maxProperties": true, "minContains": true, "minItems": true, "minLength": true,
      "minProperties": true, "multipleOf": true, "not": true, "oneOf": true,
      "patternProperties": true, "prefixItems": true, "properties": true, "propertyNames": true,
      "readOnly": true, "then": true, "title": true, "unevaluatedItems": true,
      "unevaluatedProperties": true, "uniqueItems": true, "writeOnly": true
    }}
})json";
}

}  // namespace oa::core
