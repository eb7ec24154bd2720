/* loader.exe FILE.dll FUNCTION PARAMS: loads a plug-in as a host on Windows does, runs one function
 * and prints "STATUS OUTPUT". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "oa/plugin.h"

struct oa_call {
    const char* params;
    char output[4096];
};

static const void* OA_CALL get_extension(const oa_host* host, const char* id) {
    (void)host;
    (void)id;
    return NULL;
}
static void OA_CALL write_log(const oa_host* host,
                              oa_call* call,
                              int32_t level,
                              const char* message,
                              size_t message_len,
                              const char* fields,
                              size_t fields_len) {
    (void)host;
    (void)call;
    (void)fields;
    (void)fields_len;
    fprintf(stderr, "log %d: %.*s\n", (int)level, (int)message_len, message);
}
static int32_t OA_CALL log_enabled(const oa_host* host, oa_call* call, int32_t level) {
    (void)host;
    (void)call;
    return level >= OA_LOG_INFO;
}
static const oa_call_info* OA_CALL info(oa_call* call) {
    static const oa_call_info nothing = {sizeof(oa_call_info), 1,      "run",
                                         "workflow",           "task", "module",
                                         "function",           "key",  "function"};
    (void)call;
    return &nothing;
}
static void OA_CALL params(oa_call* call, const char** json, size_t* len) {
    *json = call->params;
    *len = strlen(call->params);
}
static int32_t OA_CALL blob_in(oa_call* call, uint32_t index, const void** data, size_t* len) {
    (void)call;
    (void)index;
    *data = NULL;
    *len = 0;
    return OA_NOT_FOUND;
}
static int32_t OA_CALL result(oa_call* call, const char* json, size_t len) {
    if (len >= sizeof(call->output)) {
        return OA_EXHAUSTED;
    }
    memcpy(call->output, json, len);
    call->output[len] = '\0';
    return OA_OK;
}
static void* OA_CALL blob_alloc(oa_call* call, size_t len, uint32_t* index) {
    (void)call;
    (void)len;
    (void)index;
    return NULL;
}
static int32_t OA_CALL blob_give(oa_call* call,
                                 const void* data,
                                 size_t len,
                                 void(OA_CALL* release)(void* user),
                                 void* user,
                                 uint32_t* index) {
    (void)call;
    (void)data;
    (void)len;
    (void)release;
    (void)user;
    (void)index;
    return OA_EXHAUSTED;
}
static void OA_CALL fail(oa_call* call, const oa_error* error) {
    (void)call;
    fprintf(stderr, "failed: %.*s\n", (int)error->message_len, error->message);
}
static int32_t OA_CALL cancelled(oa_call* call) {
    (void)call;
    return 0;
}
static int64_t OA_CALL remaining_ms(oa_call* call) {
    (void)call;
    return -1;
}
static uint64_t OA_CALL on_cancel(oa_call* call, void(OA_CALL* fn)(void* user), void* user) {
    (void)call;
    (void)fn;
    (void)user;
    return 1;
}
static void OA_CALL off_cancel(oa_call* call, uint64_t token) {
    (void)call;
    (void)token;
}
static void OA_CALL progress(oa_call* call, double fraction, const char* message, size_t len) {
    (void)call;
    (void)fraction;
    (void)message;
    (void)len;
}

static const oa_host host = {
    sizeof(oa_host), OA_ABI_VERSION, "loader",   "1.0.0",  get_extension,
    write_log,       log_enabled,    info,       params,   blob_in,
    result,          blob_alloc,     blob_give,  fail,     cancelled,
    remaining_ms,    on_cancel,      off_cancel, progress,
};

static oa_module_entry_fn load(const char* file) {
    wchar_t given[MAX_PATH];
    wchar_t path[MAX_PATH];
    HMODULE library;
    union {
        FARPROC found;
        oa_module_entry_fn entry;
    } symbol;
    if (MultiByteToWideChar(CP_UTF8, 0, file, -1, given, MAX_PATH) == 0 ||
        GetFullPathNameW(given, MAX_PATH, path, NULL) == 0) {
        return NULL;
    }
    SetErrorMode(SEM_FAILCRITICALERRORS);
    /* Its own folder and the system's, never the current one or PATH. */
    library =
        LoadLibraryExW(path, NULL, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (library == NULL) {
        fprintf(stderr, "cannot load %s: error %lu\n", file, GetLastError());
        return NULL;
    }
    symbol.found = GetProcAddress(library, OA_ENTRY_SYMBOL);
    if (symbol.found == NULL) {
        fprintf(stderr, "%s has no " OA_ENTRY_SYMBOL "\n", file);
        return NULL;
    }
    return symbol.entry;
}

static const oa_function* find(const oa_module* module, const char* name) {
    uint32_t i;
    for (i = 0; i < module->function_count; ++i) {
        if (strcmp(module->functions[i]->name, name) == 0) {
            return module->functions[i];
        }
    }
    return NULL;
}

int main(int argc, char** argv) {
    static oa_call call;
    char why[256] = "";
    oa_module_entry_fn entry = argc == 4 ? load(argv[1]) : NULL;
    const oa_module* module = entry == NULL ? NULL : entry(&host, why, sizeof(why));
    const oa_function* function = module == NULL ? NULL : find(module, argv[2]);
    oa_instance* instance = NULL;
    oa_error error;
    int32_t status;
    if (function == NULL) {
        fprintf(stderr, "usage: loader FILE.dll FUNCTION PARAMS %s\n", why);
        return 2;
    }
    memset(&error, 0, sizeof(error));
    error.struct_size = sizeof(error);
    if ((module->create != NULL && module->create(&host, "{}", 2, &instance, &error) != OA_OK) ||
        (module->start != NULL && module->start(instance, &error) != OA_OK)) {
        fprintf(stderr, "the module does not start\n");
        return 2;
    }
    call.params = argv[3];
    strcpy(call.output, "null");
    status = function->run(instance, &host, &call);
    printf("%d %s\n", (int)status, call.output);
    if (module->stop != NULL) {
        module->stop(instance);
    }
    if (module->destroy != NULL) {
        module->destroy(instance);
    }
    return 0;
}
