#include "plugins/common/wake_up.hpp"

#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>

#include <sys/eventfd.h>
#include <unistd.h>

#include "oa/error.hpp"

namespace oa::common {

WakeUp::WakeUp() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) {
        throw exhausted("no descriptor to wait for a cancellation: " +
                        std::generic_category().message(errno));
    }
}

WakeUp::~WakeUp() {
    ::close(fd_);
}

void WakeUp::signal() const noexcept {
    const std::uint64_t one = 1;
    // It fails only when the descriptor is readable already.
    [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);
}

}  // namespace oa::common
