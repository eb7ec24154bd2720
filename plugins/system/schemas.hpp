#pragma once

#include "plugins/common/joined.hpp"

// JSON Schemas (2020-12) of the parameters and outputs, and the examples.

namespace oa::system::schema {

inline constexpr char open_run[] =
    R"({"type": "object", "additionalProperties": false, "required": ["command"], "properties": {
    "command": {"type": ["array", "string"], "minItems": 1, "minLength": 1, "items": {"type": ["string", "number", "boolean"]}, "description": "The program and its arguments, one element each; nothing in them is special. With shell: true one text for the shell."},
    "shell": {"type": "boolean", "default": false, "description": "Let a shell read the command: pipes, wildcards, variables. Never put what others wrote into such a text."},
    "interpreter": {"type": ["string", "array"], "default": "/bin/sh", "minItems": 1, "items": {"type": "string"}, "description": "Only with shell: the shell, which gets -c and the command, such as bash or [bash, -e, -o, pipefail]."},)";
inline constexpr char open_script[] =
    R"({"type": "object", "additionalProperties": false, "required": ["script"], "properties": {
    "script": {"type": "string", "minLength": 1, "description": "The text of the script."},
    "interpreter": {"type": ["string", "array"], "minItems": 1, "items": {"type": "string"}, "description": "The program that runs it, such as python3 or [bash, -eu]. Without it the one that its first line names (#!), or else /bin/sh."},
    "args": {"type": "array", "default": [], "items": {"type": ["string", "number", "boolean"]}, "description": "Arguments of the script."},
    "via": {"type": "string", "enum": ["file", "stdin"], "default": "file", "description": "How the interpreter gets the script: as a private temporary file, which goes away, or by standard input."},)";
inline constexpr char command_properties[] = R"(
    "env": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}, "x-secret": true, "description": "Variables to add to the environment; null takes one away."},
    "clean_env": {"type": "boolean", "default": false, "description": "Start with env and PATH alone, instead of the host's environment. Variables OA_... of the host are never passed on."},
    "cwd": {"type": "string", "default": "", "description": "Working folder; without it the host's."},
    "stdin": {"type": "string", "default": "", "x-secret": true, "description": "Standard input as a text; without it standard input is empty."},
    "stdin_file": {"type": "string", "default": "", "description": "A file to read as standard input, instead of stdin."},
    "timeout": {"type": ["string", "number"], "description": "Limit such as 500ms, 30s or 5m; a number is seconds. Then the program and all that it started is ended: SIGTERM, and half a second later SIGKILL. Without it the limit of the task."},
    "max_output": {"type": "integer", "minimum": 0, "maximum": 4194304, "default": 262144, "description": "Bytes of each stream that the output keeps; the rest is counted and left out."},
    "log_output": {"type": "boolean", "default": true, "description": "Write each line to the log of the task as it comes, at most 10,000 lines of each stream."},
    "success_codes": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 255}, "default": [0], "description": "Exit codes that are a success."}}})";

inline constexpr auto run_params = common::joined(open_run, command_properties);
inline constexpr auto script_params = common::joined(open_script, command_properties);

inline constexpr const char* run_output = R"({"type": "object", "additionalProperties": false,
    "required": ["exit_code", "signal", "stdout", "stderr", "stdout_bytes", "stderr_bytes", "stdout_truncated", "stderr_truncated", "elapsed_ms"], "properties": {
    "exit_code": {"type": "integer", "description": "Exit code; 128 + number when a signal ended the program."},
    "signal": {"type": ["string", "null"], "description": "The signal that ended the program, such as SIGSEGV."},
    "stdout": {"type": "string", "description": "Start of standard output; bytes that are not UTF-8 are replaced by U+FFFD."},
    "stderr": {"type": "string", "description": "Start of standard error, in the same way."},
    "stdout_bytes": {"type": "integer", "description": "All that was written to standard output, in bytes."},
    "stderr_bytes": {"type": "integer", "description": "All that was written to standard error, in bytes."},
    "stdout_truncated": {"type": "boolean", "description": "Whether stdout is not all of it."},
    "stderr_truncated": {"type": "boolean", "description": "Whether stderr is not all of it."},
    "elapsed_ms": {"type": "integer", "description": "How long it took, in milliseconds."}}})";

