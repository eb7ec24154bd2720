#pragma once

// JSON Schemas (2020-12) of the parameters and outputs, and the examples.

namespace oa::docker::schema {

inline constexpr const char* run_params =
    R"({"type": "object", "additionalProperties": false, "required": ["image"], "properties": {
    "image": {"type": "string", "minLength": 1, "description": "The image, such as debian:12."},
    "container_name": {"type": "string", "default": "", "description": "Name of the container; without it the engine makes one."},
    "command": {"type": "array", "minItems": 1, "items": {"type": ["string", "number", "boolean"]}, "description": "The program and its arguments instead of those of the image."},
    "entrypoint": {"type": "array", "minItems": 1, "items": {"type": ["string", "number", "boolean"]}, "description": "The program that gets command as its arguments, instead of that of the image."},
    "env": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}, "description": "Variables.", "x-secret": true},
    "ports": {"type": "object", "additionalProperties": {"type": ["string", "integer"]}, "description": "Ports: those of this machine (8080 or 127.0.0.1:8080) and those in the container (80 or 53/udp)."},
    "volumes": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Folders of this machine or names of volumes, and where they are in the container (/data or /data:ro)."},
    "network": {"type": "string", "default": "", "description": "Network: bridge, host, none or a name; without it that of the engine."},
    "user": {"type": "string", "default": "", "description": "User, such as 1000:1000."},
    "workdir": {"type": "string", "default": "", "description": "Working folder."},
    "labels": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Labels."},
    "memory_bytes": {"type": "integer", "minimum": 6291456, "description": "Most memory, in bytes."},
    "pull": {"type": "string", "enum": ["missing", "never", "always"], "default": "missing", "description": "When to get the image: if it is not there, never, or always."},
    "detach": {"type": "boolean", "default": false, "description": "Do not wait for its end."},
    "remove": {"type": "boolean", "description": "Remove it after its end; without it only when it was waited for."},
    "max_output": {"type": "integer", "minimum": 0, "maximum": 4194304, "default": 262144, "description": "Bytes of each stream that the output keeps; the rest is counted and left out."},
    "log_output": {"type": "boolean", "default": true, "description": "Write each line to the log of the task as it comes."},
    "success_codes": {"type": "array", "items": {"type": "integer"}, "default": [0], "description": "Exit codes that are a success."},
    "socket": {"type": "string", "default": "", "description": "UNIX socket of the engine; without it that of DOCKER_HOST, or /var/run/docker.sock."},
    "timeout": {"type": ["string", "number"], "default": "10m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* stop_params =
    R"({"type": "object", "additionalProperties": false, "required": ["container"], "properties": {
    "container": {"type": "string", "minLength": 1, "description": "Name or id of the container."},
    "grace_seconds": {"type": "integer", "minimum": 0, "maximum": 3600, "default": 10, "description": "Seconds from the signal to stop to the one that ends it."},
    "socket": {"type": "string", "default": "", "description": "UNIX socket of the engine; without it that of DOCKER_HOST, or /var/run/docker.sock."},
    "timeout": {"type": ["string", "number"], "default": "40s", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* remove_params =
    R"({"type": "object", "additionalProperties": false, "required": ["container"], "properties": {
    "container": {"type": "string", "minLength": 1, "description": "Name or id of the container."},
    "force": {"type": "boolean", "default": false, "description": "Also one that runs."},
    "volumes": {"type": "boolean", "default": false, "description": "Its volumes without a name, too."},
    "missing_ok": {"type": "boolean", "default": false, "description": "It is no failure when there is none."},
    "socket": {"type": "string", "default": "", "description": "UNIX socket of the engine; without it that of DOCKER_HOST, or /var/run/docker.sock."},
    "timeout": {"type": ["string", "number"], "default": "1m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* exec_params =
    R"({"type": "object", "additionalProperties": false, "required": ["container", "command"], "properties": {
    "container": {"type": "string", "minLength": 1, "description": "Name or id of the container."},
    "command": {"type": "array", "minItems": 1, "items": {"type": "string"}, "description": "The program and its arguments."},
    "env": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}, "description": "Variables.", "x-secret": true},
    "user": {"type": "string", "default": "", "description": "User."},
    "workdir": {"type": "string", "default": "", "description": "Working folder."},
    "max_output": {"type": "integer", "minimum": 0, "maximum": 4194304, "default": 262144, "description": "Bytes of each stream that the output keeps; the rest is counted and left out."},
    "log_output": {"type": "boolean", "default": true, "description": "Write each line to the log of the task as it comes."},
    "success_codes": {"type": "array", "items": {"type": "integer"}, "default": [0], "description": "Exit codes that are a success."},
    "socket": {"type": "string", "default": "", "description": "UNIX socket of the engine; without it that of DOCKER_HOST, or /var/run/docker.sock."},
    "timeout": {"type": ["string", "number"], "default": "10m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* logs_params =
    R"({"type": "object", "additionalProperties": false, "required": ["container"], "properties": {
    "container": {"type": "string", "minLength": 1, "description": "Name or id of the container."},
    "tail": {"type": "integer", "minimum": 0, "description": "Only this many of the last lines."},
    "since": {"type": "integer", "description": "Only what is newer than this time, in seconds since 1970."},
    "timestamps": {"type": "boolean", "default": false, "description": "The time before each line."},
    "max_output": {"type": "integer", "minimum": 0, "maximum": 4194304, "default": 262144, "description": "Bytes of each stream that the output keeps; the rest is counted and left out."},
    "socket": {"type": "string", "default": "", "description": "UNIX socket of the engine; without it that of DOCKER_HOST, or /var/run/docker.sock."},
    "timeout": {"type": ["string", "number"], "default": "1m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* list_params =
    R"({"type": "object", "additionalProperties": false, "required": [], "properties": {
    "all": {"type": "boolean", "default": false, "description": "Also those that do not run."},
    "filters": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}, "description": "As of the Docker Engine API, such as {name: [db], status: [exited]}."},
    "socket": {"type": "string", "default": "", "description": "UNIX socket of the engine; without it that of DOCKER_HOST, or /var/run/docker.sock."},
    "timeout": {"type": ["string", "number"], "default": "1m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* inspect_params =
    R"({"type": "object", "additionalProperties": false, "required": ["container"], "properties": {
    "container": {"type": "string", "minLength": 1, "description": "Name or id of the container."},
    "socket": {"type": "string", "default": "", "description": "UNIX socket of the engine; without it that of DOCKER_HOST, or /var/run/docker.sock."},
    "timeout": {"type": ["string", "number"], "default": "1m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* pull_params =
    R"({"type": "object", "additionalProperties": false, "required": ["image"], "properties": {
    "image": {"type": "string", "minLength": 1, "description": "The image; without a tag latest."},
    "username": {"type": "string", "default": "", "description": "User name at the registry."},
    "password": {"type": "string", "default": "", "description": "Password or token.", "x-secret": true},
    "socket": {"type": "string", "default": "", "description": "UNIX socket of the engine; without it that of DOCKER_HOST, or /var/run/docker.sock."},
    "timeout": {"type": ["string", "number"], "default": "15m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* image_list_params =
    R"({"type": "object", "additionalProperties": false, "required": [], "properties": {
    "socket": {"type": "string", "default": "", "description": "UNIX socket of the engine; without it that of DOCKER_HOST, or /var/run/docker.sock."},
    "timeout": {"type": ["string", "number"], "default": "1m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* run_output =
    R"({"type": "object", "additionalProperties": false, "required": ["container_id", "container_name", "image", "detached", "exit_code", "stdout", "stderr", "stdout_bytes", "stderr_bytes", "stdout_truncated", "stderr_truncated"], "properties": {
    "container_id": {"type": "string", "description": "Id of the container."},
    "container_name": {"type": "string", "description": "Its name."},
    "image": {"type": "string", "description": "The image."},
    "detached": {"type": "boolean", "description": "Whether it was not waited for."},
    "exit_code": {"type": ["integer", "null"], "description": "How it ended; null when it was not waited for."},
    "stdout": {"type": "string", "description": "Start of standard output."},
    "stderr": {"type": "string", "description": "Start of standard error."},
    "stdout_bytes": {"type": "integer", "description": "All that was written to standard output, in bytes."},
    "stderr_bytes": {"type": "integer", "description": "The same for standard error."},
    "stdout_truncated": {"type": "boolean", "description": "Whether stdout is not all of it."},
    "stderr_truncated": {"type": "boolean", "description": "Whether stderr is not all of it."}}})";
inline constexpr const char* stop_output =
    R"({"type": "object", "additionalProperties": false, "required": ["container", "stopped", "changed"], "properties": {
    "container": {"type": "string", "description": "The container."},
    "stopped": {"type": "boolean", "description": "Always true."},
    "changed": {"type": "boolean", "description": "Whether it ran before."}}})";
