#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <boost/json/fwd.hpp>

#include "core/run/status.hpp"
#include "host/blob/blob_error.hpp"
#include "host/blob/blob_store.hpp"

/// How blobs travel with JSON. Between tasks a value refers to a blob of its run by
///     {"$blob": "b2-256:<64 hex>", "size": 123, "media_type": "image/png"}
/// and within a call, which numbers its blobs, by {"$blob": 0, "size": 123, ...}; other members are
/// the function's own. The two functions below change the one into the other on the host's side of
/// a call, wherever the function runs:
///
///     BlobParams given = take_inputs(invocation.params, RunBlobs::from(invocation.blobs.get()));
///     // run the function with given.text; given.inputs[i] is its input blob i (a worker gets
///     // Blob::descriptor() to map, or Blob::bytes() of a small one). Its outputs are numbered
///     // after them: the first one is given.inputs.size().
///     name_outputs(output, given.inputs, [&](std::uint32_t position) {
///         return position < announced.size() ? blobs->copy(announced[position]) : nullptr;
///     });
namespace oa::host {

struct BlobParams {
    std::shared_ptr<const std::string> text;  ///< as given, unless it names blobs
    std::vector<std::shared_ptr<const Blob>> inputs;
};

/// Parameters as the function sees them, and the blobs that they name: each once, in the order of
/// its first place. `params` is JSON text that the host wrote, or null; text without "$blob" is not
/// even parsed. `blobs` may be null: a run without any. Throws BlobError, which names the place:
/// "not_found", or "invalid_params" for a "$blob" that is no digest.
[[nodiscard]] BlobParams take_inputs(std::shared_ptr<const std::string> params,
                                     const RunBlobs* blobs);

/// The blob at a position among the outputs of a call, or null when there is none. Called once for
/// each place that names it. May throw BlobError.
using OutputBlobs = std::function<std::shared_ptr<const Blob>(std::uint32_t position)>;

/// Replaces the indices in a function's output by digests and sizes. Throws BlobError, which names
/// the place: "internal" for an index that was never given or a "$blob" that is no index; the
/// output is then of no use.
void name_outputs(boost::json::value& output,
                  std::span<const std::shared_ptr<const Blob>> inputs,
                  const OutputBlobs& outputs);

/// The failure of a call that was not made, or whose output is of no use, for its blobs. `subject`
/// names the function: "module http function get".
[[nodiscard]] core::Failure not_called(const std::string& subject, const BlobError& error);
[[nodiscard]] core::Failure output_refused(const std::string& subject, const BlobError& error);

}  // namespace oa::host
