#pragma once

#include "schemas.hpp"

// The functions of oa-io of versions 2 and 3: JSON Schemas and examples.

#define OA_OLDER_TEXT(name, text) \
    R"(")" name R"(": {"type": "string", "description": ")" text R"("})"
#define OA_OLDER_YES(name, text)                                                               \
    R"(")" name                                                                                \
    R"(": {"type": ["boolean", "string", "integer"], "default": false, "description": ")" text \
    R"("})"
#define OA_OLDER_INPUT(text) R"("input": {"description": ")" text R"("})"
#define OA_OLDER_VARNAME \
    R"("varname": {"type": "string", "description": "Under compat: oa3 the variable to set."})"
#define OA_OLDER_FILL R"("x-fill": {"variables": {"from": "variables", "names": "/varname"}}, )"
#define OA_OLDER_VARIABLES \
    R"("variables": {"type": "object", "description": "Variables by their names. Under compat: oa3 the engine gives the one that varname names."})"
#define OA_OLDER_OUTPUT(members) R"({"type": "object", "properties": {)" members R"(}})"

namespace oa::files::schema {

inline constexpr const char* io_copy_params = OA_OBJECT_SCHEMA R"("required": ["srcpath", "dstpath"], "properties": {)"
    OA_OLDER_TEXT("srcpath", "The file or folder to copy.") "," OA_OLDER_TEXT("dstpath", "Where to.") ","
    OA_OLDER_YES("recursive", "Copy a folder, into one that exists too.") "," OA_OLDER_INPUT("Not used.") "}}";
inline constexpr const char* io_copy_output = OA_OLDER_OUTPUT(OA_OLDER_TEXT(
    "srcpath", "As it was given.") "," OA_OLDER_TEXT("dstpath", "As it was given.") R"(,
    "recursive": {"type": "boolean", "description": "As it was given."},
    "files_copied": {"type": "integer", "description": "How many files were copied."})");
inline constexpr const char* io_copy_examples =
    R"([{"title": "Copy a file", "params": {"srcpath": "hello.txt", "dstpath": "hello-copy.txt", "recursive": false},
    "output": {"srcpath": "hello.txt", "dstpath": "hello-copy.txt", "recursive": false, "files_copied": 1}}])";

inline constexpr const char* io_zip_params = OA_OBJECT_SCHEMA R"("required": ["zipfilename"], "properties": {)"
    OA_OLDER_TEXT("zipfilename", "The archive to write.") R"(,
    "pathtozip": {"type": ["array", "string"], "items": {"type": "string"}, "description": "Folders and files. Without it input.dstpath."},
    )" OA_OLDER_TEXT("zipfilter", "A glob pattern of names, or without a * a part of the name; all without it.") ","
    OA_OLDER_INPUT("The previous task's output: dstpath.") "}}";
inline constexpr const char* io_zip_output =
    OA_OLDER_OUTPUT(OA_OLDER_TEXT("zipfilename", "The archive.") R"(,
    "zip_size": {"type": "integer", "description": "Its length in bytes."},
    "paths_compressed": {"type": "array", "description": "What was packed."},
    )" OA_OLDER_TEXT("filter", "The filter."));
inline constexpr const char* io_zip_examples =
    R"([{"title": "Pack the texts of a folder", "params": {"zipfilename": "old.zip", "pathtozip": ["."], "zipfilter": "*.txt"}}])";

inline constexpr const char* io_unzip_params = OA_OBJECT_SCHEMA R"("required": ["pathwhereunzip"], "properties": {)"
    OA_OLDER_TEXT("zipfilename", "The archive. Without it input.zipfilename.") ","
    OA_OLDER_TEXT("pathwhereunzip", "The folder to unpack into, which is made.") ","
    OA_OLDER_INPUT("The previous task's output: zipfilename.") "}}";
inline constexpr const char* io_unzip_output = OA_OLDER_OUTPUT(OA_OLDER_TEXT(
    "zipfilename", "The archive.") "," OA_OLDER_TEXT("extract_path", "The folder.") R"(,
    "files_extracted": {"type": "integer", "description": "How many entries were unpacked."})");
inline constexpr const char* io_unzip_examples =
    R"([{"title": "Unpack", "params": {"zipfilename": "old.zip", "pathwhereunzip": "old"}}])";

inline constexpr const char* io_readfile_params =
    R"({"type": "object", "additionalProperties": false, "x-saves": "/content",
    "x-sets-variable": {"name": "/varname", "value": "/content"}, "properties": {)" OA_OLDER_TEXT(
        "filename",
        "The file. Without it input.dstpath, filepath or filename.") "," OA_OLDER_VARNAME
                                                                     "," OA_OLDER_INPUT(
                                                                         "The previous task's "
                                                                         "output.") "}}";
inline constexpr const char* io_readfile_output =
    OA_OLDER_OUTPUT(OA_OLDER_TEXT("filename", "The file.") "," OA_OLDER_TEXT(
        "content", "Its text, in whatever encoding it was; lines end with a line feed.") R"(,
    "size": {"type": "integer", "description": "How many characters."},
    )" OA_OLDER_TEXT("varname", "As it was given."));
