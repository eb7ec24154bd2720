#include "host/isolation/protocol/channel.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <mutex>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/isolation/protocol/protocol_error.hpp"

namespace oa::host::isolation {
namespace {

using Clock = std::chrono::steady_clock;
using Deadline = std::optional<Clock::time_point>;

constexpr std::size_t read_bytes_min = std::size_t{64} << 10U;

/// Waits until the socket can be read or written. False when the deadline passes first.
bool wait_for(int socket, short events, const Deadline& deadline) {
    while (true) {
        int timeout_ms = -1;
        if (deadline) {
            const auto left =
                std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now());
            timeout_ms = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000'000));
        }
        pollfd item{.fd = socket, .events = events, .revents = 0};
        const int ready = poll(&item, 1, timeout_ms);
        if (ready > 0) {
            return true;
        }
        if (ready == 0 && Clock::now() >= *deadline) {
            return false;
        }
        if (ready < 0 && errno != EINTR) {
            return false;
        }
    }
}

template <typename T>
T read_integer(const char* bytes) {
    T out = 0;
    for (std::size_t i = sizeof(T); i > 0; --i) {
        out = static_cast<T>(static_cast<T>(out << 8U) | static_cast<unsigned char>(bytes[i - 1]));
    }
    return out;
}
template <>
std::uint16_t read_integer<std::uint16_t>(const char* bytes) {
    return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[0]) |
                                      (static_cast<unsigned char>(bytes[1]) << 8U));
}

struct Header {
    std::uint32_t length = 0;
    std::uint16_t type = 0;
    std::uint16_t descriptors = 0;
    std::uint64_t call = 0;
};
Header read_header(const char* bytes) {
    const Header out{.length = read_integer<std::uint32_t>(bytes),
                     .type = read_integer<std::uint16_t>(bytes + 4),
                     .descriptors = read_integer<std::uint16_t>(bytes + 6),
                     .call = read_integer<std::uint64_t>(bytes + 8)};
    if (out.length > frame_bytes_max) {
        throw ProtocolError("a message announces " + std::to_string(out.length) +
                            " bytes; the limit is " + std::to_string(frame_bytes_max));
    }
    if (out.descriptors > frame_descriptors_max) {
        throw ProtocolError("a message announces " + std::to_string(out.descriptors) +
                            " file descriptors; the limit is " +
                            std::to_string(frame_descriptors_max));
    }
    return out;
}

/// Room for the descriptors of one message, aligned as the system wants it.
struct ControlBuffer {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(frame_descriptors_max * sizeof(int))> bytes{};
};

}  // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) {
        close(number_);
    }
}

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

int Descriptor::release() noexcept {
    return std::exchange(number_, -1);
}

struct Channel::State {
    explicit State(Descriptor own_socket) : socket(std::move(own_socket)) {}

    [[nodiscard]] std::size_t buffered() const { return end - begin; }
    [[nodiscard]] bool has_frame() const {
        return buffered() >= frame_header_bytes &&
               buffered() - frame_header_bytes >=
                   read_integer<std::uint32_t>(buffer.data() + begin);
    }
    void take_frame(ReceivedFrame& out);
    void make_room();
    [[nodiscard]] ssize_t read_some(int flags);
    void collect_descriptors(msghdr& message);

    Descriptor socket;
    std::mutex sending;
    bool broken = false;  // guarded by sending: half a frame is out

    bool left_unread = false;  // of the reader
    std::vector<char> buffer;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::deque<Descriptor> descriptors;  // of frames that are not taken yet
};

void Channel::State::take_frame(ReceivedFrame& out) {
    const char* const start = buffer.data() + begin;
    const Header header = read_header(start);
    out.frame.call = header.call;
    out.frame.type = header.type;
    out.frame.payload.assign(start + frame_header_bytes, header.length);
    begin += frame_header_bytes + header.length;
    if (begin == end) {
        begin = end = 0;
    }
    out.descriptors.clear();
    if (header.descriptors > descriptors.size() ||
        (buffered() == 0 && header.descriptors < descriptors.size())) {
        throw ProtocolError("a message came with another number of file descriptors than it says");
    }
    for (std::size_t i = 0; i < header.descriptors; ++i) {
        out.descriptors.push_back(std::move(descriptors.front()));
        descriptors.pop_front();
    }
}

