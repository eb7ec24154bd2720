#include "host/plugin/plugin_library.hpp"

#include <string>
#include <string_view>

#include <boost/dll/shared_library.hpp>
#include <dlfcn.h>

#include "host/plugin/load_error.hpp"
#include "host/plugin/plugin_problem.hpp"

namespace oa::host {
namespace {

/// Boost.DLL wraps the text of dlerror(); this is what it holds.
std::string_view dlerror_part(std::string_view text) {
    constexpr std::string_view before = "dlerror system message: ";
    if (const auto start = text.find(before); start != std::string_view::npos) {
        text.remove_prefix(start + before.size());
    }
    if (const auto end = text.rfind("): "); end != std::string_view::npos) {
        text = text.substr(0, end);
    }
    return text;
}

}  // namespace

oa_module_entry_fn map_plugin(const std::filesystem::path& canonical_path) {
    using boost::dll::load_mode::type;
    // Boost.DLL has no name for RTLD_NODELETE, but passes the bit on.
    const auto mode = boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local |
                      static_cast<type>(RTLD_NODELETE);
    try {
        // The overload with an error code loses the reason. The handle may close: the code stays.
        const boost::dll::shared_library library(canonical_path, mode);
        return &library.get<const oa_module*(const oa_host*, char*, std::size_t)>(OA_ENTRY_SYMBOL);
    } catch (const std::exception& error) {
        const auto explained =
            explain_load_error(dlerror_part(error.what()), canonical_path.string());
        throw PluginRefused(PluginProblem::Unloadable, explained.reason, explained.fix);
    }
}

}  // namespace oa::host
