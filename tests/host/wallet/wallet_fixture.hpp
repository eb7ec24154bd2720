#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "host/wallet/wallet_file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host {

constexpr PasswordStrength cheap{{19U << 10U, 1, 1}};
constexpr std::int64_t some_day = 1'769'860'800;  // 2026-01-31T12:00:00Z
constexpr std::string_view key_content = "0123456789abcdef0123456789abcdef";

inline WalletKey password_key(std::string_view text = "correct horse") {
    return WalletKey::of_password(text);
}
inline WalletKey file_key(std::string_view content = key_content) {
    return WalletKey::of_key_file(content);
}
inline WalletKey both_keys() {
    WalletKey key = password_key();
    key.key_file.emplace(key_content);
    return key;
}

inline WalletEntry entry_of(std::string_view value) {
    WalletEntry entry;
    entry.value = core::Secret(value);
    entry.kind = kind_of_value(value);
    entry.created = some_day;
    entry.updated = some_day;
    return entry;
}

/// What a call throws; empty when it throws nothing.
template <typename Error = WalletError, typename Call>
std::string thrown_by(const Call& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

/// A folder of its own, with a wallet that can be made in it.
struct WalletFixture : testing::Test {
    test::TemporaryFolder folder;
    std::vector<WalletAuditRecord> records;
    std::vector<std::string> warnings;

    [[nodiscard]] WalletSettings settings(std::string_view name = "wallet") {
        WalletSettings made;
        made.file = folder / name;
        made.now = [] { return some_day; };
        made.audit = [this](const WalletAuditRecord& record) { records.push_back(record); };
        made.warn = [this](const std::string& text) { warnings.push_back(text); };
        return made;
    }
    [[nodiscard]] WalletFile file(std::string_view name = "wallet") {
        return WalletFile(settings(name));
    }
    /// A wallet with one secret, `token`, under a key file.
    WalletFile made(const WalletKey& key = file_key(), std::string_view name = "wallet") {
        WalletFile made = file(name);
        CreateWallet options;
        options.strength = cheap;
        options.entries.emplace("token", entry_of("first value"));
        made.create(key, options);
        return made;
    }
    /// A file as somebody else would leave it, with mode 0600.
    std::string write_private(std::string_view name, std::string_view content) const {
        std::string path = folder.write(name, content);
        EXPECT_EQ(::chmod(path.c_str(), S_IRUSR | S_IWUSR), 0);
        return path;
    }
};

/// A secret's text, for comparing.
inline std::string text(const std::optional<core::Secret>& secret) {
    return secret ? std::string(secret->reveal()) : "(nothing)";
}

}  // namespace oa::host
