#include "host/vault/vault_address.hpp"

#include <stdexcept>

#include <Poco/Exception.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/String.h>
#include <Poco/URI.h>

namespace oa::host::vault {
namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw std::invalid_argument(why + "; write it as https://vault.example:8200");
}

Poco::URI read(std::string_view text) {
    try {
        return Poco::URI(std::string(text));
    } catch (const Poco::Exception&) {
        refuse("it is no address");
    }
}

std::string without_brackets(const std::string& host) {
    return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

bool is_host(const std::string& host) {
    Poco::Net::IPAddress address;
    if (Poco::Net::IPAddress::tryParse(host, address)) {
        return true;
    }
    return !host.empty() && host.size() <= 253 &&
           host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_") == std::string::npos;
}

}  // namespace

std::string VaultAddress::authority() const {
    const bool bracketed = host.find(':') != std::string::npos;
    return (bracketed ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::string VaultAddress::text() const {
    return (secure ? "https://" : "http://") + authority();
}

VaultAddress parse_vault_address(std::string_view text) {
    const Poco::URI uri = read(text);
    VaultAddress out;
    if (uri.getScheme() != "https" && uri.getScheme() != "http") {
        refuse("it does not begin with https://");
    }
    if (!uri.getUserInfo().empty()) {
        refuse("it has credentials in it, which belong into a token file");
    }
    if ((!uri.getPath().empty() && uri.getPath() != "/") || !uri.getRawQuery().empty() ||
        !uri.getFragment().empty()) {
        refuse("it has more than a scheme, a host and a port");
    }
    out.secure = uri.getScheme() == "https";
    out.host = Poco::toLower(without_brackets(uri.getHost()));
    out.port = uri.getPort();
    if (!is_host(out.host) || out.port == 0) {
        refuse("its host or its port cannot be");
    }
    return out;
}

bool is_this_machine(const VaultAddress& address) {
    Poco::Net::IPAddress parsed;
    return address.host == "localhost" ||
           (Poco::Net::IPAddress::tryParse(address.host, parsed) && parsed.isLoopback());
}

}  // namespace oa::host::vault
