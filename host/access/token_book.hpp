#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "core/secret/secret.hpp"
#include "core/wall_time.hpp"
#include "host/access/crypto.hpp"
#include "host/access/scope.hpp"

namespace oa::host::access {

/// What is known of a token, and may be shown.
struct TokenInfo {
    std::string id;    ///< public; part of the token
    std::string name;  ///< for people
    ScopeSet scopes;
    core::WallTime created;
    std::optional<core::WallTime> expires;  ///< from then on it counts for nothing; nothing: never
    std::optional<core::WallTime> last_used;
    std::optional<core::WallTime> revoked;
    std::string created_by;  ///< for people

    [[nodiscard]] bool is_live(core::WallTime now) const {
        return !revoked && (!expires || now < *expires);
    }
    friend bool operator==(const TokenInfo&, const TokenInfo&) = default;
};

/// A token as it is kept: without its secret.
struct TokenRecord {
    TokenInfo info;
    Hash hash{};  ///< token_hash() of the secret

    friend bool operator==(const TokenRecord&, const TokenRecord&) = default;
};

/// Of a token's id, and when it was used last.
using TokenUse = std::pair<std::string, core::WallTime>;

/// Where tokens are kept. Whatever cannot be done is thrown as std::runtime_error.
class TokenStorage {
public:
    virtual ~TokenStorage() = default;
    [[nodiscard]] virtual std::vector<TokenRecord> load() = 0;
    virtual void keep(const TokenRecord& token) = 0;
    virtual void revoke(const std::string& id, core::WallTime now) = 0;
    virtual void note_used(std::span<const TokenUse> uses) = 0;
    /// Removes those that were revoked, or expired, before that time.
    virtual void forget_ended(core::WallTime before) = 0;

protected:
    TokenStorage() = default;
    TokenStorage(const TokenStorage&) = default;
    TokenStorage& operator=(const TokenStorage&) = default;
};

/// Who has shown what he may do.
struct Principal {
    std::string token_id;
    std::string name;  ///< of the token
    ScopeSet scopes;

    friend bool operator==(const Principal&, const Principal&) = default;
};

/// Why a token is not taken. For the audit log: clients are told the same of all.
enum class TokenFault { Malformed, Unknown, Expired, Revoked };
[[nodiscard]] std::string_view to_string(TokenFault fault);

struct TokenRefusal {
    TokenFault fault = TokenFault::Unknown;
    std::string token_id;  ///< as it was shown; empty: malformed
};

[[nodiscard]] Hash token_hash(std::string_view secret);

struct NewToken {
    std::string name;
    ScopeSet scopes;
    std::optional<std::chrono::seconds> lifetime = std::chrono::days(90);  ///< nothing: for ever
    std::string created_by;
};

struct CreatedToken {
    TokenInfo info;
    core::Secret text;  ///< nobody sees it again
};

enum class Revocation {
    Done,
    NoSuchToken,  ///< or it was revoked before
    LastAdmin,    ///< nobody could make tokens any more: say that it is meant
};

/// All tokens of a host, in memory; changes go to the storage first. Thread safe. Asking never
/// waits for the storage.
class TokenBook {
public:
    /// The storage is borrowed. Throws what it throws.
    explicit TokenBook(TokenStorage& storage, Randomness randomness = system_randomness());
    TokenBook(const TokenBook&) = delete;
    TokenBook& operator=(const TokenBook&) = delete;

    /// Throws std::invalid_argument for a token without a name or a scope, or with a lifetime that
    /// is none; what the storage throws, and then there is no such token.
    [[nodiscard]] CreatedToken create(const NewToken& wanted, core::WallTime now);

    /// One that is not there takes as long as one that is, and a wrong secret as long as a right
    /// one.
    [[nodiscard]] std::variant<Principal, TokenRefusal> authenticate(std::string_view text,
                                                                     core::WallTime now);
    /// For what stands for a token that was shown before: a session, an open WebSocket. Nothing
    /// when it has ended meanwhile. Is no use of it.
    [[nodiscard]] std::optional<Principal> principal_of(const std::string& token_id,
                                                        core::WallTime now) const;

    /// What throws leaves the token as it was.
    Revocation revoke(const std::string& token_id, core::WallTime now, bool is_forced = false);
    /// By the time of their making; those that have ended among them.
    [[nodiscard]] std::vector<TokenInfo> list() const;
    /// Whether there is any with Admin that has not ended.
    [[nodiscard]] bool has_admin(core::WallTime now) const;

    /// Brings the uses since the last time to the storage; what throws leaves them for the next.
    void flush();
    /// Removes what ended before that time, here and in the storage.
    void forget_ended(core::WallTime before);

private:
    void note_used(const TokenRecord& token, core::WallTime now);

    TokenStorage& storage_;
    const Randomness randomness_;
    std::mutex changing_;       // one change at a time; taken before mutex_
    mutable std::mutex mutex_;  // for what follows; never held while the storage is asked
    std::unordered_map<std::string, TokenRecord> tokens_;
    std::map<std::string, core::WallTime> uses_;  // that the storage does not know of
};

}  // namespace oa::host::access