inline constexpr const char* run_examples = R"([
    {"title": "Start a program", "params": {"command": ["echo", "it is", "$HOME"]}},
    {"title": "Accept another exit code", "params": {"command": ["grep", "-c", "root", "/dev/null"], "success_codes": [0, 1]}},
    {"title": "A pipe, by bash", "params": {"command": "printf 'b\na\n' | sort", "shell": true, "interpreter": ["/bin/bash", "-eu", "-o", "pipefail"]}},
    {"title": "A failure", "params": {"command": ["false"]}, "error": "precondition"}])";
inline constexpr const char* script_examples = R"([
    {"title": "A shell script", "params": {"script": "set -eu\necho \"$1 of $NAME\"\n", "args": ["backup"], "env": {"NAME": "db1"}}},
    {"title": "The first line names the interpreter", "params": {"script": "#!/usr/bin/env bash\nfor i in 1 2 3; do echo $((i * i)); done\n", "timeout": "10s"}}])";

inline constexpr const char* service_params =
    R"({"type": "object", "additionalProperties": false, "required": ["action"], "properties": {
    "name": {"type": "string", "default": "", "description": "The unit, such as nginx or backup.timer; needed but for daemon_reload."},
    "action": {"type": "string", "enum": ["start", "stop", "restart", "reload", "enable", "disable", "status", "is_active", "daemon_reload"], "description": "What to do. status fails with not_found when there is no such unit; is_active only tells."},
    "user": {"type": "boolean", "default": false, "description": "A unit of the user's own service manager."},
    "timeout": {"type": ["string", "number"], "default": "90s", "description": "Limit such as 30s or 5m; a number is seconds."}}})";
inline constexpr const char* service_output = R"({"type": "object", "additionalProperties": false,
    "required": ["action"], "properties": {
    "action": {"type": "string", "description": "What was done."},
    "name": {"type": "string", "description": "The unit; the rest tells its state after the action, and is missing for daemon_reload."},
    "active": {"type": "boolean", "description": "Whether it runs."},
    "enabled": {"type": "boolean", "description": "Whether it starts with the machine."},
    "state": {"type": "string", "description": "active, inactive, failed, activating ..."},
    "sub_state": {"type": "string", "description": "running, dead, exited ..."},
    "load_state": {"type": "string", "description": "loaded, not-found, masked ..."},
    "unit_file_state": {"type": "string", "description": "enabled, disabled, static ...; empty when there is no file."},
    "result": {"type": "string", "description": "How it ended: success, exit-code, signal ..."},
    "main_pid": {"type": ["integer", "null"], "description": "Number of its main process."},
    "description": {"type": "string", "description": "Its description."}}})";
inline constexpr const char* service_examples = R"([
    {"title": "Restart a service", "params": {"name": "nginx", "action": "restart"}},
    {"title": "Does it run?", "params": {"name": "nginx", "action": "is_active"}}])";

inline constexpr const char* info_params =
    R"({"type": "object", "additionalProperties": false, "properties": {
    "paths": {"type": "array", "items": {"type": "string", "minLength": 1}, "description": "Paths whose file systems to look at; without it all that are on a device of this machine."}}})";
