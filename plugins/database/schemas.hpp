#pragma once

#include "plugins/common/joined.hpp"

// JSON Schemas (2020-12) of the parameters and outputs, and the examples. Parts that several
// functions share are put together by joined().

namespace oa::database::schema {

using common::joined;

inline constexpr char open_sql[] =
    R"({"type": "object", "additionalProperties": false, "required": ["connection", "sql"], "properties": {)";
inline constexpr char open_insert[] =
    R"({"type": "object", "additionalProperties": false, "required": ["connection", "table"], "properties": {)";
inline constexpr char open_transaction[] =
    R"({"type": "object", "additionalProperties": false, "required": ["connection", "statements"], "properties": {)";
inline constexpr char open_export[] =
    R"({"type": "object", "additionalProperties": false, "required": ["connection", "sql", "path"], "properties": {)";
inline constexpr char close[] = "}}";

inline constexpr char connection[] = R"(
    "connection": {"type": ["object", "string"], "x-secret": true, "description": "Which database, as an object, or as a URL: postgresql://user:password@host:5432/name, mysql://..., mariadb://..., sqlite:file.db.", "additionalProperties": false, "properties": {
        "kind": {"type": "string", "enum": ["sqlite", "sqlite3", "postgresql", "postgres", "pg", "mysql", "mariadb", "odbc"], "description": "Which kind of database; implied by url, by file (SQLite) and by dsn (ODBC)."},
        "url": {"type": "string", "description": "A URL as above. Other members come on top.", "x-secret": true},
        "file": {"type": "string", "description": "SQLite: path of the database, or :memory:. Relative paths start at the host's working directory."},
        "create": {"type": "boolean", "default": true, "description": "SQLite: make the file when it is missing; query and export never do."},
        "busy_timeout": {"type": ["string", "number"], "default": "5s", "description": "SQLite: how long to wait for others who have the database locked, such as 500ms or 5s; a number is seconds."},
        "dsn": {"type": "string", "description": "ODBC: the name of a data source, or a whole connection string such as Driver=...;Server=....", "x-secret": true},
        "host": {"type": "string", "description": "Name or address of the server."},
        "port": {"type": ["integer", "null"], "minimum": 1, "maximum": 65535, "description": "Port of the server; 5432 for PostgreSQL and 3306 for MySQL where it is missing."},
        "socket": {"type": "string", "description": "In place of host: MySQL's socket file, or the folder that PostgreSQL's socket is in."},
        "user": {"type": "string", "description": "Name of the user."},
        "password": {"type": "string", "description": "Password of the user.", "x-secret": true},
        "database": {"type": "string", "description": "Name of the database."},
        "connect_timeout": {"type": ["string", "number"], "default": "10s", "description": "Limit for reaching the server and logging in, such as 500ms or 5s; a number is seconds."},
        "tls": {"type": "object", "description": "How the way to the server is protected.", "additionalProperties": false, "properties": {
            "mode": {"type": "string", "enum": ["disable", "prefer", "require", "verify-ca", "verify-full"], "description": "verify-full unless the server is on this machine (then prefer): TLS, a certificate that is trusted and made for this host. verify-ca leaves the name out; require checks nothing; prefer takes TLS where the server has it."},
            "ca_file": {"type": "string", "description": "PEM file of the authorities to trust instead of the system's."},
            "cert_file": {"type": "string", "description": "PEM file of the client's certificate."},
            "key_file": {"type": "string", "description": "PEM file of the client's key."}}}}})";

inline constexpr char sql[] = R"(
    "sql": {"type": "string", "minLength": 1, "description": "One statement. Values are never written into it: ? stands for the next of a list, :name for a member of an object."},
    "params": {"type": ["array", "object", "null"], "description": "The values of the placeholders. Lists and objects are bound as JSON text (as arrays where PostgreSQL has an array), {\"$base64\": text}, {\"$file\": path} and {\"$blob\": index} as bytes."})";

