#pragma once

#include <stdexcept>
#include <string>

#include "oa/plugin.h"

namespace oa::manifest {

/// A module that describes itself in a way that no manifest can hold. what() is one sentence that
/// names the function and the text.
class ManifestError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The manifest of a live module: one line of JSON that tells everything of its description but
/// the addresses. Members beyond a table's struct_size count as absent; absent texts and empty
/// lists are left out. Runs nothing of the module. Throws ManifestError.
[[nodiscard]] std::string write(const oa_module& module);

}  // namespace oa::manifest
