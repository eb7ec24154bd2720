#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace oa::host::http {

/// Bytes of request bodies that a server has in memory, all together. Thread safe.
class BodyBudget {
public:
    explicit BodyBudget(std::size_t bytes_max) noexcept : bytes_max_(bytes_max) {}

    [[nodiscard]] bool take(std::size_t bytes) noexcept {
        if (used_.fetch_add(bytes) + bytes <= bytes_max_) {
            return true;
        }
        used_.fetch_sub(bytes);
        return false;
    }
    void give_back(std::size_t bytes) noexcept { used_.fetch_sub(bytes); }

private:
    const std::size_t bytes_max_;
    std::atomic<std::size_t> used_{0};
};

/// The part of the budget that one body has, for as long as this lives.
class BodyShare {
public:
    explicit BodyShare(std::shared_ptr<BodyBudget> budget) noexcept : budget_(std::move(budget)) {}
    ~BodyShare() { budget_->give_back(bytes_); }
    BodyShare(const BodyShare&) = delete;
    BodyShare& operator=(const BodyShare&) = delete;

    /// False, and nothing changes, when there is not so much.
    [[nodiscard]] bool grow_to(std::size_t bytes) noexcept {
        if (bytes > bytes_ && !budget_->take(bytes - bytes_)) {
            return false;
        }
        bytes_ = bytes > bytes_ ? bytes : bytes_;
        return true;
    }
    /// All of it, for another owner.
    void move_to(BodyShare& other) noexcept { other.bytes_ += std::exchange(bytes_, 0); }

private:
    const std::shared_ptr<BodyBudget> budget_;
    std::size_t bytes_ = 0;
};

}  // namespace oa::host::http
