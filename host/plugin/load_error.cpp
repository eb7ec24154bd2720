#include "host/plugin/load_error.hpp"

namespace oa::host {
namespace {

/// The text between two marks, or nothing.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
    const auto start = text.find(before);
    if (start == std::string_view::npos) {
        return {};
    }
    text.remove_prefix(start + before.size());
    return text.substr(0, text.find(after));
}

std::string_view without_prefix(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix ? text.substr(prefix.size()) : text;
}

/// The words of the C library for EMFILE, ENFILE and ENOMEM, and of the loader for failed mappings.
bool is_about_resources(std::string_view text) {
    for (const std::string_view words :
         {"Too many open files", "Cannot allocate memory", "cannot allocate memory",
          "failed to map segment", "cannot map zero-fill pages", "out of memory"}) {
        if (text.find(words) != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

LoadError missing_version(std::string_view version) {
    LoadError out;
    out.reason = "needs " + std::string(version) + ", which is newer than this system has";
    if (version.substr(0, 7) == "GLIBCXX" || version.substr(0, 6) == "CXXABI") {
        out.fix =
            "build it with this system's compiler, or link it with -static-libstdc++ "
            "-static-libgcc";
    } else {
        out.fix = "build it on a system as old as this one, such as in a container of it";
    }
    return out;
}

}  // namespace

LoadError explain_load_error(std::string_view dlerror_text, std::string_view file) {
    const std::string_view text = without_prefix(dlerror_text, std::string(file) + ": ");
    if (const auto version = between(text, "version `", "' not found"); !version.empty()) {
        return missing_version(version);
    }
    if (const auto symbol = between(text, "undefined symbol: ", "\n"); !symbol.empty()) {
        const auto name = symbol.substr(0, symbol.find(','));
        return {
            .reason = "uses the symbol " + std::string(name) + ", which none of its libraries has",
            .fix = "link the library that defines it; -Wl,-z,defs reports such gaps at link time"};
    }
    if (is_about_resources(text)) {
        return {.reason = "cannot be loaded: " + std::string(text),
                .fix =
                    "this program has too few descriptors or too little memory; see ulimit -n "
                    "and ulimit -v",
                .is_passing = true};
    }
    if (text.find("cannot open shared object file") != std::string_view::npos) {
        const auto library = text.substr(0, text.find(':'));
        return {
            .reason = "needs the library " + std::string(library) + ", which is not installed here",
            .fix = "install the package that has " + std::string(library) + "; `ldd " +
                   std::string(file) + "` lists all that it needs"};
    }
    if (text.find("static TLS block") != std::string_view::npos) {
        return {.reason = "uses too much static thread-local memory",
                .fix =
                    "build it with -fPIC and without "
                    "-ftls-model=initial-exec"};
    }
    return {.reason = "cannot be loaded: " + std::string(text), .fix = ""};
}

}  // namespace oa::host
