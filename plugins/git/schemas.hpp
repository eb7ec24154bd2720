#pragma once

#include "plugins/common/joined.hpp"

// JSON Schemas (2020-12) of the parameters and outputs, and the examples.

namespace oa::git::schema {

using common::joined;

inline constexpr char access_properties[] = R"(
    "username": {"type": "string", "default": "", "description": "User name for http and https; not needed with an access token."},
    "password": {"type": "string", "default": "", "description": "Password or access token for http and https. It goes to the server of the remote and nowhere else.", "x-secret": true},
    "ca_file": {"type": "string", "default": "", "description": "PEM file of the authorities to trust for https instead of the system's."},
    "verify": {"type": "boolean", "default": true, "description": "Check the certificate of an https server."},
    "private_key": {"type": "string", "default": "", "description": "Private key for ssh, as a text; without a passphrase.", "x-secret": true},
    "private_key_file": {"type": "string", "default": "", "description": "Private key for ssh, as a file; without either the agent and the keys of the user."},
    "known_hosts": {"type": "string", "default": "", "description": "Lines of known_hosts with the server's key; without it the file of the user."},
    "known_hosts_file": {"type": "string", "default": "", "description": "The same as a file."},
    "accept_new_host_key": {"type": "boolean", "default": false, "description": "Trust an ssh server that known_hosts does not name, and remember its key. Somebody on the way could be taken for it."},)";
inline constexpr auto clone_params = joined(
    R"({"type": "object", "additionalProperties": false, "required": ["url", "path"], "properties": {
    "url": {"type": "string", "minLength": 1, "description": "Address of the repository: https, http, ssh or file, or user@host:path; no password inside."},
    "path": {"type": "string", "minLength": 1, "description": "Folder to make; it may be there if it is empty."},
    "branch": {"type": "string", "default": "", "description": "Branch or tag to check out; without it the one that the remote names."},
    "depth": {"type": "integer", "minimum": 1, "description": "Only this many of the newest commits."},
    "submodules": {"type": "boolean", "default": false, "description": "Clone the submodules, too; never those that are local folders."},
    "bare": {"type": "boolean", "default": false, "description": "Without a working tree."},)",
    access_properties,
    R"(
    "timeout": {"type": ["string", "number"], "default": "10m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})");
inline constexpr auto pull_params = joined(
    R"({"type": "object", "additionalProperties": false, "required": ["path"], "properties": {
    "path": {"type": "string", "minLength": 1, "description": "Folder of the repository."},
    "remote": {"type": "string", "default": "origin", "description": "Name of the remote."},
    "branch": {"type": "string", "default": "", "description": "Branch of the remote; without it the one that belongs to the branch here."},
    "strategy": {"type": "string", "enum": ["ff-only", "merge", "rebase"], "default": "ff-only", "description": "What to do when both sides have commits of their own: fail, make a merge commit, or put those from here on top. A conflict fails and leaves the repository as it was."},
    "author_name": {"type": "string", "default": "", "description": "Who is named in new commits and tags; without it the one of git's own settings."},
    "author_email": {"type": "string", "default": "", "description": "The address that belongs to author_name."},)",
    access_properties,
    R"(
    "timeout": {"type": ["string", "number"], "default": "5m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})");
inline constexpr auto push_params = joined(
    R"({"type": "object", "additionalProperties": false, "required": ["path"], "properties": {
    "path": {"type": "string", "minLength": 1, "description": "Folder of the repository."},
    "remote": {"type": "string", "default": "origin", "description": "Name of the remote."},
    "branch": {"type": "string", "default": "", "description": "Branch to push; without it the one that is checked out."},
    "remote_branch": {"type": "string", "default": "", "description": "Its name at the remote; without it the same."},
    "force": {"type": "string", "enum": ["no", "with-lease", "yes"], "default": "no", "description": "Replace commits of the remote: with-lease only those that were seen here."},
    "tags": {"type": "boolean", "default": false, "description": "All tags, too."},
    "set_upstream": {"type": "boolean", "default": false, "description": "Remember that the two branches belong together."},)",
    access_properties,
    R"(
    "timeout": {"type": ["string", "number"], "default": "5m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})");
