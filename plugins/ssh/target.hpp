#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "oa/call.hpp"

namespace oa::ssh {

enum class HostKeyCheck : std::uint8_t { Strict, AcceptNew, Insecure };
enum class Family : std::uint8_t { Any, IPv4, IPv6 };

/// Who to connect to, and how to log in.
struct Target {
    std::string host;
    std::uint16_t port = 22;
    Family family = Family::Any;
    std::string user;

    std::string private_key;       ///< text
    std::string private_key_file;  ///< path
    std::string passphrase;
    std::string password;
    std::optional<bool>
        agent;  ///< nothing: where the environment names one and nothing else is given
    std::string agent_socket;

    HostKeyCheck host_key_check = HostKeyCheck::Strict;
    std::string host_key;     ///< "SHA256:..."; the only one that is accepted
    std::string known_hosts;  ///< path

    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds keepalive{15'000};  ///< 0: none

    /// "host:port", for messages.
    [[nodiscard]] std::string name() const;
    /// As known_hosts names it: "host" or "[host]:port".
    [[nodiscard]] std::string known_name() const;
};

[[nodiscard]] Target target_params(Call& call);

/// "~" and "~/..." with the home of the user who runs the host.
[[nodiscard]] std::string local_path(const std::string& path);
[[nodiscard]] std::string home_folder();
/// The name of the user who runs the host.
[[nodiscard]] std::string local_user();

/// A parameter without NUL bytes.
[[nodiscard]] std::string plain_text(Call& call, std::string_view name, std::string fallback = "");

}  // namespace oa::ssh
