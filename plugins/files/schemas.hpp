#pragma once

// JSON Schemas (2020-12) of the parameters and outputs, and the examples. Adjacent literals share
// the properties that several functions have.

#define OA_PATH_PROPERTY(text)                                            \
    R"("path": {"type": "string", "minLength": 1, "description": ")" text \
    R"( Relative paths start at the host's working directory."})"
#define OA_CREATE_PARENTS_PROPERTY \
    R"("create_parents": {"type": "boolean", "default": false, "description": "Make the folders above that do not exist yet."})"
#define OA_OVERWRITE_PROPERTY \
    R"("overwrite": {"type": "boolean", "default": true, "description": "Replace a file that exists; false fails with CONFLICT instead."})"
#define OA_MODE_PROPERTY \
    R"("mode": {"type": "string", "pattern": "^[0-7]{3,5}$", "description": "Permissions in octal, such as \"0640\". Without it an existing file keeps its own and a new one gets what the umask leaves."})"
#define OA_ENCODING_PROPERTY \
    R"("encoding": {"type": "string", "enum": ["utf-8", "base64"], "default": "utf-8", "description": "How the bytes stand in content: as UTF-8 text, or as base64 for anything else."})"
#define OA_MAX_BYTES_PROPERTY(bound)                                      \
    R"("max_bytes": {"type": "integer", "minimum": 1, "maximum": )" bound \
    R"(, "default": 1048576, "description": "Largest file to read, in bytes; a longer one fails with EXHAUSTED."})"
#define OA_DELIMITER_PROPERTY \
    R"("delimiter": {"type": "string", "minLength": 1, "maxLength": 1, "default": ",", "description": "The character between fields, such as a semicolon or a tab."})"
#define OA_CONTENT_PROPERTIES \
    R"("content": {"type": "string", "description": "What to write."}, "json": {"description": "Any value, written as indented JSON instead of content."}, "input": {"description": "The previous task's output, written when neither content nor json is given: a text as it is, the output of files.read as what was read, anything else as indented JSON."})"
#define OA_CHARSET_PROPERTY(more, text)                         \
    R"("encoding": {"type": "string", "enum": ["utf-8", )" more \
    R"("utf-16", "latin-1", "windows-1252"], "default": "utf-8", "description": ")" text R"("})"
#define OA_OBJECT_SCHEMA R"({"type": "object", "additionalProperties": false, )"
#define OA_WRITTEN_SCHEMA \
    OA_OBJECT_SCHEMA      \
    R"("required": ["path", "bytes", "created"], "properties": {"path": {"type": "string", "description": "As it was given."}, "bytes": {"type": "integer", "description": "Length of the new content in bytes."}, "created": {"type": "boolean", "description": "Whether there was no file before."}}})"

namespace oa::files::schema {

inline constexpr const char* read_params = OA_OBJECT_SCHEMA R"("required": ["path"], "properties": {
    )" OA_PATH_PROPERTY("The file to read.") R"(,
    )" OA_CHARSET_PROPERTY(
    R"("base64", "auto", )",
    "How the bytes stand for characters; auto goes by a byte order mark, else takes UTF-8, "
    "UTF-16 or Windows-1252, whichever fits. base64 gives any bytes as base64.") R"(,
    )" OA_MAX_BYTES_PROPERTY("268435456") R"(}})";
inline constexpr const char* read_output =
    OA_OBJECT_SCHEMA R"("required": ["path", "content", "encoding", "size"], "properties": {
    "path": {"type": "string", "description": "As it was given."},
    "content": {"type": "string", "description": "The file, as encoding tells."},
    "encoding": {"type": "string", "enum": ["utf-8", "base64"], "description": "How content is written."},
    "size": {"type": "integer", "description": "Length of the file in bytes."}}})";
inline constexpr const char* read_examples = R"([
    {"title": "Read a text", "params": {"path": "hello.txt"},
     "output": {"path": "hello.txt", "content": "Hello\n", "encoding": "utf-8", "size": 6}},
    {"title": "Read any bytes", "params": {"path": "hello.txt", "encoding": "base64"},
     "output": {"path": "hello.txt", "content": "SGVsbG8K", "encoding": "base64", "size": 6}}])";

inline constexpr const char* write_params =
    OA_OBJECT_SCHEMA R"("required": ["path"], "properties": {
    )" OA_PATH_PROPERTY("The file to write; a symbolic link is followed.") R"(,
    )" OA_CONTENT_PROPERTIES R"(,
    )" OA_ENCODING_PROPERTY R"(,
    )" OA_CREATE_PARENTS_PROPERTY R"(,
    )" OA_MODE_PROPERTY R"(,
    )" OA_OVERWRITE_PROPERTY R"(}})";