inline constexpr const char* remove_output =
    R"({"type": "object", "additionalProperties": false, "required": ["container", "removed"], "properties": {
    "container": {"type": "string", "description": "The container."},
    "removed": {"type": "boolean", "description": "Whether there was one."}}})";
inline constexpr const char* exec_output =
    R"({"type": "object", "additionalProperties": false, "required": ["container", "exit_code", "stdout", "stderr", "stdout_bytes", "stderr_bytes", "stdout_truncated", "stderr_truncated"], "properties": {
    "container": {"type": "string", "description": "The container."},
    "exit_code": {"type": "integer", "description": "How the program ended."},
    "stdout": {"type": "string", "description": "Start of standard output."},
    "stderr": {"type": "string", "description": "Start of standard error."},
    "stdout_bytes": {"type": "integer", "description": "All that was written to standard output, in bytes."},
    "stderr_bytes": {"type": "integer", "description": "The same for standard error."},
    "stdout_truncated": {"type": "boolean", "description": "Whether stdout is not all of it."},
    "stderr_truncated": {"type": "boolean", "description": "Whether stderr is not all of it."}}})";
inline constexpr const char* logs_output =
    R"({"type": "object", "additionalProperties": false, "required": ["container", "stdout", "stderr", "stdout_bytes", "stderr_bytes", "stdout_truncated", "stderr_truncated"], "properties": {
    "container": {"type": "string", "description": "The container."},
    "stdout": {"type": "string", "description": "Start of standard output."},
    "stderr": {"type": "string", "description": "Start of standard error."},
    "stdout_bytes": {"type": "integer", "description": "All that was written to standard output, in bytes."},
    "stderr_bytes": {"type": "integer", "description": "The same for standard error."},
    "stdout_truncated": {"type": "boolean", "description": "Whether stdout is not all of it."},
    "stderr_truncated": {"type": "boolean", "description": "Whether stderr is not all of it."}}})";
