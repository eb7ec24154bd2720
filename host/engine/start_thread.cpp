#include "host/engine/start_thread.hpp"

#include <string>
#include <system_error>
#include <utility>

#include <pthread.h>
#include <sys/mman.h>

namespace oa::host {

std::thread start_thread(std::function<void()> work) {
    try {
        return std::thread(std::move(work));
    } catch (const std::system_error& error) {
        throw NoThread("the system gives this program no more threads (" + error.code().message() +
                       "); see its limits of processes and memory, ulimit -u and ulimit -v");
    }
}

bool has_room_for_thread() noexcept {
    constexpr std::size_t arena = 64U << 20U;  // that glibc reserves for what a thread allocates
    constexpr std::size_t to_work_with = arena + (32U << 20U);
    pthread_attr_t attributes;
    std::size_t stack = 0;
    if (::pthread_getattr_default_np(&attributes) != 0) {
        return false;
    }
    ::pthread_attr_getstacksize(&attributes, &stack);
    ::pthread_attr_destroy(&attributes);
    void* const probe = ::mmap(nullptr, stack + to_work_with, PROT_NONE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (probe == MAP_FAILED) {
        return false;
    }
    ::munmap(probe, stack + to_work_with);
    return true;
}

}  // namespace oa::host