inline constexpr const char* io_readfile_examples =
    R"([{"title": "Read a text", "params": {"filename": "hello.txt"},
    "output": {"filename": "hello.txt", "content": "Hello\n", "size": 6}}])";

inline constexpr const char* io_writefile_params = OA_OBJECT_SCHEMA OA_OLDER_FILL R"("required": ["filename"], "properties": {)"
    OA_OLDER_TEXT("filename", "The file.") "," OA_OLDER_TEXT("content", "The text. Without it the input: its content, a text, or a list or map as JSON.") ","
    OA_OLDER_TEXT("varname", "The variable to write, when content is not given.") "," OA_OLDER_VARIABLES "," OA_OLDER_INPUT("The previous task's output.") "}}";
inline constexpr const char* io_writefile_output =
    OA_OLDER_OUTPUT(OA_OLDER_TEXT("filename", "As it was given.") R"(,
    "bytes_written": {"type": "integer", "description": "Length of the file in bytes."},
    )" OA_OLDER_TEXT("filepath", "The absolute path."));
inline constexpr const char* io_writefile_examples =
    R"([{"title": "Write a text", "params": {"filename": "note.txt", "content": "Hi"}}])";

inline constexpr const char* io_replace_params =
    R"({"type": "object", "additionalProperties": false, "x-saves": "/content",
    "x-sets-variable": {"name": "/varname", "value": "/content"},
    "x-fill": {"variables": {"from": "variables", "names": "/varname"}},
    "required": ["leftvalue", "rightvalue"], "properties": {)" OA_OLDER_VARIABLES
    "," OA_OLDER_TEXT("leftvalue", "What to look for.") "," OA_OLDER_TEXT(
        "rightvalue", "What comes in its place.") "," OA_OLDER_VARNAME
                                                  "," OA_OLDER_INPUT(
                                                      "The text, or a map "
                                                      "with it as "
                                                      "content.") "}}";
inline constexpr const char* io_replace_output =
    OA_OLDER_OUTPUT(OA_OLDER_TEXT(
        "content",
        "The new text.") R"(, "occurrences": {"type": "integer", "description": "How many were replaced."},
    )" OA_OLDER_TEXT("leftvalue",
                     "As it was given.") "," OA_OLDER_TEXT("rightvalue",
                                                           "As it was given.") "," OA_OLDER_TEXT("v"
                                                                                                 "a"
                                                                                                 "r"
                                                                                                 "n"
                                                                                                 "a"
                                                                                                 "m"
                                                                                                 "e",
                                                                                                 "A"
                                                                                                 "s"
                                                                                                 " "
                                                                                                 "i"
                                                                                                 "t"
                                                                                                 " "
                                                                                                 "w"
                                                                                                 "a"
                                                                                                 "s"
                                                                                                 " "
                                                                                                 "g"
                                                                                                 "i"
                                                                                                 "v"
                                                                                                 "e"
                                                                                                 "n"
                                                                                                 "."));
inline constexpr const char* io_replace_examples =
    R"([{"title": "Replace in a text", "params": {"leftvalue": "a", "rightvalue": "b", "input": "banana"},
    "output": {"content": "bbnbnb", "occurrences": 3, "leftvalue": "a", "rightvalue": "b"}}])";

inline constexpr const char* io_loadvarfromjson_params = R"({"type": "object", "additionalProperties": false, "x-sets-variables": "", "properties": {)"
    OA_OLDER_TEXT("filename", "A JSON file with an object. Without it input.filepath or filename.") "," OA_OLDER_INPUT("The previous task's output.") "}}";
inline constexpr const char* io_loadvarfromjson_output =
    R"({"type": "object", "description": "The object. Under compat: oa3 each of its members becomes a variable."})";
inline constexpr const char* io_loadvarfromjson_examples =
    R"([{"title": "Load settings", "params": {"filename": "settings.json"}, "output": {"retries": 3}}])";

inline constexpr const char* io_rename_params =
    OA_OBJECT_SCHEMA R"("required": ["srcpath", "dstpath"], "properties": {)" OA_OLDER_TEXT(
        "srcpath",
        "The older name.") "," OA_OLDER_TEXT("dstpath",
                                             "The newer name.") "," OA_OLDER_INPUT("Not used.") "}"
                                                                                                "}";
inline constexpr const char* io_rename_output = OA_OLDER_OUTPUT(
    OA_OLDER_TEXT("srcpath", "As it was given.") "," OA_OLDER_TEXT("dstpath", "As it was given."));
inline constexpr const char* io_rename_examples =
    R"([{"title": "Rename", "params": {"srcpath": "hello-copy.txt", "dstpath": "renamed.txt"},
    "output": {"srcpath": "hello-copy.txt", "dstpath": "renamed.txt"}}])";

inline constexpr const char* io_remove_params = OA_OBJECT_SCHEMA R"("required": ["pathtoremove"], "properties": {)"
    OA_OLDER_TEXT("pathtoremove", "A file, a folder, or with a * in its last part the files that match.") ","
    OA_OLDER_YES("recursive", "Remove a folder with all it holds.") "," OA_OLDER_INPUT("Not used.") "}}";
