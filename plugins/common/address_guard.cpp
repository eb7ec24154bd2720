#include "plugins/common/address_guard.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <map>
#include <string_view>

#include "plugins/common/fault.hpp"

namespace oa::common {

namespace {

using Poco::Net::IPAddress;
using Bytes = std::array<std::uint8_t, 16>;

/// An IPv4 address as IPv6 writes it (::ffff:a.b.c.d), so that both spellings are one.
Bytes bytes_of(const IPAddress& address) {
    Bytes out{};
    if (address.family() == IPAddress::IPv4) {
        out[10] = out[11] = 0xFF;
        std::memcpy(out.data() + 12, address.addr(), 4);
    } else {
        std::memcpy(out.data(), address.addr(), out.size());
    }
    return out;
}

bool same_start(const Bytes& left, const Bytes& right, unsigned bits) {
    const std::size_t whole = bits / 8;
    if (!std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(whole),
                    right.begin())) {
        return false;
    }
    const unsigned rest = bits % 8;
    return rest == 0 || ((left[whole] ^ right[whole]) >> (8 - rest)) == 0;
}

const std::map<std::string_view, std::vector<const char*>>& named_ranges() {
    static const std::map<std::string_view, std::vector<const char*>> ranges{
        {"metadata",
         {"169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "fd00:ec2::254",
          "fd00:ec2::23", "fd20:ce::254"}},
        {"loopback", {"127.0.0.0/8", "0.0.0.0/8", "::1", "::"}},
        {"link-local", {"169.254.0.0/16", "fe80::/10"}},
        {"private", {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"}},
    };
    return ranges;
}

}  // namespace

AddressGuard::AddressGuard() {
    deny("metadata");
}

AddressGuard::AddressGuard(const Json& config) {
    const Json& words = config["network"]["deny"];
    if (words.is_null()) {
        deny("metadata");
        return;
    }
    for (const Json& word : words.as_array()) {
        deny(word.as_string());
    }
}

void AddressGuard::deny(const std::string& word) {
    const auto named = named_ranges().find(word);
    if (named == named_ranges().end()) {
        deny_range(word);
        return;
    }
    for (const char* range : named->second) {
        deny_range(range);
    }
}

void AddressGuard::deny_range(const std::string& text) {
    const std::size_t slash = text.find('/');
    Range range;
    bool good = IPAddress::tryParse(text.substr(0, slash), range.start);
    if (text.substr(0, slash) == "::") {  // which Poco does not read
        range.start = IPAddress(IPAddress::IPv6);
        good = true;
    }
    const unsigned longest = good && range.start.family() == IPAddress::IPv4 ? 32 : 128;
    range.bits = longest;
    if (good && slash != std::string::npos) {
        const char* const end = text.data() + text.size();
        const auto [after, failure] = std::from_chars(text.data() + slash + 1, end, range.bits);
        good = failure == std::errc() && after == end && range.bits <= longest;
    }
    if (!good) {
        throw invalid_params("/network/deny",
                             "network.deny: '" + text +
                                 "' is none of metadata, loopback, link-local and private, and no "
                                 "range of addresses such as 10.1.0.0/16");
    }
    range.bits += 128 - longest;
    denied_.push_back(range);
}

bool AddressGuard::allows(const IPAddress& address) const {
    const Bytes bytes = bytes_of(address);
    return std::none_of(denied_.begin(), denied_.end(), [&](const Range& range) {
        return same_start(bytes, bytes_of(range.start), range.bits);
    });
}

std::vector<IPAddress> AddressGuard::allowed_of(const std::string& host,
                                                const std::vector<IPAddress>& addresses) const {
    std::vector<IPAddress> out;
    std::copy_if(addresses.begin(), addresses.end(), std::back_inserter(out),
                 [this](const IPAddress& address) { return allows(address); });
    if (out.empty() && !addresses.empty()) {
        throw fault(ErrorCode::Permission, Retry::No,
                    "connecting to " + host + " (" + addresses.front().toString() +
                        ") is not allowed here: network.deny names its address");
    }
    return out;
}

}  // namespace oa::common
