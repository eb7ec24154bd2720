#include "host/wallet/process_memory.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace oa::host {

bool forbid_core_dumps() noexcept {
    const rlimit none{0, 0};
    return ::setrlimit(RLIMIT_CORE, &none) == 0;
}

bool protect_process_memory() noexcept {
    const struct rlimit none {};
    const bool no_dumps = ::setrlimit(RLIMIT_CORE, &none) == 0;
    return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && no_dumps;
}

}  // namespace oa::host
