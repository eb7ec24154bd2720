#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "plugins/common/address_guard.hpp"
#include "stopper.hpp"
#include "target.hpp"

namespace oa::ssh {

/// A descriptor that closes with this object.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }

private:
    int fd_ = -1;
};

/// A TCP connection that does not block. Each address of the host is tried until one answers or
/// `deadline` has come; none that the guard denies. Throws Error.
[[nodiscard]] Descriptor connect_to(const Target& target,
                                    const common::AddressGuard& guard,
                                    TimePoint deadline,
                                    const Stopper& stopper);

/// A connection to a socket of the file system that does not block. Throws Error NOT_FOUND or
/// UNAVAILABLE.
[[nodiscard]] Descriptor connect_to_file(const std::string& path);

}  // namespace oa::ssh
