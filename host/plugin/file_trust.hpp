#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace oa::host {

/// Why a file or folder could be changed by somebody who must not decide what this process runs.
struct TrustProblem {
    std::string reason;  ///< names the path, its mode or its owner
    std::string fix;     ///< the command that mends it
};

/// Checks a file or folder and each folder above it. `path` is canonical: absolute and free of
/// links. Each of them must
///   - belong to root or to the user that this process runs as, and
///   - not be writable by others, nor by its group unless that is its owner's private group (the
///     owner's primary group, named like the owner, without other members).
/// A folder with the sticky bit, such as /tmp, may be writable by all: there, nobody can rename or
/// remove what belongs to somebody else, and what others put beside it fails by its owner.
[[nodiscard]] std::optional<TrustProblem> find_trust_problem(const std::filesystem::path& path);

}  // namespace oa::host
