#pragma once

#include "plugins/common/joined.hpp"

// JSON Schemas (2020-12) of the parameters and outputs, and the examples.

namespace oa::ssh::schema {

inline constexpr char open_run[] =
    R"({"type": "object", "additionalProperties": false, "required": ["host", "command"], "properties": {
    "command": {"type": ["string", "array"], "minItems": 1, "minLength": 1, "items": {"type": "string"}, "description": "A text for the user's shell on the other side, or a list: a program and its arguments, each quoted so that the shell takes it as it is."},
    "env": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}, "x-secret": true, "description": "Variables for the command; the server has to accept their names (AcceptEnv)."},
    "stdin": {"type": "string", "default": "", "x-secret": true, "description": "Standard input as a text."},
    "stdin_file": {"type": "string", "default": "", "description": "A file of this side to send as standard input, instead of stdin."},
    "terminal": {"type": "boolean", "default": false, "description": "Give the command a terminal: it then ends with the connection, and stderr comes as stdout."},
    "max_output": {"type": "integer", "minimum": 0, "maximum": 4194304, "default": 262144, "description": "Bytes of each stream that the output keeps; the rest is counted and left out."},
    "log_output": {"type": "boolean", "default": true, "description": "Write each line to the log of the task as it comes, at most 10,000 lines of each stream."},
    "success_codes": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 255}, "default": [0], "description": "Exit codes that are a success."},)";
inline constexpr char open_transfer[] =
    R"({"type": "object", "additionalProperties": false, "required": ["host", "local", "remote"], "properties": {
    "local": {"type": "string", "minLength": 1, "description": "Path on this side; ~/ is the home of the host's user. With a slash at its end, or where a file comes and a folder is there, what is written goes into it."},
    "remote": {"type": "string", "minLength": 1, "description": "Path on the other side, relative to the user's home, with the same rule."},
    "recursive": {"type": "boolean", "default": false, "description": "Take a folder with all it holds; what else the target holds stays."},
    "resume": {"type": "boolean", "default": false, "description": "Go on with a part that an earlier attempt left (.NAME.oa-part beside the target), where its end is what the source has there."},
    "atomic": {"type": "boolean", "default": true, "description": "Write under a temporary name beside the target and rename it at the end, so that others see the old content or the new. resume does so in any case."},
    "preserve": {"type": "boolean", "default": true, "description": "Keep permissions and times of the source. Without it an existing target keeps its permissions, and a new one gets 0644."},
    "mode": {"type": "string", "pattern": "^[0-7]{3,4}$", "description": "Permissions of the files, in octal, such as 0640."},
    "follow_links": {"type": "boolean", "default": false, "description": "Take what links within a folder point to; without it they are left out."},
    "checksum": {"type": "string", "enum": ["none", "sha256"], "default": "none", "description": "Compare both sides after the transfer, before the target is replaced; needs the program sha256sum there."},)";
inline constexpr char connection_properties[] = R"(
    "host": {"type": "string", "minLength": 1, "description": "Name or address of the machine."},
    "port": {"type": "integer", "minimum": 1, "maximum": 65535, "default": 22, "description": "TCP port."},
    "address_family": {"type": "string", "enum": ["any", "ipv4", "ipv6"], "default": "any", "description": "Which addresses of the host to try; each of them is tried."},
    "user": {"type": "string", "minLength": 1, "description": "Who logs in; without it the user who runs the host."},
    "private_key": {"type": "string", "x-secret": true, "description": "A private key as text, in PEM or OpenSSH format."},
    "private_key_file": {"type": "string", "description": "A file with a private key. Without any credentials the agent and then ~/.ssh/id_ed25519, id_ecdsa and id_rsa are tried."},
    "passphrase": {"type": "string", "x-secret": true, "description": "Opens the private key."},
    "password": {"type": "string", "x-secret": true, "description": "Password, also as the answer to a question of the server (keyboard-interactive)."},
    "agent": {"type": "boolean", "description": "Use the keys of an ssh-agent. Without it they are used where SSH_AUTH_SOCK names one and neither a key nor a password is given."},
    "agent_socket": {"type": "string", "description": "Socket of the agent; without it SSH_AUTH_SOCK."},
    "host_key_check": {"type": "string", "enum": ["strict", "accept-new", "insecure"], "default": "strict", "description": "strict: the server's key has to be known. accept-new: the key of an unknown server is written down; a changed one is refused. insecure: any key will do, so that anybody on the way can read and change everything."},
    "host_key": {"type": "string", "pattern": "^SHA256:", "description": "The only key to accept, as ssh-keygen -l prints it: SHA256:..."},
    "known_hosts": {"type": "string", "default": "~/.ssh/known_hosts", "description": "File of known keys; /etc/ssh/ssh_known_hosts is read as well."},
    "connect_timeout": {"type": ["string", "number"], "default": "10s", "description": "Limit for connecting and logging in, such as 500ms or 5s; a number is seconds."},
    "keepalive": {"type": ["string", "number"], "default": "15s", "description": "How often to ask whether the other side is still there; it is given up when nothing arrives for three times that. 0: never."},
    "timeout": {"type": ["string", "number"], "description": "Limit for all of it, such as 30s or 5m; a number is seconds. Without it the limit of the task."}}})";

