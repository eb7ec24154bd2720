#include "core/secret/secret.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include <sys/mman.h>
#include <unistd.h>

namespace oa::core {

namespace {

std::size_t whole_pages(std::size_t size) {
    static const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return (size + page - 1) / page * page;
}

/// Zeroed pages. What keeps them from swap, dumps and children is a wish: a system that refuses
/// still gets its work done.
char* map_pages(std::size_t size) {
    void* const pages =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        throw std::bad_alloc();
    }
    static_cast<void>(::mlock(pages, size));
    static_cast<void>(::madvise(pages, size, MADV_DONTDUMP));
    static_cast<void>(::madvise(pages, size, MADV_WIPEONFORK));
    return static_cast<char*>(pages);
}

}  // namespace

Secret::Secret(std::string_view value) : Secret(blank(value.size())) {
    std::copy(value.begin(), value.end(), data_);
}

Secret Secret::blank(std::size_t size) {
    Secret made;
    if (size > 0) {
        made.mapped_ = whole_pages(size);
        made.data_ = map_pages(made.mapped_);
        made.size_ = size;
    }
    return made;
}

Secret::~Secret() {
    release();
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        release();
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
        mapped_ = std::exchange(other.mapped_, 0);
    }
    return *this;
}

void Secret::shrink(std::size_t size) noexcept {
    if (size < size_) {
        wipe(data_ + size, size_ - size);
        size_ = size;
    }
}

bool Secret::equals(std::string_view other) const noexcept {
    if (other.size() != size_) {
        return false;
    }
    volatile unsigned char difference = 0;
    for (std::size_t i = 0; i < size_; ++i) {
        difference = static_cast<unsigned char>(difference |
                                                static_cast<unsigned char>(data_[i] ^ other[i]));
    }
    return difference == 0;
}

void Secret::release() noexcept {
    if (data_ != nullptr) {
        wipe(data_, mapped_);
        ::munmap(data_, mapped_);
        data_ = nullptr;
        size_ = 0;
        mapped_ = 0;
    }
}

void wipe(void* memory, std::size_t size) noexcept {
    if (size > 0) {
        ::explicit_bzero(memory, size);
    }
}

}  // namespace oa::core
