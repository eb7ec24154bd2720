#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/plugin/plugin_admission.hpp"
#include "host/trust/plugin_policy.hpp"
#include "host/trust/signature.hpp"
#include "host/trust/utc_time.hpp"

namespace oa::host {

/// What is known of a plug-in before any of it runs.
struct TrustSubject {
    std::string sha256;
    PluginClaims claims;
    bool bundled = false;                  ///< lies safely among the modules of the program
    std::optional<std::string> signature;  ///< text of its signature file; empty: there is none
};

/// One question, and how the plug-in stands to it.
struct TrustCheck {
    enum class Result { Passed, Failed, Skipped };

    std::string name;  ///< a word: "signature"
    Result result = Result::Passed;
    std::string text;  ///< half a sentence about the file
    std::string fix;   ///< the command, or the lines of the policy, that would change a failure
};

struct TrustFindings {
    std::vector<TrustCheck> checks;  ///< all of them, in the order in which they count
    bool denied = false;
    std::string signed_by;  ///< name of the trusted key whose signature holds
    bool isolate = false;

    [[nodiscard]] const TrustCheck* first_failure() const;
};

/// Asks everything that the policy asks in mode enforce.
[[nodiscard]] TrustFindings check_trust(const PluginPolicy& policy,
                                        const TrustSubject& subject,
                                        UtcSeconds now);

/// Only whether the signature is one of the policy's keys, for this file and module.
[[nodiscard]] TrustFindings check_signature(const PluginPolicy& policy,
                                            const TrustSubject& subject,
                                            UtcSeconds now);

/// Whether a library is part of the system that every plug-in may need ("libc.so.6"), or is among
/// `others` ("libpq", "libxml2.so.2").
[[nodiscard]] bool is_allowed_library(std::string_view needed,
                                      const std::vector<std::string>& others);

}  // namespace oa::host