inline constexpr const char* io_remove_output = OA_OLDER_OUTPUT(OA_OLDER_TEXT(
    "pathtoremove",
    "As it was given.") R"(, "removed": {"type": "integer", "description": "How many files and folders are gone."})");
inline constexpr const char* io_remove_examples =
    R"([{"title": "Remove what is not there", "params": {"pathtoremove": "absent.txt"}, "output": {"pathtoremove": "absent.txt", "removed": 0}}])";

inline constexpr const char* io_findfile_params = R"({"type": "object", "additionalProperties": false, "x-saves": "/filename",
    "x-sets-variable": {"name": "/varname", "value": "/filename"}, "required": ["filename", "path"], "properties": {)"
    OA_OLDER_TEXT("filename", "A glob pattern.") "," OA_OLDER_TEXT("path", "The folder.") ","
    OA_OLDER_YES("findfirst", "Give the first match instead of the last.") "," OA_OLDER_VARNAME "," OA_OLDER_INPUT("Not used.") "}}";
inline constexpr const char* io_findfile_output = OA_OLDER_OUTPUT(
    R"("filename": {"type": ["string", "null"], "description": "The match; null where there is none."},
    "files": {"type": "array", "description": "All matches, sorted."},
    )" OA_OLDER_TEXT("varname", "As it was given."));
inline constexpr const char* io_findfile_examples =
    R"([{"title": "Find a file", "params": {"filename": "orders*.csv", "path": "."},
    "output": {"filename": "./orders.csv", "files": ["./orders.csv"]}}])";

inline constexpr const char* io_regexreplaceinfile_params = OA_OBJECT_SCHEMA R"("required": ["filein", "regexmatch", "regexvalue", "fileout"], "properties": {)"
    OA_OLDER_TEXT("filein", "The file to read.") "," OA_OLDER_TEXT("regexmatch", "A regular expression as RE2 has it.") ","
    OA_OLDER_TEXT("regexvalue", "What comes in its place; \\\\1 is the first group.") "," OA_OLDER_TEXT("fileout", "The file to write.") "," OA_OLDER_INPUT("Not used.") "}}";
inline constexpr const char* io_regexreplaceinfile_output =
    OA_OLDER_OUTPUT(OA_OLDER_TEXT("filein", "As it was given.") "," OA_OLDER_TEXT(
        "fileout",
        "As it was given.") R"(, "occurrences": {"type": "integer", "description": "How many were replaced."})");
inline constexpr const char* io_regexreplaceinfile_examples =
    R"([{"title": "Change a word", "params": {"filein": "hello.txt", "regexmatch": "H(.)llo", "regexvalue": "C\\1llo", "fileout": "cello.txt"},
    "output": {"filein": "hello.txt", "fileout": "cello.txt", "occurrences": 1}}])";

inline constexpr const char* io_template_params = OA_OBJECT_SCHEMA R"("x-fill": {"values": {"from": "variables"}}, "required": ["templatefile", "dstfile"], "properties": {)"
    OA_OLDER_TEXT("templatefile", "A text with {{ names }}; nothing else of Jinja2 works.") "," OA_OLDER_TEXT("dstfile", "The file to write.") R"(,
    "values": {"type": "object", "description": "The values by their names. Under compat: oa3 the engine gives the variables."},
    )" OA_OLDER_INPUT("The previous task's output, whose members are the values when values is not given.") "}}";
inline constexpr const char* io_template_output =
    OA_OLDER_OUTPUT(OA_OLDER_TEXT("templatefile", "As it was given.") "," OA_OLDER_TEXT(
        "dstfile",
        "As it was given.") R"(, "bytes_written": {"type": "integer", "description": "Length of the file in bytes."})");
inline constexpr const char* io_template_examples =
    R"([{"title": "Fill a file", "params": {"templatefile": "hello.txt", "dstfile": "filled.txt", "values": {}},
    "output": {"templatefile": "hello.txt", "dstfile": "filled.txt", "bytes_written": 6}}])";

inline constexpr const char* io_read_csv_params =
    OA_OBJECT_SCHEMA R"("required": ["filepath"], "properties": {)" OA_OLDER_TEXT(
        "filepath", "The CSV file.") "," OA_DELIMITER_PROPERTY "," OA_OLDER_INPUT("Not used.") "}}";
inline constexpr const char* io_read_csv_examples =
    R"([{"title": "Read orders", "params": {"filepath": "orders.csv"}}])";
inline constexpr const char* io_write_json_params = OA_OBJECT_SCHEMA
    R"("required": ["filepath"], "properties": {)" OA_OLDER_TEXT("filepath", "The file to write.") R"(, "data": {"description": "The value to write."}, )" OA_OLDER_INPUT(
        "The previous task's output, written when data is not given.") "}}";
inline constexpr const char* io_write_json_examples =
    R"([{"title": "Write a value", "params": {"filepath": "value.json", "data": [1]},
    "output": {"path": "value.json", "bytes": 8, "created": true}}])";

}  // namespace oa::files::schema
