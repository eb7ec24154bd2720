// Whatever a peer sends, reading it ends in messages or in a ProtocolError, and a message that was
// taken is written back as the same bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include "host/isolation/protocol/channel.hpp"
#include "host/isolation/protocol/messages.hpp"
#include "host/isolation/protocol/protocol_error.hpp"

namespace {

namespace isolation = oa::host::isolation;

template <typename Decode>
void read_and_write(const isolation::Frame& frame, Decode decode) {
    try {
        const auto message = decode(frame);
        std::string bytes;
        if constexpr (std::is_same_v<decltype(message), const isolation::HostMessage> ||
                      std::is_same_v<decltype(message), const isolation::WorkerMessage>) {
            encode(message, frame.call, bytes);
        } else {
            encode(message, bytes);
        }
        if (bytes.substr(isolation::frame_header_bytes) != frame.payload) {
            std::abort();
        }
    } catch (const isolation::ProtocolError&) {
        return;
    } catch (const std::length_error&) {
        return;  // a Run may name more blobs than descriptors can come with it
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    isolation::SocketPair pair = isolation::make_socket_pair();
    // What does not fit the socket's buffer is cut off, as a peer could do too.
    static_cast<void>(send(pair.theirs.get(), data, size, MSG_DONTWAIT | MSG_NOSIGNAL));
    pair.theirs = isolation::Descriptor();
    isolation::Channel channel(std::move(pair.ours));
    try {
        isolation::ReceivedFrame frame;
        while (channel.receive(frame) == isolation::Channel::Received::Frame) {
            read_and_write(frame.frame, isolation::decode_host_message);
            read_and_write(frame.frame, isolation::decode_worker_message);
            read_and_write(frame.frame, isolation::decode_zygote_request);
            read_and_write(frame.frame, isolation::decode_zygote_report);
        }
    } catch (const isolation::ProtocolError&) {
        return 0;
    }
    return 0;
}
