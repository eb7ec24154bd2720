#include "host/vault/token_source.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "core/secret/wiped_buffer.hpp"
#include "core/secret/wiped_json.hpp"
#include "host/vault/kv_answer.hpp"
#include "host/vault/private_file.hpp"

namespace oa::host::vault {
namespace {

namespace json = boost::json;

/// What may stand in a header.
bool is_token(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

/// Read each time, since whoever renews the token replaces the file.
class TokenFile final : public TokenSource {
public:
    explicit TokenFile(std::filesystem::path file) : file_(std::move(file)) {}

    core::Secret token(TimePoint /*deadline*/) override {
        core::Secret token = read_private_file(file_, "the token file");
        if (!is_token(token.reveal())) {
            throw std::runtime_error("the token file " + file_.string() +
                                     " has something else in it than one token");
        }
        return token;
    }
    void refused(const core::Secret& /*token*/) override {}
    [[nodiscard]] std::string description() const override {
        return "the token in " + file_.string();
    }

private:
    std::filesystem::path file_;
};

/// What a login gives.
struct Login {
    core::Secret token;
    std::chrono::seconds lease{0};  ///< 0: for ever
    TimePoint asked;                ///< when the lease began, at the earliest
};

/// Nothing when it is not the answer to a login.
std::optional<Login> login_of(std::string_view body) {
    core::WipedMemory memory;
    try {
        const json::value answer = core::parse_wiped(body, memory);
        const json::object& auth = answer.as_object().at("auth").as_object();
        const json::string& token = auth.at("client_token").as_string();
        Login out{core::Secret({token.data(), token.size()}),
                  std::chrono::seconds(auth.at("lease_duration").to_number<std::uint32_t>()),
                  {}};
        return is_token(out.token.reveal()) ? std::optional(std::move(out)) : std::nullopt;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

/// Logs in when it has no token, or one whose lease is about to end.
class AppRole final : public TokenSource {
public:
    AppRole(const VaultSettings& settings, const VaultClient& client, const VaultTime& time)
        : role_id_(settings.role_id),
          secret_id_file_(settings.secret_id_file),
          client_(client),
          time_(time) {}

    core::Secret token(TimePoint deadline) override {
        std::unique_lock lock(mutex_);
        if (!logged_in_.wait_until(lock, deadline, [this] { return !is_logging_in_; })) {
            throw std::runtime_error("the login by AppRole took too long");
        }
        if (!token_.empty() && (!ends_ || time_.now() < *ends_)) {
            return token_.clone();
        }
        is_logging_in_ = true;
        lock.unlock();
        try {
            Login login = log_in(deadline);
            lock.lock();
            keep(std::move(login));
        } catch (const std::exception&) {
            if (!lock.owns_lock()) {
                lock.lock();
            }
            finish();
            throw;
        }
        finish();
        return token_.clone();
    }

    void refused(const core::Secret& token) override {
        const std::scoped_lock lock(mutex_);
        if (token_.equals(token.reveal())) {
            token_ = core::Secret();
        }
    }

    [[nodiscard]] std::string description() const override {
        return "the policies of the role that vault.role_id names";
    }

private:
    core::Secret body(const core::Secret& secret_id) const {
        core::WipedMemory memory;
        const std::string_view text = secret_id.reveal();
        core::WipedBuffer out;
        out.append(R"({"role_id":)");
        core::append_wiped_json(
            out, json::value(json::string_view(role_id_), json::storage_ptr(&memory)));
        out.append(R"(,"secret_id":)");
        core::append_wiped_json(out, json::value(json::string_view(text.data(), text.size()),
                                                 json::storage_ptr(&memory)));
        out.push('}');
        return core::Secret(out.view());
    }

    [[nodiscard]] Login log_in(TimePoint deadline) const {
        const core::Secret secret_id = read_private_file(secret_id_file_, "the secret_id_file");
        const core::Secret request = body(secret_id);
        VaultCall call;
        call.target = "/v1/auth/approle/login";
        call.body = &request;
        const TimePoint asked = time_.now();
        const HttpAnswer answer = client_.ask(call, deadline);
        if (answer.status != 200) {
            throw std::runtime_error("the login by AppRole failed (" +
                                     said_in(answer, {&secret_id}) +
                                     "): check vault.role_id, and whether the secret id in " +
                                     secret_id_file_.string() + " is still good");
        }
        auto login = login_of(answer.body.reveal());
        if (!login) {
            throw std::runtime_error("the answer to the login by AppRole has no token in it");
        }
        login->asked = asked;
        return std::move(*login);
    }

    void keep(Login login) {
        token_ = std::move(login.token);
        ends_.reset();
        if (login.lease.count() > 0) {
            // A tenth earlier, so that it does not end on the way.
            ends_ = login.asked + std::chrono::milliseconds(login.lease) * 9 / 10;
        }
    }

    void finish() {
        is_logging_in_ = false;
        logged_in_.notify_all();
    }

    std::string role_id_;
    std::filesystem::path secret_id_file_;
    const VaultClient& client_;
    VaultTime time_;
    std::mutex mutex_;
    std::condition_variable logged_in_;
    bool is_logging_in_ = false;     ///< by one thread, for all
    core::Secret token_;             ///< empty: not logged in
    std::optional<TimePoint> ends_;  ///< nothing: never
};

}  // namespace

std::unique_ptr<TokenSource> make_token_source(const VaultSettings& settings,
                                               const VaultClient& client,
                                               const VaultTime& time) {
    if (!settings.token_file.empty()) {
        return std::make_unique<TokenFile>(settings.token_file);
    }
    return std::make_unique<AppRole>(settings, client, time);
}

}  // namespace oa::host::vault
