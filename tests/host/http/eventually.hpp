#pragma once

#include <poll.h>

namespace oa::test {

/// Whether something that nobody tells about becomes true within ten seconds.
template <typename Predicate>
[[nodiscard]] bool eventually(Predicate predicate) {
    for (int i = 0; i < 2000; ++i) {
        if (predicate()) {
            return true;
        }
        ::poll(nullptr, 0, 5);
    }
    return false;
}

}  // namespace oa::test
