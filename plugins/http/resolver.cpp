#include "resolver.hpp"

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

#include "fault.hpp"

namespace oa::http {

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

void throw_if_interrupted(const Interrupter& interrupter) {
    const auto reason = interrupter.reason();
    if (reason == Interrupter::Reason::Cancelled) {
        throw fault(ErrorCode::Cancelled, Retry::No, "the request was cancelled");
    }
    // The clock may be past the deadline before the watching thread has noticed.
    if (reason == Interrupter::Reason::Deadline ||
        std::chrono::steady_clock::now() >= interrupter.deadline()) {
        throw fault(ErrorCode::Deadline, Retry::Unknown, "the request took longer than its limit");
    }
}

Addresses resolve(const std::string& host, const Interrupter& interrupter, TimePoint deadline) {
    using namespace std::chrono_literals;
    Poco::Net::IPAddress literal;
    if (Poco::Net::IPAddress::tryParse(host, literal)) {
        return {literal};
    }
    const auto lookup = std::make_shared<Lookup>();
    std::thread([host, lookup] { look_up(host, *lookup); }).detach();
    std::unique_lock lock(lookup->mutex);
    while (!lookup->done) {
        throw_if_interrupted(interrupter);
        const auto now = std::chrono::steady_clock::now();
        if (now >= deadline) {
            throw_if_interrupted(interrupter);
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

}  // namespace oa::http
