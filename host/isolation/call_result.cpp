#include "host/isolation/call_result.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <boost/json.hpp>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "core/json/json.hpp"
#include "host/blob/blob_references.hpp"
#include "host/isolation/protocol/protocol_error.hpp"
#include "host/plugin/descriptor_text.hpp"

namespace oa::host::isolation {
namespace {

constexpr std::size_t segments_max = 1'024;
constexpr std::size_t message_bytes_max = 16'384;
constexpr std::size_t fields_bytes_max = 65'536;

constexpr std::array<std::string_view, 12> codes{
    "cancelled", "invalid_params", "deadline",    "not_found", "permission",    "unauthenticated",
    "exhausted", "precondition",   "unavailable", "conflict",  "unimplemented", "internal"};

boost::json::value read_output(const std::string& text, const CallLimits& limits) {
    if (text.empty() || text == "null") {
        return nullptr;
    }
    if (text.size() > limits.output_bytes_max) {
        throw ProtocolError("an output of " + std::to_string(text.size()) +
                            " bytes; the limit is " + std::to_string(limits.output_bytes_max));
    }
    try {
        return core::parse_json(text);
    } catch (const core::JsonError& error) {
        throw ProtocolError(std::string("an output that is not JSON: ") + error.what());
    }
}

}  // namespace

MappedSegment::MappedSegment(int descriptor, std::uint64_t size)
    : size_(static_cast<std::size_t>(size)) {
    void* const memory = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, descriptor, 0);
    if (memory == MAP_FAILED) {
        throw ProtocolError("shared memory that cannot be mapped");
    }
    data_ = static_cast<std::byte*>(memory);
}

MappedSegment::~MappedSegment() {
    ::munmap(data_, size_);
}

void take_segment(Segments& segments,
                  const Segment& segment,
                  const std::vector<Descriptor>& descriptors,
                  const CallLimits& limits) {
    if (descriptors.size() != 1) {
        throw ProtocolError("shared memory without its descriptor");
    }
    const int descriptor = descriptors.front().get();
    // First, since only what is sealed keeps the size that is looked at next.
    const int seals = ::fcntl(descriptor, F_GET_SEALS);
    if (seals < 0 || (static_cast<unsigned>(seals) & F_SEAL_SHRINK) == 0) {
        throw ProtocolError("shared memory that is not sealed against shrinking");
    }
    struct stat facts {};
    if (::fstat(descriptor, &facts) != 0 || facts.st_size <= 0 ||
        static_cast<std::uint64_t>(facts.st_size) != segment.size) {
        throw ProtocolError("shared memory of another size than it says");
    }
    if (segment.size > std::uint64_t{2} * limits.blob_bytes_max ||
        segments.size() == segments_max) {
        throw ProtocolError("more shared memory than a call may have");
    }
    if (!segments.try_emplace(segment.id, descriptor, segment.size).second) {
        throw ProtocolError("shared memory under a number that is taken");
    }
}

std::vector<std::span<const std::byte>> find_blobs(const Result& result,
                                                   const Segments& segments,
                                                   const CallLimits& limits) {
    std::vector<std::span<const std::byte>> out;
    std::uint64_t sum = 0;
    for (const BlobOutput& blob : result.blobs) {
        const auto found = segments.find(blob.segment);
        const auto bytes =
            found == segments.end() ? std::span<const std::byte>() : found->second.bytes();
        if (blob.size > bytes.size() || blob.offset > bytes.size() - blob.size) {
            throw ProtocolError("a blob outside of the shared memory that was announced");
        }
        sum += blob.size;
        if (sum > limits.blob_bytes_max) {
            throw ProtocolError("blobs of more than " + std::to_string(limits.blob_bytes_max) +
                                " bytes");
        }
        out.push_back(bytes.subspan(blob.offset, blob.size));
    }
    return out;
}

core::Outcome read_result(Result result, const CallLimits& limits) {
    core::Outcome out;
    out.output = read_output(result.output, limits);
    if (result.failure) {
        core::Failure& failure = *result.failure;
        if (std::find(codes.begin(), codes.end(), failure.code) == codes.end()) {
            throw ProtocolError("a failure with an unknown code");
        }
        failure.message = clean_utf8(failure.message, message_bytes_max);
        out.failure = std::move(failure);
    }
    return out;
}

void name_blobs(core::Outcome& outcome,
                const IsolatedCall& call,
                std::span<const std::span<const std::byte>> blobs) {
    RunBlobs* const run = RunBlobs::from(call.invocation().blobs.get());
    std::unordered_map<std::uint32_t, std::shared_ptr<const Blob>> copied;
    try {
        name_outputs(outcome.output, call.blobs(), [&](std::uint32_t position) {
            if (run == nullptr || position >= blobs.size()) {
                return std::shared_ptr<const Blob>();
            }
            auto& blob = copied[position];
            if (!blob) {
                blob = run->copy(blobs[position]);
            }
            return blob;
        });
    } catch (const BlobError& error) {
        // Where the call has failed anyway, that failure is the one to tell.
        outcome.output = nullptr;
        if (!outcome.failure) {
            outcome.failure = output_refused(call.function().subject, error);
        }
    }
}

std::string_view checked_fields(std::string_view fields) {
    if (fields.empty() || fields.size() > fields_bytes_max) {
        return {};
    }
    try {
        return core::parse_json(fields).is_object() ? fields : std::string_view{};
    } catch (const core::JsonError&) {
        return {};
    }
}

}  // namespace oa::host::isolation