inline constexpr char values[] = R"(
    "decimals": {"type": "string", "enum": ["text", "number"], "default": "text", "description": "How NUMERIC and DECIMAL come: as text with all of their digits, or as numbers."},
    "blob_folder": {"type": "string", "description": "Write blobs to files of their own in this folder, whose paths then stand in the rows; without it they come as base64."})";

inline constexpr char limits[] = R"(
    "max_rows": {"type": "integer", "minimum": 0, "default": 1000, "description": "How many rows the answer may hold; it may also not be longer than 900 KiB. For more there is export."},
    "on_max_rows": {"type": "string", "enum": ["error", "truncate"], "default": "error", "description": "What more rows do: fail with EXHAUSTED, or be left out, with truncated: true in the output."},
    "row_format": {"type": "string", "enum": ["objects", "arrays"], "default": "objects", "description": "Rows as objects by the names of the columns, or as lists."})";

inline constexpr char timeout[] = R"(
    "statement_timeout": {"type": ["string", "number", "null"], "description": "Limit for each statement with its rows, and for the whole of an insert or export, such as 30s or 5m; a number is seconds. Without it only the task's own limit holds."})";

inline constexpr char file[] = R"(
    "format": {"type": "string", "enum": ["csv", "jsonl"], "description": "Format of the file; where it is missing the name tells: .csv, .tsv and .txt, or .jsonl and .ndjson."},
    "delimiter": {"type": "string", "minLength": 1, "maxLength": 1, "description": "CSV: the character between fields; a comma, or a tab for .tsv."},
    "header": {"type": "boolean", "default": true, "description": "CSV: the first line has the names of the columns."},
    "null_text": {"type": "string", "default": "", "description": "CSV: what stands for null, without quotes; the same text in quotes is a text."})";

inline constexpr char insert[] = R"(
    "table": {"type": "string", "minLength": 1, "description": "Table, with its schema before a dot: sales.orders. Case counts as the database keeps it."},
    "rows": {"type": ["array", "object"], "description": "List of objects, of lists (with columns), or one object."},
    "path": {"type": "string", "minLength": 1, "description": "In place of rows: a CSV or JSON lines file, which may be of any size."},
    "input": {"description": "The previous task's output, taken when neither rows nor path is given: a list, an object with a list called rows or data, or one row."},
    "columns": {"type": "array", "items": {"type": "string"}, "description": "Columns to fill. Without it: the members of the first row, or the header of the file."},
    "on_conflict": {"type": "string", "enum": ["error", "ignore", "update"], "default": "error", "description": "What a row does whose key is there: fail (nothing is inserted), be left out, or change the row that is there."},
    "keys": {"type": "array", "items": {"type": "string"}, "description": "Columns that tell rows apart, for on_conflict: update; there must be a unique index on them."},
    "commit": {"type": "string", "enum": ["all", "batch"], "default": "all", "description": "all: one transaction, so all rows or none. batch: a transaction for each batch_size rows; what is committed stays when a later row fails."},
    "batch_size": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 1000, "description": "Rows of a transaction with commit: batch, and of a statement on MySQL."})";

inline constexpr char transaction[] = R"(
    "statements": {"type": "array", "minItems": 1, "maxItems": 10000, "description": "Statements in order: texts, or objects with sql and params.", "items": {"type": ["string", "object"], "additionalProperties": false, "required": ["sql"], "properties": {
        "sql": {"type": "string", "minLength": 1, "description": "One statement."},
        "params": {"type": ["array", "object", "null"], "description": "The values of its placeholders."}}}},
    "isolation": {"type": "string", "enum": ["read_uncommitted", "read_committed", "repeatable_read", "serializable"], "description": "How far the transaction is kept apart from others; the database's own choice without it. SQLite is always serializable."},
    "read_only": {"type": "boolean", "default": false, "description": "Refuse statements that write."})";

