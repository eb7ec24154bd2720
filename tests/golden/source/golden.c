/* Uses every slot of ABI 1.0 once. golden.cpp and golden.rs offer the same functions with the same
 * outcomes; README.md lists them. */
#include <stdio.h>
#include <string.h>

#include "oa/plugin.h"

#define UNUSED(x) ((void)(x))
#define RUN(name) \
    static int32_t OA_CALL run_##name(oa_instance* instance, const oa_host* host, oa_call* call)

struct oa_instance {
    const oa_host* host;
    uint32_t started;
    uint32_t count;
};

static oa_instance the_instance;
static uint32_t blobs_released;

static int32_t text(const oa_host* host, oa_call* call, const char* json) {
    return host->result(call, json, strlen(json));
}

static int32_t fail_with(const oa_host* host, oa_call* call, int32_t code, const char* message) {
    oa_error error = {.struct_size = sizeof(oa_error), .code = code};
    error.message = message;
    error.message_len = strlen(message);
    host->fail(call, &error);
    return code;
}

RUN(echo) {
    const char* json = NULL;
    size_t length = 0;
    UNUSED(instance);
    host->params(call, &json, &length);
    return json[length] == '\0' ? host->result(call, json, length) : OA_INTERNAL;
}

RUN(fail) {
    static const char message[] = "the server answers 503";
    static const char details[] = "{\"status\":503}";
    const oa_error error = {
        .struct_size = sizeof(oa_error),
        .code = OA_UNAVAILABLE,
        .message = message,
        .message_len = sizeof(message) - 1,
        .details = details,
        .details_len = sizeof(details) - 1,
        .retry = OA_RETRY_YES,
        .retry_after_ms = 1500,
    };
    UNUSED(instance);
    host->fail(call, &error);
    return OA_UNAVAILABLE;
}

RUN(wrong) {
    static const char pointer[] = "/items/3";
    oa_error error = {.struct_size = sizeof(oa_error), .code = OA_INVALID_PARAMS};
    UNUSED(instance);
    error.message = "expected a number";
    error.message_len = strlen(error.message);
    error.pointer = pointer;
    error.pointer_len = sizeof(pointer) - 1;
    error.retry = OA_RETRY_NO;
    host->fail(call, &error);
    return OA_INVALID_PARAMS;
}

RUN(refuse) {
    UNUSED(instance);
    UNUSED(host);
    UNUSED(call);
    return OA_CONFLICT;
}

RUN(wait_poll) {
    UNUSED(instance);
    host->progress(call, -1, "waiting", 7);
    while (!host->cancelled(call) && host->remaining_ms(call) != 0) {
    }
    return fail_with(host, call, OA_CANCELLED, "stopped by polling");
}

static void OA_CALL raise_flag(void* user) {
    __atomic_store_n((int*)user, 1, __ATOMIC_RELEASE);
}

RUN(wait_callback) {
    int flag = 0;
    uint64_t token = host->on_cancel(call, raise_flag, &flag);
    UNUSED(instance);
    host->progress(call, -1, "waiting", 7);
    while (token != 0 && !__atomic_load_n(&flag, __ATOMIC_ACQUIRE) &&
           host->remaining_ms(call) != 0) {
    }
    host->off_cancel(call, token);
    return fail_with(host, call, OA_CANCELLED, "stopped by a callback");
}

RUN(progress) {
    UNUSED(instance);
    host->progress(call, 0.25, "a quarter", 9);
    host->progress(call, -1, NULL, 0);
    return OA_OK;
}

RUN(log) {
    static const char fields[] = "{\"files\":3}";
    UNUSED(instance);
    if (host->log_enabled(host, call, OA_LOG_ERROR)) {
        host->log(host, call, OA_LOG_WARN, "with fields", 11, fields, sizeof(fields) - 1);
        host->log(host, call, OA_LOG_ERROR, "without fields", 14, NULL, 0);
    }
    host->log(host, NULL, OA_LOG_INFO, "of the host", 11, NULL, 0);
    return OA_OK;
}

RUN(about) {
    char json[1024];
    const oa_call_info* info = host->info(call);
    UNUSED(instance);
    if (host->version[0] == '\0' || host->abi >> 16 != OA_ABI_MAJOR) {
        return OA_INTERNAL;
    }
    (void)snprintf(json, sizeof(json),
                   "{\"host\":\"%s\",\"run_id\":\"%s\",\"workflow\":\"%s\",\"task\":\"%s\","
                   "\"module\":\"%s\",\"function\":\"%s\",\"declared\":\"%s\",\"attempt\":%u,"
                   "\"key\":\"%s\"}",
                   host->name, info->run_id, info->workflow, info->task, info->module_name,
                   info->function_name, info->function, (unsigned)info->attempt,
                   info->idempotency_key);
    return text(host, call, json);
}

