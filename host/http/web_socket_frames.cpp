// wslay splits and makes frames; what a sequence of them means, and which ones are allowed, is
// decided here. Its interface for events would decide some of it, and keep what fragments bring in
// pieces of memory that the client chooses the number of.
#include "host/http/web_socket_frames.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include <wslay/wslay.h>

#include "core/expression/cel/utf8.hpp"

namespace oa::host::http {
namespace {

constexpr std::size_t control_max = 125;

/// A code that stands in a frame (RFC 6455, 7.4, and what is registered since).
bool is_close_code(unsigned code) {
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code <= 4999);
}

/// As much of a text as fits, without half a character at its end.
std::string_view cut(std::string_view text, std::size_t size_max) {
    if (text.size() <= size_max) {
        return text;
    }
    while (size_max > 0 && core::cel::continues_character(text[size_max])) {
        --size_max;
    }
    return text.substr(0, size_max);
}

}  // namespace

struct WebSocketFrames::Frame {
    std::uint8_t opcode;
    bool is_final;
    bool is_masked;
    std::uint8_t reserved;
    std::uint64_t size;
    std::string_view part;  ///< of the payload
};

struct WebSocketFrames::Context {
    Context() {
        const wslay_frame_callbacks callbacks{write, read, nullptr};
        if (wslay_frame_context_init(&frames, &callbacks, this) != 0) {
            throw std::bad_alloc();
        }
    }
    ~Context() { wslay_frame_context_free(frames); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    static ssize_t write(const std::uint8_t* data, std::size_t size, int, void* self) {
        auto* const out = static_cast<Context*>(self)->out;
        out->append(reinterpret_cast<const char*>(data), size);
        return static_cast<ssize_t>(size);
    }
    static ssize_t read(std::uint8_t* into, std::size_t size, int, void* self) {
        std::string_view& in = static_cast<Context*>(self)->in;
        const std::size_t count = std::min(size, in.size());
        std::memcpy(into, in.data(), count);
        in.remove_prefix(count);
        return count == 0 ? -1 : static_cast<ssize_t>(count);
    }

    wslay_frame_context_ptr frames = nullptr;
    std::string_view in;
    std::string* out = nullptr;
};

WebSocketFrames::WebSocketFrames(std::size_t message_max)
    : message_max_(message_max), context_(std::make_unique<Context>()) {}

WebSocketFrames::~WebSocketFrames() = default;

void WebSocketFrames::receive(std::string_view bytes,
                              std::string& out,
                              std::vector<std::string>& texts) {
    context_->in = bytes;
    while (!is_over_) {
        wslay_frame_iocb frame{};
        const ssize_t got = wslay_frame_recv(context_->frames, &frame);
        if (got == WSLAY_ERR_WANT_READ) {
            return;
        }
        if (got < 0) {
            fail(WSLAY_CODE_PROTOCOL_ERROR, "a frame that is none", out);
            return;
        }
        take({frame.opcode,
              frame.fin != 0,
              frame.mask != 0,
              frame.rsv,
              frame.payload_length,
              {reinterpret_cast<const char*>(frame.data), frame.data_length}},
             out, texts);
    }
}

// What is wrong with a frame that begins; 0: nothing.
std::uint16_t WebSocketFrames::check_start(const Frame& frame) const {
    if (!frame.is_masked || frame.reserved != 0) {
        return WSLAY_CODE_PROTOCOL_ERROR;
    }
    switch (frame.opcode) {
        case WSLAY_TEXT_FRAME:
            if (in_message_) {
                return WSLAY_CODE_PROTOCOL_ERROR;
            }
            break;
        case WSLAY_CONTINUATION_FRAME:
            if (!in_message_) {
                return WSLAY_CODE_PROTOCOL_ERROR;
            }
            break;
        case WSLAY_BINARY_FRAME:
            return in_message_ ? WSLAY_CODE_PROTOCOL_ERROR : WSLAY_CODE_UNSUPPORTED_DATA;
        case WSLAY_CONNECTION_CLOSE:
        case WSLAY_PING:
        case WSLAY_PONG: return 0;
        default: return WSLAY_CODE_PROTOCOL_ERROR;
    }
    return frame.size > message_max_ - message_.size() ? WSLAY_CODE_MESSAGE_TOO_BIG : 0;
}

void WebSocketFrames::take(const Frame& frame, std::string& out, std::vector<std::string>& texts) {
    if (!in_frame_) {
        if (const std::uint16_t code = check_start(frame)) {
            fail(code, code == WSLAY_CODE_MESSAGE_TOO_BIG ? "the message is too long" : "", out);
            return;
        }
        frame_left_ = frame.size;
    }
    frame_left_ -= frame.part.size();
    in_frame_ = frame_left_ > 0;
    if (wslay_is_ctrl_frame(frame.opcode)) {
        take_control(frame, out);
    } else {
        take_data(frame, out, texts);
    }
}

void WebSocketFrames::take_data(const Frame& frame,
                                std::string& out,
                                std::vector<std::string>& texts) {
    message_.append(frame.part);
    in_message_ = in_frame_ || !frame.is_final;
    if (in_message_) {
        return;
    }
    if (!core::cel::is_utf8(message_)) {
        fail(WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA, "the text is not UTF-8", out);
        return;
    }
    // After our close nobody listens any more; the other side's is what is waited for.
    if (!has_sent_close_) {
        texts.push_back(std::move(message_));
    }
    message_ = {};
}

void WebSocketFrames::take_control(const Frame& frame, std::string& out) {
    control_.append(frame.part);
    if (in_frame_) {
        return;
    }
    if (frame.opcode == WSLAY_PING) {
        send(WSLAY_PONG, control_, out);
    } else if (frame.opcode == WSLAY_PONG) {
        awaits_pong_ = false;
    } else {
        take_close(out);
    }
    control_.clear();
}

void WebSocketFrames::take_close(std::string& out) {
    const unsigned code = control_.size() < 2 ? 0U
                                              : static_cast<unsigned char>(control_[0]) * 256U +
                                                    static_cast<unsigned char>(control_[1]);
    if (!control_.empty() && !is_close_code(code)) {
        fail(WSLAY_CODE_PROTOCOL_ERROR, "a close with a code that is none", out);
    } else if (!control_.empty() && !core::cel::is_utf8(std::string_view(control_).substr(2))) {
        fail(WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA, "the reason is not UTF-8", out);
    } else {
        send(WSLAY_CONNECTION_CLOSE, control_, out);
        has_sent_close_ = true;
        is_over_ = true;
    }
}

void WebSocketFrames::send(std::uint8_t opcode, std::string_view payload, std::string& out) {
    if (has_sent_close_) {
        return;
    }
    context_->out = &out;
    wslay_frame_iocb frame{};
    frame.fin = 1;
    frame.opcode = opcode;
    frame.payload_length = payload.size();
    frame.data = reinterpret_cast<const std::uint8_t*>(payload.data());
    frame.data_length = payload.size();
    // The sink takes everything at once.
    static_cast<void>(wslay_frame_send(context_->frames, &frame));
    context_->out = nullptr;
}

void WebSocketFrames::send_text(std::string_view text, std::string& out) {
    send(WSLAY_TEXT_FRAME, text, out);
}

void WebSocketFrames::send_ping(std::string& out) {
    send(WSLAY_PING, {}, out);
    awaits_pong_ = true;
}

void WebSocketFrames::send_close(std::uint16_t code, std::string_view reason, std::string& out) {
    const std::uint16_t good =
        is_close_code(code) ? code : std::uint16_t{WSLAY_CODE_NORMAL_CLOSURE};
    std::string payload;
    payload += static_cast<char>(good / 256U);
    payload += static_cast<char>(good % 256U);
    payload += cut(reason, control_max - payload.size());
    send(WSLAY_CONNECTION_CLOSE, payload, out);
    has_sent_close_ = true;
}

void WebSocketFrames::fail(std::uint16_t code, std::string_view reason, std::string& out) {
    send_close(code, reason, out);
    is_over_ = true;
}

}  // namespace oa::host::http