inline constexpr auto run_params = common::joined(open_run, connection_properties);
inline constexpr auto transfer_params = common::joined(open_transfer, connection_properties);

inline constexpr const char* run_output = R"({"type": "object", "additionalProperties": false,
    "required": ["host", "exit_code", "signal", "stdout", "stderr", "stdout_bytes", "stderr_bytes", "stdout_truncated", "stderr_truncated", "elapsed_ms"], "properties": {
    "host": {"type": "string", "description": "The machine."},
    "exit_code": {"type": "integer", "description": "Exit code of the command."},
    "signal": {"type": ["string", "null"], "description": "The signal that ended it, such as SIGKILL."},
    "stdout": {"type": "string", "description": "Start of standard output; bytes that are not UTF-8 are replaced by U+FFFD."},
    "stderr": {"type": "string", "description": "Start of standard error, in the same way."},
    "stdout_bytes": {"type": "integer", "description": "All that was written to standard output, in bytes."},
    "stderr_bytes": {"type": "integer", "description": "All that was written to standard error, in bytes."},
    "stdout_truncated": {"type": "boolean", "description": "Whether stdout is not all of it."},
    "stderr_truncated": {"type": "boolean", "description": "Whether stderr is not all of it."},
    "elapsed_ms": {"type": "integer", "description": "How long it took with the connection, in milliseconds."}}})";
inline constexpr const char* transfer_output = R"({"type": "object", "additionalProperties": false,
    "required": ["host", "path", "files", "folders", "bytes", "resumed_bytes", "skipped", "elapsed_ms"], "properties": {
    "host": {"type": "string", "description": "The machine."},
    "path": {"type": "string", "description": "The file or folder that was written."},
    "files": {"type": "integer", "description": "Files that were transferred."},
    "folders": {"type": "integer", "description": "Folders that were made."},
    "bytes": {"type": "integer", "description": "Bytes that were transferred."},
    "resumed_bytes": {"type": "integer", "description": "Bytes that were there already."},
    "skipped": {"type": "integer", "description": "Links and special files that were left out."},
    "sha256": {"type": "string", "description": "Checksum of a single file, where it was asked for."},
    "elapsed_ms": {"type": "integer", "description": "How long it took with the connection, in milliseconds."}}})";

inline constexpr const char* run_examples = R"([
    {"title": "Run a command", "params": {"host": "db1.example.com", "user": "deploy", "private_key_file": "~/.ssh/deploy", "command": ["systemctl", "is-active", "postgresql"], "success_codes": [0, 3]}},
    {"title": "A pipe, by the shell there", "params": {"host": "db1.example.com", "user": "deploy", "password": "secret", "command": "df -h | grep /srv", "timeout": "30s"}}])";
inline constexpr const char* upload_examples = R"([
    {"title": "Send a file", "params": {"host": "web1.example.com", "user": "deploy", "local": "build/site.tar.gz", "remote": "releases/", "checksum": "sha256"}},
    {"title": "Send a folder", "params": {"host": "web1.example.com", "user": "deploy", "local": "build/site", "remote": "/srv/www/site", "recursive": true}}])";
inline constexpr const char* download_examples = R"([
    {"title": "Fetch a large file, and go on after a failure", "params": {"host": "db1.example.com", "user": "backup", "remote": "/backup/shop.sql.gz", "local": "/srv/backup/", "resume": true}}])";

// ---- Older names

inline constexpr char older_connection[] = R"(
    "remoteserver": {"type": "string", "minLength": 1, "description": "Name or address of the machine."},
    "remoteuser": {"type": "string", "minLength": 1, "description": "Who logs in."},
    "remotepassword": {"type": "string", "x-secret": true, "description": "Password; not needed where a key or an agent logs in."},
    "remoteport": {"type": ["integer", "string"], "default": 22, "description": "TCP port."},
    "private_key_file": {"type": "string", "description": "A file with a private key."},
    "agent_socket": {"type": "string", "description": "Socket of an ssh-agent."},
    "known_hosts": {"type": "string", "default": "~/.ssh/known_hosts", "description": "File of known keys; those of unknown machines are added to it."},
    "input": {"description": "The previous task's output."}}})";
inline constexpr char open_remotecommand[] =
    R"({"type": "object", "additionalProperties": false, "required": ["remoteserver", "remoteuser"], "x-saves": "/output", "properties": {
    "command": {"type": "string", "description": "The command, for the user's shell. Without it input.command, input.script, or input where it is a text."},)";
