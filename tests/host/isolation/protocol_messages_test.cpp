#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/isolation/protocol/messages.hpp"
#include "host/isolation/protocol/protocol_error.hpp"

namespace oa::host::isolation {
namespace {

// testing::Test has a member of that name.
using RunMessage = Run;

Frame to_frame(const std::string& bytes) {
    const auto byte = [&bytes](std::size_t at) {
        return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes.at(at)));
    };
    return {.call = byte(8),
            .type = static_cast<std::uint16_t>(byte(4) | (byte(5) << 8U)),
            .payload = bytes.substr(frame_header_bytes)};
}

template <typename Variant>
std::string to_bytes(const Variant& message, std::uint64_t call = 0) {
    std::string out;
    if constexpr (std::is_same_v<Variant, HostMessage> || std::is_same_v<Variant, WorkerMessage>) {
        encode(message, call, out);
    } else {
        encode(message, out);
    }
    return out;
}

SandboxSettings unusual_sandbox() {
    return {.memory_bytes = 1,
            .cpu_seconds = 2,
            .open_files = 3,
            .processes = 4,
            .file_bytes = 5,
            .network = true,
            .filesystem = false,
            .process = true,
            .enforce = false,
            .temporary_folder = "/tmp/x"};
}

HostMessage a_load() {
    return Load{.file = "/a/b.so",
                .config = R"({"a":1})",
                .describe_only = true,
                .threads = 7,
                .output_bytes_max = 8,
                .blob_bytes_max = 9,
                .log_level = -1,
                .sandbox = unusual_sandbox()};
}

HostMessage a_run() {
    return Run{.function = 3,
               .attempt = 2,
               .deadline_ns = 1'234'567'890'123,
               .log_level = 4,
               .run_id = "run",
               .workflow = "w\xC3\xA4sche",
               .task = "",
               .module_name = "http",
               .function_name = "get",
               .idempotency_key = std::string("a\0b", 3),
               .params = R"({"x":[1,2,3]})",
               .blobs = {{.size = 3, .mapped = false, .bytes = "abc"},
                         {.size = 1U << 20U, .mapped = true, .bytes = ""}}};
}

WorkerMessage a_result() {
    return Result{
        .failure = core::Failure{.code = "conflict",
                                 .message = "it exists",
                                 .retryable = true,
                                 .retry_after_ms = 17},
        .output = "[1]",
        .blobs = {{.segment = 1, .offset = 64, .size = 3}, {.segment = 2, .offset = 0, .size = 0}},
        .misbehaviours = 99};
}

/// A frame of every kind, with something in every field.
std::vector<std::string> all_frames() {
    return {to_bytes(a_load()),
            to_bytes(a_run(), 5),
            to_bytes(HostMessage(Cancel{}), 5),
            to_bytes(HostMessage(Stop{})),
            to_bytes(HostMessage(Release{}), 5),
            to_bytes(WorkerMessage(Ready{.manifest = R"({"manifest":1})", .sandbox = "{}"})),
            to_bytes(WorkerMessage(Refused{.problem = "damaged", .reason = "r", .fix = "f"})),
            to_bytes(WorkerMessage(Log{.level = 3, .message = "m", .fields = R"({"a":1})"}), 5),
            to_bytes(WorkerMessage(Progress{.fraction = 0.25, .message = "q"}), 5),
            to_bytes(WorkerMessage(Segment{.id = 4, .size = 1U << 20U})),
            to_bytes(a_result(), 5),
            to_bytes(ZygoteRequest(Spawn{.id = 1})),
            to_bytes(ZygoteRequest(Signal{.id = 1, .number = 15})),
            to_bytes(ZygoteReport(Spawned{.id = 1, .pid = 4711, .error = 11})),
            to_bytes(ZygoteReport(Exited{.id = 1,
                                         .pid = 4711,
                                         .signalled = true,
                                         .code = 11,
                                         .cpu_microseconds = 12,
                                         .rss_kib_max = 13}))};
}

/// True when any of the four readers takes it. Throws anything but ProtocolError on.
bool is_taken(const Frame& frame) {
    const auto takes = [&frame](auto decode) {
        try {
            static_cast<void>(decode(frame));
            return true;
        } catch (const ProtocolError&) {
            return false;
        }
    };
    const bool host = takes(decode_host_message);
    const bool worker = takes(decode_worker_message);
    const bool request = takes(decode_zygote_request);
    const bool report = takes(decode_zygote_report);
    return host || worker || request || report;
}

template <typename Variant, typename Decode>
void expect_unchanged(const std::string& bytes, Decode decode) {
    const Frame frame = to_frame(bytes);
    const Variant message = decode(frame);
    EXPECT_EQ(to_bytes(message, frame.call), bytes);
}

TEST(ProtocolMessagesTest, EveryMessageComesOutAsItWentIn) {
    const auto frames = all_frames();
    for (std::size_t i = 0; i < 5; ++i) {
        expect_unchanged<HostMessage>(frames[i], decode_host_message);
    }
    for (std::size_t i = 5; i < 11; ++i) {
        expect_unchanged<WorkerMessage>(frames[i], decode_worker_message);
    }
    for (std::size_t i = 11; i < 13; ++i) {
        expect_unchanged<ZygoteRequest>(frames[i], decode_zygote_request);
    }
    for (std::size_t i = 13; i < 15; ++i) {
        expect_unchanged<ZygoteReport>(frames[i], decode_zygote_report);
    }
}

