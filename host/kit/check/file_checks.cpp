#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/kit/check/check_functions.hpp"
#include "host/kit/check/library_scan.hpp"
#include "host/plugin/plugin_file.hpp"
#include "host/plugin/plugin_problem.hpp"
#include "oa/plugin.h"

namespace oa::host::checks {
namespace {

PluginFile examine(const CheckBench& bench) {
    try {
        return examine_plugin_file(bench.file(), TrustPolicy::Ignore);
    } catch (const PluginRefused& refused) {
        throw CheckFailed{"the file " + refused.reason()};
    }
}

/// Scans only what has been examined.
LibraryScan scan(const CheckBench& bench) {
    return scan_library(examine(bench).path);
}

/// The first few of a list.
std::string some(const std::vector<std::string>& texts) {
    constexpr std::size_t shown_max = 5;
    std::string out;
    for (std::size_t i = 0; i < std::min(texts.size(), shown_max); ++i) {
        out += (i == 0 ? "" : ", ") + texts[i];
    }
    return texts.size() > shown_max
               ? out + " and " + std::to_string(texts.size() - shown_max) + " more"
               : out;
}

/// Whether a version such as 2.36 is at most another.
bool at_most(std::string_view version, std::string_view limit) {
    while (!version.empty() || !limit.empty()) {
        int left = 0;
        int right = 0;
        const auto take = [](std::string_view& text, int& number) {
            const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
            text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
            if (!text.empty()) {
                text.remove_prefix(1);
            }
        };
        take(version, left);
        take(limit, right);
        if (left != right) {
            return left < right;
        }
    }
    return true;
}

struct Baseline {
    std::string_view prefix;
    std::string_view version;  ///< the newest of Debian 12
};
constexpr std::array baseline{
    Baseline{"GLIBC_", "2.36"},
    Baseline{"GLIBCXX_", "3.4.30"},
    Baseline{"CXXABI_", "1.3.13"},
    Baseline{"GCC_", "12.0.0"},
};

bool is_number(std::string_view text) {
    return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

bool is_common(std::string_view library) {
    constexpr std::array<std::string_view, 11> common{"libc.so.",
                                                      "libm.so.",
                                                      "libdl.so.",
                                                      "libpthread.so.",
                                                      "librt.so.",
                                                      "libgcc_s.so.",
                                                      "libstdc++.so.",
                                                      "ld-linux-x86-64.so.",
                                                      "ld-linux-aarch64.so.",
                                                      "libresolv.so.",
                                                      "libatomic.so."};
    return std::any_of(common.begin(), common.end(),
                       [library](auto name) { return library.starts_with(name); });
}

}  // namespace

void is_plugin_file(CheckBench& bench) {
    static_cast<void>(examine(bench));
}

void exports_entry_alone(CheckBench& bench) {
    auto exported = scan(bench).exported;
    exported.erase(
        std::remove_if(exported.begin(), exported.end(),
                       [](const auto& name) { return name.starts_with("oa_module_entry_v"); }),
        exported.end());
    if (!exported.empty()) {
        bench.find("the file also offers " + some(exported));
    }
}

void has_manifest(CheckBench& bench) {
    const auto manifest = examine(bench).facts.manifest;
    if (!manifest) {
        bench.find("the file has no manifest (note .note.oa)");
        return;
    }
    try {
        const auto read = core::parse_json(*manifest);
        if (!read.is_object() || !read.get_object().contains("functions")) {
            bench.find("the manifest is no JSON object with functions");
        }
    } catch (const core::JsonError& error) {
        bench.find(std::string("the manifest is not JSON: ") + error.what());
    }
}

void has_no_text_relocations(CheckBench& bench) {
    if (scan(bench).text_relocations) {
        bench.find("the file has text relocations");
    }
}

void has_no_executable_stack(CheckBench& bench) {
    if (scan(bench).executable_stack) {
        bench.find("the file asks for an executable stack");
    }
}

void has_no_search_path(CheckBench& bench) {
    for (const auto& path : scan(bench).search_paths) {
        bench.find("the file searches for libraries in '" + path + "'");
    }
}

void needs_common_libraries(CheckBench& bench) {
    for (const auto& library : scan(bench).needed) {
        if (!is_common(library)) {
            bench.find("the file needs " + library);
        }
    }
}

void needs_baseline_versions(CheckBench& bench) {
    for (const auto& needed : scan(bench).versions) {
        for (const Baseline& known : baseline) {
            if (!needed.version.starts_with(known.prefix)) {
                continue;
            }
            const auto number = std::string_view(needed.version).substr(known.prefix.size());
            if (is_number(number) && !at_most(number, known.version)) {
                bench.find("the file needs " + needed.version + " of " + needed.library +
                           "; Debian 12 has up to " + std::string(known.prefix) +
                           std::string(known.version));
            }
        }
    }
}

void has_no_unique_symbols(CheckBench& bench) {
    if (const auto symbols = scan(bench).unique_symbols; !symbols.empty()) {
        bench.find("the file has GNU_UNIQUE symbols: " + some(symbols));
    }
}

void has_build_id(CheckBench& bench) {
    if (!scan(bench).build_id) {
        bench.find("the file has no build id");
    }
}

void tells_no_build_path(CheckBench& bench) {
    for (const auto& path : scan(bench).source_paths) {
        bench.find("the file holds the path " + path);
    }
}

void has_no_static_tls(CheckBench& bench) {
    if (scan(bench).static_tls) {
        bench.find("the file is marked DF_STATIC_TLS");
    }
}

}  // namespace oa::host::checks
