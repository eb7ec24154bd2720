#pragma once

#include <cstddef>
#include <filesystem>
#include <iterator>

namespace oa::test {

/// How many descriptors this process has open.
inline std::size_t open_files() {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

}  // namespace oa::test
