#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace oa::host {

/// A plug-in's content, held so that nobody can change it any more.
struct AdmittedFile {
    std::filesystem::path load_from;  ///< what is examined and loaded: a private copy, or the file
    std::string sha256;               ///< lower-case hex; empty when the policy needs none
};

/// What a plug-in says of itself in its manifest, and what can be seen of it without running it.
struct PluginClaims {
    std::filesystem::path file;  ///< where it was found; canonical
    std::string id;              ///< empty when it has no manifest
    std::string version;
    std::vector<std::string> needed;  ///< libraries that it asks the system's loader for
    bool search_path = false;         ///< brings a search path of its own (RPATH or RUNPATH)
};

struct PluginVerdict {
    std::string signed_by;              ///< name of the key; empty: not signed by a known one
    std::vector<std::string> warnings;  ///< what the policy only warns of
    bool isolate = false;               ///< only in a process of its own
};

/// Decides about plug-ins before any of their code runs. Thread safe.
class PluginAdmission {
public:
    virtual ~PluginAdmission() = default;

    /// Takes hold of the content of a file (canonical path). Throws PluginRefused.
    [[nodiscard]] virtual AdmittedFile take(const std::filesystem::path& file) = 0;
    /// Judges that content. Throws PluginRefused (Untrusted) when it must not run.
    [[nodiscard]] virtual PluginVerdict judge(const AdmittedFile& content,
                                              const PluginClaims& claims) = 0;

protected:
    PluginAdmission() = default;
    PluginAdmission(const PluginAdmission&) = default;
    PluginAdmission& operator=(const PluginAdmission&) = default;
};

}  // namespace oa::host
