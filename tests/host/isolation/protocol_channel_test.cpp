#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/isolation/protocol/channel.hpp"
#include "host/isolation/protocol/protocol_error.hpp"

namespace oa::host::isolation {
namespace {

using namespace std::chrono_literals;

std::string log_frame(std::uint64_t call, std::string message = "hello") {
    std::string out;
    encode(WorkerMessage(Log{.level = 2, .message = std::move(message), .fields = ""}), call, out);
    return out;
}

bool is_open(int descriptor) {
    return fcntl(descriptor, F_GETFD) >= 0;
}

struct ChannelTest : testing::Test {
    ChannelTest() : ChannelTest(make_socket_pair()) {}
    explicit ChannelTest(SocketPair pair) : channel(std::move(pair.ours)) {
        peer = std::move(pair.theirs);
    }

    /// What a worker that does not use Channel could send.
    void write_raw(const std::string& bytes) const {
        ASSERT_EQ(write(peer.get(), bytes.data(), bytes.size()),
                  static_cast<ssize_t>(bytes.size()));
    }
    [[nodiscard]] static std::chrono::steady_clock::time_point now() {
        return std::chrono::steady_clock::now();
    }

    Channel channel;
    Descriptor peer;
    ReceivedFrame frame;
};

TEST_F(ChannelTest, AFrameThatComesByteByByteIsPutTogether) {
    const std::string bytes = log_frame(7);
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
        write_raw(bytes.substr(i, 1));
        ASSERT_EQ(channel.receive(frame, now()), Channel::Received::Timeout);
    }
    write_raw(bytes.substr(bytes.size() - 1));
    ASSERT_EQ(channel.receive(frame, now() + 10s), Channel::Received::Frame);
    EXPECT_EQ(frame.frame.call, 7U);
    EXPECT_EQ(std::get<Log>(decode_worker_message(frame.frame)).message, "hello");
}

TEST_F(ChannelTest, FramesThatComeTogetherAreReadAhead) {
    write_raw(log_frame(1) + log_frame(2) + log_frame(3).substr(0, 20));
    for (const std::uint64_t call : {1U, 2U}) {
        ASSERT_EQ(channel.receive(frame, now() + 10s), Channel::Received::Frame);
        EXPECT_EQ(frame.frame.call, call);
        EXPECT_EQ(channel.has_buffered_frame(), call == 1U);
    }
    EXPECT_EQ(channel.receive(frame, now()), Channel::Received::Timeout);
}

TEST_F(ChannelTest, SeveralMebibytesGoThroughWhileThePeerReadsSlowly) {
    Channel other(std::move(peer));
    const std::string message(5U << 20U, 'x');
    bool sent = false;
    std::thread sender([&] { sent = other.send(log_frame(1, message)); });
    ASSERT_EQ(channel.receive(frame, now() + 60s), Channel::Received::Frame);
    sender.join();
    EXPECT_TRUE(sent);
    EXPECT_EQ(std::get<Log>(decode_worker_message(frame.frame)).message, message);
}

TEST_F(ChannelTest, FramesOfSeveralThreadsAreNotMixed) {
    Channel other(std::move(peer));
    constexpr int each = 200;
    std::vector<std::thread> senders;
    for (std::uint64_t sender = 0; sender < 4; ++sender) {
        senders.emplace_back([&other, sender] {
            for (int i = 0; i < each; ++i) {
                ASSERT_TRUE(other.send(log_frame(sender, std::string(997, 'x'))));
            }
        });
    }
    std::vector<int> seen(4);
    for (int i = 0; i < 4 * each; ++i) {
        ASSERT_EQ(channel.receive(frame, now() + 60s), Channel::Received::Frame);
        ASSERT_EQ(std::get<Log>(decode_worker_message(frame.frame)).message.size(), 997U);
        ++seen.at(frame.frame.call);
    }
    for (std::thread& sender : senders) {
        sender.join();
    }
    EXPECT_EQ(seen, std::vector<int>(4, each));
}

TEST_F(ChannelTest, SendingGivesUpAtTheDeadline) {
    const std::string bytes = log_frame(1, std::string(8U << 20U, 'x'));
    EXPECT_FALSE(channel.send(bytes, {}, now() + 20ms));
    EXPECT_FALSE(channel.send(log_frame(2))) << "half a frame is out";
}

TEST_F(ChannelTest, AClosedPeerIsNoticedOnBothWays) {
    write_raw(log_frame(1));
    peer = Descriptor();
    ASSERT_EQ(channel.receive(frame), Channel::Received::Frame);
    EXPECT_EQ(channel.receive(frame), Channel::Received::Closed);
    EXPECT_FALSE(channel.send(log_frame(2)));
}

TEST_F(ChannelTest, AnEndInTheMiddleOfAFrameIsAnError) {
    write_raw(log_frame(1).substr(0, 18));
    peer = Descriptor();
    EXPECT_THROW(static_cast<void>(channel.receive(frame)), ProtocolError);
}

TEST_F(ChannelTest, AFrameThatIsTooLongIsRefusedByItsHeader) {
    std::string header(frame_header_bytes, '\0');
    header.replace(0, 4, "\x01\0\0\x01", 4);  // 16 MiB and a byte
    write_raw(header);
    EXPECT_THROW(static_cast<void>(channel.receive(frame, now() + 10s)), ProtocolError);
}

TEST_F(ChannelTest, DescriptorsArriveWithTheirFrame) {
    Channel other(std::move(peer));
    SocketPair first = make_socket_pair();
    SocketPair second = make_socket_pair();
    std::string bytes = log_frame(1);
    std::string spawn;
    encode(ZygoteRequest(Spawn{.id = 5}), spawn);
    ASSERT_TRUE(other.send(bytes));
    ASSERT_TRUE(other.send(spawn, {first.ours.get(), second.ours.get()}));
    ASSERT_TRUE(other.send(bytes));
    ASSERT_EQ(channel.receive(frame, now() + 10s), Channel::Received::Frame);
    EXPECT_TRUE(frame.descriptors.empty());
    ASSERT_EQ(channel.receive(frame, now() + 10s), Channel::Received::Frame);
    ASSERT_EQ(frame.descriptors.size(), 2U);
    EXPECT_EQ(fcntl(frame.descriptors[0].get(), F_GETFD), FD_CLOEXEC);
    ASSERT_EQ(write(frame.descriptors[1].get(), "x", 1), 1);
    char byte = 0;
    EXPECT_EQ(read(second.theirs.get(), &byte, 1), 1);
    ASSERT_EQ(channel.receive(frame, now() + 10s), Channel::Received::Frame);
    EXPECT_TRUE(frame.descriptors.empty());
}

TEST_F(ChannelTest, AFrameWithoutTheDescriptorsThatItAnnouncesIsRefused) {
    std::string spawn;
    encode(ZygoteRequest(Spawn{.id = 5}), spawn);
    write_raw(spawn);
    EXPECT_THROW(static_cast<void>(channel.receive(frame, now() + 10s)), ProtocolError);
}

TEST_F(ChannelTest, DescriptorsThatNoFrameAnnouncesAreRefusedAndClosed) {
    Channel other(std::move(peer));
    SocketPair extra = make_socket_pair();
    ASSERT_TRUE(other.send(log_frame(1), {extra.ours.get()}));
    extra.ours = Descriptor();
    {
        Channel reader(Descriptor(dup(channel.descriptor())));
        EXPECT_THROW(static_cast<void>(reader.receive(frame, now() + 10s)), ProtocolError);
    }
    char byte = 0;
    EXPECT_EQ(read(extra.theirs.get(), &byte, 1), 0) << "somebody still holds the other end";
}

TEST(DescriptorTest, ClosesWhatItOwnsOnce) {
    SocketPair pair = make_socket_pair();
    const int number = pair.ours.get();
    {
        Descriptor taken(std::move(pair.ours));
        EXPECT_EQ(taken.get(), number);
        EXPECT_TRUE(is_open(number));
    }
    EXPECT_FALSE(is_open(number));
    EXPECT_FALSE(pair.ours);
}

}  // namespace
}  // namespace oa::host::isolation
