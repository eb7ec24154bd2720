#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

// The fields of requests and answers that say who asks, as texts. What is ambiguous is nothing.
namespace oa::host::access {

/// Of "Bearer oat_...", with the scheme in any case; nothing for another scheme.
[[nodiscard]] std::optional<std::string_view> bearer_token(std::string_view authorization);

/// The name of the session's cookie. By https it is bound to this host and path by its prefix,
/// which browsers enforce.
[[nodiscard]] std::string_view session_cookie_name(bool is_https);
/// Its value in a field Cookie; nothing where there is none, or several: another host of the same
/// domain may have set one.
[[nodiscard]] std::optional<std::string_view> session_cookie(std::string_view cookie_field,
                                                             bool is_https);
/// For a field Set-Cookie: gone with the session, out of reach of scripts, and sent by pages of
/// this host alone.
[[nodiscard]] std::string set_session_cookie(std::string_view value,
                                             bool is_https,
                                             std::chrono::seconds lifetime);
/// The browser forgets it.
[[nodiscard]] std::string clear_session_cookie(bool is_https);

/// What a client offers as subprotocol to show a token in the handshake of a WebSocket, where a
/// browser can set no other field: "oa.token.oat_...". Never choose it for the answer.
inline constexpr std::string_view token_protocol_prefix = "oa.token.";
/// In a field Sec-WebSocket-Protocol. Nothing where there is none, or several.
[[nodiscard]] std::optional<std::string_view> protocol_token(std::string_view protocols_field);
/// Whether a client offers that subprotocol, in a field Sec-WebSocket-Protocol.
[[nodiscard]] bool offers_protocol(std::string_view protocols_field, std::string_view protocol);

}  // namespace oa::host::access