inline constexpr char export_file[] = R"(
    "path": {"type": "string", "minLength": 1, "description": "The file to write. Relative paths start at the host's working directory."},
    "overwrite": {"type": "boolean", "default": true, "description": "Replace a file that exists, in one step at the end; false fails with CONFLICT instead."},
    "create_parents": {"type": "boolean", "default": false, "description": "Make the folders above that do not exist yet."})";

inline constexpr auto query_params =
    joined(open_sql, connection, ",", sql, ",", values, ",", limits, ",", timeout, close);
inline constexpr auto insert_params =
    joined(open_insert, connection, ",", insert, ",", file, ",", timeout, close);
inline constexpr auto transaction_params = joined(
    open_transaction, connection, ",", transaction, ",", values, ",", limits, ",", timeout, close);
inline constexpr auto export_params = joined(open_export,
                                             connection,
                                             ",",
                                             sql,
                                             ",",
                                             values,
                                             ",",
                                             export_file,
                                             ",",
                                             file,
                                             ",",
                                             timeout,
                                             close);

inline constexpr char result[] = R"(
    "columns": {"type": "array", "description": "Name and type of each column, the type as the database calls it. A name that comes again gets a number: id_2.", "items": {"type": "object", "required": ["name", "type"], "properties": {"name": {"type": "string", "description": "Name of the column."}, "type": {"type": "string", "description": "Type as the database calls it."}}}},
    "rows": {"type": "array", "description": "The rows, as row_format says."},
    "row_count": {"type": "integer", "description": "How many rows are here."},
    "truncated": {"type": "boolean", "description": "Whether there were more than max_rows; export writes them all to a file."})";
inline constexpr char effect[] = R"(
    "rows_affected": {"type": "integer", "description": "How many rows were inserted, changed or removed."},
    "last_insert_id": {"type": ["integer", "null"], "description": "The number that the database gave to a new row; SQLite and MySQL tell it."})";

inline constexpr auto query_output = joined(
    R"({"type": "object", "required": ["columns", "rows", "row_count", "truncated"], "properties": {)",
    result,
    close);
inline constexpr auto execute_output = joined(
    R"({"type": "object", "required": ["rows_affected", "last_insert_id", "columns", "rows", "row_count", "truncated"], "properties": {)",
    effect,
    ",",
    result,
    close);
inline constexpr auto transaction_output = joined(
    R"({"type": "object", "required": ["results"], "properties": {"results": {"type": "array", "description": "What each statement did, in order.", "items": {"type": "object", "properties": {)",
    effect,
    ",",
    result,
    "}}}}}");
inline constexpr const char* insert_output = R"({"type": "object",
    "required": ["table", "rows_read", "rows_written"], "properties": {
    "table": {"type": "string", "description": "As it was given."},
    "rows_read": {"type": "integer", "description": "How many rows there were."},
    "rows_written": {"type": "integer", "description": "How many of them were inserted or have changed a row; those that on_conflict has left out are not counted."}}})";
inline constexpr const char* export_output = R"({"type": "object",
    "required": ["path", "format", "rows", "bytes", "columns"], "properties": {
    "path": {"type": "string", "description": "As it was given."},
    "format": {"type": "string", "enum": ["csv", "jsonl"], "description": "Format of the file."},
    "rows": {"type": "integer", "description": "How many rows were written."},
    "bytes": {"type": "integer", "description": "Length of the file in bytes."},
    "columns": {"type": "array", "description": "Name and type of each column."}}})";

