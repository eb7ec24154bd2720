#include "host/vault/host_lookup.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include <Poco/Exception.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>

namespace oa::host::vault {
namespace {

using Addresses = std::vector<Poco::Net::IPAddress>;

/// Shared by the caller and the thread that looks up: whoever leaves last frees it.
struct Lookup {
    std::mutex mutex;
    std::condition_variable finished;
    bool done = false;
    Addresses addresses;  // empty: not known
};

void run(const std::string& host, Lookup& lookup) {
    Addresses addresses;
    try {
        addresses = Poco::Net::DNS::hostByName(host, Poco::Net::DNS::DNS_HINT_NONE).addresses();
    } catch (const std::exception&) {
        addresses.clear();
    }
    const std::scoped_lock lock(lookup.mutex);
    lookup.addresses = std::move(addresses);
    lookup.done = true;
    lookup.finished.notify_all();
}

}  // namespace

Addresses look_up(const std::string& host, TimePoint deadline) {
    Poco::Net::IPAddress literal;
    if (Poco::Net::IPAddress::tryParse(host, literal)) {
        return {literal};
    }
    const auto lookup = std::make_shared<Lookup>();
    std::thread([host, lookup] { run(host, *lookup); }).detach();
    std::unique_lock lock(lookup->mutex);
    if (!lookup->finished.wait_until(lock, deadline, [&lookup] { return lookup->done; })) {
        throw std::runtime_error("looking up the host name '" + host + "' took too long");
    }
    if (lookup->addresses.empty()) {
        throw std::runtime_error("the host name '" + host + "' is not known");
    }
    return lookup->addresses;
}

}  // namespace oa::host::vault