/// Makes room for the next read. Grows with what has come, not with what a header announces.
void Channel::State::make_room() {
    if (begin > 0) {
        std::memmove(buffer.data(), buffer.data() + begin, buffered());
        end -= begin;
        begin = 0;
    }
    // What a long frame needed is given back once it is read.
    const std::size_t wanted = std::max(read_bytes_min, 2 * end);
    if (buffer.size() < wanted || (end == 0 && buffer.size() > 16 * read_bytes_min)) {
        buffer.resize(wanted);
        buffer.shrink_to_fit();
    }
}

void Channel::State::collect_descriptors(msghdr& message) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int number = -1;
            std::memcpy(&number, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
            descriptors.emplace_back(number);
        }
    }
    if ((message.msg_flags & MSG_CTRUNC) != 0 || descriptors.size() > 2 * frame_descriptors_max) {
        throw ProtocolError("a message came with too many file descriptors");
    }
}

ssize_t Channel::State::read_some(int flags) {
    make_room();
    ControlBuffer control;
    iovec part{.iov_base = buffer.data() + end, .iov_len = buffer.size() - end};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes.data();
    message.msg_controllen = control.bytes.size();
    const ssize_t count = recvmsg(socket.get(), &message, MSG_CMSG_CLOEXEC | flags);
    if (count >= 0) {
        end += static_cast<std::size_t>(count);
        collect_descriptors(message);
    }
    return count;
}

Channel::Channel(Descriptor socket) : state_(std::make_unique<State>(std::move(socket))) {}

Channel::~Channel() = default;

bool Channel::send(std::string_view frames,
                   const std::vector<int>& descriptors,
                   std::optional<std::chrono::steady_clock::time_point> deadline) {
    const std::lock_guard lock(state_->sending);
    if (state_->broken || descriptors.size() > frame_descriptors_max) {
        return false;
    }
    ControlBuffer control;
    msghdr message{};
    iovec part{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!descriptors.empty()) {
        message.msg_control = control.bytes.data();
        message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
        std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size() * sizeof(int));
    }
    while (!frames.empty()) {
        part.iov_base = const_cast<char*>(frames.data());  // NOLINT: the call only reads it
        part.iov_len = frames.size();
        const ssize_t count = sendmsg(state_->socket.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count >= 0) {
            frames.remove_prefix(static_cast<std::size_t>(count));
            message.msg_control = nullptr;
            message.msg_controllen = 0;
        } else if (errno == EAGAIN) {
            if (!wait_for(state_->socket.get(), POLLOUT, deadline)) {
                state_->broken = true;
                return false;
            }
        } else if (errno != EINTR) {
            state_->broken = true;
            return false;
        }
    }
    return true;
}

Channel::Received Channel::receive(ReceivedFrame& out,
                                   std::optional<std::chrono::steady_clock::time_point> deadline) {
    while (!state_->has_frame()) {
        if (state_->buffered() >= frame_header_bytes) {
            static_cast<void>(read_header(state_->buffer.data() + state_->begin));
        }
        const ssize_t count = state_->read_some(deadline ? MSG_DONTWAIT : 0);
        if (count == 0 || (count < 0 && errno == ECONNRESET)) {
            state_->left_unread = count < 0;
            if (state_->buffered() != 0) {
                throw ProtocolError("the connection ended in the middle of a message");
            }
            return Received::Closed;
        }
        if (count < 0 && errno == EAGAIN) {
            if (!wait_for(state_->socket.get(), POLLIN, deadline)) {
                return Received::Timeout;
            }
        } else if (count < 0 && errno != EINTR) {
            throw ProtocolError(std::string("the connection cannot be read: ") +
                                std::strerror(errno));
        }
    }
    state_->take_frame(out);
    return Received::Frame;
}

bool Channel::peer_left_unread() const {
    return state_->left_unread;
}

bool Channel::has_buffered_frame() const {
    return state_->has_frame();
}

int Channel::descriptor() const {
    return state_->socket.get();
}

SocketPair make_socket_pair() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot make a socket pair");
    }
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

}  // namespace oa::host::isolation
