#include "host/vault/kv_vault.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "core/display_text.hpp"
#include "host/vault/answer_cache.hpp"
#include "host/vault/kv_answer.hpp"
#include "host/vault/token_source.hpp"
#include "host/vault/vault_address.hpp"
#include "host/vault/vault_client.hpp"

namespace oa::host::vault {
namespace {

[[noreturn]] void refuse(const char* setting, const std::string& why) {
    throw std::invalid_argument(std::string("vault.") + setting + ": " + why);
}

VaultAddress checked_address(const VaultSettings& settings) {
    VaultAddress address;
    try {
        address = parse_vault_address(settings.address);
    } catch (const std::invalid_argument& error) {
        refuse("address", error.what());
    }
    if (!address.secure && !settings.allow_http && !is_this_machine(address)) {
        refuse("address",
               "plain http would show the token and all secrets to the network; use https, or set "
               "vault.allow_http where the network itself is protected");
    }
    return address;
}

std::string checked_mount(const std::string& mount) {
    auto encoded = encode_path(mount);
    if (!encoded) {
        refuse("mount", "it is no path such as secret or team/kv, without / at its ends");
    }
    return std::move(*encoded);
}

void check_identity(const VaultSettings& settings) {
    const bool has_role = !settings.role_id.empty();
    if (has_role != !settings.secret_id_file.empty()) {
        refuse(has_role ? "secret_id_file" : "role_id", "AppRole needs role_id and secret_id_file");
    }
    if (has_role == !settings.token_file.empty()) {
        refuse("token_file", has_role
                                 ? "there is a role_id too; only one of them can be used"
                                 : "neither this nor role_id is there, so that the host cannot "
                                   "say who it is");
    }
}

void check_numbers(const VaultSettings& settings) {
    if (settings.timeout.count() <= 0 || settings.connect_timeout.count() <= 0) {
        refuse("timeout", "it has to be more than 0");
    }
    if (settings.cache.count() < 0) {
        refuse("cache", "it cannot be less than 0");
    }
}

void check_namespace(const std::string& name) {
    if (std::any_of(name.begin(), name.end(), [](char c) { return c <= ' ' || c > '~'; })) {
        refuse("namespace", "it has blanks or letters beyond ASCII in it");
    }
}

}  // namespace

KvVault::KvVault(VaultSettings settings, VaultTime time)
    : settings_(std::move(settings)),
      address_(checked_address(settings_).text()),
      encoded_mount_(checked_mount(settings_.mount)) {
    check_namespace(settings_.name_space);
    check_identity(settings_);
    check_numbers(settings_);
    client_ = std::make_unique<VaultClient>(settings_, time);
    tokens_ = make_token_source(settings_, *client_, time);
    cache_ = std::make_unique<AnswerCache>(settings_.cache, std::move(time));
}

KvVault::~KvVault() = default;

std::string KvVault::name() const {
    return "the vault " + address_;
}

std::optional<core::Secret> KvVault::find(std::string_view key, std::string_view /*user*/) const {
    const KvKey wanted = parse_kv_key(key);
    try {
        const auto body = cache_->get(wanted.asked(), [this, &wanted] { return read(wanted); });
        return *body ? field_of((*body)->reveal(), wanted) : std::nullopt;
    } catch (const std::exception& error) {
        throw std::runtime_error("the secret '" + core::single_line(wanted.asked()) + "' of " +
                                 name() + " cannot be read: " + error.what());
    }
}

std::optional<core::Secret> KvVault::read(const KvKey& key) const {
    return read_path(key, settings_.mount + "/data/" + core::single_line(key.path));
}

std::optional<core::Secret> KvVault::read_path(const KvKey& key,
                                               const std::string& data_path) const {
    const TimePoint deadline = std::chrono::steady_clock::now() + settings_.timeout;
    VaultCall call;
    call.target = "/v1/" + encoded_mount_ + "/data/" + key.encoded_path;
    if (key.version) {
        call.target += "?version=" + std::to_string(*key.version);
    }
    core::Secret token = tokens_->token(deadline);
    call.token = &token;
    HttpAnswer answer = client_->ask(call, deadline);
    if (answer.status == 403) {
        tokens_->refused(token);
        if (core::Secret other = tokens_->token(deadline); !other.equals(token.reveal())) {
            token = std::move(other);
            answer = client_->ask(call, deadline);
        }
    }
    const auto said = [&answer, &token] { return said_in(answer, {&token}); };
    if (answer.status == 200) {
        return has_secret(answer.body.reveal()) ? std::optional(std::move(answer.body))
                                                : std::nullopt;
    }
    if (answer.status == 404) {
        if (says_missing(answer)) {
            return std::nullopt;
        }
        throw std::runtime_error("it has no KV store, version 2, there (" + said() +
                                 "): check vault.mount and vault.namespace");
    }
    if (answer.status == 403) {
        throw std::runtime_error("it is refused (" + said() + "): a policy has to allow read on " +
                                 data_path + "; check " + tokens_->description() +
                                 ", whether it has expired, and vault.mount and vault.namespace");
    }
    const std::string wait = answer.retry_after.empty()
                                 ? std::string()
                                 : ", try again in " + core::shorten(answer.retry_after, 40) + " s";
    throw std::runtime_error("the server fails (" + said() + wait + ")");
}

}  // namespace oa::host::vault
