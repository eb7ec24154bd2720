#include "tests/crash/clock/moved_clock.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace oa::test {

using std::chrono::nanoseconds;
using std::chrono::system_clock;

MovedClock::MovedClock(std::string file) : file_(std::move(file)) {
    const int opened = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (opened < 0 || ::ftruncate(opened, sizeof *offset_) != 0) {
        throw std::system_error(errno, std::generic_category(), file_);
    }
    void* const memory =
        ::mmap(nullptr, sizeof *offset_, PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0);
    ::close(opened);
    if (memory == MAP_FAILED) {
        throw std::system_error(errno, std::generic_category(), file_);
    }
    offset_ = static_cast<std::atomic<std::int64_t>*>(memory);
}

MovedClock::~MovedClock() {
    ::munmap(offset_, sizeof *offset_);
}

void MovedClock::set_offset(nanoseconds offset) {
    offset_->store(offset.count());
}

void MovedClock::set(system_clock::time_point time) {
    set_offset(time - system_clock::now());
}

system_clock::time_point MovedClock::now() const {
    return system_clock::now() +
           std::chrono::duration_cast<system_clock::duration>(nanoseconds(offset_->load()));
}

}  // namespace oa::test