inline constexpr const char* write_output = OA_WRITTEN_SCHEMA;
inline constexpr const char* write_examples = R"([
    {"title": "Write a text into a new folder",
     "params": {"path": "reports/today.txt", "content": "All is well.\n", "create_parents": true},
     "output": {"path": "reports/today.txt", "bytes": 13, "created": true}},
    {"title": "Write a secret that only its owner may read",
     "params": {"path": "key.bin", "content": "AAEC", "encoding": "base64", "mode": "0600"},
     "output": {"path": "key.bin", "bytes": 3, "created": true}}])";

inline constexpr const char* append_params =
    OA_OBJECT_SCHEMA R"("required": ["path"], "properties": {
    )" OA_PATH_PROPERTY("The file to append to.") R"(,
    )" OA_CONTENT_PROPERTIES R"(,
    )" OA_ENCODING_PROPERTY R"(,
    "newline": {"type": "boolean", "default": false, "description": "End the content with a line break if it has none."},
    "create": {"type": "boolean", "default": true, "description": "Make the file when it does not exist; false fails with NOT_FOUND instead."},
    )" OA_CREATE_PARENTS_PROPERTY R"(,
    "mode": {"type": "string", "pattern": "^[0-7]{3,5}$", "description": "Permissions of a new file in octal, less what the umask takes."}}})";
inline constexpr const char* append_output =
    OA_OBJECT_SCHEMA R"("required": ["path", "bytes", "size", "created"], "properties": {
    "path": {"type": "string", "description": "As it was given."},
    "bytes": {"type": "integer", "description": "How many bytes were appended."},
    "size": {"type": "integer", "description": "Length of the file afterwards in bytes; 0 for a device."},
    "created": {"type": "boolean", "description": "Whether there was no file before."}}})";
inline constexpr const char* append_examples = R"([
    {"title": "Add a line to a log", "params": {"path": "run.log", "content": "done", "newline": true},
     "output": {"path": "run.log", "bytes": 5, "size": 5, "created": true}}])";

inline constexpr const char* read_json_params =
    OA_OBJECT_SCHEMA R"("required": ["path"], "properties": {
    )" OA_PATH_PROPERTY("The file to read.") R"(,
    )" OA_MAX_BYTES_PROPERTY("16777216") R"(}})";
inline constexpr const char* read_json_output =
    OA_OBJECT_SCHEMA R"("required": ["path", "data", "size"], "properties": {
    "path": {"type": "string", "description": "As it was given."},
    "data": {"description": "The value that the file holds."},
    "size": {"type": "integer", "description": "Length of the file in bytes."}}})";
inline constexpr const char* read_json_examples = R"([
    {"title": "Read settings", "params": {"path": "settings.json"},
     "output": {"path": "settings.json", "data": {"retries": 3}, "size": 13}}])";

inline constexpr const char* write_json_params =
    OA_OBJECT_SCHEMA R"("required": ["path"], "properties": {
    )" OA_PATH_PROPERTY("The file to write; a symbolic link is followed.") R"(,
    "data": {"description": "The value to write."},
    "input": {"description": "The previous task's output, written when data is not given."},
    "indent": {"type": "integer", "minimum": 0, "maximum": 8, "default": 2, "description": "Blanks per level; 0 writes one line."},
    )" OA_CREATE_PARENTS_PROPERTY R"(,
    )" OA_MODE_PROPERTY R"(,
    )" OA_OVERWRITE_PROPERTY R"(}})";
inline constexpr const char* write_json_output = OA_WRITTEN_SCHEMA;
inline constexpr const char* write_json_examples = R"([
    {"title": "Write a value on one line", "params": {"path": "total.json", "data": {"total": 42}, "indent": 0},
     "output": {"path": "total.json", "bytes": 13, "created": true}}])";

