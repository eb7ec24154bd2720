/* A plug-in that is built in several ways: with today's header, with the next one pinned to today's
 * version, with the next one but content with today's host, and with the next one alone. */
#include "oa/plugin.h"

#include <string.h>

#if OA_ABI_MINOR >= 1
static uint64_t OA_CALL number(oa_instance* instance) {
    (void)instance;
    return 7;
}
#endif

/* Writes what it finds: "1.0", or the number of a host of the next version. */
static int32_t OA_CALL probe(oa_instance* instance, const oa_host* host, oa_call* call) {
    (void)instance;
#if OA_ABI_MINOR >= 1
    if (OA_HAS(host, oa_host, number) && host->number(host) == 1234) {
        const oa_next_extension* next = host->get_extension(host, OA_EXT_NEXT);
        const oa_call_info* info = host->info(call);
        if (next == NULL || next->answer != 42 || !OA_HAS(info, oa_call_info, host_id)) {
            return OA_INTERNAL;
        }
        return host->result(call, "\"the next\"", 10);
    }
#endif
    return host->result(call, "\"1.0\"", 5);
}

/* Fails with a code that only the next version knows. */
static int32_t OA_CALL busy(oa_instance* instance, const oa_host* host, oa_call* call) {
    (void)instance;
#if OA_ABI_MINOR >= 1
    {
        oa_error error;
        memset(&error, 0, sizeof(error));
        error.struct_size = sizeof(error);
        error.code = OA_BUSY;
        error.message = "too busy";
        error.message_len = 8;
        host->fail(call, &error);
        return OA_BUSY;
    }
#else
    (void)host;
    (void)call;
    return OA_UNAVAILABLE;
#endif
}

static const oa_function probe_function = {
    .struct_size = sizeof(oa_function),
    .flags = OA_F_THREAD_SAFE
#if OA_ABI_MINOR >= 1
             | OA_F_NEXT
#endif
    ,
    .name = "probe",
    .summary = "Tells how new its host is.",
    .params_schema = "{\"type\":\"object\"}",
    .run = probe,
#if OA_ABI_MINOR >= 1
    .category = "tests",
#endif
};
static const oa_function busy_function = {
    .struct_size = sizeof(oa_function),
    .flags = OA_F_THREAD_SAFE,
    .name = "busy",
    .summary = "Is too busy.",
    .params_schema = "{\"type\":\"object\"}",
    .run = busy,
};
static const oa_function* const functions[] = {&probe_function, &busy_function};

static const oa_module module = {
    .struct_size = sizeof(oa_module),
    .abi = OA_ABI_VERSION,
    .abi_min = OA_ABI_MIN_VERSION,
    .id = "com.example.next",
    .name = "next",
    .version = "1.0.0",
    .summary = "Knows more than one version.",
    .function_count = 2,
    .functions = functions,
#if OA_ABI_MINOR >= 1
    .number = number,
#endif
};

const oa_module* OA_CALL oa_module_entry_v1(const oa_host* host, char* why, size_t why_cap) {
    (void)host;
    (void)why;
    (void)why_cap;
    return &module;
}