inline constexpr auto tag_params = joined(
    R"({"type": "object", "additionalProperties": false, "required": ["path"], "properties": {
    "path": {"type": "string", "minLength": 1, "description": "Folder of the repository."},
    "operation": {"type": "string", "enum": ["list", "create", "delete"], "default": "list", "description": "What to do."},
    "name": {"type": "string", "default": "", "description": "Name of the tag."},
    "message": {"type": "string", "default": "", "description": "Makes a tag with a message, a time and an author."},
    "revision": {"type": "string", "default": "", "description": "What to name; without it the commit that is checked out."},
    "force": {"type": "boolean", "default": false, "description": "Move a tag that is there."},
    "push": {"type": "boolean", "default": false, "description": "Create or delete it at the remote, too."},
    "remote": {"type": "string", "default": "origin", "description": "Name of the remote."},
    "author_name": {"type": "string", "default": "", "description": "Who is named in new commits and tags; without it the one of git's own settings."},
    "author_email": {"type": "string", "default": "", "description": "The address that belongs to author_name."},)",
    access_properties,
    R"(
    "timeout": {"type": ["string", "number"], "default": "5m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})");
inline constexpr const char* commit_params =
    R"({"type": "object", "additionalProperties": false, "required": ["path", "message"], "properties": {
    "path": {"type": "string", "minLength": 1, "description": "Folder of the repository."},
    "message": {"type": "string", "minLength": 1, "description": "Message of the commit."},
    "paths": {"type": "array", "items": {"type": "string", "minLength": 1}, "default": [], "description": "Stage these files and folders, as they are named below the repository; nothing in the names is special."},
    "all": {"type": "boolean", "default": false, "description": "Stage everything that is new, changed or deleted. Without all and paths what is staged already."},
    "allow_empty": {"type": "boolean", "default": false, "description": "Make a commit even if nothing has changed."},
    "amend": {"type": "boolean", "default": false, "description": "Replace the last commit."},
    "author_name": {"type": "string", "default": "", "description": "Who is named in new commits and tags; without it the one of git's own settings."},
    "author_email": {"type": "string", "default": "", "description": "The address that belongs to author_name."},
    "timeout": {"type": ["string", "number"], "default": "2m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* branch_params =
    R"({"type": "object", "additionalProperties": false, "required": ["path"], "properties": {
    "path": {"type": "string", "minLength": 1, "description": "Folder of the repository."},
    "operation": {"type": "string", "enum": ["list", "create", "delete", "rename"], "default": "list", "description": "What to do."},
    "name": {"type": "string", "default": "", "description": "Name of the branch."},
    "from": {"type": "string", "default": "", "description": "For create: where it starts; without it at what is checked out."},
    "new_name": {"type": "string", "default": "", "description": "For rename."},
    "force": {"type": "boolean", "default": false, "description": "Move a branch that is there, or delete one whose commits are nowhere else."},
    "timeout": {"type": ["string", "number"], "default": "2m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* checkout_params =
    R"({"type": "object", "additionalProperties": false, "required": ["path", "ref"], "properties": {
    "path": {"type": "string", "minLength": 1, "description": "Folder of the repository."},
    "ref": {"type": "string", "minLength": 1, "description": "A branch, tag or commit."},
    "create": {"type": "boolean", "default": false, "description": "Make a branch of that name first."},
    "from": {"type": "string", "default": "", "description": "With create: where it starts."},
    "force": {"type": "boolean", "default": false, "description": "Throw away changes of the working tree that are in the way."},
    "timeout": {"type": ["string", "number"], "default": "2m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* status_params =
    R"({"type": "object", "additionalProperties": false, "required": ["path"], "properties": {
    "path": {"type": "string", "minLength": 1, "description": "Folder of the repository."},
    "untracked": {"type": "string", "enum": ["all", "folders", "no"], "default": "all", "description": "How to tell of files that git does not know: each, whole folders as one, or not at all."},
    "paths": {"type": "array", "items": {"type": "string", "minLength": 1}, "default": [], "description": "Only these files and folders, as they are named below the repository; nothing in the names is special."},
    "timeout": {"type": ["string", "number"], "default": "2m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* log_params =
    R"({"type": "object", "additionalProperties": false, "required": ["path"], "properties": {
    "path": {"type": "string", "minLength": 1, "description": "Folder of the repository."},
    "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50, "description": "At most this many commits."},
    "skip": {"type": "integer", "minimum": 0, "default": 0, "description": "Leave out this many of the newest."},
    "from": {"type": "string", "default": "", "description": "Only what this commit does not know."},
    "to": {"type": "string", "default": "", "description": "Start here; without it at what is checked out."},
    "since": {"type": "string", "default": "", "description": "Only commits after this time, such as 2026-01-31 or 2 weeks ago."},
    "until": {"type": "string", "default": "", "description": "Only commits before this time."},
    "author": {"type": "string", "default": "", "description": "A regular expression for name and address of the author."},
    "grep": {"type": "string", "default": "", "description": "A regular expression for the message."},
    "paths": {"type": "array", "items": {"type": "string", "minLength": 1}, "default": [], "description": "Only these files and folders, as they are named below the repository; nothing in the names is special."},
    "timeout": {"type": ["string", "number"], "default": "2m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* diff_params =
    R"({"type": "object", "additionalProperties": false, "required": ["path"], "properties": {
    "path": {"type": "string", "minLength": 1, "description": "Folder of the repository."},
    "from": {"type": "string", "default": "", "description": "Compare from this commit; without it from the index."},
    "to": {"type": "string", "default": "", "description": "To this commit; without it to the working tree."},
    "staged": {"type": "boolean", "default": false, "description": "What is staged: from the last commit, or from, to the index."},
    "context": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 3, "description": "Lines around each change."},
    "max_bytes": {"type": "integer", "minimum": 0, "maximum": 4194304, "default": 65536, "description": "Bytes of the patch that the output keeps; 0 leaves it out."},
    "paths": {"type": "array", "items": {"type": "string", "minLength": 1}, "default": [], "description": "Only these files and folders, as they are named below the repository; nothing in the names is special."},
    "timeout": {"type": ["string", "number"], "default": "2m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* clone_output =
    R"({"type": "object", "additionalProperties": false, "required": ["url", "path", "branch", "commit"], "properties": {
    "url": {"type": "string", "description": "Where it came from."},
    "path": {"type": "string", "description": "Absolute path of the folder."},
    "branch": {"type": ["string", "null"], "description": "The branch that is checked out; null when it is none."},
    "commit": {"type": ["string", "null"], "description": "Hash of the commit that is checked out; null in an empty repository."}}})";
inline constexpr const char* pull_output =
    R"({"type": "object", "additionalProperties": false, "required": ["path", "remote", "branch", "before", "commit", "updated", "commits"], "properties": {
    "path": {"type": "string", "description": "The repository as it was named."},
    "remote": {"type": "string", "description": "Name of the remote."},
    "branch": {"type": "string", "description": "Branch of the remote."},
    "before": {"type": ["string", "null"], "description": "Hash of the commit before; null for none."},
    "commit": {"type": ["string", "null"], "description": "Hash of the commit now."},
    "updated": {"type": "boolean", "description": "Whether anything came."},
    "commits": {"type": "integer", "description": "How many commits came, with a merge commit."}}})";
