#include <oa/plugin.h>

static int32_t echo(oa_instance* instance, const oa_host* host, oa_call* call) {
    const char* params = NULL;
    size_t length = 0;
    (void)instance;
    host->params(call, &params, &length);
    return host->result(call, params, length);
}

static const oa_function echo_function = {
    .struct_size = sizeof(oa_function),
    .flags = OA_F_IDEMPOTENT | OA_F_PURE | OA_F_THREAD_SAFE | OA_F_CANCELLABLE,
    .name = "echo",
    .summary = "Gives its parameters back.",
    .params_schema = "{\"type\": \"object\"}",
    .examples = "[{\"title\": \"Echo\", \"params\": {\"a\": 1}, \"output\": {\"a\": 1}}]",
    .run = echo,
};

static const oa_function* const functions[] = {&echo_function};

static const oa_module module = {
    .struct_size = sizeof(oa_module),
    .abi = OA_ABI_VERSION,
    .abi_min = OA_ABI_MIN_VERSION,
    .id = "com.example.echo",
    .name = "echo",
    .version = "1.0.0",
    .summary = "An example in C.",
    .function_count = 1,
    .functions = functions,
};

const oa_module* oa_module_entry_v1(const oa_host* host, char* why, size_t why_cap) {
    (void)host;
    (void)why;
    (void)why_cap;
    return &module;
}