TEST(ProtocolMessagesTest, FieldsKeepTheirValues) {
    const auto run = std::get<RunMessage>(decode_host_message(to_frame(to_bytes(a_run(), 5))));
    EXPECT_EQ(run.deadline_ns, 1'234'567'890'123U);
    EXPECT_EQ(run.idempotency_key, std::string("a\0b", 3));
    ASSERT_EQ(run.blobs.size(), 2U);
    EXPECT_EQ(run.blobs[0].bytes, "abc");
    EXPECT_TRUE(run.blobs[1].mapped);

    const auto load = std::get<Load>(decode_host_message(to_frame(to_bytes(a_load()))));
    EXPECT_EQ(load.log_level, -1);
    EXPECT_TRUE(load.sandbox.network);
    EXPECT_FALSE(load.sandbox.filesystem);
    EXPECT_FALSE(load.sandbox.enforce);
    EXPECT_EQ(load.sandbox.temporary_folder, "/tmp/x");

    const auto result = std::get<Result>(decode_worker_message(to_frame(to_bytes(a_result()))));
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->retry_after_ms, 17U);
    EXPECT_EQ(result.blobs.at(0).offset, 64U);
}

TEST(ProtocolMessagesTest, NumbersAreLittleEndianAndTheHeaderCountsThePayload) {
    const std::string bytes = to_bytes(ZygoteRequest(Spawn{.id = 0x0102030405060708}));
    ASSERT_EQ(bytes.size(), frame_header_bytes + 8);
    EXPECT_EQ(bytes.substr(0, 4), std::string("\x08\0\0\0", 4));
    EXPECT_EQ(bytes.substr(6, 2), std::string("\x02\0", 2)) << "two descriptors come with it";
    EXPECT_EQ(bytes.substr(frame_header_bytes), "\x08\x07\x06\x05\x04\x03\x02\x01");
}

TEST(ProtocolMessagesTest, EveryTruncationIsRefused) {
    for (const std::string& bytes : all_frames()) {
        const Frame whole = to_frame(bytes);
        ASSERT_TRUE(is_taken(whole));
        for (std::size_t length = 0; length < whole.payload.size(); ++length) {
            EXPECT_FALSE(is_taken({.call = whole.call,
                                   .type = whole.type,
                                   .payload = whole.payload.substr(0, length)}))
                << whole.type << " cut to " << length;
        }
    }
}

TEST(ProtocolMessagesTest, BytesAfterTheLastFieldAreRefused) {
    for (const std::string& bytes : all_frames()) {
        EXPECT_FALSE(is_taken(to_frame(bytes + '\0')));
    }
}

TEST(ProtocolMessagesTest, UnknownTypesAreRefused) {
    const auto frames = all_frames();
    std::vector<std::uint16_t> known;
    for (const std::string& bytes : frames) {
        known.push_back(to_frame(bytes).type);
    }
    for (std::uint32_t type = 0; type <= std::numeric_limits<std::uint16_t>::max(); ++type) {
        const auto number = static_cast<std::uint16_t>(type);
        if (std::find(known.begin(), known.end(), number) == known.end()) {
            ASSERT_FALSE(is_taken({.call = 0, .type = number, .payload = ""})) << type;
        }
    }
}

TEST(ProtocolMessagesTest, MutationsNeverDoWorseThanAProtocolError) {
    std::mt19937 random(20'260'101);  // NOLINT: the same mutations every time
    const auto frames = all_frames();
    std::size_t refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        Frame frame = to_frame(frames[random() % frames.size()]);
        const auto changes = 1 + random() % 4;
        for (std::uint32_t change = 0; change < changes && !frame.payload.empty(); ++change) {
            const std::size_t at = random() % frame.payload.size();
            switch (random() % 4) {
                case 0: frame.payload[at] = static_cast<char>(random()); break;
                case 1: frame.payload.insert(at, random() % 9, static_cast<char>(random())); break;
                case 2: frame.payload.erase(at, random() % 9); break;
                default:
                    frame.payload.replace(at, std::min<std::size_t>(4, frame.payload.size() - at),
                                          "\xFF\xFF\xFF\xFF");
            }
        }
        refused += is_taken(frame) ? 0 : 1;
    }
    EXPECT_GT(refused, 5'000U) << "the mutations hardly change anything";
}

TEST(ProtocolMessagesTest, AListThatCannotBeThereCostsNoMemory) {
    // The count of blobs is the last field of a Run without blobs.
    Frame frame = to_frame(to_bytes(HostMessage(RunMessage{})));
    frame.payload.replace(frame.payload.size() - 4, 4, "\xFF\xFF\xFF\xFF");
    EXPECT_THROW(static_cast<void>(decode_host_message(frame)), ProtocolError);
}

TEST(ProtocolMessagesTest, AnotherVersionIsRefused) {
    Load load;
    load.version = protocol_version + 1;
    EXPECT_THROW(static_cast<void>(decode_host_message(to_frame(to_bytes(HostMessage(load))))),
                 ProtocolError);
}

TEST(ProtocolMessagesTest, ANumberThatIsNoneIsRefused) {
    const auto bytes = to_bytes(WorkerMessage(
        Progress{.fraction = std::numeric_limits<double>::quiet_NaN(), .message = ""}));
    EXPECT_FALSE(is_taken(to_frame(bytes)));
}

TEST(ProtocolMessagesTest, EncodingRefusesWhatIsTooLongAndLeavesTheRestAlone) {
    std::string out = "before";
    WorkerMessage message =
        Log{.level = 0, .message = std::string(frame_bytes_max, 'x'), .fields = ""};
    EXPECT_THROW(encode(message, 0, out), std::length_error);
    EXPECT_EQ(out, "before");

    HostMessage run = RunMessage{};
    std::get<RunMessage>(run).blobs.resize(frame_descriptors_max + 1,
                                           {.size = 1, .mapped = true, .bytes = ""});
    EXPECT_THROW(encode(run, 0, out), std::length_error);
    EXPECT_EQ(out, "before");
}

}  // namespace
}  // namespace oa::host::isolation
