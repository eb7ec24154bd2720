#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/vault/kv_vault.hpp"
#include "tests/host/vault/vault_server.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// Files, a clock and settings for a client of a VaultServer.
class VaultScene {
public:
    /// A file that only its owner can reach.
    std::string write_private(const std::string& name, const std::string& content) const {
        std::string file = folder_.write(name, content);
        std::filesystem::permissions(file, std::filesystem::perms(0600));
        return file;
    }
    [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

    /// With a token file that has "hvs.good" in it, which the server takes.
    host::vault::VaultSettings with_token(VaultServer& server) const {
        server.accept("hvs.good");
        host::vault::VaultSettings out;
        out.address = server.address();
        out.token_file = write_private("token", "hvs.good\n");
        return out;
    }
    /// With AppRole, whose tokens are good for so many seconds.
    host::vault::VaultSettings with_role(VaultServer& server, unsigned lease_seconds) const {
        server.set_role("reader", "5f1c-secret-id", lease_seconds);
        host::vault::VaultSettings out;
        out.address = server.address();
        out.role_id = "reader";
        out.secret_id_file = write_private("secret_id", "5f1c-secret-id\n");
        return out;
    }

    /// A clock that the test moves, and pauses that are noted and not made.
    host::vault::VaultTime time() {
        return {[this] { return now_; },
                [this](std::chrono::milliseconds pause) { pauses_.push_back(pause.count()); }};
    }
    void go_on(std::chrono::milliseconds by) { now_ += by; }
    [[nodiscard]] const std::vector<long>& pauses() const { return pauses_; }

private:
    TemporaryFolder folder_;
    std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
    std::vector<long> pauses_;
};

/// The value; "(none)" when there is none.
inline std::string found(const host::vault::SecretProvider& provider, const std::string& key) {
    const auto secret = provider.find(key, "");
    return secret ? std::string(secret->reveal()) : "(none)";
}

/// Why it fails; empty when it does not.
inline std::string failure(const host::vault::SecretProvider& provider, const std::string& key) {
    try {
        static_cast<void>(provider.find(key, ""));
        return {};
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace oa::test
