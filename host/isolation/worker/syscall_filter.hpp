#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <linux/filter.h>
#include <sys/types.h>

namespace oa::host::isolation::worker {

/// Processes that no worker may signal.
struct ProtectedProcesses {
    pid_t host = 0;
    pid_t zygote = 0;
};

/// What a plug-in may do, as far as filters of system calls tell the difference.
struct FilterChoice {
    bool network = false;
    bool filesystem = false;
    bool process = false;
};

/// Filters of system calls, one for each choice. Making them takes a third of a millisecond each,
/// so the zygote does it once for all workers.
class FilterSet {
public:
    /// Where the library cannot make them, the set stays empty and install() says so.
    explicit FilterSet(const ProtectedProcesses& processes);

    /// Restricts this process and all that it starts, for good; what is denied fails with EPERM or
    /// EACCES. Needs PR_SET_NO_NEW_PRIVS. Returns why it could not be done, or nothing.
    [[nodiscard]] std::optional<std::string> install(const FilterChoice& choice) const;

private:
    [[nodiscard]] static std::size_t index_of(const FilterChoice& choice);

    std::array<std::vector<sock_filter>, 8> programs_;
};

}  // namespace oa::host::isolation::worker
