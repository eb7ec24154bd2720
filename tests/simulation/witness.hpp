#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace oa::test {

/// What the functions themselves saw, outside of engine and store: it outlives every host.
class Witness {
public:
    /// By idempotency key and attempt.
    using Which = std::pair<std::string, std::uint32_t>;

    struct Call {
        std::string run_id;
        std::string task;
        std::string params;
        std::uint32_t begins = 0;
        std::uint32_t last_life = 0;  ///< the host of the latest begin
        bool ended = false;
        bool succeeded = false;
        std::uint64_t first_begin = 0;  ///< in the order of all that was seen
        std::uint64_t last_begin = 0;
        std::uint64_t last_end = 0;
    };

    [[nodiscard]] std::uint64_t next() { return ++seen_; }
    [[nodiscard]] Call& at(const Which& which) { return calls_[which]; }
    [[nodiscard]] const Call* find(const Which& which) const {
        const auto found = calls_.find(which);
        return found == calls_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] const std::map<Which, Call>& calls() const { return calls_; }

private:
    std::map<Which, Call> calls_;
    std::uint64_t seen_ = 0;
};

}  // namespace oa::test