inline constexpr const char* push_output =
    R"({"type": "object", "additionalProperties": false, "required": ["path", "remote", "branch", "refs"], "properties": {
    "path": {"type": "string", "description": "The repository as it was named."},
    "remote": {"type": "string", "description": "Name of the remote."},
    "branch": {"type": "string", "description": "The branch that was pushed."},
    "refs": {"type": "array", "description": "What became of each reference: name (at the remote), from (here), status (created, updated, forced, deleted, up_to_date), summary.", "items": {"type": "object", "additionalProperties": false, "required": ["name", "from", "status", "summary"], "properties": {"name": {"type": "string"}, "from": {"type": "string"}, "status": {"type": "string"}, "summary": {"type": "string"}}}}}})";
inline constexpr const char* commit_output =
    R"({"type": "object", "additionalProperties": false, "required": ["path", "committed", "commit", "branch"], "properties": {
    "path": {"type": "string", "description": "The repository as it was named."},
    "committed": {"type": "boolean", "description": "Whether a commit was made; false when nothing has changed."},
    "commit": {"type": ["string", "null"], "description": "Hash of the last commit; null for none."},
    "branch": {"type": ["string", "null"], "description": "The branch; null when none is checked out."}}})";
inline constexpr const char* tag_output =
    R"({"type": "object", "additionalProperties": false, "required": ["path", "operation"], "properties": {
    "path": {"type": "string", "description": "The repository as it was named."},
    "operation": {"type": "string", "description": "What was done."},
    "name": {"type": "string", "description": "Name of the tag; not for list."},
    "commit": {"type": "string", "description": "Hash of the commit that a new tag names."},
    "tags": {"type": "array", "items": {"type": "string"}, "description": "For list: all names."},
    "references": {"type": "array", "description": "Each with name, remote (whether it is what was last seen of a remote) and commit.", "items": {"type": "object", "additionalProperties": false, "required": ["name", "remote", "commit"], "properties": {"name": {"type": "string"}, "remote": {"type": "boolean"}, "commit": {"type": "string"}}}},
    "count": {"type": "integer", "description": "For list: how many."},
    "refs": {"type": "array", "description": "What became of each reference: name (at the remote), from (here), status (created, updated, forced, deleted, up_to_date), summary.", "items": {"type": "object", "additionalProperties": false, "required": ["name", "from", "status", "summary"], "properties": {"name": {"type": "string"}, "from": {"type": "string"}, "status": {"type": "string"}, "summary": {"type": "string"}}}}}})";
