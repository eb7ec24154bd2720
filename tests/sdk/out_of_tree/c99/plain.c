/* A plug-in in C: no library, no C++ runtime. */
#include <oa/plugin.h>
#include <string.h>

static int32_t fail(
    const oa_host* host, oa_call* call, int32_t code, const char* message, const char* pointer) {
    oa_error error;
    memset(&error, 0, sizeof error);
    error.struct_size = sizeof error;
    error.code = code;
    error.message = message;
    error.message_len = strlen(message);
    error.pointer = pointer;
    error.pointer_len = pointer == NULL ? 0 : strlen(pointer);
    host->fail(call, &error);
    return code;
}

static int32_t echo(oa_instance* instance, const oa_host* host, oa_call* call) {
    const char* params = NULL;
    size_t length = 0;
    (void)instance;
    host->params(call, &params, &length);
    if (host->cancelled(call)) {
        return fail(host, call, OA_CANCELLED, "the call was cancelled", NULL);
    }
    if (host->log_enabled(host, call, OA_LOG_DEBUG)) {
        host->log(host, call, OA_LOG_DEBUG, "echo", 4, NULL, 0);
    }
    return host->result(call, params, length);
}

static int32_t refuse(oa_instance* instance, const oa_host* host, oa_call* call) {
    (void)instance;
    return fail(host, call, OA_INVALID_PARAMS, "nothing pleases this function", "/anything");
}

static const oa_function echo_function = {
    .struct_size = sizeof(oa_function),
    .flags = OA_F_IDEMPOTENT | OA_F_PURE | OA_F_THREAD_SAFE | OA_F_CANCELLABLE,
    .name = "echo",
    .summary = "Gives its parameters back.",
    .params_schema = "{\"type\": \"object\"}",
    .output_schema = "{\"type\": \"object\"}",
    .examples = "[{\"title\": \"Echo\", \"params\": {\"a\": 1}, \"output\": {\"a\": 1}}]",
    .run = echo,
};

static const oa_function refuse_function = {
    .struct_size = sizeof(oa_function),
    .flags = OA_F_IDEMPOTENT | OA_F_PURE | OA_F_THREAD_SAFE | OA_F_CANCELLABLE,
    .name = "refuse",
    .summary = "Fails with INVALID_PARAMS.",
    .params_schema = "{\"type\": \"object\"}",
    .run = refuse,
};

static const oa_function* const functions[] = {&echo_function, &refuse_function};

static const oa_module module = {
    .struct_size = sizeof(oa_module),
    .abi = OA_ABI_VERSION,
    .abi_min = OA_ABI_MIN_VERSION,
    .id = "com.example.plain",
    .name = "plain",
    .version = "1.0.0",
    .summary = "A plug-in in C.",
    .function_count = 2,
    .functions = functions,
};

const oa_module* oa_module_entry_v1(const oa_host* host, char* why, size_t why_cap) {
    (void)host;
    (void)why;
    (void)why_cap;
    return &module;
}
