#include "host/cli/version.hpp"

#include <boost/json.hpp>
#include <oa/plugin.h>

#include "core/json/json.hpp"

namespace oa::host {

namespace {

const std::string abi = std::to_string(OA_ABI_MAJOR) + "." + std::to_string(OA_ABI_MINOR);

std::string compiler() {
#if defined(__clang__)
    return std::string("clang ") + __clang_version__;
#else
    return std::string("gcc ") + __VERSION__;
#endif
}

}  // namespace

std::string version_line() {
    return "oa " OA_VERSION " (plug-in ABI " + abi + ")";
}

ExitStatus print_version(const VersionOptions& options, std::ostream& out) {
    if (!options.json) {
        out << version_line() << '\n';
        return ExitStatus::Ok;
    }
    boost::json::object document;
    document["version"] = OA_VERSION;
    document["abi"] = abi;
    document["compiler"] = compiler();
    out << core::write_json(document, core::JsonStyle::Indented) << '\n';
    return ExitStatus::Ok;
}

}  // namespace oa::host
