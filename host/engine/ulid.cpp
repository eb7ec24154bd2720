#include "host/engine/ulid.hpp"

#include <array>
#include <cstdint>
#include <random>

namespace oa::host {

std::string make_ulid(std::chrono::system_clock::time_point now) {
    static constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::string id(26, '0');
    auto time = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
    for (std::size_t place = 10; place-- > 0; time >>= 5U) {
        id[place] = digits[time & 31U];
    }
    thread_local std::random_device random;  // to make one takes longer than to ask it
    for (std::size_t place = 10; place < id.size(); place += 4) {
        // Four digits take 20 of the 32 bits.
        std::uint32_t bits = random();
        for (std::size_t digit = 0; digit < 4; ++digit, bits >>= 5U) {
            id[place + digit] = digits[bits & 31U];
        }
    }
    return id;
}

}  // namespace oa::host