inline constexpr const char* read_csv_params =
    OA_OBJECT_SCHEMA R"("required": ["path"], "properties": {
    )" OA_PATH_PROPERTY(
        "The CSV file, as RFC 4180 has it: quotes, line breaks inside quotes, LF or CRLF, with or "
        "without a byte order mark.") R"(,
    )" OA_CHARSET_PROPERTY(R"("auto", )",
                           "How the bytes stand for characters; auto goes by a byte order mark, "
                           "else takes UTF-8, UTF-16 or Windows-1252, whichever fits the first "
                           "64 KiB.") R"(,
    )" OA_DELIMITER_PROPERTY R"(,
    "quote": {"type": "string", "maxLength": 1, "default": "\"", "description": "The character around fields that hold delimiters; empty for none."},
    "header": {"type": "boolean", "default": true, "description": "Whether the first line names the columns. Rows are then objects, otherwise lists."},
    "columns": {"type": "array", "items": {"type": "string"}, "description": "Names of the columns, instead of those of the header line."},
    "types": {"type": "string", "enum": ["text", "infer"], "default": "text", "description": "text: every field is a text. infer: fields without quotes become numbers, true, false, or null when empty; 007 and other codes stay texts."},
    "short_rows": {"type": "string", "enum": ["fail", "pad"], "default": "fail", "description": "What to do with a row that has too few fields: fail, or fill it up with null. Too many always fail."},
    "offset": {"type": "integer", "minimum": 0, "default": 0, "description": "How many rows to skip."},
    "limit": {"type": "integer", "minimum": 0, "description": "How many rows to read at most; all without it."},
    "jsonl_path": {"type": "string", "minLength": 1, "description": "A file to write the rows to, one JSON text a line, instead of the output: for files of any length."},
    )" OA_CREATE_PARENTS_PROPERTY R"(,
    )" OA_MODE_PROPERTY R"(,
    )" OA_OVERWRITE_PROPERTY R"(}})";
inline constexpr const char* read_csv_output =
    OA_OBJECT_SCHEMA R"("required": ["path", "columns", "count", "more"], "properties": {
    "path": {"type": "string", "description": "As it was given."},
    "jsonl_path": {"type": "string", "description": "Where the rows are, where they were to go to a file."},
    "rows": {"type": "array", "items": {"type": ["object", "array"]}, "description": "One object per row, or one list where the columns have no names."},
    "columns": {"type": "array", "items": {"type": "string"}, "description": "The names, in the order of the file; empty where there are none."},
    "count": {"type": "integer", "description": "How many rows there are."},
    "more": {"type": "boolean", "description": "Whether limit left rows out."}}})";
inline constexpr const char* read_csv_examples = R"([
    {"title": "Read orders with their numbers", "params": {"path": "orders.csv", "types": "infer"},
     "output": {"path": "orders.csv", "rows": [{"id": 1, "item": "tea"}, {"id": 2, "item": "cups, blue"}],
                "columns": ["id", "item"], "count": 2, "more": false}},
    {"title": "Read the second row only", "params": {"path": "orders.csv", "offset": 1, "limit": 1},
     "output": {"path": "orders.csv", "rows": [{"id": "2", "item": "cups, blue"}],
                "columns": ["id", "item"], "count": 1, "more": false}}])";

inline constexpr const char* write_csv_params =
    OA_OBJECT_SCHEMA R"("required": ["path"], "properties": {
    )" OA_PATH_PROPERTY("The file to write; a symbolic link is followed.") R"(,
    "rows": {"type": ["array", "null"], "description": "The rows: objects, lists, or single values. Lists and objects inside a row are written as JSON, null as an empty field."},
    "input": {"description": "The previous task's output, used when rows is not given: a list, an object that holds one as rows, data, items, records, results, result or json, or one row."},
    "columns": {"type": "array", "items": {"type": "string"}, "description": "Which columns to write and in which order; without it all, in the order in which they first appear."},
    )" OA_DELIMITER_PROPERTY R"(,
    "header": {"type": "boolean", "default": true, "description": "Write a line with the names of the columns, where they have names."},
    "line_ending": {"type": "string", "enum": ["lf", "crlf"], "default": "lf", "description": "How lines end."},
    )" OA_CHARSET_PROPERTY(R"("utf-8-bom", )",
                           "How characters are written; utf-8-bom and utf-16 start with a byte "
                           "order mark, as Excel likes it. A character that latin-1 or "
                           "windows-1252 lacks fails with PRECONDITION.") R"(,
    "quoting": {"type": "string", "enum": ["minimal", "all"], "default": "minimal", "description": "Quotes where a field needs them, or around all."},
    "escape_formulas": {"type": "boolean", "default": false, "description": "Put ' before texts that start with =, +, -, @, a tab or a carriage return, which spreadsheets would run as formulas; numbers stay as they are. For tables with what others wrote."},
    )" OA_CREATE_PARENTS_PROPERTY R"(,
    )" OA_MODE_PROPERTY R"(,
    )" OA_OVERWRITE_PROPERTY R"(}})";
inline constexpr const char* write_csv_output =
    OA_OBJECT_SCHEMA R"("required": ["path", "rows", "columns", "bytes", "created"], "properties": {
    "path": {"type": "string", "description": "As it was given."},
    "rows": {"type": "integer", "description": "How many rows were written, the header not counted."},
    "columns": {"type": "array", "items": {"type": "string"}, "description": "The names of the columns."},
    "bytes": {"type": "integer", "description": "Length of the file in bytes."},
    "created": {"type": "boolean", "description": "Whether there was no file before."}}})";
