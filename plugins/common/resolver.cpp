#include "plugins/common/resolver.hpp"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include <Poco/Exception.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/NetException.h>

#include "plugins/common/fault.hpp"

namespace oa::common {

namespace {

using Addresses = std::vector<Poco::Net::IPAddress>;

/// Shared by the caller and the thread that looks up: whoever leaves last frees it.
struct Lookup {
    std::mutex mutex;
    std::condition_variable finished;
    bool done = false;
    Addresses addresses;
    std::string failure;  // empty: found. A text, since exceptions share state between threads
};

std::string failure_of(const std::string& host, const Poco::Exception& error) {
    if (dynamic_cast<const Poco::Net::HostNotFoundException*>(&error) != nullptr ||
        dynamic_cast<const Poco::Net::NoAddressFoundException*>(&error) != nullptr) {
        return "the host name '" + host + "' is not known";
    }
    return "the host name '" + host + "' cannot be looked up: " + error.displayText();
}

void look_up(const std::string& host, Lookup& lookup) {
    Addresses addresses;
    std::string failure;
    try {
        addresses = Poco::Net::DNS::hostByName(host, Poco::Net::DNS::DNS_HINT_NONE).addresses();
        if (addresses.empty()) {
            throw Poco::Net::NoAddressFoundException(host);
        }
    } catch (const Poco::Exception& error) {
        failure = failure_of(host, error);
    } catch (const std::exception& error) {
        failure = "the host name '" + host + "' cannot be looked up: " + error.what();
    }
    const std::scoped_lock lock(lookup.mutex);
    lookup.addresses = std::move(addresses);
    lookup.failure = std::move(failure);
    lookup.done = true;
    lookup.finished.notify_all();
}

}  // namespace

Addresses resolve(const std::string& host,
                  std::chrono::steady_clock::time_point deadline,
                  const std::function<void()>& check) {
    using namespace std::chrono_literals;
    Poco::Net::IPAddress literal;
    if (Poco::Net::IPAddress::tryParse(host, literal)) {
        return {literal};
    }
    const auto lookup = std::make_shared<Lookup>();
    std::thread([host, lookup] { look_up(host, *lookup); }).detach();
    std::unique_lock lock(lookup->mutex);
    while (!lookup->done) {
        check();
        const auto now = std::chrono::steady_clock::now();
        if (now >= deadline) {
            check();
            throw fault(ErrorCode::Unavailable, Retry::Yes,
                        "looking up the host name '" + host + "' took too long");
        }
        lookup->finished.wait_until(lock, std::min(deadline, now + 50ms));
    }
    if (!lookup->failure.empty()) {
        throw fault(ErrorCode::Unavailable, Retry::Yes, lookup->failure);
    }
    return lookup->addresses;
}

}  // namespace oa::common
