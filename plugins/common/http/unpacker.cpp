#include "plugins/common/http/unpacker.hpp"

#include <array>
#include <cstddef>

#include <zlib.h>

#include "plugins/common/fault.hpp"

namespace oa::http {

namespace {

constexpr std::size_t piece_size = std::size_t{64} * 1024;
constexpr int zlib_window = 15;
constexpr int gzip_window = 16 + zlib_window;
constexpr int raw_window = -zlib_window;

/// The first two bytes of zlib's format name the method and are a multiple of 31.
bool is_zlib(unsigned char first, unsigned char second) {
    return (first & 0x0FU) == Z_DEFLATED && (first * 256U + second) % 31 == 0;
}

}  // namespace

struct Unpacker::State {
    State(bool gzip, const std::string& name) : is_gzip(gzip), peer(name) {}
    ~State() {
        if (begun) {
            ::inflateEnd(&stream);
        }
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    [[nodiscard]] Error broken() const {
        return common::fault(
            ErrorCode::Unavailable, Retry::Unknown,
            peer + ": the body is not valid or not complete " + (is_gzip ? "gzip" : "deflate"));
    }

    bool is_gzip;
    const std::string& peer;
    z_stream stream{};
    bool begun = false;
    bool complete = true;  // no part has begun that has not ended
    std::string held;      // the first byte of deflate, until there are two
    std::array<char, piece_size> out{};
};

bool Unpacker::knows(std::string_view coding) {
    return coding == "gzip" || coding == "x-gzip" || coding == "deflate";
}

Unpacker::Unpacker(std::string_view coding, const std::string& peer)
    : state_(std::make_unique<State>(coding != "deflate", peer)) {}

Unpacker::~Unpacker() = default;

void Unpacker::begin(std::string_view piece) {
    State& state = *state_;
    int window = gzip_window;
    if (!state.is_gzip) {
        window = is_zlib(static_cast<unsigned char>(piece[0]), static_cast<unsigned char>(piece[1]))
                     ? zlib_window
                     : raw_window;
    }
    if (::inflateInit2(&state.stream, window) != Z_OK) {
        throw exhausted(state.peer + ": there is no memory to unpack the body");
    }
    state.begun = true;
}

void Unpacker::take(std::string_view piece, const BodySink& sink) {
    State& state = *state_;
    std::string joined;
    if (!state.begun) {
        state.complete = state.complete && piece.empty();
        joined = state.held.append(piece);
        if (joined.size() < 2) {
            return;
        }
        piece = joined;
        begin(piece);
    }
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-*-cast): zlib reads bytes and changes none
    state.stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    state.stream.avail_in = static_cast<uInt>(piece.size());
    bool full = true;
    while (state.stream.avail_in > 0 || full) {
        if (state.complete && state.stream.avail_in > 0 && state.stream.total_in > 0) {
            // Several files of gzip in a row are one.
            if (!state.is_gzip || ::inflateReset(&state.stream) != Z_OK) {
                throw state.broken();
            }
        }
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes are bytes
        state.stream.next_out = reinterpret_cast<Bytef*>(state.out.data());
        state.stream.avail_out = static_cast<uInt>(state.out.size());
        const int result = ::inflate(&state.stream, Z_NO_FLUSH);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
            throw state.broken();
        }
        state.complete = result == Z_STREAM_END;
        full = state.stream.avail_out == 0 && !state.complete;
        if (const std::size_t count = state.out.size() - state.stream.avail_out; count > 0) {
            sink({state.out.data(), count});
        }
    }
}

void Unpacker::finish() {
    if (!state_->complete) {
        throw state_->broken();
    }
}

}  // namespace oa::http
