#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/wall_time.hpp"
#include "host/store/chain_hash.hpp"
#include "host/store/sqlite_database.hpp"

// The tokens that clients of a host show, as rows. What they mean is not the store's business. All
// of it throws SqliteError.
namespace oa::host {

struct StoredToken {
    std::string id;    ///< public
    std::string name;  ///< for people
    ChainHash hash{};  ///< SHA-256 of the secret, which is not kept
    std::string scopes;
    core::WallTime created;
    std::optional<core::WallTime> expires;  ///< nothing: never
    std::optional<core::WallTime> last_used;
    std::optional<core::WallTime> revoked;
    std::string created_by;  ///< for people

    friend bool operator==(const StoredToken&, const StoredToken&) = default;
};

/// Of a token's id, and when it was used.
using TokenUse = std::pair<std::string, core::WallTime>;

/// By the time of their making.
void each_token(SqliteDatabase& database, const std::function<void(const StoredToken& token)>& use);
void insert_token(SqliteDatabase& database, const StoredToken& token);
/// A later use that is known already stays. What is not there is left out.
void note_token_uses(SqliteDatabase& database, std::span<const TokenUse> uses);
/// False: there is no such token, or it was revoked before.
[[nodiscard]] bool revoke_token_row(SqliteDatabase& database,
                                    std::string_view id,
                                    core::WallTime now);
/// Those that ended, one way or the other, before that time; gives how many.
std::size_t remove_ended_tokens(SqliteDatabase& database, core::WallTime before);

}  // namespace oa::host
