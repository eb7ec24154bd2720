#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace oa::host {

/// An amount of something that may be used up. Thread safe.
class Quota {
public:
    explicit Quota(std::uint64_t max) : max_(max) {}

    [[nodiscard]] bool take(std::uint64_t amount) noexcept {
        std::uint64_t used = used_.load();
        do {
            if (used > max_ || amount > max_ - used) {
                return false;
            }
        } while (!used_.compare_exchange_weak(used, used + amount));
        return true;
    }
    /// Whatever the limit is.
    void take_anyway(std::uint64_t amount) noexcept { used_ += amount; }
    void give_back(std::uint64_t amount) noexcept { used_ -= amount; }

    [[nodiscard]] std::uint64_t used() const noexcept { return used_.load(); }
    [[nodiscard]] std::uint64_t max() const noexcept { return max_; }

private:
    const std::uint64_t max_;
    std::atomic<std::uint64_t> used_{0};
};

/// A part of a quota that was taken; gives it back when it goes.
class QuotaShare {
public:
    QuotaShare() = default;
    /// Nothing was taken: false when asked.
    [[nodiscard]] static QuotaShare take(const std::shared_ptr<Quota>& quota,
                                         std::uint64_t amount) {
        return quota->take(amount) ? QuotaShare(quota, amount) : QuotaShare();
    }
    [[nodiscard]] static QuotaShare take_anyway(const std::shared_ptr<Quota>& quota,
                                                std::uint64_t amount) {
        quota->take_anyway(amount);
        return {quota, amount};
    }
    ~QuotaShare() {
        if (quota_) {
            quota_->give_back(amount_);
        }
    }
    QuotaShare(QuotaShare&& other) noexcept
        : quota_(std::move(other.quota_)), amount_(other.amount_) {
        other.quota_.reset();
    }
    QuotaShare& operator=(QuotaShare&& other) noexcept {
        std::swap(quota_, other.quota_);
        std::swap(amount_, other.amount_);
        return *this;
    }
    QuotaShare(const QuotaShare&) = delete;
    QuotaShare& operator=(const QuotaShare&) = delete;

    [[nodiscard]] explicit operator bool() const noexcept { return quota_ != nullptr; }

private:
    QuotaShare(std::shared_ptr<Quota> quota, std::uint64_t amount)
        : quota_(std::move(quota)), amount_(amount) {}

    std::shared_ptr<Quota> quota_;
    std::uint64_t amount_ = 0;
};

}  // namespace oa::host
