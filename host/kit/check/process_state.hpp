#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oa::host {

/// What belongs to the whole process, or to the calling thread, and not to a plug-in.
enum class StateAspect {
    Threads,
    Descriptors,
    Signals,
    SignalMask,
    Locale,
    Folder,
    Umask,
    Environment,
    FloatingPoint,
    Children,
};

/// One aspect, written down: a line for each thing there is.
[[nodiscard]] std::vector<std::string> read_state(StateAspect aspect);

/// What changed between two readings: "new: 5 -> /tmp/x; gone: ..."; empty when nothing did.
[[nodiscard]] std::string difference(const std::vector<std::string>& before,
                                     const std::vector<std::string>& after);

}  // namespace oa::host
