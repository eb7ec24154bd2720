// oa-manifest [--print] FILE.so: writes the manifest of a plug-in into its file, where programs can
// read it without running any of its code; or prints it and changes nothing.
#include <array>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <unistd.h>

#include "oa/plugin.h"
#include "sdk/manifest/elf_note.hpp"
#include "sdk/manifest/manifest.hpp"

namespace {

// A host that can do nothing: an entry function needs nothing of it.
const oa_host& empty_host() {
    static const oa_call_info info{sizeof(oa_call_info), 1, "", "", "", "", "", "", ""};
    static const oa_host host{
        .struct_size = sizeof(oa_host),
        .abi = OA_ABI_VERSION,
        .name = "oa",
        .version = "0.0.0",
        .get_extension = [](const oa_host*, const char*) -> const void* { return nullptr; },
        .log = [](const oa_host*, oa_call*, int32_t, const char*, size_t, const char*, size_t) {},
        .log_enabled = [](const oa_host*, oa_call*, int32_t) -> int32_t { return 0; },
        .info = [](oa_call*) -> const oa_call_info* { return &info; },
        .params =
            [](oa_call*, const char** json, size_t* length) {
                *json = "{}";
                *length = 2;
            },
        .blob_in = [](oa_call*, uint32_t, const void**, size_t*) -> int32_t {
            return OA_NOT_FOUND;
        },
        .result = [](oa_call*, const char*, size_t) -> int32_t { return OA_PRECONDITION; },
        .blob_alloc = [](oa_call*, size_t, uint32_t*) -> void* { return nullptr; },
        .blob_give = [](oa_call*, const void*, size_t, void (*)(void*), void*,
                        uint32_t*) -> int32_t { return OA_PRECONDITION; },
        .fail = [](oa_call*, const oa_error*) {},
        .cancelled = [](oa_call*) -> int32_t { return 0; },
        .remaining_ms = [](oa_call*) -> int64_t { return -1; },
        .on_cancel = [](oa_call*, void (*)(void*), void*) -> uint64_t { return 1; },
        .off_cancel = [](oa_call*, uint64_t) {},
        .progress = [](oa_call*, double, const char*, size_t) {},
    };
    return host;
}

/// The module of a plug-in. The library stays mapped.
const oa_module& load(const std::filesystem::path& file) {
    void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        throw std::runtime_error(std::string("cannot be loaded: ") + dlerror());
    }
    void* const symbol = dlsym(library, OA_ENTRY_SYMBOL);
    if (symbol == nullptr) {
        throw std::runtime_error(std::string("is no plug-in: it has no ") + OA_ENTRY_SYMBOL);
    }
    std::array<char, 1024> why{};
    const auto entry = reinterpret_cast<oa_module_entry_fn>(symbol);
    const oa_module* const module = entry(&empty_host(), why.data(), why.size());
    if (module == nullptr) {
        why.back() = '\0';
        throw std::runtime_error("declines to work here: " + std::string(why.data()));
    }
    return *module;
}

int finish(int status) {
    // Leaves out what the plug-in wants done in the end: nothing of it has been used.
    std::cout.flush();
    std::_Exit(status);
}

int run(bool print, const std::filesystem::path& file) {
    try {
        // What the plug-in prints while it is loaded must not end up in the manifest.
        const int output = dup(STDOUT_FILENO);
        dup2(STDERR_FILENO, STDOUT_FILENO);
        const std::string json = oa::manifest::write(load(std::filesystem::canonical(file)));
        dup2(output, STDOUT_FILENO);
        if (print) {
            std::cout << json << '\n';
        } else {
            oa::manifest::embed(file, json);
        }
        return finish(0);
    } catch (const std::filesystem::filesystem_error& error) {
        std::cerr << "oa-manifest: " << file.string() << ": " << error.code().message() << '\n';
    } catch (const std::exception& error) {
        std::cerr << "oa-manifest: " << file.string() << ": " << error.what() << '\n';
    }
    return finish(1);
}

}  // namespace

int main(int argc, char** argv) {
    const bool print = argc == 3 && std::string_view(argv[1]) == "--print";
    if (argc != (print ? 3 : 2) || argv[argc - 1][0] == '-') {
        std::cerr << "usage: oa-manifest [--print] FILE.so\n"
                     "Writes the manifest of a plug-in into its file, or only prints it.\n";
        return 2;
    }
    return run(print, argv[argc - 1]);
}
