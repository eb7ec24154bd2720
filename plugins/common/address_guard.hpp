#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Poco/Net/IPAddress.h>

#include "oa/json.hpp"

namespace oa::common {

/// Part of the JSON Schema of a module's configuration: {"network": {"deny": [...]}}.
inline constexpr const char* network_config_schema =
    R"({"type": "object", "additionalProperties": true, "properties": {"network": {"type": "object", "additionalProperties": false, "properties": {
    "deny": {"type": "array", "items": {"type": "string", "pattern": "^(metadata|loopback|link-local|private|[0-9A-Fa-f.:]+(/[0-9]{1,3})?)$"}, "default": ["metadata"], "description": "Addresses that are never connected to: metadata (the addresses by which clouds tell machines their secrets), loopback, link-local, private, or a range such as 10.1.0.0/16"}}}}})";

/// Which addresses an operator lets workflows connect to. It looks at addresses, never at names: a
/// name is resolved once, and the very address that passed is connected to.
class AddressGuard {
public:
    /// Denies the metadata addresses of clouds.
    AddressGuard();
    /// From a module's configuration. Throws oa::Error INVALID_PARAMS for words that mean nothing.
    explicit AddressGuard(const Json& config);

    [[nodiscard]] bool allows(const Poco::Net::IPAddress& address) const;
    /// The addresses that may be connected to, in their order. Throws oa::Error PERMISSION, naming
    /// `host`, when none of them may.
    [[nodiscard]] std::vector<Poco::Net::IPAddress> allowed_of(
        const std::string& host, const std::vector<Poco::Net::IPAddress>& addresses) const;

private:
    struct Range {
        Poco::Net::IPAddress start;
        unsigned bits = 0;  // that have to be equal
    };
    void deny(const std::string& word);
    void deny_range(const std::string& text);

    std::vector<Range> denied_;
};

}  // namespace oa::common
