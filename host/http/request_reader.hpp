#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "host/http/chunk_decoder.hpp"
#include "host/http/head_check.hpp"
#include "host/http/head_parser.hpp"
#include "host/http/http_message.hpp"
#include "host/http/input_buffer.hpp"
#include "host/http/refusal.hpp"

namespace oa::host::http {

/// Makes requests of the bytes of a connection, one after the other. After Head the owner decides
/// (request() has all but the body) and calls accept() or drain(); after Whole it takes the
/// request. After Refused nothing that follows on the connection can be understood.
class RequestReader {
public:
    enum class Step { More, Head, Whole, Refused };

    explicit RequestReader(const HeadLimits& limits) : check_(limits) {}

    /// Consumes what it understands of `input`.
    [[nodiscard]] Step read(InputBuffer& input);
    /// The body may come, and be so long. False: it says that it is longer, or not how long it is.
    [[nodiscard]] bool accept(std::size_t body_max);
    /// Nobody wants the body. True when it was all in `input`: then the next request begins behind
    /// it, once this one is taken.
    [[nodiscard]] bool drain(InputBuffer& input);

    [[nodiscard]] const HttpRequest& request() const noexcept { return request_; }
    [[nodiscard]] HttpRequest& request() noexcept { return request_; }
    /// The reader is then ready for the next one.
    [[nodiscard]] HttpRequest take();

    /// The client waits for 100 Continue before it sends the body.
    [[nodiscard]] bool expects_continue() const noexcept { return expects_continue_; }
    /// Of the version: HTTP/1.<minor>.
    [[nodiscard]] int minor() const noexcept { return minor_; }
    /// The client wants to send more requests after this one.
    [[nodiscard]] bool keeps_alive() const noexcept { return keeps_alive_; }
    /// A head has been read and its body is being waited for.
    [[nodiscard]] bool in_body() const noexcept { return part_ == Part::Body; }
    [[nodiscard]] std::size_t body_size() const noexcept { return request_.body.size(); }
    [[nodiscard]] const Refusal& refusal() const noexcept { return refusal_; }

private:
    enum class Part { Start, Head, Body };
    enum class Framing { None, Length, Chunked };

    [[nodiscard]] Step read_head(InputBuffer& input);
    [[nodiscard]] Step read_body(InputBuffer& input);
    [[nodiscard]] bool take_head(SplitHead head);
    [[nodiscard]] Refusal check_host(const std::string& authority) const;
    [[nodiscard]] Refusal read_framing();
    [[nodiscard]] Refusal read_length(std::string_view text);
    [[nodiscard]] Refusal read_expectation();
    void read_persistence();
    bool refuse(Refusal refusal);

    HeadCheck check_;
    Part part_ = Part::Start;
    HttpRequest request_;
    int minor_ = 1;
    bool keeps_alive_ = true;
    bool expects_continue_ = false;
    bool skipped_line_ = false;  // the empty one that may stand before a request
    Framing framing_ = Framing::None;
    std::uint64_t length_ = 0;
    std::size_t body_max_ = 0;
    ChunkDecoder chunks_;
    Refusal refusal_;
};

}  // namespace oa::host::http
