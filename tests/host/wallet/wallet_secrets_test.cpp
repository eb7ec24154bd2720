#include "host/wallet/wallet_secrets.hpp"

#include <atomic>
#include <thread>

#include "tests/host/wallet/wallet_fixture.hpp"

namespace oa::host {
namespace {

struct WalletSecretsTest : WalletFixture {
    std::vector<std::string> problems;

    WalletSecrets secrets(const WalletFile& file) {
        return {file, file_key(), [this](const std::string& text) { problems.push_back(text); }};
    }
};

TEST_F(WalletSecretsTest, GivesSecretsByName) {
    const auto source = secrets(made());
    EXPECT_EQ(source.keys(), (std::vector<std::string>{"token"}));
    EXPECT_EQ(text(source.find(core::SecretStore::Wallet, "token", "run 1")), "first value");
    EXPECT_FALSE(source.find(core::SecretStore::Wallet, "tokens", "run 1"));
    EXPECT_EQ(records.back().action, WalletAuditRecord::Action::Used);
    EXPECT_EQ(records.back().names, (std::vector<std::string>{"token"}));
    EXPECT_EQ(records.back().detail, "run 1");
}

TEST_F(WalletSecretsTest, SeesNewSecrets) {
    const WalletFile file = made();
    const auto source = secrets(file);
    file.modify(file_key(), [](Wallet& open) {
        open.set("token", core::Secret("second value"));
        open.set("more", core::Secret("some value"));
    });
    EXPECT_EQ(text(source.find(core::SecretStore::Wallet, "token", "run 1")), "second value");
    EXPECT_EQ(source.keys().size(), 2U);
    EXPECT_EQ(source.info().generation, 2U);
    EXPECT_TRUE(problems.empty());
}

TEST_F(WalletSecretsTest, KeepsTheOldOnesWhenTheNewCannotBeOpened) {
    const WalletFile file = made();
    const auto source = secrets(file);
    write_private("wallet", "OAWALLET and nothing else");
    EXPECT_EQ(text(source.find(core::SecretStore::Wallet, "token", "run 1")), "first value");
    EXPECT_EQ(text(source.find(core::SecretStore::Wallet, "token", "run 1")), "first value");
    ASSERT_EQ(problems.size(), 1U) << "told once";
    EXPECT_NE(problems.front().find("stay in use"), std::string::npos);
    std::filesystem::remove(folder / "wallet");
    EXPECT_EQ(text(source.find(core::SecretStore::Wallet, "token", "run 1")), "first value");
    EXPECT_EQ(problems.size(), 2U);
    made();
    EXPECT_EQ(text(source.find(core::SecretStore::Wallet, "token", "run 1")), "first value");
    EXPECT_EQ(problems.size(), 2U) << "there again";
}

TEST_F(WalletSecretsTest, TellsWhenAnOldCopyWasPutBack) {
    const WalletFile file = made();
    const auto before = folder.read("wallet");
    file.modify(file_key(), [](Wallet& open) { open.set("token", core::Secret("second value")); });
    const auto source = secrets(file);
    std::filesystem::remove(folder / "wallet");
    write_private("wallet", before);
    EXPECT_EQ(text(source.find(core::SecretStore::Wallet, "token", "run 1")), "first value");
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_NE(problems.front().find("generation 1 after 2"), std::string::npos);
}

TEST_F(WalletSecretsTest, IsAskedByManyThreadsWhileTheFileChanges) {
    made();
    WalletSettings silent = settings();
    silent.audit = nullptr;
    const WalletFile file(silent);
    const auto source = secrets(file);
    std::atomic<bool> is_over = false;
    std::atomic<int> strange = 0;
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            while (!is_over) {
                const auto value = source.find(core::SecretStore::Wallet, "token", "run 1");
                strange += value && value->reveal().ends_with(" value") ? 0 : 1;
            }
        });
    }
    for (int i = 0; i < 20; ++i) {
        file.modify(file_key(), [&](Wallet& open) {
            open.set("token", core::Secret(std::to_string(i) + " value"));
        });
    }
    is_over = true;
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(strange, 0);
    EXPECT_TRUE(problems.empty());
    EXPECT_EQ(text(source.find(core::SecretStore::Wallet, "token", "run 1")), "19 value");
}

TEST_F(WalletSecretsTest, NeedsAWalletToBeginWith) {
    EXPECT_NE(thrown_by([&] { secrets(file("none")); }), "");
}

}  // namespace
}  // namespace oa::host
