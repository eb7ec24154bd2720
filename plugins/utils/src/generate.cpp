#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <string>

#include <openssl/rand.h>

#include "functions.hpp"

namespace oa::utils {
namespace {

using Bytes16 = std::array<unsigned char, 16>;

Bytes16 random_bytes() {
    Bytes16 bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw unavailable("the system gives no random bytes");
    }
    return bytes;
}

std::string format_uuid(Bytes16 bytes, unsigned version) {
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | (version << 4U));
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            out += '-';
        }
        out += digits[bytes[i] >> 4U];
        out += digits[bytes[i] & 0xFU];
    }
    return out;
}

/// Time in units of 1/4096 ms since 1970, as a UUID of version 7 starts with it: 48 bits of
/// milliseconds and 12 bits of what is finer.
std::uint64_t uuid_time() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count();
    const auto milliseconds = static_cast<std::uint64_t>(ns / 1'000'000);
    const auto rest = static_cast<std::uint64_t>(ns % 1'000'000);
    return (milliseconds << 12U) | (rest * 4096 / 1'000'000);
}

std::string uuid7(std::uint64_t time) {
    Bytes16 bytes = random_bytes();
    const std::uint64_t milliseconds = time >> 12U;
    for (std::size_t i = 0; i < 6; ++i) {
        bytes[i] = static_cast<unsigned char>(milliseconds >> (40U - 8U * i));
    }
    bytes[6] = static_cast<unsigned char>((time >> 8U) & 0x0FU);
    bytes[7] = static_cast<unsigned char>(time);
    return format_uuid(bytes, 7);
}

std::string format_time(const std::tm& parts, const char* format) {
    std::array<char, 40> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

std::string milliseconds_text(std::int64_t milliseconds) {
    const std::string digits = std::to_string(milliseconds + 1000);
    return "." + digits.substr(1);
}

/// "Z", or as "+02:00".
std::string zone_text(const std::tm& parts, bool utc) {
    if (utc) {
        return "Z";
    }
    std::string zone = format_time(parts, "%z");
    return zone.size() == 5 ? zone.insert(3, ":") : "Z";
}

}  // namespace

Json uuid(Call& call) {
    const int version = call.param<int>("version", 4);
    if (version != 4 && version != 7) {
        throw invalid_params("/version", "version has to be 4 or 7");
    }
    const int count = call.param<int>("count", 1);
    if (count < 1 || count > 10'000) {
        throw invalid_params("/count", "count has to be from 1 to 10000");
    }
    Json uuids = Json::array();
    std::uint64_t time = 0;
    for (int i = 0; i < count; ++i) {
        // One more than the last where the clock has not moved on, so that they ascend.
        time = std::max(time + 1, uuid_time());
        uuids.push_back(version == 4 ? format_uuid(random_bytes(), 4) : uuid7(time));
    }
    return {{"uuid", uuids.at(std::size_t{0})}, {"uuids", std::move(uuids)}};
}

Json now(Call& call) {
    const bool utc = call.param<bool>("utc", true);
    const bool epoch = call.choice<bool>("format", {{"iso", false}, {"epoch", true}}, false);

    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    const std::int64_t epoch_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
    const std::time_t seconds = static_cast<std::time_t>(epoch_ms / 1000);
    std::tm parts{};
    if ((utc ? ::gmtime_r(&seconds, &parts) : ::localtime_r(&seconds, &parts)) == nullptr) {
        throw internal("the clock of the system shows a year that the calendar does not have");
    }
    const std::string iso = format_time(parts, "%Y-%m-%dT%H:%M:%S") +
                            milliseconds_text(epoch_ms % 1000) + zone_text(parts, utc);
    return {{"now", epoch ? Json(seconds) : Json(iso)},
            {"iso", iso},
            {"date", format_time(parts, "%Y-%m-%d")},
            {"time", format_time(parts, "%H:%M:%S")},
            {"epoch", seconds},
            {"epoch_ms", epoch_ms}};
}

}  // namespace oa::utils
