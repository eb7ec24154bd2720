#include "plugins/common/http/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <streambuf>
#include <system_error>

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/SocketImpl.h>
#include <Poco/Timespan.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include "plugins/common/fault.hpp"
#include "plugins/common/resolver.hpp"

namespace oa::http {

namespace {

using namespace std::chrono_literals;

/// "Connection refused" as "connection refused".
std::string in_sentence(std::string text) {
    if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z') {
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    }
    return text;
}

/// One line without Poco's class names where the cause is a common one.
std::string cause_of(const Poco::Exception& error) {
    if (dynamic_cast<const Poco::Net::ConnectionRefusedException*>(&error) != nullptr) {
        return "connection refused";
    }
    if (dynamic_cast<const Poco::Net::ConnectionResetException*>(&error) != nullptr) {
        return "connection reset by the server";
    }
    if (dynamic_cast<const Poco::TimeoutException*>(&error) != nullptr) {
        return "timed out";
    }
    if (error.code() > 0) {
        return in_sentence(std::generic_category().message(error.code()));
    }
    return in_sentence(error.message().empty() ? error.displayText() : error.message());
}

Poco::Timespan timespan(std::chrono::steady_clock::duration duration) {
    using std::chrono::microseconds;
    return {std::max<std::int64_t>(1, std::chrono::duration_cast<microseconds>(duration).count())};
}

Error unavailable_peer(const std::string& peer, const std::string& what) {
    return common::fault(ErrorCode::Unavailable, Retry::Yes, peer + ": " + what);
}

Error tls_failure(const std::string& peer, const Poco::Exception& error) {
    return common::fault(ErrorCode::Precondition, Retry::No,
                         peer + ": TLS failed: " + cause_of(error));
}

}  // namespace

/// Reads from the socket for std::istream.
class Connection::Buffer : public std::streambuf {
public:
    Buffer(Poco::Net::StreamSocket& socket, const std::string& peer, const Interrupter& interrupter)
        : socket_(socket), peer_(peer), interrupter_(interrupter) {}

protected:
    int_type underflow() override {
        int count = 0;
        try {
            count = socket_.receiveBytes(data_.data(), static_cast<int>(data_.size()));
        } catch (const Poco::Exception& error) {
            throw_if_interrupted(interrupter_);
            ERR_clear_error();
            throw unavailable_peer(peer_, "the answer broke off: " + cause_of(error));
        }
        throw_if_interrupted(interrupter_);
        if (count <= 0) {
            return traits_type::eof();
        }
        setg(data_.data(), data_.data(), data_.data() + count);
        return traits_type::to_int_type(data_.front());
    }

private:
    Poco::Net::StreamSocket& socket_;
    const std::string& peer_;
    const Interrupter& interrupter_;
    std::array<char, std::size_t{16} * 1024> data_{};
};

Connection::Connection(const Url& url,
                       const TlsOptions& tls,
                       TimePoint connect_deadline,
                       Interrupter& interrupter,
                       const common::AddressGuard* guard)
    : peer_(url.authority()), interrupter_(interrupter) {
    connect(url, connect_deadline, guard);
    try {
        socket_.setBlocking(true);
        socket_.setNoDelay(true);
        // The interrupter ends what takes too long; these only back it up.
        const auto rest = timespan(interrupter.deadline() - std::chrono::steady_clock::now() + 1s);
        socket_.setReceiveTimeout(rest);
        socket_.setSendTimeout(rest);
        interrupter_.attach(socket_.impl()->sockfd());
        if (url.secure) {
            socket_ = start_tls(socket_, url, tls);
        }
    } catch (const Error&) {
        interrupter_.detach();
        throw_if_interrupted(interrupter_);
        throw;
    } catch (const Poco::Net::SSLException& error) {
        interrupter_.detach();
        throw_if_interrupted(interrupter_);
        throw tls_failure(peer_, error);
    } catch (const Poco::Exception& error) {
        interrupter_.detach();
        throw_if_interrupted(interrupter_);
        throw unavailable_peer(peer_, "the connection broke off: " + cause_of(error));
    }
    buffer_ = std::make_unique<Buffer>(socket_, peer_, interrupter_);
    input_ = std::make_unique<std::istream>(buffer_.get());
    input_->exceptions(std::ios::badbit);
}

Connection::~Connection() {
    interrupter_.detach();
    try {
        socket_.close();
    } catch (const std::exception&) {
        // The answer is complete or already lost; a failing close tells nothing more.
        ERR_clear_error();
    }
}

void Connection::connect(const Url& url,
                         TimePoint connect_deadline,
                         const common::AddressGuard* guard) {
    auto addresses =
        common::resolve(url.host, connect_deadline, [this] { throw_if_interrupted(interrupter_); });
    if (guard != nullptr) {
        addresses = guard->allowed_of(url.host, addresses);
    }
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        try {
            connect_to(Poco::Net::SocketAddress(addresses[i], url.port), connect_deadline);
            return;
        } catch (const Error& failure) {
            if (failure.code() != ErrorCode::Unavailable || i + 1 == addresses.size()) {
                throw;
            }
        } catch (const Poco::Exception& error) {
            if (i + 1 == addresses.size()) {
                throw unavailable_peer(peer_, cause_of(error));
            }
        }
    }
}

void Connection::connect_to(const Poco::Net::SocketAddress& address, TimePoint connect_deadline) {
    socket_ = Poco::Net::StreamSocket();
    socket_.connectNB(address);
    while (true) {
        throw_if_interrupted(interrupter_);
        const auto now = std::chrono::steady_clock::now();
        if (now >= connect_deadline) {
            throw_if_interrupted(interrupter_);
            throw unavailable_peer(peer_, "connecting took longer than connect_timeout");
        }
        using Poco::Net::Socket;
        if (socket_.poll(timespan(std::min<TimePoint::duration>(connect_deadline - now, 50ms)),
                         Socket::SELECT_WRITE | Socket::SELECT_ERROR)) {
            break;
        }
    }
    int error = 0;
    socket_.impl()->getOption(SOL_SOCKET, SO_ERROR, error);
    if (error != 0) {
        throw unavailable_peer(peer_, in_sentence(std::generic_category().message(error)));
    }
}

void Connection::send(std::string_view data) {
    constexpr std::size_t piece_max = std::size_t{64} * 1024;
    while (!data.empty()) {
        int sent = 0;
        try {
            sent =
                socket_.sendBytes(data.data(), static_cast<int>(std::min(data.size(), piece_max)));
        } catch (const Poco::Exception& error) {
            throw_if_interrupted(interrupter_);
            ERR_clear_error();
            throw unavailable_peer(peer_, "the request broke off: " + cause_of(error));
        }
        throw_if_interrupted(interrupter_);
        if (sent <= 0) {
            throw unavailable_peer(peer_, "the request broke off");
        }
        data.remove_prefix(static_cast<std::size_t>(sent));
    }
}

}  // namespace oa::http
