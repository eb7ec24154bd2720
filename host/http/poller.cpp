#include "host/http/poller.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace oa::host::http {
namespace {

constexpr std::uint64_t wake_id = 0;

epoll_event wanted(std::uint64_t id, Poller::Interest interest) {
    epoll_event event{};
    event.events = (interest.read ? EPOLLIN : 0U) | (interest.write ? EPOLLOUT : 0U) |
                   (interest.half_close ? EPOLLRDHUP : 0U);
    event.data.u64 = id;
    return event;
}

[[noreturn]] void fail(const char* call) {
    throw std::system_error(errno, std::generic_category(), call);
}

}  // namespace

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) {
        fail("epoll_create1");
    }
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    epoll_event event = wanted(wake_id, {.read = true});
    if (wake_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) {
        const int error = errno;
        ::close(epoll_);
        if (wake_ >= 0) {
            ::close(wake_);
        }
        errno = error;
        fail("eventfd");
    }
}

Poller::~Poller() {
    ::close(wake_);
    ::close(epoll_);
}

void Poller::add(int descriptor, std::uint64_t id, Interest interest) const {
    epoll_event event = wanted(id, interest);
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) {
        fail("epoll_ctl");
    }
}

void Poller::change(int descriptor, std::uint64_t id, Interest interest) const noexcept {
    epoll_event event = wanted(id, interest);
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event);
}

void Poller::remove(int descriptor) const noexcept {
    epoll_event ignored{};
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, &ignored);
}

const std::vector<Poller::Event>& Poller::wait(std::optional<std::chrono::milliseconds> time) {
    std::array<epoll_event, 256> ready{};
    const int limit = time ? static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(
                                 time->count(), 0, std::numeric_limits<int>::max()))
                           : -1;
    const int count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), limit);
    events_.clear();
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = ready[static_cast<std::size_t>(i)];
        if (event.data.u64 == wake_id) {
            std::uint64_t times = 0;
            static_cast<void>(!::read(wake_, &times, sizeof(times)));
            continue;
        }
        events_.push_back({event.data.u64, (event.events & EPOLLIN) != 0,
                           (event.events & EPOLLOUT) != 0, (event.events & EPOLLRDHUP) != 0,
                           (event.events & (EPOLLERR | EPOLLHUP)) != 0});
    }
    return events_;
}

void Poller::wake() const noexcept {
    const std::uint64_t once = 1;
    static_cast<void>(!::write(wake_, &once, sizeof(once)));
}

}  // namespace oa::host::http