RUN(blob_in) {
    char json[64];
    const void* data = NULL;
    size_t length = 0;
    uint32_t sum = 0;
    size_t i;
    UNUSED(instance);
    if (host->blob_in(call, 0, &data, &length) != OA_OK) {
        return fail_with(host, call, OA_NOT_FOUND, "there is no input blob 0");
    }
    for (i = 0; i < length; ++i) {
        sum += ((const unsigned char*)data)[i];
    }
    (void)snprintf(json, sizeof(json), "{\"bytes\":%u,\"sum\":%u}", (unsigned)length,
                   (unsigned)sum);
    return text(host, call, json);
}

static void OA_CALL count_release(void* user) {
    __atomic_add_fetch((uint32_t*)user, 1, __ATOMIC_RELAXED);
}

RUN(blob_out) {
    static const char given[] = "of the plug-in";
    char json[64];
    uint32_t one = 0;
    uint32_t two = 0;
    void* memory = host->blob_alloc(call, 11, &one);
    UNUSED(instance);
    if (memory == NULL) {
        return OA_EXHAUSTED;
    }
    memcpy(memory, "of the host", 11);
    if (host->blob_give(call, given, sizeof(given) - 1, count_release, &blobs_released, &two) !=
        OA_OK) {
        return OA_EXHAUSTED;
    }
    (void)snprintf(json, sizeof(json), "[{\"$blob\":%u},{\"$blob\":%u}]", (unsigned)one,
                   (unsigned)two);
    return text(host, call, json);
}

RUN(blob_too_large) {
    uint32_t index = 0;
    UNUSED(instance);
    if (host->blob_alloc(call, (size_t)1 << 60, &index) != NULL) {
        return OA_INTERNAL;
    }
    return fail_with(host, call, OA_EXHAUSTED, "the host has no room for the blob");
}

RUN(released) {
    char json[32];
    UNUSED(instance);
    (void)snprintf(json, sizeof(json), "%u",
                   (unsigned)__atomic_load_n(&blobs_released, __ATOMIC_RELAXED));
    return text(host, call, json);
}

RUN(count) {
    char json[64];
    if (instance == NULL || instance->started == 0 || instance->host != host) {
        return OA_INTERNAL;
    }
    (void)snprintf(json, sizeof(json), "{\"count\":%u}", (unsigned)++instance->count);
    return text(host, call, json);
}

RUN(bad_output) {
    UNUSED(instance);
    return text(host, call, "{not json");
}

RUN(twice) {
    UNUSED(instance);
    (void)text(host, call, "1");
    return text(host, call, "2");
}

RUN(extension) {
    UNUSED(instance);
    return text(host, call,
                host->get_extension(host, "com.example.nowhere/1") == NULL ? "false" : "true");
}

RUN(remaining) {
    UNUSED(instance);
    return text(host, call, host->remaining_ms(call) < 0 ? "null" : "\"limited\"");
}

/* ---- Life cycle ---- */

static int contains(const char* config, size_t length, const char* word) {
    const size_t size = strlen(word);
    size_t i;
    for (i = 0; i + size <= length; ++i) {
        if (memcmp(config + i, word, size) == 0) {
            return 1;
        }
    }
    return 0;
}

static int32_t explain(oa_error* error, int32_t code, const char* message, const char* pointer) {
    error->code = code;
    error->message = message;
    error->message_len = strlen(message);
    error->pointer = pointer;
    error->pointer_len = pointer == NULL ? 0 : strlen(pointer);
    return code;
}

static int32_t OA_CALL create(const oa_host* host,
                              const char* config,
                              size_t config_len,
                              oa_instance** instance,
                              oa_error* error) {
    if (contains(config, config_len, "\"create_fails\"")) {
        return explain(error, OA_INVALID_PARAMS, "create_fails is set", "/create_fails");
    }
    the_instance.host = host;
    the_instance.started = 0;
    the_instance.count = contains(config, config_len, "\"from_ten\"") ? 10 : 0;
    if (contains(config, config_len, "\"start_fails\"")) {
        the_instance.host = NULL;
    }
    *instance = &the_instance;
    return OA_OK;
}

static int32_t OA_CALL start(oa_instance* instance, oa_error* error) {
    if (instance->host == NULL) {
        return explain(error, OA_UNAVAILABLE, "start_fails is set", NULL);
    }
    instance->started = 1;
    return OA_OK;
}

static void OA_CALL stop(oa_instance* instance) {
    instance->started = 0;
}

static void OA_CALL destroy(oa_instance* instance) {
    if (instance->host != NULL) {
        instance->host->log(instance->host, NULL, OA_LOG_DEBUG, "destroyed", 9, NULL, 0);
    }
}

