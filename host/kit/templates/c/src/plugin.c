#define _POSIX_C_SOURCE 200809L /* nanosleep */

#include <oa/plugin.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "json_read.h"

enum { who_size = 256, delay_max = 60000, poll_ms = 10 };

/* Tells why the call fails; the pointer names the parameter to correct, or is NULL. */
static int32_t fail(
    const oa_host* host, oa_call* call, int32_t code, const char* message, const char* pointer) {
    oa_error error;
    memset(&error, 0, sizeof(error));
    error.struct_size = sizeof(error);
    error.code = code;
    error.message = message;
    error.message_len = strlen(message);
    error.pointer = pointer;
    error.pointer_len = pointer == NULL ? 0 : strlen(pointer);
    host->fail(call, &error);
    return code;
}

/* Sleeps, but no longer than until the call is cancelled. */
static int32_t wait_for(const oa_host* host, oa_call* call, int64_t milliseconds) {
    while (milliseconds > 0) {
        const int64_t part = milliseconds < poll_ms ? milliseconds : poll_ms;
        const struct timespec time = {0, (long)part * 1000000};
        if (host->cancelled(call)) {
            return OA_CANCELLED;
        }
        nanosleep(&time, NULL);
        milliseconds -= part;
    }
    return OA_OK;
}

/* Writes text as a JSON string at *at, and moves *at behind it. The longest form of a byte is
 * \u00XX, so six times the length is enough room. */
static void write_text(char** at, const char* text) {
    *(*at)++ = '"';
    for (; *text != '\0'; ++text) {
        const unsigned char byte = (unsigned char)*text;
        if (byte < 0x20) {
            *at += sprintf(*at, "\\u%04x", byte);
        } else {
            if (byte == '"' || byte == '\\') {
                *(*at)++ = '\\';
            }
            *(*at)++ = (char)byte;
        }
    }
    *(*at)++ = '"';
}

static int32_t greet(oa_instance* instance, const oa_host* host, oa_call* call) {
    const char* params = NULL;
    size_t length = 0;
    char who[who_size] = "world";
    char text[who_size + 16];
    char output[6 * sizeof(text) + 16] = "{\"text\":";
    char* end = output + strlen(output);
    int64_t delay = 0;
    int32_t status;
    (void)instance;

    host->params(call, &params, &length);
    if (json_read_text(params, length, "who", who, sizeof(who)) == JSON_WRONG || who[0] == '\0') {
        return fail(host, call, OA_INVALID_PARAMS,
                    "parameter \"who\" has to be a text of 1 to 255 bytes", "/who");
    }
    if (json_read_integer(params, length, "delay_ms", &delay) == JSON_WRONG || delay < 0 ||
        delay > delay_max) {
        return fail(host, call, OA_INVALID_PARAMS,
                    "parameter \"delay_ms\" has to be a whole number from 0 to 60000", "/delay_ms");
    }
    status = wait_for(host, call, delay);
    if (status != OA_OK) {
        return fail(host, call, status, "the greeting was cancelled", NULL);
    }
    snprintf(text, sizeof(text), "Hello, %s!", who);
    write_text(&end, text);
    *end++ = '}';
    return host->result(call, output, (size_t)(end - output));
}

static const oa_function greet_function = {
    .struct_size = sizeof(oa_function),
    .flags = OA_F_IDEMPOTENT | OA_F_THREAD_SAFE | OA_F_CANCELLABLE,
    .name = "greet",
    .title = "Greet somebody",
    .summary = "Greets somebody, at once or after a while.",
    .params_schema =
        "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"
        "\"who\": {\"type\": \"string\", \"minLength\": 1, \"default\": \"world\","
        " \"description\": \"Whom to greet\"},"
        "\"delay_ms\": {\"type\": \"integer\", \"minimum\": 0, \"maximum\": 60000, \"default\": 0,"
        " \"description\": \"How long to wait before, in milliseconds\"}}}",
    .output_schema =
        "{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"text\"],"
        " \"properties\": {\"text\": {\"type\": \"string\", \"description\": \"The greeting\"}}}",
    .examples =
        "[{\"title\": \"Greet Ada\", \"params\": {\"who\": \"Ada\"},"
        "  \"output\": {\"text\": \"Hello, Ada!\"}},"
        " {\"title\": \"Nobody to greet\", \"params\": {\"who\": \"\"},"
        "  \"error\": \"invalid_params\"}]",
    .run = greet,
};

static const oa_function* const functions[] = {&greet_function};

static const oa_module module = {
    .struct_size = sizeof(oa_module),
    .abi = OA_ABI_VERSION,
    .abi_min = OA_ABI_MIN_VERSION,
    .id = "@id@",
    .name = "@name@",
    .version = "0.1.0",
    .summary = "Greets people.",
    .function_count = sizeof(functions) / sizeof(functions[0]),
    .functions = functions,
};

const oa_module* oa_module_entry_v1(const oa_host* host, char* why, size_t why_cap) {
    (void)host;
    (void)why;
    (void)why_cap;
    return &module;
}
