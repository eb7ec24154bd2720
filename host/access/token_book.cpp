#include "host/access/token_book.hpp"

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "host/access/token_text.hpp"

namespace oa::host::access {

std::string_view to_string(TokenFault fault) {
    switch (fault) {
        case TokenFault::Malformed: return "malformed";
        case TokenFault::Unknown: return "unknown";
        case TokenFault::Expired: return "expired";
        case TokenFault::Revoked: return "revoked";
    }
    return "unknown";
}

Hash token_hash(std::string_view secret) {
    return hash_of("", secret);
}

TokenBook::TokenBook(TokenStorage& storage, Randomness randomness)
    : storage_(storage), randomness_(std::move(randomness)) {
    for (TokenRecord& token : storage_.load()) {
        std::string id = token.info.id;
        tokens_.emplace(std::move(id), std::move(token));
    }
}

CreatedToken TokenBook::create(const NewToken& wanted, core::WallTime now) {
    if (wanted.name.empty() || wanted.scopes.empty()) {
        throw std::invalid_argument("a token needs a name and at least one scope");
    }
    if (wanted.lifetime && *wanted.lifetime <= std::chrono::seconds(0)) {
        throw std::invalid_argument("a token needs a lifetime of a second or more");
    }
    const std::lock_guard changing(changing_);
    const core::Secret secret = random_secret_text(randomness_);
    TokenRecord token;
    token.info.id = random_token_id(randomness_);
    token.info.name = wanted.name;
    token.info.scopes = wanted.scopes;
    token.info.created = now;
    if (wanted.lifetime) {
        token.info.expires = now + *wanted.lifetime;
    }
    token.info.created_by = wanted.created_by;
    token.hash = token_hash(secret.reveal());
    storage_.keep(token);
    CreatedToken created{token.info, write_token(token.info.id, secret.reveal())};
    const std::lock_guard lock(mutex_);
    tokens_.emplace(token.info.id, std::move(token));
    return created;
}

std::variant<Principal, TokenRefusal> TokenBook::authenticate(std::string_view text,
                                                              core::WallTime now) {
    const std::optional<TokenParts> parts = read_token(text);
    if (!parts) {
        return TokenRefusal{TokenFault::Malformed, {}};
    }
    TokenRefusal refusal{TokenFault::Unknown, std::string(parts->id)};
    const Hash shown = token_hash(parts->secret);
    static const TokenRecord nobody{};  // its hash is that of no text that anybody knows
    const std::lock_guard lock(mutex_);
    const auto found = tokens_.find(refusal.token_id);
    const TokenRecord& token = found != tokens_.end() ? found->second : nobody;
    if (!are_equal(token.hash, shown) || found == tokens_.end()) {
        return refusal;
    }
    if (!token.info.is_live(now)) {
        refusal.fault = token.info.revoked ? TokenFault::Revoked : TokenFault::Expired;
        return refusal;
    }
    note_used(token, now);
    return Principal{token.info.id, token.info.name, token.info.scopes};
}

void TokenBook::note_used(const TokenRecord& token, core::WallTime now) {
    core::WallTime& use = uses_[token.info.id];
    use = std::max(use, now);
}

std::optional<Principal> TokenBook::principal_of(const std::string& token_id,
                                                 core::WallTime now) const {
    const std::lock_guard lock(mutex_);
    const auto found = tokens_.find(token_id);
    if (found == tokens_.end() || !found->second.info.is_live(now)) {
        return std::nullopt;
    }
    const TokenInfo& info = found->second.info;
    return Principal{info.id, info.name, info.scopes};
}

Revocation TokenBook::revoke(const std::string& token_id, core::WallTime now, bool is_forced) {
    const std::lock_guard changing(changing_);
    {
        const std::lock_guard lock(mutex_);
        const auto found = tokens_.find(token_id);
        if (found == tokens_.end() || found->second.info.revoked) {
            return Revocation::NoSuchToken;
        }
        const auto is_live_admin = [&](const TokenInfo& info) {
            return info.scopes.allows(Scope::Admin) && info.is_live(now);
        };
        const bool has_another = std::any_of(tokens_.begin(), tokens_.end(), [&](const auto& one) {
            return one.first != token_id && is_live_admin(one.second.info);
        });
        if (!is_forced && is_live_admin(found->second.info) && !has_another) {
            return Revocation::LastAdmin;
        }
    }
    storage_.revoke(token_id, now);
    const std::lock_guard lock(mutex_);
    tokens_.at(token_id).info.revoked = now;
    return Revocation::Done;
}

std::vector<TokenInfo> TokenBook::list() const {
    std::vector<TokenInfo> tokens;
    {
        const std::lock_guard lock(mutex_);
        tokens.reserve(tokens_.size());
        for (const auto& [id, token] : tokens_) {
            tokens.push_back(token.info);
            const auto use = uses_.find(id);
            if (use != uses_.end()) {
                tokens.back().last_used = use->second;
            }
        }
    }
    std::sort(tokens.begin(), tokens.end(), [](const TokenInfo& left, const TokenInfo& right) {
        return std::tie(left.created, left.id) < std::tie(right.created, right.id);
    });
    return tokens;
}

bool TokenBook::has_admin(core::WallTime now) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(tokens_.begin(), tokens_.end(), [&](const auto& one) {
        return one.second.info.scopes.allows(Scope::Admin) && one.second.info.is_live(now);
    });
}

void TokenBook::flush() {
    const std::lock_guard changing(changing_);
    std::vector<TokenUse> uses;
    {
        const std::lock_guard lock(mutex_);
        uses.assign(uses_.begin(), uses_.end());
    }
    if (uses.empty()) {
        return;
    }
    storage_.note_used(uses);
    const std::lock_guard lock(mutex_);
    for (const auto& [id, at] : uses) {
        const auto token = tokens_.find(id);
        if (token != tokens_.end()) {
            token->second.info.last_used = at;
        }
        const auto noted = uses_.find(id);
        if (noted != uses_.end() && noted->second == at) {
            uses_.erase(noted);
        }
    }
}

void TokenBook::forget_ended(core::WallTime before) {
    const std::lock_guard changing(changing_);
    storage_.forget_ended(before);
    const std::lock_guard lock(mutex_);
    std::erase_if(tokens_, [&](const auto& one) {
        const TokenInfo& info = one.second.info;
        return (info.revoked && *info.revoked < before) || (info.expires && *info.expires < before);
    });
}

}  // namespace oa::host::access
