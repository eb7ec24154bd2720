#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "core/port/blob_scope.hpp"
#include "host/blob/blob_store.hpp"
#include "host/blob/call_blobs.hpp"

namespace oa::host {

/// The blobs of a call that runs in the host's own process: those of its run.
class RunCallBlobs final : public CallBlobs {
public:
    /// `scope` may be null: the call can then make no blobs.
    RunCallBlobs(std::shared_ptr<core::BlobScope> scope,
                 std::vector<std::shared_ptr<const Blob>> inputs);
    ~RunCallBlobs() override;
    RunCallBlobs(const RunCallBlobs&) = delete;
    RunCallBlobs& operator=(const RunCallBlobs&) = delete;

    [[nodiscard]] std::optional<std::span<const std::byte>> input(
        std::uint32_t index) const override;
    [[nodiscard]] Output allocate(std::size_t size) override;
    void name_outputs(boost::json::value& output) override;

private:
    // One of the two, or, when sealing it failed, none.
    struct Made {
        std::optional<BlobBuffer> buffer;
        std::shared_ptr<const Blob> blob;
    };
    [[nodiscard]] std::shared_ptr<const Blob> output(std::uint32_t position);

    const std::shared_ptr<core::BlobScope> scope_;
    RunBlobs* const blobs_;
    const std::vector<std::shared_ptr<const Blob>> inputs_;
    std::mutex mutex_;
    std::deque<Made> outputs_;
};

}  // namespace oa::host
