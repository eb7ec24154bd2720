#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "plugins/common/http/body.hpp"

namespace oa::http {

/// Undoes a Content-Encoding piece by piece, checksums and all.
class Unpacker {
public:
    /// Whether it knows the coding, in lower case: gzip, x-gzip or deflate (with the head and end
    /// of zlib, or without, as some servers send it).
    [[nodiscard]] static bool knows(std::string_view coding);

    /// `peer` is for messages and has to outlive this object.
    Unpacker(std::string_view coding, const std::string& peer);
    ~Unpacker();
    Unpacker(const Unpacker&) = delete;
    Unpacker& operator=(const Unpacker&) = delete;

    /// Unpacks a piece into pieces of at most 64 KiB. Throws oa::Error UNAVAILABLE for data that is
    /// not of the coding.
    void take(std::string_view piece, const BodySink& sink);
    /// Throws the same unless the data was complete, or there was none at all.
    void finish();

private:
    struct State;
    void begin(std::string_view piece);

    std::unique_ptr<State> state_;
};

}  // namespace oa::http
