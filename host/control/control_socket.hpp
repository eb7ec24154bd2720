#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <sys/un.h>

namespace oa::host::control {

inline constexpr std::size_t line_bytes_max = std::size_t{64} << 10U;

/// Owns a socket.
class Socket {
public:
    explicit Socket(int number) noexcept : number_(number) {}
    ~Socket();
    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&&) = delete;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }

private:
    int number_;
};

/// A Unix stream socket, close-on-exec. Throws std::system_error.
[[nodiscard]] Socket make_socket();
/// Throws std::runtime_error when the path is too long for a socket.
[[nodiscard]] sockaddr_un address_of(const std::filesystem::path& path);

/// Reads up to the first newline. Nothing when the peer closes first, says too much or takes longer
/// than `until`.
[[nodiscard]] std::optional<std::string> read_line(int socket,
                                                   std::chrono::steady_clock::time_point until);
/// False when the peer is gone or does not read until then.
[[nodiscard]] bool write_line(int socket,
                              std::string_view text,
                              std::chrono::steady_clock::time_point until);

}  // namespace oa::host::control