inline constexpr const char* write_csv_examples = R"([
    {"title": "Write two rows",
     "params": {"path": "people.csv", "rows": [{"name": "Ada", "born": 1815}, {"name": "Alan, M.", "born": 1912}]},
     "output": {"path": "people.csv", "rows": 2, "columns": ["name", "born"], "bytes": 35, "created": true}}])";

#define OA_TRANSFER_PROPERTIES(verb)                                                              \
    R"("source": {"type": "string", "minLength": 1, "description": "The file or folder to )" verb \
    R"(."}, "destination": {"type": "string", "minLength": 1, "description": "Its new path. A file goes into a destination that is a folder, or ends with a slash, under its own name; a folder becomes the destination itself."}, )" OA_CREATE_PARENTS_PROPERTY

inline constexpr const char* copy_params =
    OA_OBJECT_SCHEMA R"("required": ["source", "destination"], "properties": {
    )" OA_TRANSFER_PROPERTIES("copy") R"(,
    "recursive": {"type": "boolean", "default": false, "description": "Copy a folder with all it holds, into a destination that may exist."},
    "follow_symlinks": {"type": "boolean", "default": false, "description": "Copy what links inside a folder name, instead of the links. The source itself is always followed."},
    )" OA_OVERWRITE_PROPERTY R"(}})";
inline constexpr const char* copy_output = OA_OBJECT_SCHEMA
    R"("required": ["source", "destination", "files", "directories", "symlinks", "bytes"], "properties": {
    "source": {"type": "string", "description": "As it was given."},
    "destination": {"type": "string", "description": "Where the copy is."},
    "files": {"type": "integer", "description": "How many files were copied."},
    "directories": {"type": "integer", "description": "How many folders were made."},
    "symlinks": {"type": "integer", "description": "How many links were copied."},
    "bytes": {"type": "integer", "description": "What the files hold, in bytes."}}})";
inline constexpr const char* copy_examples = R"([
    {"title": "Copy a file into a folder", "params": {"source": "hello.txt", "destination": "archive/", "create_parents": true},
     "output": {"source": "hello.txt", "destination": "archive/hello.txt", "files": 1, "directories": 0, "symlinks": 0, "bytes": 6}},
    {"title": "Copy a folder", "params": {"source": "archive", "destination": "backup", "recursive": true},
     "output": {"source": "archive", "destination": "backup", "files": 1, "directories": 1, "symlinks": 0, "bytes": 6}}])";

inline constexpr const char* move_params =
    OA_OBJECT_SCHEMA R"("required": ["source", "destination"], "properties": {
    )" OA_TRANSFER_PROPERTIES("move or rename") R"(,
    )" OA_OVERWRITE_PROPERTY R"(}})";
inline constexpr const char* move_output =
    OA_OBJECT_SCHEMA R"("required": ["source", "destination"], "properties": {
    "source": {"type": "string", "description": "As it was given."},
    "destination": {"type": "string", "description": "Where it is now."}}})";
inline constexpr const char* move_examples = R"([
    {"title": "Rename a file", "params": {"source": "draft.txt", "destination": "final.txt"},
     "output": {"source": "draft.txt", "destination": "final.txt"}}])";

inline constexpr const char* remove_params =
    OA_OBJECT_SCHEMA R"("required": ["path"], "properties": {
    )" OA_PATH_PROPERTY("The file, link or folder to remove; never what a link names.") R"(,
    "recursive": {"type": "boolean", "default": false, "description": "Remove a folder with all it holds."},
    "missing_ok": {"type": "boolean", "default": false, "description": "Succeed when there is nothing to remove."}}})";
inline constexpr const char* remove_output =
    OA_OBJECT_SCHEMA R"("required": ["path", "removed"], "properties": {
    "path": {"type": "string", "description": "As it was given."},
    "removed": {"type": "integer", "description": "How many files, links and folders are gone."}}})";
inline constexpr const char* remove_examples = R"([
    {"title": "Make sure that a file is gone", "params": {"path": "absent.txt", "missing_ok": true},
     "output": {"path": "absent.txt", "removed": 0}}])";

inline constexpr const char* make_directory_params =
    OA_OBJECT_SCHEMA R"("required": ["path"], "properties": {
    )" OA_PATH_PROPERTY("The folder to make.") R"(,
    "parents": {"type": "boolean", "default": true, "description": "Make the folders above that do not exist yet."},
    "exist_ok": {"type": "boolean", "default": true, "description": "Succeed when the folder is there already; false fails with CONFLICT instead."},
    "mode": {"type": "string", "pattern": "^[0-7]{3,5}$", "description": "Permissions of a new folder in octal; without it 0777 less what the umask takes."}}})";