inline constexpr char open_systemd[] =
    R"({"type": "object", "additionalProperties": false, "required": ["remoteserver", "remoteuser", "servicestate"], "x-saves": "/output", "properties": {
    "servicename": {"type": "string", "description": "The unit. Without it input.servicename."},
    "servicestate": {"type": "string", "enum": ["start", "stop", "restart", "status", "daemon-reload"], "description": "What to do."},)";
inline constexpr char open_scp[] =
    R"({"type": "object", "additionalProperties": false, "required": ["remoteserver", "remoteuser", "remotepath", "direction"], "properties": {
    "localpath": {"type": ["string", "array"], "items": {"type": "string"}, "description": "Path on this side, or a list of them. Without it input.filepath, input.filename or input.dstpath."},
    "remotepath": {"type": ["string", "array"], "items": {"type": "string"}, "description": "Path on the other side, or a list that is as long."},
    "recursive": {"type": "boolean", "default": false, "description": "Take folders with all they hold."},
    "direction": {"type": "string", "enum": ["localtoremote", "remotetolocal"], "description": "Which way."},)";
inline constexpr char open_remoteunzip[] =
    R"({"type": "object", "additionalProperties": false, "required": ["remoteserver", "remoteuser", "zipfilename", "pathwhereunzip"], "properties": {
    "zipfilename": {"type": "string", "minLength": 1, "description": "A ZIP file on this side."},
    "pathwhereunzip": {"type": "string", "minLength": 1, "description": "Folder on the other side that gets what is in it."},)";

inline constexpr auto remotecommand_params = common::joined(open_remotecommand, older_connection);
inline constexpr auto systemd_params = common::joined(open_systemd, older_connection);
inline constexpr auto scp_params = common::joined(open_scp, older_connection);
inline constexpr auto remoteunzip_params = common::joined(open_remoteunzip, older_connection);

inline constexpr const char* remotecommand_output =
    R"({"type": "object", "additionalProperties": false, "properties": {
    "output": {"type": "string", "description": "Standard output, and after it standard error."},
    "command": {"type": "string", "description": "The command."},
    "server": {"type": "string", "description": "The machine."},
    "user": {"type": "string", "description": "Who logged in."},
    "port": {"type": "integer", "description": "TCP port."}}})";
inline constexpr const char* systemd_output =
    R"({"type": "object", "additionalProperties": false, "properties": {
    "output": {"type": "string", "description": "What systemctl wrote."},
    "service": {"type": "string", "description": "The unit."},
    "state": {"type": "string", "description": "What was asked for."},
    "server": {"type": "string", "description": "The machine."},
    "success": {"type": "boolean", "description": "True."}}})";
inline constexpr const char* scp_output =
    R"({"type": "object", "additionalProperties": false, "properties": {
    "files_transferred": {"type": "integer", "description": "How many paths were transferred."},
    "direction": {"type": "string", "description": "Which way."},
    "server": {"type": "string", "description": "The machine."},
    "localpath": {"type": ["string", "array"], "description": "As it was given."},
    "remotepath": {"type": ["string", "array"], "description": "As it was given."},
    "recursive": {"type": "boolean", "description": "As it was given."},
    "multipath": {"type": "boolean", "description": "Whether there were several paths."}}})";
inline constexpr const char* remoteunzip_output =
    R"({"type": "object", "additionalProperties": false, "properties": {
    "zipfilename": {"type": "string", "description": "The ZIP file."},
    "pathwhereunzip": {"type": "string", "description": "The folder on the other side."},
    "server": {"type": "string", "description": "The machine."},
    "files_transferred": {"type": "integer", "description": "Files that were sent."}}})";
inline constexpr const char* remotecommand_examples = R"([
    {"title": "A command", "params": {"remoteserver": "db1.example.com", "remoteuser": "ada", "remotepassword": "secret", "remoteport": 22, "command": "uptime"}}])";
inline constexpr const char* systemd_examples = R"([
    {"title": "Restart a service", "params": {"remoteserver": "db1.example.com", "remoteuser": "ada", "remotepassword": "secret", "servicename": "nginx", "servicestate": "restart"}}])";
inline constexpr const char* scp_examples = R"([
    {"title": "Fetch a file", "params": {"remoteserver": "db1.example.com", "remoteuser": "ada", "remotepassword": "secret", "localpath": "/tmp/a.csv", "remotepath": "/srv/a.csv", "direction": "remotetolocal"}}])";
inline constexpr const char* remoteunzip_examples = R"([
    {"title": "Unpack a site", "params": {"remoteserver": "web1.example.com", "remoteuser": "ada", "remotepassword": "secret", "zipfilename": "site.zip", "pathwhereunzip": "/srv/www"}}])";

}  // namespace oa::ssh::schema
