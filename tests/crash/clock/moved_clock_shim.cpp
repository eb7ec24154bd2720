// Loaded into a program by LD_PRELOAD: its clock on the wall, and no other clock, is off by as many
// nanoseconds as the file that OA_TEST_CLOCK names has in its first eight bytes at that moment.
// Timers of the kernel still go by the true clock. See moved_clock.hpp.

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

using Offset = std::atomic<std::int64_t>;
static_assert(Offset::is_always_lock_free && sizeof(Offset) == sizeof(std::int64_t));

constexpr std::int64_t nanoseconds = 1'000'000'000;

/// Null where there is none: the clock is right then. Never unmapped.
const Offset* map_offset() {
    const char* const file = std::getenv("OA_TEST_CLOCK");
    const int opened = file == nullptr ? -1 : ::open(file, O_RDONLY | O_CLOEXEC);
    if (opened < 0) {
        return nullptr;
    }
    void* const memory = ::mmap(nullptr, sizeof(Offset), PROT_READ, MAP_SHARED, opened, 0);
    ::close(opened);
    return memory == MAP_FAILED ? nullptr : static_cast<const Offset*>(memory);
}

int read_clock(clockid_t clock, timespec* time) {
    static const Offset* const offset = map_offset();
    const auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
    if (result == 0 && offset != nullptr &&
        (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        const std::int64_t moved = offset->load() + time->tv_nsec;
        const std::int64_t rest = (moved % nanoseconds + nanoseconds) % nanoseconds;
        time->tv_sec += (moved - rest) / nanoseconds;
        time->tv_nsec = rest;
    }
    return result;
}

}  // namespace

// These take the place of the functions of the C library.
extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
    return read_clock(clock, time);
}

int gettimeofday(timeval* time, void* /*zone*/) noexcept {
    timespec precise{};
    const int result = read_clock(CLOCK_REALTIME, &precise);
    time->tv_sec = precise.tv_sec;
    time->tv_usec = precise.tv_nsec / 1000;
    return result;
}

time_t time(time_t* out) noexcept {
    timespec precise{};
    static_cast<void>(read_clock(CLOCK_REALTIME, &precise));
    if (out != nullptr) {
        *out = precise.tv_sec;
    }
    return precise.tv_sec;
}
}
