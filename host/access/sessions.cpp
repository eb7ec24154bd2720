#include "host/access/sessions.hpp"

#include <utility>

#include "host/access/token_text.hpp"

namespace oa::host::access {
Sessions::Sessions(SessionSettings settings, Randomness randomness)
    : settings_(settings), randomness_(std::move(randomness)) {}

std::optional<core::Secret> Sessions::sign_in(const std::string& token_id, Time now) {
    core::Secret cookie = random_secret_text(randomness_);
    const std::lock_guard lock(mutex_);
    make_room_for(token_id, now);
    if (sessions_.size() >= settings_.count_max) {
        return std::nullopt;
    }
    sessions_.insert_or_assign(session_of(cookie.reveal()), Session{token_id, now, now});
    return cookie;
}

void Sessions::make_room_for(const std::string& token_id, Time now) {
    std::erase_if(sessions_, [&](const auto& one) { return has_ended(one.second, now); });
    std::size_t count = 0;
    auto oldest = sessions_.end();
    for (auto one = sessions_.begin(); one != sessions_.end(); ++one) {
        if (one->second.token_id == token_id) {
            ++count;
            if (oldest == sessions_.end() || one->second.used < oldest->second.used) {
                oldest = one;
            }
        }
    }
    if (oldest != sessions_.end() && count >= settings_.per_token_max) {
        sessions_.erase(oldest);
    }
}

std::optional<std::string> Sessions::use(std::string_view cookie, Time now) {
    const Hash place = session_of(cookie);
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(place);
    if (found == sessions_.end()) {
        return std::nullopt;
    }
    if (has_ended(found->second, now)) {
        sessions_.erase(found);
        return std::nullopt;
    }
    found->second.used = now;
    return found->second.token_id;
}

bool Sessions::is_open(const Hash& session, Time now) const {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(session);
    return found != sessions_.end() && !has_ended(found->second, now);
}

bool Sessions::has_ended(const Session& session, Time now) const {
    return now - session.begun >= settings_.lifetime || now - session.used >= settings_.idle_max;
}

bool Sessions::sign_out(std::string_view cookie) {
    const Hash place = session_of(cookie);
    const std::lock_guard lock(mutex_);
    return sessions_.erase(place) > 0;
}

void Sessions::end_those_of(const std::string& token_id) {
    const std::lock_guard lock(mutex_);
    std::erase_if(sessions_, [&](const auto& one) { return one.second.token_id == token_id; });
}

std::size_t Sessions::count() const {
    const std::lock_guard lock(mutex_);
    return sessions_.size();
}

Hash session_of(std::string_view cookie) {
    return hash_of("oa session\n", cookie);
}

std::string csrf_token_for(std::string_view cookie) {
    return base62_of(hash_of("oa csrf\n", cookie));
}

bool is_csrf_token_for(std::string_view cookie, std::string_view shown) {
    return are_equal(hash_of("", csrf_token_for(cookie)), hash_of("", shown));
}

}  // namespace oa::host::access
