/* oa/schema.h: the extension "oa.schema/1": the host's validator for JSON Schema, so that a plug-in
 * needs none of its own. Plain C99.
 *
 *     const oa_schema_api* schemas = host->get_extension(host, OA_SCHEMA_EXTENSION);
 *     if (schemas == NULL) ... the host has none: fail with OA_UNIMPLEMENTED, or do without
 *
 * Draft 2020-12, all of it that needs no second document; docs/json-schema.md has the details. The
 * table and the schemas belong to the process: in a worker process it is the worker's own, and a
 * call costs no round trip. The rules and tags of oa/plugin.h hold here too.
 */
#ifndef OA_SCHEMA_H_V1
#define OA_SCHEMA_H_V1

#include "oa/plugin.h"

#if defined(__cplusplus)
extern "C" {
#endif

#define OA_SCHEMA_EXTENSION "oa.schema/1"

/* A compiled schema. It never changes; any number of threads may use it at a time. [owner: plug-in,
 * until release()] */
typedef struct oa_schema oa_schema;

/* Takes what a function has to say, as JSON text: at most once, on the same thread, before the
 * function returns. It must not call the function that calls it with the same `user`. NULL stands
 * for one that takes no interest. [valid: json, until it returns] */
typedef void(OA_CALL* oa_schema_sink)(void* user, const char* json, size_t len);

/* A value is not asked for what `format` says. */
#define OA_SCHEMA_NO_FORMATS (1u << 0)

/* [owner: host] [valid: until the process ends] */
typedef struct oa_schema_api {
    uint32_t struct_size;
    uint32_t problems_max; /* that validate() tells at most */

    /* Compiles the JSON text of a schema.
     * OA_OK: *schema is there; give it back with release().
     * OA_INVALID_PARAMS: it is not JSON, or no schema; `sink` is given an array of
     *     {"pointer", "message", "hint"?}, where pointer is a JSON Pointer (RFC 6901) into the
     *     schema.
     * OA_EXHAUSTED: out of memory.
     * [thread: any] */
    int32_t(OA_CALL* compile)(const oa_host* host,
                              const char* json,
                              size_t len,
                              oa_schema** schema,
                              oa_schema_sink sink,
                              void* user);

    /* Checks the JSON text of a value. `flags` are OA_SCHEMA_*; those that are unknown are ignored.
     * OA_OK: it fits.
     * OA_INVALID_PARAMS: it does not, or is not JSON; `sink` is given an array of
     *     {"kind", "pointer", "schema_pointer", "message", "hint"?, "field"?}. kind is "value",
     *     "missing_field" or "unknown_field", whose name is in field, or "not_json". message is
     *     what is to be said of the value at pointer: "takes an integer, not the text 'x'".
     * OA_EXHAUSTED: out of memory, or it would take too long; the last of what `sink` is given is
     *     then of the kind "limit".
     * [thread: any] */
    int32_t(OA_CALL* validate)(const oa_schema* schema,
                               const char* json,
                               size_t len,
                               uint32_t flags,
                               oa_schema_sink sink,
                               void* user);

    /* Gives `sink` the same value with the defaults of the schema for what is missing in it. The
     * result is not checked.
     * OA_OK; OA_INVALID_PARAMS: it is not JSON, and `sink` is given the array of validate();
     * OA_EXHAUSTED: out of memory.
     * [thread: any] */
    int32_t(OA_CALL* fill_defaults)(
        const oa_schema* schema, const char* json, size_t len, oa_schema_sink sink, void* user);

    /* NULL is allowed. Every schema has to be released before `destroy` returns. [thread: any, when
     * nobody uses the schema any more] */
    void(OA_CALL* release)(oa_schema* schema);
} oa_schema_api;

#if defined(__cplusplus)
} /* extern "C" */
#endif

#endif /* OA_SCHEMA_H_V1 */