inline constexpr const char* branch_output =
    R"({"type": "object", "additionalProperties": false, "required": ["path", "operation"], "properties": {
    "path": {"type": "string", "description": "The repository as it was named."},
    "operation": {"type": "string", "description": "What was done."},
    "name": {"type": "string", "description": "Name of the branch; not for list."},
    "old_name": {"type": "string", "description": "For rename: its name before."},
    "commit": {"type": "string", "description": "For create: hash of its commit."},
    "branches": {"type": "array", "items": {"type": "string"}, "description": "For list: all names, those of remotes as origin/main."},
    "references": {"type": "array", "description": "Each with name, remote (whether it is what was last seen of a remote) and commit.", "items": {"type": "object", "additionalProperties": false, "required": ["name", "remote", "commit"], "properties": {"name": {"type": "string"}, "remote": {"type": "boolean"}, "commit": {"type": "string"}}}},
    "count": {"type": "integer", "description": "For list: how many."},
    "current": {"type": ["string", "null"], "description": "For list: the branch that is checked out."}}})";
inline constexpr const char* checkout_output =
    R"({"type": "object", "additionalProperties": false, "required": ["path", "branch", "commit", "before"], "properties": {
    "path": {"type": "string", "description": "The repository as it was named."},
    "branch": {"type": ["string", "null"], "description": "The branch that is checked out; null for a tag or commit."},
    "commit": {"type": ["string", "null"], "description": "Hash of the commit now."},
    "before": {"type": ["string", "null"], "description": "Hash of the commit before."}}})";
