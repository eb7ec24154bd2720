#include "host/access/failure_limiter.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace oa::host::access {
namespace {

/// Of what is no address: names of sockets are shorter.
constexpr std::size_t name_max = 128;

std::string text_of(int family, const void* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    return ::inet_ntop(family, address, text.data(), text.size()) == nullptr ? "" : text.data();
}

}  // namespace

std::string source_of(std::string_view peer) {
    std::string text(peer.substr(0, name_max));
    in6_addr six{};
    if (::inet_pton(AF_INET6, text.substr(0, text.find('%')).c_str(), &six) != 1) {
        return text;
    }
    if (IN6_IS_ADDR_V4MAPPED(&six)) {
        return text_of(AF_INET, &six.s6_addr[12]);
    }
    std::memset(&six.s6_addr[8], 0, 8);
    return text_of(AF_INET6, &six) + "/64";
}

FailureLimiter::FailureLimiter(FailureLimits limits) : limits_(limits) {
    if (limits.per_source == 0 || limits.in_all == 0 || limits.sources_max == 0) {
        throw std::invalid_argument("a limit for failed sign-ins is 1 or more");
    }
}

std::optional<std::chrono::seconds> FailureLimiter::wait(std::string_view peer, Time now) {
    const std::string name = source_of(peer);
    const std::lock_guard lock(mutex_);
    forget_old(now);
    auto rest = rest_of(all_, limits_.in_all, now);
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) {
        rest = std::max(rest, rest_of(found->second->failures, limits_.per_source, now));
    }
    if (rest == std::chrono::seconds(0)) {
        return std::nullopt;
    }
    return rest;
}

/// Until the oldest of the last `limit` is behind the window.
std::chrono::seconds FailureLimiter::rest_of(const Failures& failures,
                                             std::size_t limit,
                                             Time now) const {
    if (failures.size() < limit) {
        return std::chrono::seconds(0);
    }
    return std::max(
        std::chrono::ceil<std::chrono::seconds>(failures.front() + limits_.window - now),
        std::chrono::seconds(0));
}

void FailureLimiter::add(Failures& failures, std::size_t limit, Time now) {
    failures.push_back(now);
    if (failures.size() > limit) {
        failures.pop_front();
    }
}

void FailureLimiter::note_failure(std::string_view peer, Time now) {
    std::string name = source_of(peer);
    const std::lock_guard lock(mutex_);
    forget_old(now);
    add(all_, limits_.in_all, now);
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) {
        sources_.splice(sources_.begin(), sources_, found->second);
    } else {
        sources_.push_front({std::move(name), {}});
        by_name_.emplace(sources_.front().name, sources_.begin());
    }
    add(sources_.front().failures, limits_.per_source, now);
    while (sources_.size() > limits_.sources_max) {
        by_name_.erase(sources_.back().name);
        sources_.pop_back();
    }
}

void FailureLimiter::forget_old(Time now) {
    while (!sources_.empty() && now - sources_.back().failures.back() >= limits_.window) {
        by_name_.erase(sources_.back().name);
        sources_.pop_back();
    }
}

std::size_t FailureLimiter::sources() const {
    const std::lock_guard lock(mutex_);
    return sources_.size();
}

}  // namespace oa::host::access
