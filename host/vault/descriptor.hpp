#pragma once

#include <unistd.h>

namespace oa::host::vault {

/// A file descriptor that is closed with its owner.
class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
    void close() noexcept {
        if (is_open()) {
            ::close(number_);
            number_ = -1;
        }
    }

private:
    int number_;
};

}  // namespace oa::host::vault
