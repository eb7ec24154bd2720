#include "host/isolation/protocol/messages.hpp"

#include <algorithm>
#include <stdexcept>

#include "host/isolation/protocol/codec.hpp"

namespace oa::core {

// Beside the type, where the codec finds it.
template <typename Archive, typename Message>
requires std::same_as<std::remove_const_t<Message>, Failure>
void fields(Archive& archive, Message& m) {
    archive(m.code, m.message, m.retryable, m.retry_after_ms);
}

}  // namespace oa::core

namespace oa::host::isolation {
namespace {

template <typename Message, typename T>
concept Is = std::same_as<std::remove_const_t<Message>, T>;

}  // namespace

template <typename Archive, Is<SandboxSettings> Message>
void fields(Archive& archive, Message& m) {
    archive(m.memory_bytes, m.cpu_seconds, m.open_files, m.processes, m.file_bytes, m.network,
            m.filesystem, m.process, m.enforce, m.temporary_folder);
}
template <typename Archive, Is<Load> Message>
void fields(Archive& archive, Message& m) {
    archive(m.version, m.file, m.config, m.describe_only, m.threads, m.output_bytes_max,
            m.blob_bytes_max, m.log_level, m.sandbox);
}
template <typename Archive, Is<BlobInput> Message>
void fields(Archive& archive, Message& m) {
    archive(m.size, m.mapped, m.bytes);
}
template <typename Archive, Is<Run> Message>
void fields(Archive& archive, Message& m) {
    archive(m.function, m.attempt, m.deadline_ns, m.log_level, m.run_id, m.workflow, m.task,
            m.module_name, m.function_name, m.idempotency_key, m.params, m.blobs);
}
template <typename Archive, Is<Cancel> Message>
void fields(Archive&, Message&) {}
template <typename Archive, Is<Stop> Message>
void fields(Archive&, Message&) {}
template <typename Archive, Is<Release> Message>
void fields(Archive&, Message&) {}
template <typename Archive, Is<Ready> Message>
void fields(Archive& archive, Message& m) {
    archive(m.manifest, m.sandbox);
}
template <typename Archive, Is<Refused> Message>
void fields(Archive& archive, Message& m) {
    archive(m.problem, m.reason, m.fix);
}
template <typename Archive, Is<Log> Message>
void fields(Archive& archive, Message& m) {
    archive(m.level, m.message, m.fields);
}
template <typename Archive, Is<Progress> Message>
void fields(Archive& archive, Message& m) {
    archive(m.fraction, m.message);
}
template <typename Archive, Is<Segment> Message>
void fields(Archive& archive, Message& m) {
    archive(m.id, m.size);
}
template <typename Archive, Is<BlobOutput> Message>
void fields(Archive& archive, Message& m) {
    archive(m.segment, m.offset, m.size);
}
template <typename Archive, Is<Result> Message>
void fields(Archive& archive, Message& m) {
    archive(m.failure, m.output, m.blobs, m.misbehaviours);
}
template <typename Archive, Is<Spawn> Message>
void fields(Archive& archive, Message& m) {
    archive(m.id);
}
template <typename Archive, Is<Signal> Message>
void fields(Archive& archive, Message& m) {
    archive(m.id, m.number);
}
template <typename Archive, Is<Spawned> Message>
void fields(Archive& archive, Message& m) {
    archive(m.id, m.pid, m.error);
}
template <typename Archive, Is<Exited> Message>
void fields(Archive& archive, Message& m) {
    archive(m.id, m.pid, m.signalled, m.code, m.cpu_microseconds, m.rss_kib_max);
}

namespace {

/// A frame's type is the message's place in its variant, after the number of that variant.
template <typename Variant>
constexpr std::uint16_t first_type = 0;
template <>
constexpr std::uint16_t first_type<HostMessage> = 0x10;
template <>
constexpr std::uint16_t first_type<WorkerMessage> = 0x20;
template <>
constexpr std::uint16_t first_type<ZygoteRequest> = 0x30;
template <>
constexpr std::uint16_t first_type<ZygoteReport> = 0x40;

template <typename Message>
std::size_t descriptors_of(const Message&) {
    return 0;
}
std::size_t descriptors_of(const Run& run) {
    return static_cast<std::size_t>(std::count_if(
        run.blobs.begin(), run.blobs.end(), [](const BlobInput& blob) { return blob.mapped; }));
}
std::size_t descriptors_of(const Segment&) {
    return 1;
}
std::size_t descriptors_of(const Spawn&) {
    return 2;
}

template <typename Variant>
void encode_frame(const Variant& message, std::uint64_t call, std::string& out) {
    const std::size_t start = out.size();
    const auto type = static_cast<std::uint16_t>(first_type<Variant> + message.index());
    const std::size_t descriptors =
        std::visit([](const auto& one) { return descriptors_of(one); }, message);
    FieldWriter write(out);
    try {
        if (descriptors > frame_descriptors_max) {
            throw std::length_error("a message has more than " +
                                    std::to_string(frame_descriptors_max) + " file descriptors");
        }
        write(std::uint32_t{0}, type, static_cast<std::uint16_t>(descriptors), call);
        std::visit([&write](const auto& one) { fields(write, one); }, message);
        if (out.size() - start - frame_header_bytes > frame_bytes_max) {
            throw std::length_error("a message is longer than " + std::to_string(frame_bytes_max) +
                                    " bytes");
        }
    } catch (...) {
        out.resize(start);
        throw;
    }
    std::string length;
    FieldWriter write_length(length);
    write_length(static_cast<std::uint32_t>(out.size() - start - frame_header_bytes));
    std::copy(length.begin(), length.end(), out.begin() + static_cast<std::ptrdiff_t>(start));
}

template <typename Variant, std::size_t Index = 0>
Variant decode_frame(const Frame& frame) {
    if constexpr (Index < std::variant_size_v<Variant>) {
        if (frame.type != first_type<Variant> + Index) {
            return decode_frame<Variant, Index + 1>(frame);
        }
        std::variant_alternative_t<Index, Variant> message;
        FieldReader read(frame.payload);
        fields(read, message);
        read.finish();
        return message;
    } else {
        throw ProtocolError("a message of an unknown type " + std::to_string(frame.type));
    }
}

}  // namespace

void encode(const HostMessage& message, std::uint64_t call, std::string& out) {
    encode_frame(message, call, out);
}
void encode(const WorkerMessage& message, std::uint64_t call, std::string& out) {
    encode_frame(message, call, out);
}
void encode(const ZygoteRequest& message, std::string& out) {
    encode_frame(message, 0, out);
}
void encode(const ZygoteReport& message, std::string& out) {
    encode_frame(message, 0, out);
}

HostMessage decode_host_message(const Frame& frame) {
    auto out = decode_frame<HostMessage>(frame);
    if (const auto* load = std::get_if<Load>(&out); load && load->version != protocol_version) {
        throw ProtocolError("the host speaks version " + std::to_string(load->version) +
                            " of the protocol and the worker version " +
                            std::to_string(protocol_version) +
                            ": oa and oa-worker are not of the same installation");
    }
    return out;
}
WorkerMessage decode_worker_message(const Frame& frame) {
    return decode_frame<WorkerMessage>(frame);
}
ZygoteRequest decode_zygote_request(const Frame& frame) {
    return decode_frame<ZygoteRequest>(frame);
}
ZygoteReport decode_zygote_report(const Frame& frame) {
    return decode_frame<ZygoteReport>(frame);
}

}  // namespace oa::host::isolation