inline constexpr const char* query_examples = R"([
    {"title": "Ask by name", "params": {"connection": {"file": ":memory:"}, "sql": "SELECT :id AS id, :name AS name", "params": {"id": 7, "name": "Ada"}},
     "output": {"columns": [{"name": "id", "type": ""}, {"name": "name", "type": ""}], "rows": [{"id": 7, "name": "Ada"}], "row_count": 1, "truncated": false}},
    {"title": "Values in order, rows as lists", "params": {"connection": "sqlite::memory:", "sql": "SELECT column1 AS n FROM (VALUES (1), (2), (3)) WHERE column1 > ?", "params": [1], "row_format": "arrays"},
     "output": {"columns": [{"name": "n", "type": ""}], "rows": [[2], [3]], "row_count": 2, "truncated": false}},
    {"title": "A table that is not there", "params": {"connection": {"file": ":memory:"}, "sql": "SELECT * FROM orders"}, "error": "not_found"}])";
inline constexpr const char* execute_examples = R"~([
    {"title": "Make a table", "params": {"connection": {"kind": "sqlite", "file": ":memory:"}, "sql": "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT)"},
     "output": {"rows_affected": 0, "last_insert_id": null, "columns": [], "rows": [], "row_count": 0, "truncated": false}},
    {"title": "A mistake in the statement", "params": {"connection": {"file": ":memory:"}, "sql": "DELETE FORM orders"}, "error": "invalid_params"}])~";
inline constexpr const char* insert_examples = R"([
    {"title": "No rows, nothing to do", "params": {"connection": {"file": ":memory:"}, "table": "orders", "rows": []},
     "output": {"table": "orders", "rows_read": 0, "rows_written": 0}},
    {"title": "Insert into a table that is not there", "params": {"connection": {"file": ":memory:"}, "table": "orders", "rows": [{"id": 1, "item": "tea"}], "on_conflict": "update", "keys": ["id"]}, "error": "not_found"}])";
inline constexpr const char* transaction_examples = R"~([
    {"title": "All or nothing", "params": {"connection": {"file": ":memory:"}, "statements": ["CREATE TABLE t (n INTEGER)", {"sql": "INSERT INTO t VALUES (?)", "params": [5]}, {"sql": "SELECT n FROM t"}], "row_format": "arrays"},
     "output": {"results": [
        {"rows_affected": 0, "last_insert_id": null, "columns": [], "rows": [], "row_count": 0, "truncated": false},
        {"rows_affected": 1, "last_insert_id": 1, "columns": [], "rows": [], "row_count": 0, "truncated": false},
        {"rows_affected": 0, "last_insert_id": null, "columns": [{"name": "n", "type": "integer"}], "rows": [[5]], "row_count": 1, "truncated": false}]}}])~";
inline constexpr const char* export_examples = R"([
    {"title": "Into a CSV file", "params": {"connection": {"file": ":memory:"}, "sql": "SELECT 1 AS id, 'tea' AS item", "path": "/dev/null", "format": "csv"},
     "output": {"path": "/dev/null", "format": "csv", "rows": 1, "bytes": 14, "columns": [{"name": "id", "type": ""}, {"name": "item", "type": ""}]}}])";

// ---- Of the older module

inline constexpr char open_older[] =
    R"({"type": "object", "additionalProperties": false, "properties": {)";
inline constexpr char open_older_rows[] =
    R"({"type": "object", "additionalProperties": false, "x-saves": "/rows", "properties": {)";
inline constexpr char open_older_table[] =
    R"({"type": "object", "additionalProperties": false, "required": ["table"], "properties": {)";
inline constexpr char older_connection[] = R"(
    "pgdatabase": {"type": "string", "description": "Name of the database."},
    "pgdbhost": {"type": "string", "description": "Name or address of the server."},
    "pgdbusername": {"type": "string", "description": "Name of the user."},
    "pgdbpassword": {"type": "string", "description": "Password of the user.", "x-secret": true},
    "pgdbport": {"type": ["integer", "string"], "description": "Port of the server."},
    "database": {"type": "string", "description": "The same as pgdatabase."},
    "host": {"type": "string", "description": "The same as pgdbhost."},
    "user": {"type": "string", "description": "The same as pgdbusername."},
    "username": {"type": "string", "description": "The same as pgdbusername."},
    "password": {"type": "string", "description": "The same as pgdbpassword.", "x-secret": true},
    "port": {"type": ["integer", "string"], "description": "The same as pgdbport."},
    "input": {"description": "The previous task's output."})";
