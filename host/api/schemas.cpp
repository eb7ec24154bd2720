#include "host/api/schemas.hpp"

#include <boost/json.hpp>

namespace oa::host {

namespace {

// What comes in has additionalProperties: false, so that a misspelt member is an error. What goes
// out has not: members are added in later versions.
constexpr const char* schemas_text = R"json({
"Problem": {
  "type": "object",
  "description": "Why a request is not done (RFC 9457).",
  "required": ["type", "title", "status", "detail", "instance", "code"],
  "properties": {
    "type": {"type": "string"},
    "title": {"type": "string"},
    "status": {"type": "integer"},
    "detail": {"type": "string", "description": "A sentence for people."},
    "instance": {"type": "string", "description": "The path that was asked for."},
    "code": {"type": "string", "description": "For programs; never changes its meaning."},
    "hint": {"type": "string", "description": "What to do about it."},
    "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemError"}}
  }
},
"ProblemError": {
  "type": "object",
  "description": "One of several things that are wrong.",
  "required": ["message"],
  "properties": {
    "message": {"type": "string"},
    "hint": {"type": "string"},
    "pointer": {"type": "string", "description": "JSON Pointer into the body."},
    "parameter": {"type": "string"},
    "severity": {"enum": ["error", "warning"]},
    "code": {"type": "string"},
    "file": {"type": "string"},
    "line": {"type": "integer"},
    "column": {"type": "integer"}
  }
},
"Failure": {
  "type": "object",
  "description": "Why a run or a task failed.",
  "required": ["code", "message"],
  "properties": {
    "code": {"type": "string"},
    "message": {"type": "string"},
    "retryable": {"type": "boolean"}
  }
},
"RunStatus": {"enum": ["queued", "running", "succeeded", "failed", "cancelled"]},
"TaskStatus": {"enum": ["pending", "running", "succeeded", "failed", "skipped", "cancelled"]},
"Run": {
  "type": "object",
  "required": ["id", "workflow", "status", "paused", "waits", "attempt", "retry_of", "parent",
               "trigger", "priority", "key", "created_at", "started_at", "ended_at", "error"],
  "properties": {
    "id": {"type": "string"},
    "workflow": {"type": "string"},
    "status": {"$ref": "#/components/schemas/RunStatus"},
    "paused": {"type": "boolean", "description": "Nothing new starts."},
    "waits": {"type": "integer", "description": "Tasks that wait for a time or an answer."},
    "attempt": {"type": "integer", "description": "One more than the run that it does again."},
    "retry_of": {"type": ["string", "null"]},
    "retry_from": {"type": ["string", "null"]},
    "parent": {"type": ["string", "null"], "description": "The run whose task it is."},
    "trigger": {"type": ["string", "null"]},
    "priority": {"type": "integer"},
    "key": {"type": ["string", "null"], "description": "Of the workflow's concurrency."},
    "created_at": {"type": "string", "format": "date-time"},
    "started_at": {"type": ["string", "null"], "format": "date-time"},
    "ended_at": {"type": ["string", "null"], "format": "date-time"},
    "duration_ms": {"type": ["integer", "null"], "description": "Of a run that has ended."},
    "error": {"anyOf": [{"$ref": "#/components/schemas/Failure"}, {"type": "null"}]}
  }
},
"RunDetail": {
  "description": "A run with what it was given and what it gave.",
  "allOf": [
    {"$ref": "#/components/schemas/Run"},
    {
      "type": "object",
      "required": ["inputs", "outputs"],
      "properties": {
        "inputs": {"type": "object"},
        "outputs": {"type": "object", "description": "Empty until it has ended."},
        "approvals": {"type": "array", "items": {"$ref": "#/components/schemas/Approval"}}
      }
    }
  ]
},
"Approval": {
  "type": "object",
  "description": "A task that waits for somebody's answer.",
  "required": ["task", "element", "message", "by", "since", "until"],
  "properties": {
    "task": {"type": "string", "description": "With what leads to it, in a run within the run: 'deploy/ask'."},
    "element": {"type": ["integer", "null"]},
    "message": {"type": "string"},
    "by": {"type": "array", "items": {"type": "string"}, "description": "Who may answer; empty: anybody."},
    "since": {"type": "string", "format": "date-time"},
    "until": {"type": ["string", "null"], "format": "date-time"}
  }
},
"RunList": {
  "type": "object",
  "required": ["runs", "next"],
  "properties": {
    "runs": {"type": "array", "items": {"$ref": "#/components/schemas/Run"}},
    "next": {"type": ["string", "null"], "description": "The cursor of the next page."}
  }
},
"StartRun": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "inputs": {"type": "object", "default": {}, "description": "As the workflow declares them."},
    "priority": {"type": "integer", "minimum": -1000, "maximum": 1000, "default": 0, "description": "Higher ones start first."}
  }
},
"Task": {
  "type": "object",
  "required": ["name", "status"],
  "properties": {
    "name": {"type": "string"},
    "status": {"$ref": "#/components/schemas/TaskStatus"},
    "attempts": {"type": "integer"},
    "started_at": {"type": ["string", "null"], "format": "date-time"},
    "duration_ms": {"type": ["integer", "null"]},
    "output": {},
    "error": {"anyOf": [{"$ref": "#/components/schemas/Failure"}, {"type": "null"}]}
  }
},
"TaskList": {
  "type": "object",
  "required": ["tasks"],
  "properties": {"tasks": {"type": "array", "items": {"$ref": "#/components/schemas/Task"}}}
},
"RunEvent": {
  "type": "object",
  "description": "Something that happened in a run; docs/events.md has all types with their members.",
  "required": ["run", "workflow", "number", "at", "type"],
  "properties": {
    "run": {"type": "string"},
    "workflow": {"type": "string"},
    "number": {"type": "integer", "description": "Grows within the run."},
    "at": {"type": "string", "format": "date-time"},
    "type": {"type": "string"},
    "task": {"type": "string"},
    "element": {"type": ["integer", "null"]},
    "status": {"type": "string"},
    "error": {"anyOf": [{"$ref": "#/components/schemas/Failure"}, {"type": "null"}]}
  }
},
"RunEventPage": {
  "type": "object",
  "required": ["events", "next"],
  "properties": {
    "events": {"type": "array", "items": {"$ref": "#/components/schemas/RunEvent"}},
    "next": {"type": ["string", "null"]}
  }
},
"LogLine": {
  "type": "object",
  "required": ["number", "at", "task", "level", "message"],
  "properties": {
    "number": {"type": "integer"},
    "at": {"type": "string", "format": "date-time"},
    "task": {"type": ["string", "null"]},
    "level": {"enum": ["trace", "debug", "info", "warn", "error"]},
    "message": {"type": "string"},
    "fields": {"type": "object"}
  }
},
"LogPage": {
  "type": "object",
  "required": ["lines", "next"],
  "properties": {
    "lines": {"type": "array", "items": {"$ref": "#/components/schemas/LogLine"}},
    "next": {"type": ["string", "null"]}
  }
},
"Reason": {
  "type": "object",
  "additionalProperties": false,
  "properties": {"reason": {"type": "string", "maxLength": 1000, "default": ""}}
},
"Retry": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "from": {"type": "string", "default": "failed", "description": "failed: what did not succeed and what follows from it; start: everything; task: with 'task', that one and what follows, too.", "enum": ["failed", "start", "task"]},
    "task": {"type": "string"}
  },
  "if": {"properties": {"from": {"const": "task"}}, "required": ["from"]},
  "then": {"required": ["task"]},
  "else": {"properties": {"task": false}}
},
"Answer": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "element": {"type": "integer", "minimum": 0, "maximum": 4294967295},
    "comment": {"type": "string", "maxLength": 10000, "default": ""}
  }
},
"Workflow": {
  "type": "object",
  "required": ["name", "version", "etag", "changed_at", "tasks", "valid"],
  "properties": {
    "name": {"type": "string"},
    "description": {"type": ["string", "null"]},
    "tags": {"type": "array", "items": {"type": "string"}},
    "version": {"type": "integer", "description": "Counts its changes; 0 where the document has errors and never had none."},
    "etag": {"type": "string"},
    "changed_at": {"type": "string", "format": "date-time"},
    "tasks": {"type": "integer"},
    "valid": {"type": "boolean", "description": "Whether the document as it is now has no errors."},
    "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemError"}}
  }
},
"WorkflowDetail": {
  "allOf": [
    {"$ref": "#/components/schemas/Workflow"},
    {
      "type": "object",
      "required": ["text", "inputs", "secrets"],
      "properties": {
        "text": {"type": "string", "description": "The document."},
        "inputs": {"type": "array", "items": {"$ref": "#/components/schemas/WorkflowInput"}},
        "secrets": {"type": "array", "items": {"type": "string"}, "description": "Names of those that it uses."}
      }
    }
  ]
},
"WorkflowSaved": {
  "anyOf": [{"$ref": "#/components/schemas/WorkflowDetail"}, {"$ref": "#/components/schemas/Validation"}]
},
"WorkflowInput": {
  "type": "object",
  "required": ["name", "required"],
  "properties": {
    "name": {"type": "string"},
    "type": {"type": ["string", "null"]},
    "required": {"type": "boolean"},
    "default": {},
    "description": {"type": ["string", "null"]}
  }
},
"WorkflowList": {
  "type": "object",
  "required": ["workflows", "next"],
  "properties": {
    "workflows": {"type": "array", "items": {"$ref": "#/components/schemas/Workflow"}},
    "next": {"type": ["string", "null"]}
  }
},
"WorkflowVersionList": {
  "type": "object",
  "required": ["versions", "next"],
  "properties": {
    "versions": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["version", "created_at", "by", "removed"],
        "properties": {
          "version": {"type": "integer"},
          "created_at": {"type": "string", "format": "date-time"},
          "by": {"type": "string"},
          "removed": {"type": "boolean", "description": "The workflow was taken out then."}
        }
      }
    },
    "next": {"type": ["string", "null"]}
  }
},
"Validation": {
  "type": "object",
  "required": ["valid", "errors"],
  "properties": {
    "valid": {"type": "boolean"},
    "name": {"type": ["string", "null"]},
    "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemError"}, "description": "Warnings, too."}
  }
},
"Reload": {
  "type": "object",
  "required": ["workflows", "added", "changed", "removed", "errors"],
  "properties": {
    "workflows": {"type": "integer"},
    "added": {"type": "integer"},
    "changed": {"type": "integer"},
    "removed": {"type": "integer"},
    "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemError"}}
  }
},
"Graph": {"type": "object", "description": "Nodes and edges; docs/graphs.md has all members."},
"Version": {
  "type": "object",
  "required": ["version", "api", "abi"],
  "properties": {
    "version": {"type": "string"},
    "api": {"type": "string"},
    "abi": {"type": "string"}
  }
},
"Ready": {
  "type": "object",
  "required": ["ready", "checks"],
  "properties": {
    "ready": {"type": "boolean"},
    "checks": {"type": "object", "additionalProperties": {"type": "string"}}
  }
},
"Token": {
  "type": "object",
  "required": ["id", "name", "scopes", "created_at", "expires_at", "last_used_at", "created_by"],
  "properties": {
    "id": {"type": "string"},
    "name": {"type": "string"},
    "scopes": {"type": "array", "items": {"$ref": "#/components/schemas/ScopeName"}},
    "created_at": {"type": "string", "format": "date-time"},
    "expires_at": {"type": ["string", "null"], "format": "date-time"},
    "last_used_at": {"type": ["string", "null"], "format": "date-time"},
    "revoked_at": {"type": ["string", "null"], "format": "date-time"},
    "created_by": {"type": "string"}
  }
},
"ScopeName": {"enum": ["read", "run", "edit", "secrets", "admin"]},
"TokenList": {
  "type": "object",
  "required": ["tokens"],
  "properties": {"tokens": {"type": "array", "items": {"$ref": "#/components/schemas/Token"}}}
},
"NewToken": {
  "type": "object",
  "additionalProperties": false,
  "required": ["name", "scopes"],
  "properties": {
    "name": {"type": "string", "minLength": 1, "maxLength": 128},
    "scopes": {"type": "array", "minItems": 1, "uniqueItems": true, "items": {"$ref": "#/components/schemas/ScopeName"}},
    "days": {"type": "integer", "minimum": 1, "maximum": 3650, "default": 90}
  }
},
"CreatedToken": {
  "allOf": [
    {"$ref": "#/components/schemas/Token"},
    {"type": "object", "required": ["token"], "properties": {"token": {"type": "string", "description": "Shown this once."}}}
  ]
},
"SignIn": {
  "type": "object",
  "additionalProperties": false,
  "required": ["token"],
  "properties": {"token": {"type": "string", "maxLength": 512}}
},
"Session": {
  "type": "object",
  "required": ["csrf", "name", "scopes", "expires_at"],
  "properties": {
    "csrf": {"type": "string", "description": "To be sent back as X-CSRF-Token with every change."},
    "name": {"type": "string"},
    "scopes": {"type": "array", "items": {"$ref": "#/components/schemas/ScopeName"}},
    "expires_at": {"type": "string", "format": "date-time"}
  }
},
"WhoAmI": {
  "type": "object",
  "required": ["name", "scopes", "csrf"],
  "properties": {
    "name": {"type": "string"},
    "scopes": {"type": "array", "items": {"$ref": "#/components/schemas/ScopeName"}},
    "csrf": {"type": ["string", "null"]}
  }
},
"Description": {"type": "object", "required": ["openapi", "paths"], "properties": {"openapi": {"type": "string"}}},
"AuditPage": {
  "type": "object",
  "required": ["records", "next"],
  "properties": {
    "records": {"type": "array", "items": {"type": "object"}},
    "next": {"type": ["string", "null"]}
  }
},
"Stats": {
  "type": "object",
  "required": ["runs", "store", "http", "process"],
  "properties": {
    "runs": {"type": "object"},
    "store": {"type": "object"},
    "http": {"type": "object"},
    "process": {"type": "object"}
  }
},
"Backup": {
  "type": "object",
  "additionalProperties": false,
  "required": ["file"],
  "properties": {"file": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$", "description": "A name in the folder 'backups' of the data folder."}}
},
"BackupDone": {
  "type": "object",
  "required": ["file", "bytes"],
  "properties": {"file": {"type": "string"}, "bytes": {"type": "integer"}}
},
"Plugin": {"type": "object", "required": ["module"], "properties": {"module": {"type": "string"}}},
"PluginList": {
  "type": "object",
  "required": ["plugins"],
  "properties": {"plugins": {"type": "array", "items": {"$ref": "#/components/schemas/Plugin"}}}
},
"PluginReload": {"type": "object"},
"Wallet": {
  "type": "object",
  "required": ["configured", "open", "secrets"],
  "properties": {
    "configured": {"type": "boolean"},
    "open": {"type": "boolean"},
    "file": {"type": ["string", "null"]},
    "secrets": {"type": ["integer", "null"], "description": "How many; null while it is locked."}
  }
},
"Unlock": {
  "type": "object",
  "additionalProperties": false,
  "required": ["password"],
  "properties": {"password": {"type": "string", "minLength": 1, "maxLength": 4096}}
},
"SecretList": {
  "type": "object",
  "required": ["secrets"],
  "properties": {
    "secrets": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["name"],
        "properties": {
          "name": {"type": "string"},
          "changed_at": {"type": ["string", "null"], "format": "date-time"}
        }
      }
    }
  }
},
"SecretValue": {
  "type": "object",
  "additionalProperties": false,
  "required": ["value"],
  "properties": {"value": {"type": "string", "maxLength": 1048576}}
},
"LegacyAnswer": {"type": "object", "description": "As the older servers answer; docs/compatibility.md tells of it."},
"LegacyExecute": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "WORKFLOW": {"type": "string", "maxLength": 1024},
    "DEBUG": {"type": ["string", "boolean"]},
    "DEBUG2": {"type": ["string", "boolean"]},
    "OA_WALLET_FILE": {"type": "string", "maxLength": 4096},
    "OA_WALLET_PASSWORD": {"type": "string", "maxLength": 4096},
    "OA_WALLET_TYPE": {"enum": ["plain", "encrypted"]}
  }
}
})json";

}  // namespace

const boost::json::object& api_schemas() {
    static const boost::json::object schemas = boost::json::parse(schemas_text).as_object();
    return schemas;
}

}  // namespace oa::host
