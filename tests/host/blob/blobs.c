/* A module whose functions make, give, read and misuse blobs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oa/plugin.h"

/* Read by the test. */
OA_EXPORT int blobs_released;

#define UNUSED(x) ((void)(x))
#define RUN(name) \
    static int32_t OA_CALL name(oa_instance* instance, const oa_host* host, oa_call* call)

static const char* parameters(const oa_host* host, oa_call* call) {
    const char* json = 0;
    size_t len = 0;
    host->params(call, &json, &len);
    return json;
}

/* What follows a key in JSON text; NULL when it is not there. */
static const char* after(const char* json, const char* key) {
    char quoted[64];
    snprintf(quoted, sizeof(quoted), "\"%s\":", key);
    const char* found = strstr(json, quoted);
    return found == 0 ? 0 : found + strlen(quoted);
}

static unsigned long long number(const char* json, const char* key, unsigned long long otherwise) {
    const char* found = after(json, key);
    return found == 0 ? otherwise : strtoull(found, 0, 10);
}

static int32_t text(const oa_host* host, oa_call* call, const char* json) {
    return host->result(call, json, strlen(json));
}

static void fill(char* memory, size_t len, uint64_t seed) {
    uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
    for (size_t i = 0; i < len; i += sizeof(state)) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        memcpy(memory + i, &state, len - i < sizeof(state) ? len - i : sizeof(state));
    }
}

static uint64_t hash(const char* memory, size_t len) {
    uint64_t out = 0xCBF29CE484222325u ^ len;
    for (size_t i = 0; i < len; i += sizeof(out)) {
        uint64_t word = 0;
        memcpy(&word, memory + i, len - i < sizeof(word) ? len - i : sizeof(word));
        out = (out ^ word) * 0x100000001B3u;
        out ^= out >> 29;
    }
    return out;
}

/* {"bytes": n, "seed": s} */
RUN(make) {
    const char* json = parameters(host, call);
    const size_t len = (size_t)number(json, "bytes", 0);
    uint32_t index = 0;
    char out[256];
    UNUSED(instance);
    char* memory = host->blob_alloc(call, len, &index);
    if (memory == 0) {
        return OA_EXHAUSTED;
    }
    fill(memory, len, number(json, "seed", 1));
    snprintf(out, sizeof(out),
             "{\"data\":{\"media_type\":\"application/x-noise\",\"$blob\":%u},\"sum\":\"%llx\"}",
             (unsigned)index, (unsigned long long)hash(memory, len));
    return text(host, call, out);
}

/* The first blob that the parameters name. */
RUN(sum) {
    const void* data = 0;
    size_t len = 0;
    char out[256];
    UNUSED(instance);
    const uint32_t index = (uint32_t)number(parameters(host, call), "$blob", 1000);
    const int32_t status = host->blob_in(call, index, &data, &len);
    if (status != OA_OK) {
        return status;
    }
    snprintf(out, sizeof(out), "{\"sum\":\"%llx\",\"size\":%zu,\"index\":%u}",
             (unsigned long long)hash(data, len), len, (unsigned)index);
    return text(host, call, out);
}

/* All input blobs, one after the other. */
RUN(concat) {
    const void* data = 0;
    size_t len = 0;
    size_t total = 0;
    uint32_t count = 0;
    uint32_t index = 0;
    char out[64];
    UNUSED(instance);
    for (; host->blob_in(call, count, &data, &len) == OA_OK; ++count) {
        total += len;
    }
    char* memory = host->blob_alloc(call, total, &index);
    if (memory == 0) {
        return OA_EXHAUSTED;
    }
    for (uint32_t i = 0; i < count && host->blob_in(call, i, &data, &len) == OA_OK; ++i) {
        memcpy(memory, data, len);
        memory += len;
    }
    snprintf(out, sizeof(out), "{\"$blob\":%u}", (unsigned)index);
    return text(host, call, out);
}

static void OA_CALL release(void* user) {
    free(user);
    __atomic_add_fetch(&blobs_released, 1, __ATOMIC_SEQ_CST);
}

/* {"bytes": n, "seed": s, "status": what run returns, "started": fd, "go": fd} */
RUN(give) {
    const char* json = parameters(host, call);
    const size_t len = (size_t)number(json, "bytes", 0);
    const int started = (int)number(json, "started", 0);
    char* memory = malloc(len + 1);
    uint32_t index = 0;
    char out[64];
    char byte;
    UNUSED(instance);
    fill(memory, len, number(json, "seed", 1));
    const int32_t given = host->blob_give(call, memory, len, release, memory, &index);
    if (given != OA_OK) {
        free(memory);
        return given;
    }
    snprintf(out, sizeof(out), "{\"data\":[{\"$blob\":%u}]}", (unsigned)index);
    text(host, call, out);
    if (started != 0) {
        if (write(started, "x", 1) != 1 || read((int)number(json, "go", 0), &byte, 1) != 1) {
            return OA_INTERNAL;
        }
        /* The host has given up: nothing is wanted any more, so nothing is released. */
        if (host->blob_give(call, "x", 1, release, 0, &index) == OA_OK ||
            host->blob_alloc(call, 1, &index) != 0) {
            return OA_INTERNAL;
        }
    }
    return (int32_t)number(json, "status", OA_OK);
}

