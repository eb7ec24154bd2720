#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "core/port/task_invoker.hpp"
#include "host/isolation/isolated_call.hpp"
#include "host/isolation/protocol/channel.hpp"
#include "host/plugin/call_context.hpp"

namespace oa::host::isolation {

/// Shared memory of a worker, mapped for reading. The worker may change it at any time, but not
/// take it away.
class MappedSegment {
public:
    /// Throws ProtocolError.
    MappedSegment(int descriptor, std::uint64_t size);
    ~MappedSegment();
    MappedSegment(const MappedSegment&) = delete;
    MappedSegment& operator=(const MappedSegment&) = delete;

    [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }

private:
    std::byte* data_ = nullptr;
    std::size_t size_;
};

/// By the worker's number for it.
using Segments = std::map<std::uint32_t, MappedSegment>;

/// Checks an announcement against its descriptor and maps it. Throws ProtocolError.
void take_segment(Segments& segments,
                  const Segment& segment,
                  const std::vector<Descriptor>& descriptors,
                  const CallLimits& limits);

/// The output blobs that a result names, in the memory that was announced. Throws ProtocolError.
[[nodiscard]] std::vector<std::span<const std::byte>> find_blobs(const Result& result,
                                                                 const Segments& segments,
                                                                 const CallLimits& limits);

/// Makes an outcome of a result, believing nothing of it; blobs stay numbers. Throws ProtocolError.
[[nodiscard]] core::Outcome read_result(Result result, const CallLimits& limits);

/// Makes blobs of the run out of those that the output names, and names them there as the run does.
void name_blobs(core::Outcome& outcome,
                const IsolatedCall& call,
                std::span<const std::span<const std::byte>> blobs);

/// The fields of a log line when they are a JSON object; otherwise nothing.
[[nodiscard]] std::string_view checked_fields(std::string_view fields);

}  // namespace oa::host::isolation
