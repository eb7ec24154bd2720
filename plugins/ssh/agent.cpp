#include "agent.hpp"

#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

#include "plugins/common/fault.hpp"
#include "wire.hpp"

namespace oa::ssh {

namespace {

// draft-miller-ssh-agent
constexpr std::uint8_t request_identities = 11;
constexpr std::uint8_t identities_answer = 12;
constexpr std::uint8_t sign_request = 13;
constexpr std::uint8_t sign_response = 14;
constexpr std::uint32_t rsa_with_sha256 = 2;
constexpr std::size_t answer_max = std::size_t{256} * 1024;

Error broken(const std::string& path, const std::string& what) {
    return common::fault(ErrorCode::Unavailable, Retry::Yes, "the agent " + path + " " + what);
}

}  // namespace

Agent::Agent(const std::string& socket, const Stopper& stopper)
    : path_(socket), socket_(connect_to_file(socket)), stopper_(stopper) {}

std::vector<Agent::Key> Agent::keys() {
    const std::string answer = ask(WireWriter().byte(request_identities).bytes());
    WireReader reader(answer);
    std::vector<Key> out;
    if (reader.byte() != identities_answer) {
        return out;
    }
    const auto count = reader.number();
    for (std::uint32_t i = 0; count && i < *count; ++i) {
        const auto blob = reader.text();
        const auto comment = reader.text();
        if (!blob || !comment) {
            throw broken(path_, "gives an answer that makes no sense");
        }
        out.push_back({std::string(*blob), std::string(*comment)});
    }
    return out;
}

std::string Agent::sign(const Key& key, std::string_view data) {
    const bool rsa = WireReader(key.blob).text() == "ssh-rsa";
    const std::string answer = ask(WireWriter()
                                       .byte(sign_request)
                                       .text(key.blob)
                                       .text(data)
                                       .number(rsa ? rsa_with_sha256 : 0)
                                       .bytes());
    WireReader reader(answer);
    if (reader.byte() != sign_response) {
        throw unauthenticated("the agent " + path_ + " refuses to sign with the key " +
                              key.comment);
    }
    WireReader signature(reader.text().value_or(std::string_view()));
    static_cast<void>(signature.text());  // the name of its kind
    const auto bytes = signature.text();
    if (!bytes) {
        throw broken(path_, "gives a signature that makes no sense");
    }
    return std::string(*bytes);
}

std::string Agent::ask(std::string_view request) {
    send(WireWriter().text(request).bytes());
    const std::string head = receive(4);
    const auto size = WireReader(head).number().value_or(0);
    if (size == 0 || size > answer_max) {
        throw broken(path_, "gives an answer that makes no sense");
    }
    return receive(size);
}

void Agent::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno == EAGAIN || errno == EINTR) {
            stopper_.wait(socket_.get(), POLLOUT, {});
        } else {
            throw broken(path_, "has gone away");
        }
    }
}

std::string Agent::receive(std::size_t size) {
    std::string out(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        const ssize_t count = ::recv(socket_.get(), out.data() + have, size - have, 0);
        if (count > 0) {
            have += static_cast<std::size_t>(count);
        } else if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
            stopper_.wait(socket_.get(), POLLIN, {});
        } else {
            throw broken(path_, "has gone away");
        }
    }
    return out;
}

}  // namespace oa::ssh
