/* clang-format off */
/* oa/plugin.h: the contract between the host `oa` and a plug-in. Plain C99, one file, no dependency
 * but <stddef.h> and <stdint.h>.
 *
 * A plug-in is a shared library that exports one function, `oa_module_entry_v1`. It describes one
 * module: a named set of functions that workflows call as tasks. Everything a plug-in wants from
 * the host goes through the table `oa_host`; everything the host wants from the plug-in goes
 * through the table `oa_module`. No other symbol is shared, and nobody frees what the other side
 * allocated.
 *
 * How this contract grows (ABI 1.x)
 *   - Every table starts with `struct_size`, set by the side that made it. A newer minor version
 *     only appends members; a reader asks OA_HAS(pointer, type, member) before it uses a member
 *     that is younger than 1.0. Nothing is ever moved, removed or given another type.
 *   - A plug-in that defines OA_ABI_MINOR before including this file pins the lowest minor version
 *     that it needs: members that are younger are then hidden from it, and it loads into every
 *     host that has that minor version or a later one.
 *   - Unknown flag bits are ignored, so a plug-in that relies on a younger flag raises
 *     OA_ABI_MIN_MINOR. An unknown status code is treated as OA_INTERNAL.
 *   - What is optional is an extension (get_extension): a table of its own, which starts with
 *     `struct_size` and grows like the others; its id never changes.
 *   - An incompatible change gets another entry symbol, `oa_module_entry_v2`. One library may
 *     export both.
 *
 * Rules for both sides
 *   - Text is UTF-8. (pointer, length) pairs need no terminator; `const char*` alone is
 *     NUL-terminated.
 *   - JSON is RFC 8259 text: no NaN or Infinity, no duplicate keys, at most 64 levels deep;
 *     integers are exact within 64 bits.
 *   - Times are in milliseconds, sizes in bytes.
 *   - Nothing may throw, unwind or longjmp across a function declared here.
 *   - A plug-in must not change what belongs to the whole process: locale, working directory,
 *     signal handlers, umask, environment.
 *
 * Tags
 *   [owner: who owns the memory]
 *   [valid: until when a pointer may be used]
 *   [thread: which thread may call]
 *      any   any thread, at any time between `create` and the return of `stop`; the threads that
 *            run `create` and `destroy` until these return
 *      call  any thread, one at a time, while the `run` that was given this oa_call has not
 *            returned
 */
/* clang-format on */
#ifndef OA_PLUGIN_H_V1
#define OA_PLUGIN_H_V1

#include <stddef.h>
#include <stdint.h>

#define OA_ABI_MAJOR 1
#define OA_ABI_HEADER_MINOR 0 /* the newest minor version that this file knows */
/* The minor version whose members are visible; define it before including this file to hide what is
 * younger. */
#ifndef OA_ABI_MINOR
#define OA_ABI_MINOR OA_ABI_HEADER_MINOR
#endif
/* The oldest minor version that the plug-in can work with. Lower than OA_ABI_MINOR only for a
 * plug-in that asks OA_HAS before it uses a younger member. */
#ifndef OA_ABI_MIN_MINOR
#define OA_ABI_MIN_MINOR OA_ABI_MINOR
#endif
#if OA_ABI_MINOR > OA_ABI_HEADER_MINOR
#error "OA_ABI_MINOR names a version of the contract that this oa/plugin.h does not know"
#endif
#if OA_ABI_MIN_MINOR > OA_ABI_MINOR
#error "OA_ABI_MIN_MINOR must not be higher than OA_ABI_MINOR"
#endif
/* (major << 16) | minor: oa_host.abi and oa_module.abi; oa_module.abi_min. */
#define OA_ABI_VERSION (OA_ABI_MAJOR * 65536u + OA_ABI_MINOR)
#define OA_ABI_MIN_VERSION (OA_ABI_MAJOR * 65536u + OA_ABI_MIN_MINOR)

#if defined(_WIN32)
#define OA_CALL __cdecl
#define OA_EXPORT __declspec(dllexport)
#else
#define OA_CALL
#define OA_EXPORT __attribute__((visibility("default")))
#endif