inline constexpr const char* status_output =
    R"({"type": "object", "additionalProperties": false, "required": ["path", "commit", "branch", "upstream", "ahead", "behind", "clean", "count", "entries", "truncated"], "properties": {
    "path": {"type": "string", "description": "The repository as it was named."},
    "commit": {"type": ["string", "null"], "description": "Hash of the last commit; null for none."},
    "branch": {"type": ["string", "null"], "description": "The branch; null when none is checked out."},
    "upstream": {"type": ["string", "null"], "description": "The branch of a remote that belongs to it."},
    "ahead": {"type": "integer", "description": "Commits that the upstream does not have, as far as was last seen."},
    "behind": {"type": "integer", "description": "Commits that only the upstream has."},
    "clean": {"type": "boolean", "description": "Whether nothing has changed."},
    "count": {"type": "integer", "description": "How many files have changed."},
    "entries": {"type": "array", "description": "At most 5000 files: path, state (as a whole), index (what is staged), worktree (what is not), original_path of a renamed one.", "items": {"type": "object", "additionalProperties": false, "required": ["path", "state", "index", "worktree"], "properties": {"path": {"type": "string"}, "original_path": {"type": "string"}, "state": {"type": "string", "enum": ["modified", "type_changed", "added", "deleted", "renamed", "copied", "unmerged", "unmodified", "conflicted", "untracked"]}, "index": {"type": "string", "enum": ["unmodified", "modified", "type_changed", "added", "deleted", "renamed", "copied", "unmerged"]}, "worktree": {"type": "string", "enum": ["unmodified", "modified", "type_changed", "added", "deleted", "renamed", "copied", "unmerged"]}}}},
    "truncated": {"type": "boolean", "description": "Whether there are more than 5000."}}})";
inline constexpr const char* log_output =
    R"({"type": "object", "additionalProperties": false, "required": ["path", "commits", "count", "more"], "properties": {
    "path": {"type": "string", "description": "The repository as it was named."},
    "commits": {"type": "array", "description": "The newest first.", "items": {"type": "object", "additionalProperties": false, "required": ["hash", "parents", "author", "committer", "subject", "body"], "properties": {"hash": {"type": "string"}, "parents": {"type": "array", "items": {"type": "string"}}, "author": {"type": "object", "additionalProperties": false, "required": ["name", "email", "time"], "properties": {"name": {"type": "string"}, "email": {"type": "string"}, "time": {"type": "string", "description": "ISO 8601, with the zone of the author."}}}, "committer": {"type": "object", "additionalProperties": false, "required": ["name", "email", "time"], "properties": {"name": {"type": "string"}, "email": {"type": "string"}, "time": {"type": "string", "description": "ISO 8601, with the zone of the author."}}}, "subject": {"type": "string", "description": "First line of the message."}, "body": {"type": "string", "description": "The rest of it."}}}},
    "count": {"type": "integer", "description": "How many are here."},
    "more": {"type": "boolean", "description": "Whether there are more."}}})";
inline constexpr const char* diff_output =
    R"({"type": "object", "additionalProperties": false, "required": ["path", "files", "file_count", "insertions", "deletions", "patch", "patch_truncated"], "properties": {
    "path": {"type": "string", "description": "The repository as it was named."},
    "files": {"type": "array", "description": "Each with path, old_path of a renamed one, status, and lines added and removed.", "items": {"type": "object", "additionalProperties": false, "required": ["path", "status", "insertions", "deletions", "binary"], "properties": {"path": {"type": "string"}, "old_path": {"type": "string"}, "status": {"type": "string", "enum": ["added", "modified", "deleted", "renamed", "copied", "type_changed", "conflicted"]}, "insertions": {"type": "integer"}, "deletions": {"type": "integer"}, "binary": {"type": "boolean"}}}},
    "file_count": {"type": "integer", "description": "How many files."},
    "insertions": {"type": "integer", "description": "Lines added, all together."},
    "deletions": {"type": "integer", "description": "Lines removed."},
    "patch": {"type": "string", "description": "Start of the patch; bytes that are not UTF-8 are replaced by U+FFFD."},
    "patch_truncated": {"type": "boolean", "description": "Whether the patch is longer."}}})";
inline constexpr const char* clone_examples =
    R"([
    {"title": "A private repository", "params": {"url": "https://git.example.com/shop.git", "path": "/srv/shop", "password": "secret", "depth": 1}},
    {"title": "Over ssh", "params": {"url": "git@git.example.com:shop.git", "path": "/srv/shop", "private_key_file": "/etc/oa/deploy_key"}}])";
inline constexpr const char* pull_examples =
    R"([
    {"title": "Bring a working tree up to date", "params": {"path": "/srv/shop"}}])";
inline constexpr const char* push_examples =
    R"([
    {"title": "Push the branch that is checked out, and tags", "params": {"path": "/srv/shop", "tags": true, "username": "ada", "password": "secret"}}])";
