#include "host/blob/run_call_blobs.hpp"

#include <utility>

#include "host/blob/blob_error.hpp"
#include "host/blob/blob_references.hpp"

namespace oa::host {

RunCallBlobs::RunCallBlobs(std::shared_ptr<core::BlobScope> scope,
                           std::vector<std::shared_ptr<const Blob>> inputs)
    : scope_(std::move(scope)), blobs_(RunBlobs::from(scope_.get())), inputs_(std::move(inputs)) {}

RunCallBlobs::~RunCallBlobs() = default;

std::optional<std::span<const std::byte>> RunCallBlobs::input(std::uint32_t index) const {
    if (index >= inputs_.size()) {
        return std::nullopt;
    }
    return inputs_[index]->bytes();
}

CallBlobs::Output RunCallBlobs::allocate(std::size_t size) {
    if (blobs_ == nullptr) {
        throw BlobError("exhausted", "this host passes no blobs on; give text or JSON instead");
    }
    BlobBuffer buffer = blobs_->allocate(size);
    const std::span<std::byte> memory = buffer.bytes();
    const std::lock_guard lock(mutex_);
    outputs_.push_back({std::move(buffer), nullptr});
    return {.index = static_cast<std::uint32_t>(inputs_.size() + outputs_.size() - 1),
            .memory = memory};
}

void RunCallBlobs::name_outputs(boost::json::value& output) {
    host::name_outputs(output, inputs_,
                       [this](std::uint32_t position) { return this->output(position); });
}

std::shared_ptr<const Blob> RunCallBlobs::output(std::uint32_t position) {
    const std::lock_guard lock(mutex_);
    if (position >= outputs_.size()) {
        return nullptr;
    }
    Made& made = outputs_[position];
    if (made.buffer) {
        BlobBuffer buffer = std::move(*made.buffer);
        made.buffer.reset();
        made.blob = blobs_->seal(std::move(buffer));
    }
    return made.blob;
}

}  // namespace oa::host
