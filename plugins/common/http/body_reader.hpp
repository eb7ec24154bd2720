#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <string_view>

#include "oa/error.hpp"
#include "plugins/common/http/body.hpp"
#include "plugins/common/http/message.hpp"
#include "plugins/common/http/unpacker.hpp"

namespace oa::http {

/// The errors of an answer that is no HTTP, or only a part of one.
[[nodiscard]] Error malformed(const std::string& peer, const std::string& what);
[[nodiscard]] Error incomplete(const std::string& peer);

/// One line without its end, of at most 8 KiB.
[[nodiscard]] std::string read_line(std::istream& input, const std::string& peer);

/// Reads the body of one response under its framing, unpacks it, counts, and passes it on as it
/// comes. Holds none of it but what goes into Response::body.
class BodyReader {
public:
    /// All of them have to outlive this object.
    BodyReader(std::istream& input,
               const BodyPlan& plan,
               Response& response,
               const std::string& peer);

    void chunked();
    void sized(std::uint64_t size);
    void until_close();
    /// After one of these.
    void finish();

private:
    /// What is there of at most `size` bytes, at least one of them unless the stream has ended.
    std::size_t take_piece(std::uint64_t size);
    void take_exactly(std::uint64_t size);
    void pass_on(std::string_view piece);
    void pass_unpacked(std::string_view piece);
    [[nodiscard]] std::uint64_t chunk_size();
    /// Throws when that many more bytes are too many.
    void expect(std::uint64_t size) const;
    [[nodiscard]] Error too_long(std::string_view when) const;

    std::istream& input_;
    const BodyPlan& plan_;
    Response& response_;
    const std::string& peer_;
    std::string piece_;
    std::unique_ptr<Unpacker> unpacker_;
    BodySink unpacked_;
    std::uint64_t received_ = 0;  // bytes
    std::uint64_t passed_ = 0;    // bytes, unpacked
    bool cut_ = false;            // no more is wanted
};

}  // namespace oa::http