inline constexpr const char* info_output = R"({"type": "object", "additionalProperties": false,
    "required": ["hostname", "os", "kernel", "architecture", "cpus", "load", "memory", "disks", "uptime_seconds"], "properties": {
    "hostname": {"type": "string", "description": "Name of the machine."},
    "os": {"type": "object", "description": "id, name and version of the distribution.", "properties": {"id": {"type": "string"}, "name": {"type": "string"}, "version": {"type": "string"}}},
    "kernel": {"type": "object", "description": "name and release of the kernel.", "properties": {"name": {"type": "string"}, "release": {"type": "string"}}},
    "architecture": {"type": "string", "description": "Such as x86_64."},
    "cpus": {"type": "integer", "description": "Processors."},
    "load": {"type": "array", "items": {"type": "number"}, "description": "Load over 1, 5 and 15 minutes."},
    "memory": {"type": "object", "additionalProperties": {"type": "integer"}, "description": "total, available and free, swap_total and swap_free, each in bytes (..._bytes)."},
    "disks": {"type": "array", "description": "File systems: path, and total, used, free and available in bytes (..._bytes).", "items": {"type": "object"}},
    "uptime_seconds": {"type": "number", "description": "Time since the machine started, in seconds."}}})";
inline constexpr const char* info_examples = R"([
    {"title": "The machine", "params": {}},
    {"title": "Room below one folder", "params": {"paths": ["/"]}}])";

// ---- Older names

inline constexpr const char* runcmd_params =
    R"({"type": "object", "additionalProperties": false, "x-saves": "/stdout", "properties": {
    "command": {"type": ["string", "array"], "items": {"type": ["string", "number", "boolean"]}, "description": "The command, a text for /bin/sh. With shell: false the name of a program, or a list of the program and its arguments. Without it input.command, cat input.filepath, or input where it is a text."},
    "shell": {"type": "boolean", "default": true, "description": "Let /bin/sh read the command."},
    "printout": {"type": "boolean", "default": false, "description": "Write the first 1000 characters of the output to the log."},
    "timeout": {"type": ["string", "number", "null"], "description": "Limit in seconds, or such as 5m."},
    "input": {"description": "The previous task's output: command, filepath, or a text."}}})";
inline constexpr const char* runcmd_output =
    R"({"type": "object", "additionalProperties": false, "properties": {
    "stdout": {"type": "string", "description": "Standard output."},
    "stderr": {"type": "string", "description": "Standard error."},
    "return_code": {"type": "integer", "description": "Exit code; minus the number of the signal that ended it."},
    "command": {"type": ["string", "array"], "description": "The command as it was given."},
    "success": {"type": "boolean", "description": "Whether the exit code is 0."},
    "error": {"type": "string", "description": "Only after a time-out: what happened."},
    "timeout": {"type": "number", "description": "Only after a time-out: the limit, in seconds."}}})";
inline constexpr const char* runcmd_examples = R"([
    {"title": "A shell command", "params": {"command": "echo hello | tr a-z A-Z"},
     "output": {"stdout": "HELLO\n", "stderr": "", "return_code": 0, "command": "echo hello | tr a-z A-Z", "success": true}}])";
inline constexpr const char* execute_script_params =
    R"({"type": "object", "additionalProperties": false, "properties": {
    "script_path": {"type": "string", "description": "File of the script. Without it input.filepath or input.script_path."},
    "args": {"type": "array", "items": {"type": ["string", "number", "boolean"]}, "default": [], "description": "Its arguments."},
    "interpreter": {"type": "string", "description": "The program that runs it. Without it by the file's ending: .py python3, .sh bash, .rb ruby, .js node, .pl perl; others are run themselves."},
    "timeout": {"type": ["string", "number", "null"], "description": "Limit in seconds, or such as 5m."},
    "input": {"description": "The previous task's output: filepath or script_path."}}})";
inline constexpr const char* execute_script_output =
    R"({"type": "object", "additionalProperties": false, "properties": {
    "stdout": {"type": "string", "description": "Standard output."},
    "stderr": {"type": "string", "description": "Standard error."},
    "return_code": {"type": "integer", "description": "Exit code; minus the number of the signal that ended it."},
    "script_path": {"type": "string", "description": "The file."},
    "interpreter": {"type": ["string", "null"], "description": "The program that ran it."},
    "args": {"type": "array", "description": "Its arguments."}}})";
inline constexpr const char* execute_script_examples = R"([
    {"title": "A script that is not there", "params": {"script_path": "/srv/no-such-script.sh", "args": ["daily"]}, "error": "not_found"}])";

}  // namespace oa::system::schema
