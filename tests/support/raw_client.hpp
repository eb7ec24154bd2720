#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace oa::test {

/// An answer as it came. Names of fields are in lower case; of several with one name the last one
/// counts.
struct RawAnswer {
    int status = 0;
    std::map<std::string, std::string> fields;
    std::string body;    ///< without the framing of chunks
    bool whole = false;  ///< it did not end before its length or its last chunk
};

/// A TCP connection to 127.0.0.1 that sends exactly the bytes it is told to. Nothing waits longer
/// than ten seconds.
class RawClient {
public:
    /// `receive_buffer`: bytes that the system holds before they are read; 0: as many as it likes.
    /// Throws std::runtime_error when nobody listens.
    explicit RawClient(int port, int receive_buffer = 0);
    /// Has its descriptor, and no connection yet.
    RawClient();
    void connect(int port) const;
    ~RawClient();
    RawClient(RawClient&& other) noexcept;
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// False when the other end does not take them all.
    bool send(std::string_view bytes) const;
    /// A byte at a time, with a pause behind each, until the other end says something. False when
    /// it never does.
    bool drip(std::string_view bytes, std::chrono::milliseconds pause) const;
    void end_sending() const;
    /// The connection breaks (RST), and is not closed properly.
    void reset();

    /// The next answer; `is_head`: it has no body whatever it says. Answers 100 are passed over.
    /// Nothing at the end of the connection, or when the time is over.
    [[nodiscard]] std::optional<RawAnswer> answer(bool is_head = false);
    /// Up to and with `mark`; what has come when the connection ends before.
    [[nodiscard]] std::string read_to(std::string_view mark);
    /// So many bytes, or what has come when the connection ends before.
    [[nodiscard]] std::string read_bytes(std::size_t count);
    /// All that comes until the connection ends; nothing when it does not.
    [[nodiscard]] std::optional<std::string> read_to_end();
    /// Whether the connection ends, and nothing comes before.
    [[nodiscard]] bool is_closed();

private:
    enum class Came { Bytes, End, Late };
    Came receive();
    [[nodiscard]] bool fill(std::size_t count);
    [[nodiscard]] bool read_chunks(std::string& body);

    int socket_ = -1;
    std::string bytes_;  // came, and not yet read
    bool ended_ = false;
};

}  // namespace oa::test
