#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/audit/audit_file.hpp"

namespace oa::host {

struct AuditPage {
    std::vector<std::string> lines;     ///< the newest first, as they are
    std::optional<std::uint64_t> next;  ///< for the page after it; nothing: there are no more
};

/// Up to `limit` lines before the place `before`, which the page before gave, or from the end. A
/// log that is not there has none. A line that is being written is left out. Throws AuditError:
/// the log cannot be read, or `before` is no place in it, as after it was moved away.
[[nodiscard]] AuditPage read_audit(const std::filesystem::path& log,
                                   std::size_t limit,
                                   std::optional<std::uint64_t> before = {});

}  // namespace oa::host
