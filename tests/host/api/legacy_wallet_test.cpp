// The wallet as the older server offered it.

#include <gtest/gtest.h>

#include "tests/host/api/legacy_fixture.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;
using access::Scope;
using test_api::keys_of;
using test_api::LegacyTest;

TEST_F(LegacyTest, ShowsTheWallet) {
    const json::object open = get("/api/wallet/status");
    EXPECT_EQ(keys_of(open), "loaded secrets_count wallet_file wallet_type");
    EXPECT_EQ(get("/api/wallet/secrets"),
              (json::object{{"secrets", json::array{"key"}}, {"count", 1}}));
    EXPECT_EQ(keys_of(got({.method = "POST", .target = "/api/wallet/unload"})), "message success");
    const json::object closed = get("/api/wallet/status");
    EXPECT_EQ(keys_of(closed), "loaded message");
    EXPECT_EQ(closed.at("loaded"), false);
    EXPECT_EQ(get("/api/wallet/secrets", 400).at("code"), "no_wallet_loaded");
    EXPECT_EQ(get("/health").at("wallet_status"), "not_loaded");
    EXPECT_EQ(api.ask({.target = "/api/wallet/status"}, api.token({Scope::Run})).status, 403);
}

TEST_F(LegacyTest, LoadsTheWalletOfTheHostWithItsPassword) {
    const auto load = [&](const std::string& form, int status) {
        return post_form("/api/wallet/load", form, status);
    };
    EXPECT_EQ(load("wallet_file=wallet&master_password=wrong", 401).at("code"),
              "wallet_not_opened");
    EXPECT_TRUE(api.wallet.now.is_open) << "what was loaded before is gone";
    api.wallet.lock();
    EXPECT_EQ(load("wallet_file=wallet", 400).at("code"), "missing_password");
    EXPECT_EQ(load("wallet_file=other&master_password=right", 409).at("code"), "other_wallet");
    EXPECT_EQ(load("wallet_file=wallet&master_password=right&wallet_type=plain", 400).at("code"),
              "not_offered");
    EXPECT_EQ(load("master_password=right", 422).at("code"), "missing_field");
    EXPECT_EQ(load("wallet_file=%", 400).at("code"), "invalid_form");
    EXPECT_FALSE(api.wallet.now.is_open);
    const json::object loaded =
        load("wallet_file=%2Fvar%2Flib%2Fwallet&master_password=right&wallet_type=encrypted", 200);
    EXPECT_EQ(keys_of(loaded), "message secrets_count success wallet_file wallet_type");
    EXPECT_TRUE(api.wallet.now.is_open);
    api.wallet.now.is_configured = false;
    EXPECT_EQ(load("wallet_file=wallet&master_password=right", 404).at("code"), "no_wallet");
}

TEST_F(LegacyTest, MakesNoWallet) {
    EXPECT_EQ(post_form("/api/wallet/create", "wallet_file=new&master_password=x", 409).at("code"),
              "not_offered");
    EXPECT_EQ(post_form("/api/wallet/create", "secrets=x", 422).at("code"), "missing_field");
}

TEST_F(LegacyTest, ChangesSecretsWithThePasswordAlone) {
    const auto add = [&](const std::string& form, int status) {
        return post_form("/api/wallet/secret/add", form, status);
    };
    EXPECT_EQ(add("key=k&value=v", 400).at("code"), "missing_password");
    EXPECT_EQ(add("key=k&value=v&master_password=typo", 401).at("code"), "wallet_not_opened");
    EXPECT_EQ(add("key=k&master_password=right", 422).at("code"), "missing_field");
    EXPECT_TRUE(api.wallet.names.empty());
    EXPECT_EQ(keys_of(add("key=k&value=v&master_password=right", 200)),
              "message secrets_count success");
    EXPECT_EQ(api.wallet.names, std::vector<std::string>{"k"});
    const auto remove = [&](const std::string& form, int status) {
        return post_form("/api/wallet/secret/delete", form, status);
    };
    EXPECT_EQ(remove("key=key", 400).at("code"), "missing_password");
    EXPECT_EQ(remove("key=key&master_password=typo", 401).at("code"), "wallet_not_opened");
    EXPECT_EQ(remove("key=none&master_password=right", 404).at("code"), "no_such_secret");
    EXPECT_EQ(keys_of(remove("key=key&master_password=right", 200)),
              "message secrets_count success");
    api.wallet.lock();
    EXPECT_EQ(add("key=k&value=v&master_password=right", 400).at("code"), "no_wallet_loaded");
    EXPECT_EQ(remove("key=key&master_password=right", 400).at("code"), "no_wallet_loaded");
}

}  // namespace
}  // namespace oa::host