inline constexpr const char* commit_examples =
    R"([
    {"title": "Record everything", "params": {"path": "/srv/shop", "message": "Update prices", "all": true, "author_name": "Ada", "author_email": "ada@example.com"}}])";
inline constexpr const char* tag_examples =
    R"([
    {"title": "List tags", "params": {"path": "/srv/shop"}},
    {"title": "Mark a release", "params": {"path": "/srv/shop", "operation": "create", "name": "v1.2.0", "message": "Version 1.2.0", "push": true}}])";
inline constexpr const char* branch_examples =
    R"([
    {"title": "List branches", "params": {"path": "/srv/shop"}},
    {"title": "Start a branch", "params": {"path": "/srv/shop", "operation": "create", "name": "feature/basket", "from": "main"}}])";
inline constexpr const char* checkout_examples =
    R"([
    {"title": "Go to a tag", "params": {"path": "/srv/shop", "ref": "v1.2.0"}},
    {"title": "Start a branch and go there", "params": {"path": "/srv/shop", "ref": "fix", "create": true}}])";
inline constexpr const char* status_examples =
    R"([
    {"title": "What has changed?", "params": {"path": "/srv/shop"}}])";
inline constexpr const char* log_examples =
    R"([
    {"title": "The last ten commits of a folder", "params": {"path": "/srv/shop", "limit": 10, "paths": ["src"]}},
    {"title": "What is new since a release", "params": {"path": "/srv/shop", "from": "v1.1.0"}}])";
inline constexpr const char* diff_examples =
    R"([
    {"title": "What would be committed", "params": {"path": "/srv/shop", "staged": true}},
    {"title": "Between two releases, numbers only", "params": {"path": "/srv/shop", "from": "v1.1.0", "to": "v1.2.0", "max_bytes": 0}}])";

// ---- Older names

inline constexpr auto older_clone_params =
    joined(R"({"type": "object", "additionalProperties": false, "properties": {
    "repo_url": {"type": "string", "default": "", "description": "Address of the repository; without it input.repo_url."},
    "dest_path": {"type": "string", "description": "Folder to make; it must not be there."},
    "branch": {"type": ["string", "null"], "description": "Branch to check out."},
    "depth": {"type": ["integer", "null"], "minimum": 1, "description": "Only this many of the newest commits."},
    "recursive": {"type": "boolean", "default": false, "description": "Clone the submodules, too."},
    "input": {"description": "The output of the task before, for what is missing."},)",
           access_properties,
           R"(
    "timeout": {"type": ["string", "number"], "default": "10m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})");
inline constexpr auto older_pull_params =
    joined(R"({"type": "object", "additionalProperties": false, "properties": {
    "repo_path": {"type": "string", "default": "", "description": "Folder of the repository; without it from input."},
    "branch": {"type": ["string", "null"], "description": "Branch of origin."},
    "rebase": {"type": "boolean", "default": false, "description": "Rebase instead of a merge."},
    "input": {"description": "The output of the task before, for what is missing."},)",
           access_properties,
           R"(
    "timeout": {"type": ["string", "number"], "default": "5m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})");
inline constexpr auto older_push_params =
    joined(R"({"type": "object", "additionalProperties": false, "properties": {
    "repo_path": {"type": "string", "default": "", "description": "Folder of the repository; without it from input."},
    "branch": {"type": ["string", "null"], "description": "Branch to push."},
    "remote": {"type": "string", "default": "origin", "description": "Name of the remote."},
    "force": {"type": "boolean", "default": false, "description": "Replace commits of the remote."},
    "tags": {"type": "boolean", "default": false, "description": "All tags, too."},
    "input": {"description": "The output of the task before, for what is missing."},)",
           access_properties,
           R"(
    "timeout": {"type": ["string", "number"], "default": "5m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})");
