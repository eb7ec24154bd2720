#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>

#include "host/cli/options.hpp"

namespace oa::host {

// What they print goes to `out`, what went wrong to `problems`.

/// Makes a key pair: FILE, for its owner alone, encrypted when OA_KEY_PASSPHRASE is set, and
/// FILE.pub. Prints the lines that make a policy trust it. Files that exist stay.
[[nodiscard]] ExitStatus plugin_keygen(const PluginKeygenOptions& options,
                                       std::ostream& out,
                                       std::ostream& problems);

/// Writes FILE.so.sig. Runs nothing of the plug-in: id and version come from its manifest.
[[nodiscard]] ExitStatus plugin_sign(const PluginSignOptions& options,
                                     std::ostream& out,
                                     std::ostream& problems);

/// Tells everything that was checked, and whether the plug-in could run under the policy in mode
/// enforce; or, with a public key, whether that key signed it. Runs nothing of the plug-in.
/// `policy_file`: without it, find_plugin_policy() decides. `bundled`: the folders of the program's
/// own modules.
[[nodiscard]] ExitStatus plugin_verify(
    const PluginVerifyOptions& options,
    std::ostream& out,
    std::ostream& problems,
    const std::optional<std::filesystem::path>& policy_file = std::nullopt,
    const std::vector<std::filesystem::path>& bundled = {});

}  // namespace oa::host
