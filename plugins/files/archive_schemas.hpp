#pragma once

#include "plugins/common/joined.hpp"
#include "schemas.hpp"

#define OA_GLOBS_PROPERTY(name, text)                                                        \
    R"(")" name                                                                              \
    R"(": {"type": ["string", "array"], "items": {"type": "string"}, "description": ")" text \
    R"("})"
namespace oa::files::schema {

inline constexpr char pack_properties[] =
    R"("source": {"type": ["string", "array"], "minLength": 1, "minItems": 1, "items": {"type": "string", "minLength": 1}, "description": "The file or folder to pack, or a list of them."}, )" OA_GLOBS_PROPERTY(
        "include", "Glob patterns, one or a list: of the files in the folders only those that "
                   "match, such as *.csv or logs/**; folders then have no entries of their own.")
    R"(, )" OA_GLOBS_PROPERTY(
        "exclude",
        "Glob patterns of files and whole folders to leave out, such as .git or **/*.tmp.")
    R"(, "keep_folder": {"type": "boolean", "default": true, "description": "Names in the archive start with the name of the folder; false starts below it."},
    "follow_symlinks": {"type": "boolean", "default": false, "description": "Pack what links in the folders name, instead of the links."},
    "level": {"type": "integer", "minimum": 0, "maximum": 9, "description": "How hard to compress: 0 (not at all, or as little as there is) to 9 (smallest and slowest); without it what the format recommends."},
    )" OA_CREATE_PARENTS_PROPERTY R"(,
    )" OA_MODE_PROPERTY R"(,
    )" OA_OVERWRITE_PROPERTY R"(}})";
inline constexpr char unpack_properties[] =
    R"(
    "destination": {"type": "string", "minLength": 1, "description": "The folder to unpack into, which is made when it does not exist."},
    "existing": {"type": "string", "enum": ["merge", "empty", "replace"], "default": "merge", "description": "A destination that exists: merge adds what the archive holds; empty fails with CONFLICT when it holds anything; replace swaps it as a whole for what the archive holds, and removes what it held."},
    "overwrite": {"type": "boolean", "default": true, "description": "When merging, replace files that exist; false fails with CONFLICT before anything is changed."},
    )" OA_GLOBS_PROPERTY(
        "include",
        "Glob patterns, one or a list: unpack only files and links whose names match.") R"(,
    )" OA_GLOBS_PROPERTY("exclude", "Glob patterns of files and whole folders not to unpack.") R"(,
    "strip": {"type": "integer", "minimum": 0, "maximum": 200, "default": 0, "description": "How many folders to take off the start of each name; what has no more than these is left out."},
    "duplicates": {"type": "string", "enum": ["fail", "last"], "default": "fail", "description": "What becomes of two files of one name in the archive: fail with CONFLICT, or keep the last."},
    "symlinks": {"type": "string", "enum": ["inside", "refuse"], "default": "inside", "description": "Unpack links that stay within the destination and refuse the others, or refuse all."},
    "max_entries": {"type": "integer", "minimum": 1, "default": 100000, "description": "More entries than this fail with EXHAUSTED."},
    "max_bytes": {"type": "integer", "minimum": 1, "default": 10737418240, "description": "More unpacked bytes than this (10 GiB) fail with EXHAUSTED."},
    "max_ratio": {"type": "integer", "minimum": 1, "default": 200, "description": "More unpacked bytes per byte of the archive than this fail with EXHAUSTED, once they are more than 64 MiB."},
    )" OA_CREATE_PARENTS_PROPERTY R"(}})";

inline constexpr char open_zip[] =
    OA_OBJECT_SCHEMA R"("required": ["path", "source"], "properties": {
    )" OA_PATH_PROPERTY("The ZIP archive to write.") R"(,
    )";
inline constexpr char open_tar[] =
    OA_OBJECT_SCHEMA R"("required": ["path", "source"], "properties": {
    )" OA_PATH_PROPERTY("The tar archive to write.") R"(,
    "compression": {"type": "string", "enum": ["by_name", "none", "gzip", "bzip2", "xz", "zstd"], "default": "by_name", "description": "How to compress; by_name goes by the ending: .tar, .tar.gz or .tgz, .tar.bz2 or .tbz2, .tar.xz or .txz, .tar.zst or .tzst."},
    )";
inline constexpr auto zip_params = common::joined(open_zip, pack_properties);
inline constexpr auto tar_params = common::joined(open_tar, pack_properties);
inline constexpr const char* pack_output = OA_OBJECT_SCHEMA
    R"("required": ["path", "files", "directories", "symlinks", "skipped", "bytes", "size", "created"], "properties": {
    "path": {"type": "string", "description": "As it was given."},
    "files": {"type": "integer", "description": "How many files are in the archive."},
    "directories": {"type": "integer", "description": "How many folders."},
    "symlinks": {"type": "integer", "description": "How many symbolic links."},
    "skipped": {"type": "integer", "description": "How many pipes, sockets and devices were left out."},
    "bytes": {"type": "integer", "description": "Length of all the files together, in bytes."},
    "size": {"type": "integer", "description": "Length of the archive, in bytes."},
    "created": {"type": "boolean", "description": "Whether there was no archive before."}}})";
inline constexpr const char* zip_examples = R"([
    {"title": "Pack a folder without its temporary files",
     "params": {"path": "archive.zip", "source": "archive", "exclude": ["*.tmp", ".git"]}}])";
inline constexpr const char* tar_examples = R"([
    {"title": "Pack two folders with zstd", "params": {"path": "backup.tar.zst", "source": ["archive", "data"]}},
    {"title": "A name that tells nothing", "params": {"path": "backup", "source": "archive"}, "error": "invalid_params"}])";

inline constexpr char open_unzip[] =
    OA_OBJECT_SCHEMA R"("required": ["path", "destination"], "properties": {
    )" OA_PATH_PROPERTY("The ZIP archive.") ",";
inline constexpr char open_untar[] =
    OA_OBJECT_SCHEMA R"("required": ["path", "destination"], "properties": {
    )" OA_PATH_PROPERTY("The tar archive.") ",";
inline constexpr auto unzip_params = common::joined(open_unzip, unpack_properties);
inline constexpr auto untar_params = common::joined(open_untar, unpack_properties);
inline constexpr const char* unpack_output = OA_OBJECT_SCHEMA
    R"("required": ["path", "destination", "files", "directories", "symlinks", "bytes"], "properties": {
    "path": {"type": "string", "description": "As it was given."},
    "destination": {"type": "string", "description": "As it was given."},
    "files": {"type": "integer", "description": "How many files were unpacked."},
    "directories": {"type": "integer", "description": "How many folders, of those that have an entry of their own."},
    "symlinks": {"type": "integer", "description": "How many symbolic links."},
    "bytes": {"type": "integer", "description": "Length of the files, in bytes."}}})";
inline constexpr const char* unzip_examples = R"([
    {"title": "Unpack the CSV files", "params": {"path": "archive.zip", "destination": "unpacked", "include": "*.csv"}}])";
inline constexpr const char* untar_examples = R"([
    {"title": "A release, without the folder around it",
     "params": {"path": "backup.tar.zst", "destination": "release", "strip": 1, "existing": "replace"}}])";

}  // namespace oa::files::schema