inline constexpr const char* make_directory_output =
    OA_OBJECT_SCHEMA R"("required": ["path", "created"], "properties": {
    "path": {"type": "string", "description": "As it was given."},
    "created": {"type": "boolean", "description": "Whether it was not there before."}}})";
inline constexpr const char* make_directory_examples = R"([
    {"title": "Make a folder and those above it", "params": {"path": "data/2024/05"},
     "output": {"path": "data/2024/05", "created": true}}])";

inline constexpr const char* list_params = OA_OBJECT_SCHEMA R"("required": ["path"], "properties": {
    )" OA_PATH_PROPERTY("The folder to list.") R"(,
    "pattern": {"type": "string", "description": "Only names that match, such as *.csv; with a slash, paths below the folder, such as */new/*.csv."},
    "type": {"type": "string", "enum": ["any", "file", "directory", "symlink", "other"], "default": "any", "description": "Only entries of this type."},
    "recursive": {"type": "boolean", "default": false, "description": "List the folders inside too; links are not followed."},
    "hidden": {"type": "boolean", "default": true, "description": "Whether names that start with a dot, and what such folders hold, are listed."},
    "max_entries": {"type": "integer", "minimum": 1, "maximum": 100000, "default": 5000, "description": "More entries than this fail with EXHAUSTED."}}})";
inline constexpr const char* list_output =
    OA_OBJECT_SCHEMA R"("required": ["path", "entries", "count"], "properties": {
    "path": {"type": "string", "description": "As it was given."},
    "entries": {"type": "array", "description": "Sorted by name within each folder. A name that is not UTF-8 is also given as name_base64, path_base64 and relative_base64.", "items": {"type": "object",
        "required": ["name", "path", "relative", "type", "size", "modified"], "properties": {
        "name": {"type": "string", "description": "The last part of the path."},
        "path": {"type": "string", "description": "Usable in other functions."},
        "relative": {"type": "string", "description": "The path below the folder."},
        "type": {"type": "string", "enum": ["file", "directory", "symlink", "other"], "description": "What it is; links are not followed."},
        "size": {"type": "integer", "description": "In bytes."},
        "modified": {"type": "string", "format": "date-time", "description": "Last change of the content, UTC."},
        "target": {"type": "string", "description": "What a link names."}}}},
    "count": {"type": "integer", "description": "How many entries there are."}}})";
inline constexpr const char* list_examples = R"([
    {"title": "Find the CSV files", "params": {"path": ".", "pattern": "*.csv", "type": "file", "recursive": true}}])";

inline constexpr const char* stat_params = OA_OBJECT_SCHEMA R"("required": ["path"], "properties": {
    )" OA_PATH_PROPERTY("What to look at.") R"(,
    "follow_symlinks": {"type": "boolean", "default": true, "description": "Look at what a link names; false looks at the link."},
    "missing_ok": {"type": "boolean", "default": false, "description": "Succeed with exists: false when there is nothing."}}})";
inline constexpr const char* stat_output =
    OA_OBJECT_SCHEMA R"("required": ["path", "exists"], "properties": {
    "path": {"type": "string", "description": "As it was given."},
    "exists": {"type": "boolean", "description": "Whether there is anything; if not, nothing else is given."},
    "type": {"type": "string", "enum": ["file", "directory", "symlink", "other"], "description": "What it is."},
    "size": {"type": "integer", "description": "In bytes."},
    "mode": {"type": "string", "description": "Permissions in octal."},
    "owner": {"type": "integer", "description": "Number of the user."},
    "group": {"type": "integer", "description": "Number of the group."},
    "links": {"type": "integer", "description": "How many names it has."},
    "modified": {"type": "string", "format": "date-time", "description": "Last change of the content, UTC."},
    "changed": {"type": "string", "format": "date-time", "description": "Last change of the content, owner or mode, UTC."},
    "accessed": {"type": "string", "format": "date-time", "description": "Last reading, UTC; often rounded by the system."},
    "target": {"type": "string", "description": "What a link names."},
    "target_base64": {"type": "string", "description": "The same where it is not UTF-8."}}})";
inline constexpr const char* stat_examples = R"([
    {"title": "Ask whether a file exists", "params": {"path": "absent.txt", "missing_ok": true},
     "output": {"path": "absent.txt", "exists": false}},
    {"title": "Look at a file", "params": {"path": "hello.txt"}}])";

}  // namespace oa::files::schema
