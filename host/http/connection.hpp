#pragma once

#include <any>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/http/body_share.hpp"
#include "host/http/input_buffer.hpp"
#include "host/http/output_queue.hpp"
#include "host/http/poller.hpp"
#include "host/http/request_reader.hpp"
#include "host/http/transport.hpp"
#include "host/http/web_socket_frames.hpp"
#include "host/http/web_socket_strand.hpp"

namespace oa::host::http {

class ServerCore;
class Exchange;

/// What the answer of an exchange depends on.
struct AnswerPlan {
    std::uint64_t serial = 0;  ///< of the exchange on its connection
    bool is_head = false;      ///< HEAD: the answer has no body
    int minor = 1;             ///< of the version: HTTP/1.<minor>
    bool keeps_alive = true;   ///< as far as the request goes
    std::chrono::steady_clock::time_point began{};
};

/// One client. What comes in is read by the loop's thread alone; what goes out is written by
/// whoever answers, under the lock. Nobody but the loop closes the descriptor.
class Connection final : public std::enable_shared_from_this<Connection> {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Call = std::function<void()>;
    /// Surplus: one past the limits, which is answered 503.
    enum class Kind { Normal, Surplus };

    Connection(std::shared_ptr<ServerCore> core,
               Transport transport,
               std::string peer,
               std::uint64_t id,
               Kind kind,
               TimePoint now);

    // By the loop.
    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    [[nodiscard]] int descriptor() const noexcept { return transport_.descriptor(); }
    [[nodiscard]] const std::string& peer() const noexcept { return peer_; }
    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    void on_ready(const Poller::Event& event, TimePoint now);
    /// Goes on where input or output waits.
    void go_on(TimePoint now);
    /// Does what is due.
    void on_timer(TimePoint now);
    [[nodiscard]] Poller::Interest interest();
    /// When on_timer() has to be called, if nothing happens before.
    [[nodiscard]] TimePoint next_timer();
    [[nodiscard]] bool is_closed();  // by any thread
    /// After is_closed(), and after the poller has forgotten it.
    void release();
    /// The server stops. First: what waits for a request ends. Then: what would not end by itself.
    /// Last: everything.
    enum class StopStep { Idle, Endless, All };
    void stop(StopStep step, TimePoint now);
    /// A request is coming in, is being handled, or its answer is on its way.
    [[nodiscard]] bool is_busy();

    // By any thread; `plan.serial` or `serial` are of an exchange, and nothing is done when that
    // one is over.
    void respond(const AnswerPlan& plan, const HttpRequest& request, HttpResponse response);
    [[nodiscard]] bool begin_stream(const AnswerPlan& plan,
                                    const HttpRequest& request,
                                    HttpResponse head);
    [[nodiscard]] bool write_stream(std::uint64_t serial, std::string_view bytes);
    void end_stream(std::uint64_t serial);
    /// A stream that nobody will end: the client is to see that it is not whole.
    void abandon_stream(std::uint64_t serial);
    [[nodiscard]] bool begin_web_socket(const AnswerPlan& plan,
                                        const HttpRequest& request,
                                        const HttpResponse& head,
                                        WebSocketListener listener);
    [[nodiscard]] bool send_text(std::uint64_t serial, std::string_view text);
    void close_web_socket(std::uint64_t serial, std::uint16_t code, std::string_view reason);
    [[nodiscard]] std::size_t backlog(std::uint64_t serial);
    void when_below(std::uint64_t serial, std::size_t low, Call call);
    void on_gone(std::uint64_t serial, Call call);

private:
    enum class Phase {
        Handshake,
        Head,  // of a request; or nothing has come of one
        Body,
        Handling,   // a request is with the application
        Streaming,  // an answer that has begun
        WebSocket,
        Lingering,  // all is said; what the client still sends is dropped
        Closed,
    };
    enum class StreamBody { None, Chunked, UntilClose };
    struct Watch {
        std::size_t low = 0;
        Call call;
    };