inline constexpr char older_statement[] = R"(
    "statement": {"type": "string", "description": "What to run; without it statement or query of the input."},
    "printout": {"type": "boolean", "default": false, "description": "Log the result."},
    "tojsonfile": {"type": "string", "description": "Write the result to this file as JSON."})";
inline constexpr auto pg_select_params = joined(open_older_rows,
                                                older_connection,
                                                ",",
                                                older_statement,
                                                R"(,
    "format": {"type": "string", "default": "dict", "description": "dict: rows as maps; json: as a JSON text; anything else: as lists."})",
                                                close);
inline constexpr auto pg_execute_params = joined(open_older,
                                                 older_connection,
                                                 ",",
                                                 older_statement,
                                                 R"(,
    "table": {"type": "string", "description": "Without a statement: insert the rows of the input into this table."},
    "fail_on_zero": {"type": "boolean", "default": false, "description": "Fail when no row was affected; the output is there in any case."})",
                                                 close);
inline constexpr auto pg_insert_params = joined(open_older_table,
                                                older_connection,
                                                R"(,
    "table": {"type": "string", "minLength": 1, "description": "The table to fill."},
    "data": {"type": ["object", "array"], "description": "A row as a map, or a list of them; without it rows of the input, or the input itself."})",
                                                close);
inline constexpr const char* pg_select_output = R"({"type": "object",
    "required": ["rows", "row_count", "columns", "database", "host", "statement"], "properties": {
    "rows": {"type": ["array", "string"], "description": "As format says."},
    "row_count": {"type": "integer", "description": "How many there are."},
    "columns": {"type": "array", "description": "Names of the columns."},
    "database": {"type": "string", "description": "As it was given."},
    "host": {"type": "string", "description": "As it was given."},
    "statement": {"type": "string", "description": "What was run."}}})";
inline constexpr const char* pg_execute_output = R"({"type": "object",
    "required": ["rows_affected", "statement", "database", "host", "success"], "properties": {
    "rows_affected": {"type": "integer", "description": "How many rows were inserted, changed, removed or selected."},
    "statement": {"type": "string", "description": "What was run."},
    "database": {"type": "string", "description": "As it was given."},
    "host": {"type": "string", "description": "As it was given."},
    "success": {"type": "boolean", "description": "False when fail_on_zero holds and no row was affected."}}})";
inline constexpr const char* pg_insert_output = R"({"type": "object",
    "required": ["rows_inserted", "table", "database", "host"], "properties": {
    "rows_inserted": {"type": "integer", "description": "How many rows were inserted."},
    "table": {"type": "string", "description": "As it was given."},
    "database": {"type": "string", "description": "As it was given."},
    "host": {"type": "string", "description": "As it was given."}}})";
inline constexpr const char* pg_select_examples = R"([
    {"title": "Select rows", "params": {"pgdatabase": "shop", "pgdbhost": "db.example.com", "pgdbusername": "ada", "pgdbpassword": "secret", "pgdbport": 5432, "statement": "SELECT id, name FROM users"}}])";
inline constexpr const char* pg_execute_examples = R"~([
    {"title": "Remove rows", "params": {"pgdatabase": "shop", "pgdbhost": "db.example.com", "pgdbusername": "ada", "pgdbpassword": "secret", "pgdbport": 5432, "statement": "DELETE FROM users WHERE left_at < now()", "fail_on_zero": true}}])~";
inline constexpr const char* pg_insert_examples = R"([
    {"title": "Insert a row", "params": {"pgdatabase": "shop", "pgdbhost": "db.example.com", "pgdbusername": "ada", "pgdbpassword": "secret", "pgdbport": 5432, "table": "users", "data": {"name": "Ada"}}}])";

}  // namespace oa::database::schema