/* Allocates "count" blobs of one byte and outputs what stands behind "says", as it stands, but with
 * "$" where that has "@". */
RUN(say) {
    const char* json = parameters(host, call);
    uint32_t index = 0;
    char out[4096];
    UNUSED(instance);
    for (unsigned long long i = number(json, "count", 0); i > 0; --i) {
        char* memory = host->blob_alloc(call, 1, &index);
        if (memory == 0) {
            return OA_EXHAUSTED;
        }
        *memory = (char)('a' + index);
    }
    /* The last member: all but the bracket that ends the parameters. */
    snprintf(out, sizeof(out), "%s", after(json, "says"));
    out[strlen(out) - 1] = '\0';
    for (char* at = strchr(out, '@'); at != 0; at = strchr(at, '@')) {
        *at = '$';
    }
    return text(host, call, out);
}

/* Its parameters. */
RUN(echo) {
    const char* json = 0;
    size_t len = 0;
    UNUSED(instance);
    host->params(call, &json, &len);
    return host->result(call, json, len);
}

/* The first input blob, copied. */
RUN(copy) {
    const void* data = 0;
    size_t len = 0;
    uint32_t index = 0;
    char out[64];
    UNUSED(instance);
    if (host->blob_in(call, 0, &data, &len) != OA_OK) {
        return OA_NOT_FOUND;
    }
    char* memory = host->blob_alloc(call, len, &index);
    if (memory == 0) {
        return OA_EXHAUSTED;
    }
    memcpy(memory, data, len);
    snprintf(out, sizeof(out), "{\"data\":{\"$blob\":%u}}", (unsigned)index);
    return text(host, call, out);
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* {"data": "base64"}: the bytes read and written again, as they must be without blobs. The length
 * is a multiple of four, without padding. */
RUN(recode) {
    const char* in = after(parameters(host, call), "data") + 1;
    const size_t len = (size_t)(strchr(in, '"') - in);
    unsigned char values[256] = {0};
    unsigned char* bytes = malloc(len / 4 * 3 + 1);
    char* out = malloc(len + 16);
    UNUSED(instance);
    for (unsigned i = 0; i < 64; ++i) {
        values[(unsigned char)digits[i]] = (unsigned char)i;
    }
    for (size_t i = 0; i < len / 4; ++i) {
        uint32_t group = 0;
        for (size_t k = 0; k < 4; ++k) {
            group = group << 6 | values[(unsigned char)in[4 * i + k]];
        }
        bytes[3 * i] = (unsigned char)(group >> 16);
        bytes[3 * i + 1] = (unsigned char)(group >> 8);
        bytes[3 * i + 2] = (unsigned char)group;
    }
    char* end = out + sprintf(out, "{\"data\":\"");
    for (size_t i = 0; i < len / 4; ++i) {
        const uint32_t group = (uint32_t)bytes[3 * i] << 16 | (uint32_t)bytes[3 * i + 1] << 8 |
                               (uint32_t)bytes[3 * i + 2];
        for (unsigned shift = 24; shift > 0; shift -= 6) {
            *end++ = digits[group >> (shift - 6) & 63];
        }
    }
    end += sprintf(end, "\"}");
    const int32_t status = host->result(call, out, (size_t)(end - out));
    free(bytes);
    free(out);
    return status;
}

#define FUNCTION(f)                                                                    \
    static const oa_function f##_function = {.struct_size = sizeof(oa_function),       \
                                             .flags = OA_F_THREAD_SAFE,                \
                                             .name = #f,                               \
                                             .params_schema = "{\"type\":\"object\"}", \
                                             .run = f};
FUNCTION(make)
FUNCTION(sum)
FUNCTION(concat)
FUNCTION(give)
FUNCTION(say)
FUNCTION(echo)
FUNCTION(copy)
FUNCTION(recode)

static const oa_function* const functions[] = {&make_function, &sum_function,   &concat_function,
                                               &give_function, &say_function,   &echo_function,
                                               &copy_function, &recode_function};

static const oa_module module = {
    .struct_size = sizeof(oa_module),
    .abi = OA_ABI_VERSION,
    .abi_min = OA_ABI_MIN_VERSION,
    .id = "com.example.blobs",
    .name = "blobs",
    .version = "1.0.0",
    .summary = "Makes and reads blobs, for tests.",
    .function_count = sizeof(functions) / sizeof(functions[0]),
    .functions = functions,
};

const oa_module* oa_module_entry_v1(const oa_host* host, char* why, size_t why_cap) {
    UNUSED(host);
    UNUSED(why);
    UNUSED(why_cap);
    return &module;
}
