#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "host/blob/call_blobs.hpp"
#include "host/isolation/worker/shared_blobs.hpp"

namespace oa::host::isolation::worker {

/// The blobs of a call in a worker: what the host sent or lets map, and shared memory for what the
/// function makes.
class WorkerCallBlobs final : public CallBlobs {
public:
    using Input = std::variant<std::string, MappedBlob>;

    /// `shared` outlives this object.
    WorkerCallBlobs(SharedBlobs& shared, std::uint64_t call, std::vector<Input> inputs);
    ~WorkerCallBlobs() override;
    WorkerCallBlobs(const WorkerCallBlobs&) = delete;
    WorkerCallBlobs& operator=(const WorkerCallBlobs&) = delete;

    [[nodiscard]] std::optional<std::span<const std::byte>> input(
        std::uint32_t index) const override;
    [[nodiscard]] Output allocate(std::size_t size) override;
    /// The host does it.
    void name_outputs(boost::json::value& output) override;

    /// What was allocated, in the order of its indices.
    [[nodiscard]] std::vector<BlobOutput> outputs() const;

private:
    SharedBlobs& shared_;
    const std::uint64_t call_;
    const std::vector<Input> inputs_;
    mutable std::mutex mutex_;
    std::vector<BlobOutput> outputs_;
};

/// What a Run says of input blobs, with the descriptors that came with it. Throws ProtocolError
/// when they do not fit, and std::bad_alloc.
[[nodiscard]] std::vector<WorkerCallBlobs::Input> take_inputs(
    std::vector<BlobInput> blobs, const std::vector<Descriptor>& descriptors);

}  // namespace oa::host::isolation::worker
