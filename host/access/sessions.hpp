#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/secret/secret.hpp"
#include "host/access/crypto.hpp"

namespace oa::host::access {

struct SessionSettings {
    std::chrono::seconds lifetime = std::chrono::hours(12);  ///< of a session, whatever is done
    std::chrono::seconds idle_max = std::chrono::hours(1);   ///< between two uses
    std::size_t count_max = 1000;
    std::size_t per_token_max = 20;  ///< one more ends the one that was used longest ago
};

/// What a browser gets for a token, so that it need not keep that. In memory: a restart of the host
/// ends them all. Only hashes of the cookies are kept, and found by them. Thread safe. Whether the
/// token still counts is asked elsewhere, at each use.
class Sessions {
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit Sessions(SessionSettings settings = {}, Randomness randomness = system_randomness());
    Sessions(const Sessions&) = delete;
    Sessions& operator=(const Sessions&) = delete;

    /// The value of the cookie, 256 bits. Nothing: there are too many sessions.
    [[nodiscard]] std::optional<core::Secret> sign_in(const std::string& token_id, Time now);
    /// The token that the session stands for; nothing when it has ended. Is a use of it.
    [[nodiscard]] std::optional<std::string> use(std::string_view cookie, Time now);
    /// For what a session has opened: whether it has not ended. Is no use of it.
    [[nodiscard]] bool is_open(const Hash& session, Time now) const;
    /// False: there was none.
    bool sign_out(std::string_view cookie);
    void end_those_of(const std::string& token_id);
    [[nodiscard]] std::size_t count() const;

private:
    struct Session {
        std::string token_id;
        Time begun;
        Time used;
    };
    using Table = std::map<Hash, Session>;

    [[nodiscard]] bool has_ended(const Session& session, Time now) const;
    void make_room_for(const std::string& token_id, Time now);

    const SessionSettings settings_;
    const Randomness randomness_;
    mutable std::mutex mutex_;
    Table sessions_;  // by the hash of the cookie
};

/// The name of a session, for what it opens.
[[nodiscard]] Hash session_of(std::string_view cookie);

/// What a page has to send along with every change, so that no other page can make a browser do it:
/// made from the cookie, which pages cannot read, so that the host can tell a page again after it
/// was reloaded, and needs not keep it.
[[nodiscard]] std::string csrf_token_for(std::string_view cookie);
/// In a time that does not depend on where it differs.
[[nodiscard]] bool is_csrf_token_for(std::string_view cookie, std::string_view shown);

}  // namespace oa::host::access
