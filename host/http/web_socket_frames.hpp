#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace oa::host::http {

/// The frames of one WebSocket, on the server's side: bytes in, messages out, and the bytes that
/// answer them. Not thread safe.
class WebSocketFrames {
public:
    /// `message_max`: bytes of a message that may come in.
    explicit WebSocketFrames(std::size_t message_max);
    ~WebSocketFrames();
    WebSocketFrames(const WebSocketFrames&) = delete;
    WebSocketFrames& operator=(const WebSocketFrames&) = delete;

    /// Appends whole messages to `texts`, and to `out` what has to be sent: pongs, the answer to a
    /// close, or a close that says what was wrong. Nothing that comes after a close is looked at.
    void receive(std::string_view bytes, std::string& out, std::vector<std::string>& texts);

    // What is appended to `out` is nothing after a close.
    void send_text(std::string_view text, std::string& out);
    void send_ping(std::string& out);
    /// A code that may not be sent becomes 1000; a reason is cut to what fits.
    void send_close(std::uint16_t code, std::string_view reason, std::string& out);

    /// The last ping has no answer yet.
    [[nodiscard]] bool awaits_pong() const noexcept { return awaits_pong_; }
    [[nodiscard]] bool has_sent_close() const noexcept { return has_sent_close_; }
    /// Both sides have closed, or the other one cannot be understood: the connection may end once
    /// all is sent.
    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

private:
    struct Context;  // keeps wslay out of every file that includes this one
    struct Frame;

    void take(const Frame& frame, std::string& out, std::vector<std::string>& texts);
    void take_data(const Frame& frame, std::string& out, std::vector<std::string>& texts);
    void take_control(const Frame& frame, std::string& out);
    void take_close(std::string& out);
    [[nodiscard]] std::uint16_t check_start(const Frame& frame) const;
    void send(std::uint8_t opcode, std::string_view payload, std::string& out);
    void fail(std::uint16_t code, std::string_view reason, std::string& out);

    const std::size_t message_max_;
    std::unique_ptr<Context> context_;
    std::string message_;  // what has come of one, over all its frames
    std::string control_;  // of a ping, pong or close
    bool in_message_ = false;
    bool in_frame_ = false;  // some of its payload has come, and not all
    std::uint64_t frame_left_ = 0;
    bool awaits_pong_ = false;
    bool has_sent_close_ = false;
    bool is_over_ = false;
};

}  // namespace oa::host::http
