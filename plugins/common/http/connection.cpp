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
#include <arpa/inet.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include "plugins/common/fault.hpp"
#include "plugins/common/http/message.hpp"
#include "plugins/common/http/status_error.hpp"
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

/// Poco has an exception of its own for a receiver that waited too long, but not for a sender.
bool is_timeout(const Poco::Exception& error) {
    return error.code() == EAGAIN || dynamic_cast<const Poco::TimeoutException*>(&error) != nullptr;
}

/// One line without Poco's class names where the cause is a common one.
std::string cause_of(const Poco::Exception& error) {
    if (dynamic_cast<const Poco::Net::ConnectionRefusedException*>(&error) != nullptr) {
        return "connection refused";
    }
    if (dynamic_cast<const Poco::Net::ConnectionResetException*>(&error) != nullptr) {
        return "connection reset by the server";
    }
    if (is_timeout(error)) {
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

/// The address that a host is written as, in any of the spellings that the system reads; nothing
/// for a name.
std::optional<Poco::Net::IPAddress> written_address(const std::string& host) {
    Poco::Net::IPAddress address;
    if (Poco::Net::IPAddress::tryParse(host, address)) {
        return address;
    }
    in_addr odd{};
    if (::inet_aton(host.c_str(), &odd) != 0) {
        return Poco::Net::IPAddress(&odd, sizeof odd);
    }
    return std::nullopt;
}

constexpr std::uint64_t refusal_max = std::uint64_t{4} * 1024;

/// A tunnel begins right after the head; a refusal may tell why.
std::optional<BodyPlan> tunnel_plan(const Response& head) {
    return head.status < 300 ? std::nullopt
                             : std::optional(BodyPlan{.size_max = refusal_max, .cut = true});
}

}  // namespace

/// Reads from the socket for std::istream.
class Connection::Buffer : public std::streambuf {
public:
    explicit Buffer(Connection& connection) : connection_(connection) {}

protected:
    int_type underflow() override {
        const Interrupter& interrupter = connection_.interrupter_;
        int count = 0;
        try {
            count = connection_.socket_.receiveBytes(data_.data(), static_cast<int>(data_.size()));
        } catch (const Poco::Exception& error) {
            throw_if_interrupted(interrupter);
            ERR_clear_error();
            throw unavailable_peer(connection_.peer_,
                                   "the answer broke off: " + connection_.cause(error));
        }
        throw_if_interrupted(interrupter);
        if (count <= 0) {
            return traits_type::eof();
        }
        setg(data_.data(), data_.data(), data_.data() + count);
        return traits_type::to_int_type(data_.front());
    }

private:
    Connection& connection_;
    std::array<char, std::size_t{64} * 1024> data_{};
};

Connection::Connection(const Url& url,
                       const TlsOptions& tls,
                       TimePoint connect_deadline,
                       Interrupter& interrupter,
                       const common::AddressGuard* guard,
                       const Route& route)
    : peer_(url.authority()), interrupter_(interrupter), idle_(route.idle) {
    const Url& first = route.proxy == nullptr ? url : route.proxy->address;
    if (route.proxy != nullptr) {
        peer_ += " by the proxy " + first.authority();
        if (const auto address = written_address(url.host); address && guard != nullptr) {
            static_cast<void>(guard->allowed_of(url.host, {*address}));
        }
    }
    connect(first, connect_deadline, guard);
    try {
        set_timeouts();
        interrupter_.attach(socket_.impl()->sockfd());
        if (url.secure && route.proxy != nullptr) {
            open_tunnel(url, *route.proxy);
        }
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
        throw unavailable_peer(peer_, "the connection broke off: " + cause(error));
    }
    start_reading();
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

void Connection::start_reading() {
    buffer_ = std::make_unique<Buffer>(*this);
    input_ = std::make_unique<std::istream>(buffer_.get());
    input_->exceptions(std::ios::badbit);
}

void Connection::set_timeouts() {
    socket_.setBlocking(true);
    socket_.setNoDelay(true);
    // The interrupter ends what takes too long; without a limit for silence these only back it up.
    auto limit = interrupter_.deadline() - std::chrono::steady_clock::now() + 1s;
    if (idle_ && *idle_ < limit) {
        limit = *idle_;
    } else {
        idle_.reset();
    }
    socket_.setReceiveTimeout(timespan(limit));
    socket_.setSendTimeout(timespan(limit));
}

std::string Connection::cause(const Poco::Exception& error) const {
    if (idle_ && is_timeout(error)) {
        return "nothing moved for " + std::to_string(idle_->count()) + " ms (idle_timeout)";
    }
    return cause_of(error);
}

void Connection::open_tunnel(const Url& url, const Proxy& proxy) {
    Request request;
    request.method = "CONNECT";
    request.url = url;
    if (!proxy.authorization.empty()) {
        request.headers.emplace_back("Proxy-Authorization", proxy.authorization);
    }
    send(head_of(request, url.authority()));
    start_reading();
    const Response response = read_response(*input_, request.method, tunnel_plan, peer_);
    if (response.status >= 300) {
        throw error_of_status(response, "CONNECT " + peer_);
    }
    if (buffer_->in_avail() > 0) {
        throw common::fault(ErrorCode::Precondition, Retry::No,
                            peer_ + ": the proxy sent something before the server could");
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
            throw unavailable_peer(peer_, "the request broke off: " + cause(error));
        }
        throw_if_interrupted(interrupter_);
        if (sent <= 0) {
            throw unavailable_peer(peer_, "the request broke off");
        }
        data.remove_prefix(static_cast<std::size_t>(sent));
    }
}

}  // namespace oa::http