inline constexpr const char* list_output =
    R"({"type": "object", "additionalProperties": false, "required": ["containers", "count"], "properties": {
    "containers": {"type": "array", "description": "id, name, image, state (running, exited ...), status (in words), created (seconds since 1970) and labels of each.", "items": {"type": "object"}},
    "count": {"type": "integer", "description": "How many."}}})";
inline constexpr const char* inspect_output =
    R"({"type": "object", "additionalProperties": false, "required": ["id", "name", "details"], "properties": {
    "id": {"description": "Id."},
    "name": {"type": "string", "description": "Name."},
    "image": {"description": "Image."},
    "running": {"description": "Whether it runs."},
    "status": {"description": "running, exited ..."},
    "exit_code": {"description": "How it ended."},
    "details": {"type": "object", "description": "All that the engine tells."}}})";
inline constexpr const char* pull_output =
    R"({"type": "object", "additionalProperties": false, "required": ["image", "id", "size"], "properties": {
    "image": {"type": "string", "description": "The image."},
    "id": {"description": "Its id."},
    "size": {"description": "Its size in bytes."}}})";
inline constexpr const char* image_list_output =
    R"({"type": "object", "additionalProperties": false, "required": ["images", "count"], "properties": {
    "images": {"type": "array", "description": "id, tags, size in bytes and created (seconds since 1970) of each.", "items": {"type": "object"}},
    "count": {"type": "integer", "description": "How many."}}})";
inline constexpr const char* run_examples =
    R"([
    {"title": "Run a program in an image", "params": {"image": "debian:12", "command": ["cat", "/etc/debian_version"], "network": "none"}},
    {"title": "Start a service", "params": {"image": "nginx:1", "container_name": "web", "ports": {"8080": 80}, "volumes": {"/srv/www": "/usr/share/nginx/html:ro"}, "detach": true}}])";
inline constexpr const char* stop_examples =
    R"([
    {"title": "Stop a service", "params": {"container": "web"}}])";
inline constexpr const char* remove_examples =
    R"([
    {"title": "Remove it, running or not", "params": {"container": "web", "force": true, "missing_ok": true}}])";
inline constexpr const char* exec_examples =
    R"([
    {"title": "Reload its configuration", "params": {"container": "web", "command": ["nginx", "-s", "reload"]}}])";
inline constexpr const char* logs_examples =
    R"([
    {"title": "The last lines", "params": {"container": "web", "tail": 100}}])";
inline constexpr const char* list_examples =
    R"([
    {"title": "All containers that have ended", "params": {"all": true, "filters": {"status": ["exited"]}}}])";
inline constexpr const char* inspect_examples =
    R"([
    {"title": "Does it run?", "params": {"container": "web"}}])";
