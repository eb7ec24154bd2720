#include "host/cli/store_tokens.hpp"

namespace oa::host {

std::vector<access::TokenRecord> StoreTokens::load() {
    std::vector<access::TokenRecord> tokens;
    for (const StoredToken& stored : store_.tokens()) {
        access::TokenRecord token;
        token.info.id = stored.id;
        token.info.name = stored.name;
        token.info.scopes = access::parse_scopes(stored.scopes);
        token.info.created = stored.created;
        token.info.expires = stored.expires;
        token.info.last_used = stored.last_used;
        token.info.revoked = stored.revoked;
        token.info.created_by = stored.created_by;
        token.hash = stored.hash;
        tokens.push_back(std::move(token));
    }
    return tokens;
}

void StoreTokens::keep(const access::TokenRecord& token) {
    StoredToken stored;
    stored.id = token.info.id;
    stored.name = token.info.name;
    stored.scopes = to_string(token.info.scopes);
    stored.created = token.info.created;
    stored.expires = token.info.expires;
    stored.last_used = token.info.last_used;
    stored.revoked = token.info.revoked;
    stored.created_by = token.info.created_by;
    stored.hash = token.hash;
    store_.keep_token(stored);
}

void StoreTokens::revoke(const std::string& id, core::WallTime now) {
    static_cast<void>(store_.revoke_token(id, now));
}

void StoreTokens::note_used(std::span<const access::TokenUse> uses) {
    store_.note_tokens_used(uses);
}

void StoreTokens::forget_ended(core::WallTime before) {
    static_cast<void>(store_.forget_tokens(before));
}

}  // namespace oa::host
