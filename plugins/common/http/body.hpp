#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace oa::http {

/// Takes a body piece by piece; what it throws ends the exchange.
using BodySink = std::function<void(std::string_view piece)>;

/// A body that is sent piece by piece, so that it needs no memory of its own.
class BodySource {
public:
    BodySource() = default;
    virtual ~BodySource() = default;
    BodySource(const BodySource&) = delete;
    BodySource& operator=(const BodySource&) = delete;

    /// Bytes, known before the first of them is sent.
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    /// Gives all of them, from the first one, each time: a redirect may ask for the body again.
    virtual void read(const BodySink& take) const = 0;
};

/// What to do with the body of a response.
struct BodyPlan {
    std::uint64_t size_max = 0;  // bytes, before and after unpacking
    bool cut = false;            // leave out what is longer, instead of failing
    bool unpack = true;          // undo the Content-Encoding
    BodySink sink = {};          // empty: it goes into Response::body
};

struct Response;
/// Asked once the head of a response is there. Without a plan the body is not read at all.
using BodyPlanner = std::function<std::optional<BodyPlan>(const Response& head)>;

}  // namespace oa::http
