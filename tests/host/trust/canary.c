/* A plug-in that leaves a mark as soon as it is loaded: its constructor makes the file that the
 * environment names, and writes its own version into it. */
#include <stdio.h>
#include <stdlib.h>

#include "oa/plugin.h"

static int32_t OA_CALL run(oa_instance* instance, const oa_host* host, oa_call* call) {
    (void)instance;
    (void)host;
    (void)call;
    return OA_OK;
}

static const oa_function rest = {
    .struct_size = sizeof(oa_function),
    .name = "rest",
    .params_schema = "{\"type\":\"object\",\"additionalProperties\":false}",
    .run = run,
};
static const oa_function* const functions[] = {&rest};

static const oa_module module = {
    .struct_size = sizeof(oa_module),
    .abi = OA_ABI_VERSION,
    .abi_min = OA_ABI_MIN_VERSION,
    .id = CANARY_ID,
    .name = "canary",
    .version = CANARY_VERSION,
    .summary = "Leaves a mark",
    .function_count = 1,
    .functions = functions,
};

__attribute__((constructor)) static void leave_mark(void) {
    const char* const file = getenv("OA_TEST_CANARY");
    if (file == NULL) {
        return;
    }
    FILE* const mark = fopen(file, "a");
    if (mark != NULL) {
        fputs(CANARY_VERSION, mark);
        fclose(mark);
    }
}

const oa_module* OA_CALL oa_module_entry_v1(const oa_host* host, char* why, size_t why_cap) {
    (void)host;
    (void)why;
    (void)why_cap;
    return &module;
}