inline constexpr const char* pull_examples =
    R"([
    {"title": "Get an image of a private registry", "params": {"image": "registry.example.com/shop:1.2", "username": "ada", "password": "secret"}}])";
inline constexpr const char* image_list_examples =
    R"([
    {"title": "Which images are there?", "params": {}}])";

// ---- Older names

inline constexpr const char* older_run_params =
    R"({"type": "object", "additionalProperties": false, "required": ["image"], "properties": {
    "image": {"type": "string", "description": "The image."},
    "name": {"type": "string", "description": "Name of the container."},
    "container_name": {"type": "string", "description": "The same, where name has another meaning."},
    "ports": {"type": "object", "additionalProperties": {"type": ["string", "integer"]}, "description": "Ports: those of this machine (8080 or 127.0.0.1:8080) and those in the container (80 or 53/udp)."},
    "volumes": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Folders of this machine or names of volumes, and where they are in the container (/data or /data:ro)."},
    "env": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}, "description": "Variables.", "x-secret": true},
    "network": {"type": "string", "default": "", "description": "Network; without it that of the engine."},
    "detach": {"type": "boolean", "default": true, "description": "Do not wait for its end."},
    "remove": {"type": "boolean", "default": false, "description": "Remove it after its end."},
    "command": {"type": ["string", "array"], "items": {"type": "string"}, "description": "The command; a text is split at blanks."},
    "input": {"description": "The output of the task before, for what is missing."},
    "socket": {"type": "string", "default": "", "description": "UNIX socket of the engine; without it that of DOCKER_HOST, or /var/run/docker.sock."},
    "timeout": {"type": ["string", "number"], "default": "5m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* older_stop_params =
    R"({"type": "object", "additionalProperties": false, "required": [], "properties": {
    "container": {"type": "string", "description": "The container; without it input.container_id or input.container_name."},
    "timeout": {"type": "integer", "minimum": 0, "default": 10, "description": "Seconds to stop by itself."},
    "input": {"description": "The output of the task before, for what is missing."},
    "socket": {"type": "string", "default": "", "description": "UNIX socket of the engine; without it that of DOCKER_HOST, or /var/run/docker.sock."}}})";
inline constexpr const char* older_logs_params =
    R"({"type": "object", "additionalProperties": false, "x-saves": "/logs", "properties": {
    "container": {"type": "string", "description": "The container; without it input.container_id."},
    "tail": {"type": ["integer", "null"], "description": "Only this many of the last lines."},
    "timestamps": {"type": "boolean", "default": false, "description": "The time before each line."},
    "follow": {"type": ["boolean", "null"], "description": "Not used."},
    "input": {"description": "The output of the task before, for what is missing."},
    "socket": {"type": "string", "default": "", "description": "UNIX socket of the engine; without it that of DOCKER_HOST, or /var/run/docker.sock."},
    "timeout": {"type": ["string", "number"], "default": "30s", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* older_run_output =
    R"({"type": "object", "additionalProperties": false, "required": [], "properties": {
    "container_id": {"type": "string", "description": "Id of the container."},
    "container_name": {"type": ["string", "null"], "description": "Its name."},
    "image": {"type": "string", "description": "The image."},
    "detached": {"type": "boolean", "description": "Whether it was not waited for."},
    "ports": {"type": "object", "description": "As given."},
    "volumes": {"type": "object", "description": "As given."},
    "returncode": {"type": "integer", "description": "Exit code."},
    "stderr": {"type": "string", "description": "Standard error."}}})";
inline constexpr const char* older_stop_output =
    R"({"type": "object", "additionalProperties": false, "required": [], "properties": {
    "container": {"type": "string", "description": "The container."},
    "stopped": {"type": "boolean", "description": "Always true."},
    "timeout": {"type": "integer", "description": "As given."},
    "stderr": {"type": "string", "description": "Empty."}}})";
inline constexpr const char* older_logs_output =
    R"({"type": "object", "additionalProperties": false, "required": [], "properties": {
    "container": {"type": "string", "description": "The container."},
    "logs": {"type": "string", "description": "Standard output, then standard error."},
    "size": {"type": "integer", "description": "Characters."}}})";
inline constexpr const char* older_run_examples =
    R"([
    {"title": "As before", "params": {"image": "nginx:1", "name": "web", "ports": {"8080": "80"}}}])";
inline constexpr const char* older_stop_examples =
    R"([
    {"title": "As before", "params": {"container": "web"}}])";
inline constexpr const char* older_logs_examples =
    R"([
    {"title": "As before", "params": {"container": "web", "tail": 10}}])";

}  // namespace oa::docker::schema