    // connection.cpp, by the loop.
    [[nodiscard]] bool shake_hands();
    void read_input(TimePoint now);
    [[nodiscard]] IoResult read_some(std::span<char> into, bool& has_more);
    void take_bytes(std::string_view bytes, TimePoint now);
    void end_of_input();
    void settle(TimePoint now);
    void time_is_over(TimePoint now);
    // The same, with the lock held.
    [[nodiscard]] TimePoint deadline() const;
    [[nodiscard]] bool wants_input() const;
    void start_lingering(TimePoint now);

    // connection_output.cpp, with the lock held.
    void push(std::string bytes, TimePoint now);
    void flush(TimePoint now);
    void close();
    /// At once: what has not reached the client does not.
    void drop();
    void cut_off(std::string_view why);
    void tell_watches();
    void tell_gone();
    [[nodiscard]] bool is_current(Phase phase, std::uint64_t serial) const {
        return phase_ == phase && serial_ == serial;
    }
    /// What another thread did leaves something to the loop.
    [[nodiscard]] bool needs_loop() const;

    // connection_requests.cpp, by the loop.
    void process_input(TimePoint now);
    void hand_over_input(TimePoint now);
    [[nodiscard]] bool may_read_request();
    void input_has_ended(TimePoint now);
    void admit(TimePoint now);
    void await_body(TimePoint now);
    [[nodiscard]] bool has_room_for_body(TimePoint now);
    void start_exchange(TimePoint now);
    void refuse(const Refusal& refusal, TimePoint now);
    void send_refusal(HttpResponse response, bool keeps_alive, TimePoint now);
    void identify(HttpRequest& request);
    [[nodiscard]] AnswerPlan plan(TimePoint now) const;

    // connection_answers.cpp, with the lock held.
    [[nodiscard]] bool keeps_alive(const AnswerPlan& plan, const HttpResponse& response) const;
    void push_answer(const AnswerPlan& plan,
                     const HttpRequest& request,
                     HttpResponse response,
                     TimePoint now);
    void finish_answer(bool is_kept, TimePoint now);
    void push_chunk(std::string_view bytes, TimePoint now);
    /// The client gets what waits, and sees that it is not whole.
    void break_off_stream(TimePoint now);

    // connection_web_socket.cpp
    void receive_frames(std::string_view bytes, TimePoint now);
    void ping(TimePoint now);
    // With the lock held.
    void push_frames(std::string bytes, TimePoint now);
    /// The same, sent later. Whether the loop has to know.
    [[nodiscard]] bool gather_frames(std::string bytes, TimePoint now);
    void push_close(std::uint16_t code, std::string_view reason, TimePoint now);
    void leave_web_socket(TimePoint now);

    const std::shared_ptr<ServerCore> core_;
    const std::uint64_t id_;
    const std::string peer_;
    const Kind kind_;

    // Of the loop's thread.
    RequestReader reader_;
    BodyShare body_share_;
    InputBuffer input_;
    std::any context_;
    bool is_quick_ = false;
    bool is_fresh_ = false;  // a request has been answered, and nothing has come of the next one
    TimePoint request_at_;   // when the request that is coming in began, or accepted
    TimePoint body_at_{};
    std::size_t lingered_ = 0;  // bytes

    std::mutex mutex_;  // holds all that follows
    Transport transport_;
    OutputQueue output_;
    Phase phase_;
    std::uint64_t serial_ = 0;  // of the exchange that is, or was last
    std::uint64_t requests_ = 0;
    bool ends_after_output_ = false;
    bool input_ended_ = false;
    bool input_waits_ = false;       // the loop left some because of the phase
    bool read_wants_write_ = false;  // as TLS can
    bool write_is_watched_ = false;  // the loop waits for the socket to take more
    bool stream_is_kept_ = false;    // the connection, after the stream
    TimePoint idle_at_;              // since when no request is there
    TimePoint moved_at_;  // when the client last took bytes, or the first ones had to wait
    TimePoint linger_until_{};
    StreamBody stream_body_ = StreamBody::None;
    std::vector<Watch> watches_;
    std::vector<Call> gone_calls_;
    std::unique_ptr<WebSocketFrames> frames_;
    std::shared_ptr<WebSocketStrand> strand_;
    TimePoint ping_at_{};      // when the next one is due
    TimePoint close_until_{};  // the closing handshake
};

}  // namespace oa::host::http