static const void* OA_CALL get_extension(const char* id) {
    static const uint32_t answer[2] = {sizeof(answer), 42};
    return strcmp(id, "com.example.answer/1") == 0 ? answer : NULL;
}

/* ---- Description ---- */

static const char* const echo_aliases[] = {"repeat", "old-golden.echo", NULL};
static const char* const about_aliases[] = {"whoami", NULL};
static const char* const module_aliases[] = {"golden-old", NULL};
static const oa_deprecation deprecation = {
    .struct_size = sizeof(oa_deprecation),
    .since = "0.9.0",
    .replace_with = "golden.echo",
    .reason = "It has another name now.",
};

#define FUNCTION(name_, flags_)                   \
    static const oa_function name_##_function = { \
        .struct_size = sizeof(oa_function),       \
        .flags = (flags_),                        \
        .name = #name_,                           \
        .summary = "Golden.",                     \
        .params_schema = "{\"type\":\"object\"}", \
        .run = run_##name_,                       \
    };

static const oa_function echo_function = {
    .struct_size = sizeof(oa_function),
    .flags = OA_F_IDEMPOTENT | OA_F_PURE | OA_F_THREAD_SAFE,
    .name = "echo",
    .aliases = echo_aliases,
    .title = "Echo",
    .summary = "Gives its parameters back.",
    .params_schema = "{\"type\":\"object\"}",
    .output_schema = "{\"type\":\"object\"}",
    .examples = "[{\"title\":\"Echo\",\"params\":{\"a\":1},\"output\":{\"a\":1}}]",
    .default_timeout_ms = 60000,
    .max_concurrency = 4,
    .run = run_echo,
};
static const oa_function old_function = {
    .struct_size = sizeof(oa_function),
    .flags = OA_F_THREAD_SAFE,
    .name = "old",
    .summary = "Does what echo does.",
    .params_schema = "{\"type\":\"object\"}",
    .deprecated = &deprecation,
    .run = run_echo,
};
static const oa_function about_function = {
    .struct_size = sizeof(oa_function),
    .name = "about",
    .aliases = about_aliases,
    .summary = "Golden.",
    .params_schema = "{\"type\":\"object\"}",
    .run = run_about,
};
FUNCTION(fail, OA_F_THREAD_SAFE | OA_F_NETWORK)
FUNCTION(wrong, OA_F_THREAD_SAFE | OA_F_FILESYSTEM)
FUNCTION(refuse, OA_F_THREAD_SAFE)
FUNCTION(wait_poll, OA_F_CANCELLABLE | OA_F_BLOCKING)
FUNCTION(wait_callback, OA_F_CANCELLABLE | OA_F_BLOCKING)
FUNCTION(progress, 0)
FUNCTION(log, 0)
FUNCTION(blob_in, 0)
FUNCTION(blob_out, 0)
FUNCTION(blob_too_large, 0)
FUNCTION(released, 0)
FUNCTION(count, 0)
FUNCTION(bad_output, 0)
FUNCTION(twice, 0)
FUNCTION(extension, 0)
FUNCTION(remaining, 1u << 31) /* a flag that nobody knows */

static const oa_function* const functions[] = {
    &echo_function,           &old_function,      &fail_function,
    &wrong_function,          &refuse_function,   &wait_poll_function,
    &wait_callback_function,  &progress_function, &log_function,
    &about_function,          &blob_in_function,  &blob_out_function,
    &blob_too_large_function, &released_function, &count_function,
    &bad_output_function,     &twice_function,    &extension_function,
    &remaining_function,
};

static const oa_module module = {
    .struct_size = sizeof(oa_module),
    .abi = OA_ABI_VERSION,
    .abi_min = OA_ABI_MIN_VERSION,
    .flags = OA_M_SINGLETON,
    .id = "com.example.golden",
    .name = "golden",
    .aliases = module_aliases,
    .version = "1.0.0",
    .vendor = "Example",
    .license = "0BSD",
    .homepage = "https://example.com/golden",
    .summary = "Everything of ABI 1.0.",
    .build = GOLDEN_BUILD,
    .config_schema = "{\"type\":\"object\"}",
    .function_count = sizeof(functions) / sizeof(functions[0]),
    .functions = functions,
    .create = create,
    .start = start,
    .stop = stop,
    .destroy = destroy,
    .get_extension = get_extension,
};

const oa_module* OA_CALL oa_module_entry_v1(const oa_host* host, char* why, size_t why_cap) {
    if (host->abi >> 16 != OA_ABI_MAJOR) {
        (void)snprintf(why, why_cap, "this host has no ABI 1");
        return NULL;
    }
    return &module;
}