#if defined(__cplusplus)
#define OA_NOEXCEPT noexcept
extern "C" {
#else
#define OA_NOEXCEPT
#endif

/* 1 if whoever made *p knew member m of type T and set it. For pointers and numbers; a number that
 * was left 0 reads as absent. */
#define OA_HAS(p, T, m) ((p)->struct_size >= offsetof(T, m) + sizeof((p)->m) && (p)->m != 0)
/* 1 if member m of type T lies within *p: for writing into a table that the other side made, such
 * as the oa_error given to create(). */
#define OA_FITS(p, T, m) ((p)->struct_size >= offsetof(T, m) + sizeof((p)->m))

/* One invocation of a function. [owner: host] [valid: until run returns] */
typedef struct oa_call oa_call;
/* One configured instance of a module. [owner: plug-in] */
typedef struct oa_instance oa_instance;

/* ---- Status: what run() and create() return and what oa_error.code holds ---- */
#define OA_OK 0
#define OA_CANCELLED 1       /* stopped because the host asked for it */
#define OA_INVALID_PARAMS 2  /* the parameters are wrong; oa_error.pointer tells which */
#define OA_DEADLINE 3        /* did not finish in time */
#define OA_NOT_FOUND 4       /* the thing that was named does not exist */
#define OA_PERMISSION 5      /* known who asks, but not allowed */
#define OA_UNAUTHENTICATED 6 /* not known who asks: credentials missing or wrong */
#define OA_EXHAUSTED 7       /* memory, disk, quota or another limit */
#define OA_PRECONDITION 8    /* the state of things does not allow it */
#define OA_UNAVAILABLE 9     /* a counterpart does not answer now; trying again may help */
#define OA_CONFLICT 10       /* it exists already, or somebody changed it meanwhile */
#define OA_UNIMPLEMENTED 11  /* this version cannot do that */
#define OA_INTERNAL 12       /* a defect, or a failure that fits no other code */

/* May the host try the same call again? */
#define OA_RETRY_UNKNOWN 0 /* the host decides from the code */
#define OA_RETRY_YES 1
#define OA_RETRY_NO 2

/* Why a call failed. [owner: plug-in] [valid: during fail(); what create() and start() gave, until
 * the next call of the plug-in on that thread. The host copies it] */
typedef struct oa_error {
    uint32_t struct_size;
    int32_t code; /* OA_CANCELLED ... OA_INTERNAL */
    /* For people: one sentence that names the thing and, where there is one, the fix. */
    const char* message;
    size_t message_len;
    /* JSON Pointer (RFC 6901) into the parameters, for OA_INVALID_PARAMS; or NULL. */
    const char* pointer;
    size_t pointer_len;
    /* A JSON object for programs; or NULL. */
    const char* details;
    size_t details_len;
    uint32_t retry;          /* OA_RETRY_* */
    uint32_t retry_after_ms; /* wait at least this long before trying again; 0: the host decides */
} oa_error;

/* ---- Log levels ---- */
#define OA_LOG_TRACE 0
#define OA_LOG_DEBUG 1
#define OA_LOG_INFO 2
#define OA_LOG_WARN 3
#define OA_LOG_ERROR 4

/* What the call is for. Every text is NUL-terminated and never NULL. [owner: host] [valid: until
 * run returns] */
typedef struct oa_call_info {
    uint32_t struct_size;
    uint32_t attempt; /* 1 for the first */
    const char* run_id;
    const char* workflow;      /* name of the workflow */
    const char* task;          /* name of the task */
    const char* module_name;   /* as the workflow wrote it; may be an alias */
    const char* function_name; /* as the workflow wrote it; may be an alias */
    /* The same for every attempt of one execution of a task: give it to services that
     * deduplicate. */
    const char* idempotency_key;
    const char* function; /* the name that the module declares, where function_name is an alias */
} oa_call_info;

/* ---- The host, as a plug-in sees it ---- */

/* No member of ABI 1.0 is ever NULL. [owner: host] [valid: from `create` to the return of
 * `destroy`, and during the entry function] */
typedef struct oa_host {
    uint32_t struct_size;
    uint32_t abi;        /* of the host */
    const char* name;    /* "oa" */
    const char* version; /* SemVer, for log messages; never decide by it */

    /* A table named e.g. "oa.schema/1", or NULL where the host has none. [thread: any] [valid:
     * until destroy] */
    const void*(OA_CALL* get_extension)(const struct oa_host* host, const char* id);

    /* Writes a line to the task's log (or, with call == NULL, to the host's). `fields` is a JSON
     * object or NULL. [thread: any] */
    void(OA_CALL* log)(const struct oa_host* host,
                       oa_call* call,
                       int32_t level,
                       const char* message,
                       size_t message_len,
                       const char* fields,
                       size_t fields_len);
    /* 0 when log() would drop a message of this level (call == NULL: for the host's log): ask
     * before formatting a costly one. [thread: any] */
    int32_t(OA_CALL* log_enabled)(const struct oa_host* host, oa_call* call, int32_t level);

    /* What the call is for. [thread: any] [valid: until run returns] */
    const oa_call_info*(OA_CALL* info)(oa_call* call);
    /* The parameters, a JSON object; a NUL follows the last byte. [thread: any] [valid: until run
     * returns] */
    void(OA_CALL* params)(oa_call* call, const char** json, size_t* len);
    /* Input blob `index`, as parameters name it: {"$blob": index}. OA_OK or OA_NOT_FOUND. Read
     * only. [thread: any] [valid: until run returns] */
    int32_t(OA_CALL* blob_in)(oa_call* call, uint32_t index, const void** data, size_t* len);

    /* The output, any JSON value; copied. The last call wins; without one the output is null.
     * OA_OK; OA_EXHAUSTED over the host's limit; OA_INVALID_PARAMS if it is not JSON: the call then
     * fails whatever run() returns. OA_CANCELLED once the host has given the call up. [thread:
     * call] */
    int32_t(OA_CALL* result)(oa_call* call, const char* json, size_t len);
    /* Memory of the host for an output blob, which the result names as {"$blob": *index}. NULL when
     * the host has none. [thread: call] [valid: until run returns] */
    void*(OA_CALL* blob_alloc)(oa_call* call, size_t len, uint32_t* index);
    /* Hands memory of the plug-in over as an output blob. The host calls `release(user)` exactly
     * once, on any thread, before `stop` returns; it may copy and release at once. On any other
     * status than OA_OK the plug-in keeps the memory and `release` is not called. [thread: call] */
    int32_t(OA_CALL* blob_give)(oa_call* call,
                                const void* data,
                                size_t len,
                                void(OA_CALL* release)(void* user),
                                void* user,
                                uint32_t* index);
    /* Tells why the call fails; copied. The last call wins. run() then returns the same code.
     * [thread: call] */
    void(OA_CALL* fail)(oa_call* call, const oa_error* error);

    /* 1 once the host wants the call to end: by cancellation, a time-out, or shutdown. Costs
     * nanoseconds. [thread: any] */
    int32_t(OA_CALL* cancelled)(oa_call* call);
    /* Milliseconds until the call is cancelled for lack of time, 0 when that is past, -1 when there
     * is no limit. [thread: any] */
    int64_t(OA_CALL* remaining_ms)(oa_call* call);
    /* Asks for fn(user) when the call is cancelled: at most once, on any thread, at once if that is
     * so already. It must be quick and must not call on_cancel or off_cancel. Returns a token,
     * never 0; take it back with off_cancel before what `user` points to ends. [thread: any] */
    uint64_t(OA_CALL* on_cancel)(oa_call* call, void(OA_CALL* fn)(void* user), void* user);
    /* When it returns, fn of that token is not running and never will. [thread: any, but not from
     * within fn] */
    void(OA_CALL* off_cancel)(oa_call* call, uint64_t token);

    /* How far the call is: fraction 0..1, or negative when unknown. message may be NULL. [thread:
     * any] */
    void(OA_CALL* progress)(oa_call* call,
                            double fraction,
                            const char* message,
                            size_t message_len);
} oa_host;

/* ---- Functions ---- */

/* Running it twice does no harm: the host may repeat it after a crash. */
#define OA_F_IDEMPOTENT (1u << 0)
/* The output depends on the parameters alone and nothing else changes. */
#define OA_F_PURE (1u << 1)
#define OA_F_BLOCKING (1u << 2) /* spends its time waiting */
/* run() may be entered concurrently on one instance; otherwise the host serialises. */
#define OA_F_THREAD_SAFE (1u << 3)
#define OA_F_CANCELLABLE (1u << 4) /* returns within a second of being cancelled */
#define OA_F_ISOLATE (1u << 5)     /* never in the host's own process */
#define OA_F_SECRETS (1u << 6)     /* parameters may hold secrets */
/* What a function reaches outside of itself. In the host's process these are claims; in a worker
 * process everything that no function of the module claims is denied. */
#define OA_F_NETWORK (1u << 7)    /* opens network connections */
#define OA_F_FILESYSTEM (1u << 8) /* reads or writes files outside of its temporary folder */
#define OA_F_PROCESSES (1u << 9)  /* starts other programs */

/* A function that should no longer be used. [owner: plug-in, static] */
typedef struct oa_deprecation {
    uint32_t struct_size;
    const char* since;        /* version of the module */
    const char* replace_with; /* "module.function", or NULL */
    const char* reason;       /* one sentence, or NULL */
} oa_deprecation;

/* [owner: plug-in, static] */
typedef struct oa_function {
    uint32_t struct_size;
    uint32_t flags;   /* OA_F_* */
    const char* name; /* [a-z][a-z0-9_]*; workflows call <module>.<name> */
    /* Other names, ended by NULL; or NULL. One with a dot is a full name: "oa-io.readfile". */
    const char* const* aliases;
    const char* title;         /* a few words; or NULL */
    const char* summary;       /* what it does, one sentence; Markdown is fine after the first */
    const char* params_schema; /* JSON Schema 2020-12 of the parameters, an object */
    const char* output_schema; /* JSON Schema 2020-12 of the output; or NULL for anything */
    /* JSON array of {"title", "params", "output"?, "error"?}, where error is the code that it
     * fails with in lower case ("not_found"); or NULL. */
    const char* examples;
    const oa_deprecation* deprecated; /* or NULL */
    uint32_t default_timeout_ms;      /* 0: the host's */
    uint32_t max_concurrency;         /* calls at one time; 0: no limit of its own */

    /* Runs one call and returns its status. The host gives it a thread with at least 512 KiB of
     * stack. */
    int32_t(OA_CALL* run)(oa_instance* instance, const oa_host* host, oa_call* call);
} oa_function;

/* ---- Modules ---- */

/* Starts threads or registers callbacks that outlive `stop`; language runtimes do. */
#define OA_M_NO_UNLOAD (1u << 0)
#define OA_M_NO_FORK (1u << 1)   /* must not be loaded into a process that is forked later */
#define OA_M_ISOLATE (1u << 2)   /* never in the host's own process */
#define OA_M_SINGLETON (1u << 3) /* one instance in a process */
#define OA_M_SIGNALS (1u << 4)   /* installs signal handlers: never in the host's own process */

/* [owner: plug-in, static] */
typedef struct oa_module {
    uint32_t struct_size;
    uint32_t abi; /* OA_ABI_VERSION */
    /* OA_ABI_MIN_VERSION: the host refuses the plug-in if this is newer than its own. */
    uint32_t abi_min;
    uint32_t flags;             /* OA_M_* */
    const char* id;             /* reverse DNS, [a-z0-9.-]+: com.acme.http */
    const char* name;           /* short name for workflows, [a-z][a-z0-9_-]*: http */
    const char* const* aliases; /* other short names, ended by NULL; or NULL */
    const char* version;        /* SemVer */
    const char* vendor;         /* or NULL */
    const char* license;        /* SPDX expression, or NULL */
    const char* homepage;       /* or NULL */
    const char* summary;        /* one sentence */
    const char* build;          /* compiler, flags, revision; or NULL */
    const char* config_schema;  /* JSON Schema of the configuration; or NULL when there is none */
    uint32_t function_count;
    const oa_function* const* functions; /* array of pointers, so that oa_function can grow */

    /* NULL means "nothing to do". They are called one at a time, in this order; run() only between
     * start and stop. */
    /* Makes an instance from its configuration, a JSON object ("{}" when there is none). *instance
     * may stay NULL. Returns a status; tells why in *error, of which the host has set struct_size
     * and cleared the rest: write no member beyond it. After a failure nothing follows. */
    int32_t(OA_CALL* create)(const oa_host* host,
                             const char* config,
                             size_t config_len,
                             oa_instance** instance,
                             oa_error* error);
    /* May connect and start threads. Returns a status; tells why in *error, as create does. After a
     * failure only destroy follows. */
    int32_t(OA_CALL* start)(oa_instance* instance, oa_error* error);
    /* Joins them; afterwards nothing of the plug-in touches the host. */
    void(OA_CALL* stop)(oa_instance* instance);
    void(OA_CALL* destroy)(oa_instance* instance);
    /* What the plug-in offers beyond this table; or NULL. */
    const void*(OA_CALL* get_extension)(const char* id);
} oa_module;

/* The only exported function. Returns static data, or NULL after writing a NUL-terminated reason of
 * at most why_cap bytes to `why`. It is quick, does no input or output, starts no thread, keeps no
 * pointer to `host`, and may be called again. */
typedef const oa_module*(OA_CALL* oa_module_entry_fn)(const oa_host* host,
                                                      char* why,
                                                      size_t why_cap);
#define OA_ENTRY_SYMBOL "oa_module_entry_v1"
OA_EXPORT const oa_module* OA_CALL oa_module_entry_v1(const oa_host* host,
                                                      char* why,
                                                      size_t why_cap) OA_NOEXCEPT;

#if defined(__cplusplus)
}
#endif

#endif /* OA_PLUGIN_H_V1 */
