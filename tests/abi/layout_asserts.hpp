#pragma once

// The layout of ABI 1.0 on 64-bit systems, written down once more. Lines are only ever appended,
// for members that a later minor version appends: a line that has to change is a break of the
// promise to everybody who has built a plug-in.

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "oa/plugin.h"

namespace oa::test {

#define OA_MEMBER(type, member, offset) static_assert(offsetof(type, member) == (offset))
// A table may grow, but never shrinks: its size in 1.0 is what a plug-in of today reports.
#define OA_SIZE(type, size) static_assert(sizeof(type) >= (size))

static_assert(sizeof(void*) == 8 && sizeof(std::size_t) == 8);

OA_SIZE(oa_error, 64);
OA_MEMBER(oa_error, struct_size, 0);
OA_MEMBER(oa_error, code, 4);
OA_MEMBER(oa_error, message, 8);
OA_MEMBER(oa_error, message_len, 16);
OA_MEMBER(oa_error, pointer, 24);
OA_MEMBER(oa_error, pointer_len, 32);
OA_MEMBER(oa_error, details, 40);
OA_MEMBER(oa_error, details_len, 48);
OA_MEMBER(oa_error, retry, 56);
OA_MEMBER(oa_error, retry_after_ms, 60);

OA_SIZE(oa_call_info, 64);
OA_MEMBER(oa_call_info, struct_size, 0);
OA_MEMBER(oa_call_info, attempt, 4);
OA_MEMBER(oa_call_info, run_id, 8);
OA_MEMBER(oa_call_info, workflow, 16);
OA_MEMBER(oa_call_info, task, 24);
OA_MEMBER(oa_call_info, module_name, 32);
OA_MEMBER(oa_call_info, function_name, 40);
OA_MEMBER(oa_call_info, idempotency_key, 48);
OA_MEMBER(oa_call_info, function, 56);

OA_SIZE(oa_host, 144);
OA_MEMBER(oa_host, struct_size, 0);
OA_MEMBER(oa_host, abi, 4);
OA_MEMBER(oa_host, name, 8);
OA_MEMBER(oa_host, version, 16);
OA_MEMBER(oa_host, get_extension, 24);
OA_MEMBER(oa_host, log, 32);
OA_MEMBER(oa_host, log_enabled, 40);
OA_MEMBER(oa_host, info, 48);
OA_MEMBER(oa_host, params, 56);
OA_MEMBER(oa_host, blob_in, 64);
OA_MEMBER(oa_host, result, 72);
OA_MEMBER(oa_host, blob_alloc, 80);
OA_MEMBER(oa_host, blob_give, 88);
OA_MEMBER(oa_host, fail, 96);
OA_MEMBER(oa_host, cancelled, 104);
OA_MEMBER(oa_host, remaining_ms, 112);
OA_MEMBER(oa_host, on_cancel, 120);
OA_MEMBER(oa_host, off_cancel, 128);
OA_MEMBER(oa_host, progress, 136);

OA_SIZE(oa_deprecation, 32);
OA_MEMBER(oa_deprecation, struct_size, 0);
OA_MEMBER(oa_deprecation, since, 8);
OA_MEMBER(oa_deprecation, replace_with, 16);
OA_MEMBER(oa_deprecation, reason, 24);

OA_SIZE(oa_function, 88);
OA_MEMBER(oa_function, struct_size, 0);
OA_MEMBER(oa_function, flags, 4);
OA_MEMBER(oa_function, name, 8);
OA_MEMBER(oa_function, aliases, 16);
OA_MEMBER(oa_function, title, 24);
OA_MEMBER(oa_function, summary, 32);
OA_MEMBER(oa_function, params_schema, 40);
OA_MEMBER(oa_function, output_schema, 48);
OA_MEMBER(oa_function, examples, 56);
OA_MEMBER(oa_function, deprecated, 64);
OA_MEMBER(oa_function, default_timeout_ms, 72);
OA_MEMBER(oa_function, max_concurrency, 76);
OA_MEMBER(oa_function, run, 80);

OA_SIZE(oa_module, 152);
OA_MEMBER(oa_module, struct_size, 0);
OA_MEMBER(oa_module, abi, 4);
OA_MEMBER(oa_module, abi_min, 8);
OA_MEMBER(oa_module, flags, 12);
OA_MEMBER(oa_module, id, 16);
OA_MEMBER(oa_module, name, 24);
OA_MEMBER(oa_module, aliases, 32);
OA_MEMBER(oa_module, version, 40);
OA_MEMBER(oa_module, vendor, 48);
OA_MEMBER(oa_module, license, 56);
OA_MEMBER(oa_module, homepage, 64);
OA_MEMBER(oa_module, summary, 72);
OA_MEMBER(oa_module, build, 80);
OA_MEMBER(oa_module, config_schema, 88);
OA_MEMBER(oa_module, function_count, 96);
OA_MEMBER(oa_module, functions, 104);
OA_MEMBER(oa_module, create, 112);
OA_MEMBER(oa_module, start, 120);
OA_MEMBER(oa_module, stop, 128);
OA_MEMBER(oa_module, destroy, 136);
OA_MEMBER(oa_module, get_extension, 144);

// The types of all functions in the tables, and of the entry. A changed parameter would keep every
// offset.
#define OA_FUNCTION(type, member, ...) \
    static_assert(std::is_same_v<decltype(type::member), __VA_ARGS__>)

OA_FUNCTION(oa_host, get_extension, const void*(OA_CALL*)(const struct oa_host*, const char*));
OA_FUNCTION(
    oa_host,
    log,
    void(OA_CALL*)(
        const struct oa_host*, oa_call*, int32_t, const char*, size_t, const char*, size_t));
OA_FUNCTION(oa_host, log_enabled, int32_t(OA_CALL*)(const struct oa_host*, oa_call*, int32_t));
OA_FUNCTION(oa_host, info, const oa_call_info*(OA_CALL*)(oa_call*));
OA_FUNCTION(oa_host, params, void(OA_CALL*)(oa_call*, const char**, size_t*));
OA_FUNCTION(oa_host, blob_in, int32_t(OA_CALL*)(oa_call*, uint32_t, const void**, size_t*));
OA_FUNCTION(oa_host, result, int32_t(OA_CALL*)(oa_call*, const char*, size_t));
OA_FUNCTION(oa_host, blob_alloc, void*(OA_CALL*)(oa_call*, size_t, uint32_t*));
OA_FUNCTION(
    oa_host,
    blob_give,
    int32_t(OA_CALL*)(oa_call*, const void*, size_t, void(OA_CALL*)(void*), void*, uint32_t*));
OA_FUNCTION(oa_host, fail, void(OA_CALL*)(oa_call*, const oa_error*));
OA_FUNCTION(oa_host, cancelled, int32_t(OA_CALL*)(oa_call*));
OA_FUNCTION(oa_host, remaining_ms, int64_t(OA_CALL*)(oa_call*));
OA_FUNCTION(oa_host, on_cancel, uint64_t(OA_CALL*)(oa_call*, void(OA_CALL*)(void*), void*));
OA_FUNCTION(oa_host, off_cancel, void(OA_CALL*)(oa_call*, uint64_t));
OA_FUNCTION(oa_host, progress, void(OA_CALL*)(oa_call*, double, const char*, size_t));
OA_FUNCTION(oa_function, run, int32_t(OA_CALL*)(oa_instance*, const oa_host*, oa_call*));
OA_FUNCTION(oa_module,
            create,
            int32_t(OA_CALL*)(const oa_host*, const char*, size_t, oa_instance**, oa_error*));
OA_FUNCTION(oa_module, start, int32_t(OA_CALL*)(oa_instance*, oa_error*));
OA_FUNCTION(oa_module, stop, void(OA_CALL*)(oa_instance*));
OA_FUNCTION(oa_module, destroy, void(OA_CALL*)(oa_instance*));
OA_FUNCTION(oa_module, get_extension, const void*(OA_CALL*)(const char*));
static_assert(
    std::is_same_v<oa_module_entry_fn, const oa_module*(OA_CALL*)(const oa_host*, char*, size_t)>);

// No table ends in padding: a member that a later version appends must make struct_size larger, or
// OA_HAS could not tell it from garbage.
#define OA_NO_TAIL(type, last) \
    static_assert(offsetof(type, last) + sizeof(type::last) == sizeof(type))

OA_NO_TAIL(oa_error, retry_after_ms);
OA_NO_TAIL(oa_call_info, function);
OA_NO_TAIL(oa_host, progress);
OA_NO_TAIL(oa_deprecation, reason);
OA_NO_TAIL(oa_function, run);
OA_NO_TAIL(oa_module, get_extension);

#undef OA_MEMBER
#undef OA_SIZE
#undef OA_FUNCTION
#undef OA_NO_TAIL

}  // namespace oa::test
