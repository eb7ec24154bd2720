#include "host/vault/server_connection.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/SocketImpl.h>
#include <Poco/Timespan.h>
#include <openssl/err.h>

#include "host/vault/host_lookup.hpp"
#include "host/vault/server_trust.hpp"
#include "host/vault/vault_error.hpp"

namespace oa::host::vault {
namespace {

using Poco::Net::Socket;

/// Without the class names of Poco where the cause is a common one.
std::string cause_of(const Poco::Exception& error) {
    if (dynamic_cast<const Poco::Net::ConnectionRefusedException*>(&error) != nullptr) {
        return "connection refused";
    }
    if (dynamic_cast<const Poco::Net::ConnectionResetException*>(&error) != nullptr) {
        return "connection reset by the server";
    }
    return error.message().empty() ? error.displayText() : error.message();
}

Poco::Timespan until(TimePoint deadline) {
    using std::chrono::duration_cast;
    using std::chrono::microseconds;
    const auto rest = duration_cast<microseconds>(deadline - std::chrono::steady_clock::now());
    return {std::max<std::int64_t>(1, rest.count())};
}

/// Empty when it is connected, else why not.
std::string try_to_connect(Poco::Net::StreamSocket& socket,
                           const Poco::Net::SocketAddress& address,
                           TimePoint deadline) {
    try {
        socket = Poco::Net::StreamSocket();
        socket.connectNB(address);
        if (!socket.poll(until(deadline), Socket::SELECT_WRITE | Socket::SELECT_ERROR)) {
            return "connecting took too long";
        }
        const int error = socket.impl()->socketError();
        return error == 0 ? std::string() : std::generic_category().message(error);
    } catch (const Poco::Exception& error) {
        return cause_of(error);
    }
}

}  // namespace

ServerConnection::ServerConnection(const ConnectPlan& plan) : peer_(plan.address.authority()) {
    connect(plan);
    socket_.setBlocking(true);
    socket_.setNoDelay(true);
    guard_ = std::make_unique<DeadlineGuard>(socket_.impl()->sockfd(), plan.deadline);
    // The guard ends what takes too long; these only back it up.
    const Poco::Timespan rest = until(plan.deadline + std::chrono::seconds(1));
    socket_.setReceiveTimeout(rest);
    socket_.setSendTimeout(rest);
    if (plan.address.secure) {
        secure(plan);
    }
}

ServerConnection::~ServerConnection() {
    guard_.reset();
    try {
        socket_.close();
    } catch (const std::exception&) {
        // The answer is complete or already lost; a failing close tells nothing more.
        ERR_clear_error();
    }
}

void ServerConnection::connect(const ConnectPlan& plan) {
    std::vector<Poco::Net::IPAddress> addresses;
    try {
        addresses = look_up(plan.address.host, plan.connect_deadline);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(peer_ + " cannot be reached: " + error.what());
    }
    std::string why;
    for (const auto& address : addresses) {
        if (plan.this_machine_only && !address.isLoopback()) {
            throw std::runtime_error(peer_ +
                                     " is not asked: plain http is for this machine only, " +
                                     "and the name leads to " + address.toString());
        }
        why = try_to_connect(socket_, {address, plan.address.port}, plan.connect_deadline);
        if (why.empty()) {
            return;
        }
    }
    throw NotReached(peer_ + " cannot be reached: " + why);
}

void ServerConnection::secure(const ConnectPlan& plan) {
    try {
        socket_ = start_tls(socket_, plan.address, plan.ca_file);
    } catch (const Poco::Exception& error) {
        ERR_clear_error();
        broke_off("TLS failed", cause_of(error));
    }
}

void ServerConnection::send(std::string_view data) {
    try {
        while (!data.empty()) {
            constexpr std::size_t piece_max = 64U << 10U;
            const auto size = static_cast<int>(std::min(data.size(), piece_max));
            const int sent = socket_.sendBytes(data.data(), size);
            throw_if_late();
            if (sent <= 0) {
                broke_off("the request broke off", "the connection is closed");
            }
            data.remove_prefix(static_cast<std::size_t>(sent));
        }
    } catch (const Poco::Exception& error) {
        ERR_clear_error();
        broke_off("the request broke off", cause_of(error));
    }
}

std::size_t ServerConnection::receive(char* into, std::size_t size) {
    try {
        constexpr std::size_t piece_max = 64U << 10U;
        const int count = socket_.receiveBytes(into, static_cast<int>(std::min(size, piece_max)));
        throw_if_late();
        return count <= 0 ? 0 : static_cast<std::size_t>(count);
    } catch (const Poco::Exception& error) {
        ERR_clear_error();
        broke_off("the answer broke off", cause_of(error));
    }
}

void ServerConnection::throw_if_late() const {
    if (guard_->has_passed()) {
        throw std::runtime_error(peer_ + " did not answer in time (vault.timeout)");
    }
}

void ServerConnection::broke_off(const char* what, const std::string& cause) const {
    throw_if_late();
    throw std::runtime_error(peer_ + ": " + what + ": " + cause);
}

}  // namespace oa::host::vault
