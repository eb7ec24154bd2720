#include "host/store/token_rows.hpp"

#include "host/store/run_rows.hpp"

namespace oa::host {

void each_token(SqliteDatabase& database,
                const std::function<void(const StoredToken& token)>& use) {
    SqliteStatement statement(database,
                              "SELECT id, name, hash, scopes, created, expires, last_used, "
                              "revoked, created_by FROM tokens ORDER BY created, id");
    while (statement.step()) {
        StoredToken token;
        token.id = statement.text(0);
        token.name = statement.text(1);
        const auto hash = hash_from(statement.bytes(2));
        if (!hash) {
            throw StoreDamaged(database.file().string() + ": token " + token.id +
                               ": its row in `tokens` is damaged");
        }
        token.hash = *hash;
        token.scopes = statement.text(3);
        token.created = to_time(statement.number(4));
        token.expires = perhaps_time(statement, 5);
        token.last_used = perhaps_time(statement, 6);
        token.revoked = perhaps_time(statement, 7);
        token.created_by = statement.text(8);
        use(token);
    }
}

void insert_token(SqliteDatabase& database, const StoredToken& token) {
    SqliteStatement(database,
                    "INSERT INTO tokens (id, name, hash, scopes, created, expires, last_used, "
                    "revoked, created_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
        .bind(1, std::string_view(token.id))
        .bind(2, std::string_view(token.name))
        .bind(3, std::span<const std::byte>(token.hash))
        .bind(4, std::string_view(token.scopes))
        .bind(5, to_column(token.created))
        .bind(6, perhaps_column(token.expires))
        .bind(7, perhaps_column(token.last_used))
        .bind(8, perhaps_column(token.revoked))
        .bind(9, std::string_view(token.created_by))
        .run();
}

void note_token_uses(SqliteDatabase& database, std::span<const TokenUse> uses) {
    for (const auto& [id, at] : uses) {
        SqliteStatement(database,
                        "UPDATE tokens SET last_used = max(ifnull(last_used, ?2), ?2) "
                        "WHERE id = ?1")
            .bind(1, std::string_view(id))
            .bind(2, to_column(at))
            .run();
    }
}

bool revoke_token_row(SqliteDatabase& database, std::string_view id, core::WallTime now) {
    SqliteStatement statement(
        database, "UPDATE tokens SET revoked = ?2 WHERE id = ?1 AND revoked IS NULL RETURNING id");
    statement.bind(1, id).bind(2, to_column(now));
    const bool was_there = statement.step();
    statement.run();
    return was_there;
}

std::size_t remove_ended_tokens(SqliteDatabase& database, core::WallTime before) {
    SqliteStatement statement(database,
                              "DELETE FROM tokens WHERE revoked < ?1 OR expires < ?1 RETURNING id");
    statement.bind(1, to_column(before));
    std::size_t removed = 0;
    while (statement.step()) {
        ++removed;
    }
    return removed;
}

}  // namespace oa::host
