#pragma once

#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace oa::host {

/// Why a file on the search path offers no module.
enum class PluginProblem {
    Missing,            ///< nothing is there
    NotAFile,           ///< a folder, a pipe, a device
    Unreadable,         ///< may not be opened
    Untrusted,          ///< others may change it
    NotALibrary,        ///< a text, a program, an empty file
    Damaged,            ///< a library that is cut off or overwritten
    WrongMachine,       ///< for another processor
    NoEntry,            ///< a library, but no plug-in
    WrongMajor,         ///< a plug-in for another generation of the contract
    AbiTooNew,          ///< needs a newer minor version of the contract
    Unloadable,         ///< the system's loader refuses it: a symbol or library is missing
    Declined,           ///< its entry function said no
    InvalidDescriptor,  ///< what it says of itself breaks the contract
    Duplicate,          ///< its name, or its id and version, is taken by a module found earlier
    Changed,            ///< it is no longer what was found
    ManifestDiffers,    ///< the module is not what its manifest says
};

/// A word for programs: "wrong_machine".
[[nodiscard]] std::string_view to_string(PluginProblem problem);

/// Thrown and caught within the loader; nothing else sees it.
class PluginRefused : public std::exception {
public:
    /// `is_passing`: the file is not to blame, and may be taken when it is tried again.
    PluginRefused(PluginProblem problem,
                  std::string reason,
                  std::string fix,
                  bool is_passing = false)
        : problem_(problem),
          reason_(std::move(reason)),
          fix_(std::move(fix)),
          is_passing_(is_passing) {}

    [[nodiscard]] const char* what() const noexcept override { return reason_.c_str(); }
    [[nodiscard]] PluginProblem problem() const noexcept { return problem_; }
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
    [[nodiscard]] const std::string& fix() const noexcept { return fix_; }
    [[nodiscard]] bool is_passing() const noexcept { return is_passing_; }

private:
    PluginProblem problem_;
    std::string reason_;
    std::string fix_;
    bool is_passing_;
};

/// A file that was looked at and not taken.
struct RefusedPlugin {
    std::filesystem::path file;
    std::string origin;  ///< which part of the search path named it
    PluginProblem problem = PluginProblem::Missing;
    std::string reason;  ///< half a sentence about the file: "is built for AArch64; ..."
    std::string fix;     ///< what to do about it; empty when there is nothing to advise
};

}  // namespace oa::host