inline constexpr auto older_tag_params =
    joined(R"({"type": "object", "additionalProperties": false, "properties": {
    "repo_path": {"type": "string", "default": "", "description": "Folder of the repository; without it from input."},
    "operation": {"type": "string", "description": "create, list or delete."},
    "tag_name": {"type": "string", "default": "", "description": "Name of the tag."},
    "message": {"type": ["string", "null"], "description": "Makes a tag with a message."},
    "commit": {"type": ["string", "null"], "description": "What to name; without it the commit that is checked out."},
    "push": {"type": "boolean", "default": false, "description": "Create or delete it at origin, too."},
    "input": {"description": "The output of the task before, for what is missing."},)",
           access_properties,
           R"(
    "timeout": {"type": ["string", "number"], "default": "5m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})");
inline constexpr const char* older_branch_params =
    R"({"type": "object", "additionalProperties": false, "properties": {
    "repo_path": {"type": "string", "default": "", "description": "Folder of the repository; without it from input."},
    "operation": {"type": "string", "description": "create, list, delete or checkout."},
    "branch_name": {"type": "string", "default": "", "description": "Name of the branch; not for list."},
    "from_branch": {"type": ["string", "null"], "description": "Where a new branch starts."},
    "force": {"type": "boolean", "default": false, "description": "Delete a branch whose commits are nowhere else."},
    "input": {"description": "The output of the task before, for what is missing."},
    "timeout": {"type": ["string", "number"], "default": "1m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* older_status_params =
    R"({"type": "object", "additionalProperties": false, "properties": {
    "repo_path": {"type": "string", "default": "", "description": "Folder of the repository; without it from input."},
    "short": {"type": "boolean", "default": false, "description": "The short form."},
    "input": {"description": "The output of the task before, for what is missing."},
    "timeout": {"type": ["string", "number"], "default": "1m", "description": "Limit for all of it, such as 30s or 10m; a number is seconds."}}})";
inline constexpr const char* older_output =
    R"({"type": "object", "additionalProperties": false, "description": "As oa-git of version 3 gave it.", "properties": {
    "repo_url": {"type": "string"},
    "dest_path": {"type": "string"},
    "repo_path": {"type": "string"},
    "branch": {"type": ["string", "null"]},
    "depth": {"type": ["integer", "null"]},
    "recursive": {"type": "boolean"},
    "rebase": {"type": "boolean"},
    "remote": {"type": "string"},
    "force": {"type": "boolean"},
    "tags_pushed": {"type": "boolean"},
    "commit_hash": {"type": ["string", "null"]},
    "changes_pulled": {"type": "boolean"},
    "stdout": {"type": "string"},
    "stderr": {"type": "string"},
    "return_code": {"type": "integer"},
    "operation": {"type": "string"},
    "tag_name": {"type": "string"},
    "message": {"type": ["string", "null"]},
    "commit": {"type": ["string", "null"]},
    "pushed": {"type": "boolean"},
    "deleted_remote": {"type": "boolean"},
    "tags": {"type": "array"},
    "tag_count": {"type": "integer"},
    "branch_name": {"type": "string"},
    "from_branch": {"type": ["string", "null"]},
    "branches": {"type": "array"},
    "current_branch": {"type": ["string", "null"]},
    "branch_count": {"type": "integer"},
    "status": {"type": "string"},
    "has_changes": {"type": ["boolean", "null"]},
    "clean": {"type": ["boolean", "null"]}}})";
inline constexpr const char* older_clone_examples =
    R"([
    {"title": "As before", "params": {"repo_url": "https://git.example.com/shop.git", "dest_path": "/srv/shop"}}])";
inline constexpr const char* older_pull_examples =
    R"([
    {"title": "As before", "params": {"repo_path": "/srv/shop"}}])";
inline constexpr const char* older_push_examples =
    R"([
    {"title": "As before", "params": {"repo_path": "/srv/shop", "branch": "main"}}])";
inline constexpr const char* older_tag_examples =
    R"([
    {"title": "As before", "params": {"repo_path": "/srv/shop", "operation": "list"}}])";
inline constexpr const char* older_branch_examples =
    R"([
    {"title": "As before", "params": {"repo_path": "/srv/shop", "operation": "list"}}])";
inline constexpr const char* older_status_examples =
    R"([
    {"title": "As before", "params": {"repo_path": "/srv/shop"}}])";

}  // namespace oa::git::schema
