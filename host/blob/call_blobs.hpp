#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <boost/json/fwd.hpp>

namespace oa::host {

/// The blobs of one call, as the function's side sees them: in the host's process those of the run
/// (RunCallBlobs), in a worker process mapped descriptors and shared memory.
///
/// A call numbers its blobs in one row: inputs 0 .. n-1, as its parameters name them, then outputs
/// n, n+1 ... in the order of allocate(). So an output that passes an input on unchanged names the
/// right one. Every member may be called from any thread.
class CallBlobs {
public:
    virtual ~CallBlobs() = default;

    /// Nothing when no input has this index. [valid: as long as this object]
    [[nodiscard]] virtual std::optional<std::span<const std::byte>> input(
        std::uint32_t index) const = 0;

    struct Output {
        std::uint32_t index = 0;
        std::span<std::byte> memory;  ///< to be filled; never null, whatever its size
                                      ///< [valid: as long as this object, until name_outputs()]
    };
    /// Throws BlobError ("exhausted").
    [[nodiscard]] virtual Output allocate(std::size_t size) = 0;

    /// Replaces every {"$blob": index} in the output by what it is called outside of the call.
    /// Once, after the function has returned. A worker leaves that to the host and does nothing.
    /// Throws BlobError.
    virtual void name_outputs(boost::json::value& output) = 0;

protected:
    CallBlobs() = default;
    CallBlobs(const CallBlobs&) = default;
    CallBlobs& operator=(const CallBlobs&) = default;
};

}  // namespace oa::host
