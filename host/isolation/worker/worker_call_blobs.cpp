#include "host/isolation/worker/worker_call_blobs.hpp"

#include <string_view>
#include <utility>

#include "host/blob/blob_error.hpp"
#include "host/isolation/protocol/protocol_error.hpp"

namespace oa::host::isolation::worker {
namespace {

std::span<const std::byte> bytes_of(const std::string& bytes) {
    return std::as_bytes(std::span<const char>(bytes));
}

std::span<const std::byte> bytes_of(const MappedBlob& blob) {
    static constexpr std::byte nothing{};
    // One without a byte is not mapped.
    return {blob.size() == 0 ? &nothing : static_cast<const std::byte*>(blob.data()), blob.size()};
}

}  // namespace

WorkerCallBlobs::WorkerCallBlobs(SharedBlobs& shared, std::uint64_t call, std::vector<Input> inputs)
    : shared_(shared), call_(call), inputs_(std::move(inputs)) {}

WorkerCallBlobs::~WorkerCallBlobs() = default;

std::optional<std::span<const std::byte>> WorkerCallBlobs::input(std::uint32_t index) const {
    if (index >= inputs_.size()) {
        return std::nullopt;
    }
    return std::visit([](const auto& input) { return bytes_of(input); }, inputs_[index]);
}

CallBlobs::Output WorkerCallBlobs::allocate(std::size_t size) {
    // One lock around both: the order of the list is the order of the indices.
    const std::lock_guard lock(mutex_);
    const auto block = shared_.allocate(call_, size);
    if (!block) {
        throw BlobError("exhausted", "the worker process has no shared memory for a blob of " +
                                         std::to_string(size) +
                                         " bytes; raise the module's limit memory");
    }
    outputs_.push_back(block->place);
    return {.index = static_cast<std::uint32_t>(inputs_.size() + outputs_.size() - 1),
            .memory = {static_cast<std::byte*>(block->memory), size}};
}

void WorkerCallBlobs::name_outputs(boost::json::value& /*output*/) {}

std::vector<BlobOutput> WorkerCallBlobs::outputs() const {
    const std::lock_guard lock(mutex_);
    return outputs_;
}

std::vector<WorkerCallBlobs::Input> take_inputs(std::vector<BlobInput> blobs,
                                                const std::vector<Descriptor>& descriptors) {
    std::vector<WorkerCallBlobs::Input> out;
    out.reserve(blobs.size());
    std::size_t used = 0;
    for (BlobInput& blob : blobs) {
        if (!blob.mapped) {
            out.emplace_back(std::move(blob.bytes));
        } else if (used < descriptors.size()) {
            out.emplace_back(MappedBlob(descriptors[used++], blob.size));
        } else {
            throw ProtocolError("an input blob came without its descriptor");
        }
    }
    if (used != descriptors.size()) {
        throw ProtocolError("a call came with descriptors that nothing refers to");
    }
    return out;
}

}  // namespace oa::host::isolation::worker
