#include "host/wallet/plain_wallet.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

struct PlainWalletTest : testing::Test {
    test::TemporaryFolder folder;

    /// Why a file is no wallet.
    static std::string problem(const std::string& file) {
        try {
            const PlainWallet wallet(file);
        } catch (const WalletError& error) {
            return error.what();
        }
        return "";
    }
    std::string problem_of(const std::string& text) {
        const auto file = folder.write("wallet.json", text);
        const auto why = problem(file);
        const std::string start = "the wallet " + file + ' ';
        EXPECT_EQ(why.substr(0, start.size()), start);
        return why.substr(std::min(start.size(), why.size()));
    }
};

std::optional<std::string> value_of(const PlainWallet& wallet, const char* name) {
    const auto found = wallet.find(core::SecretStore::Wallet, name);
    return found ? std::optional(std::string(found->reveal())) : std::nullopt;
}

TEST_F(PlainWalletTest, GivesNamesAndValues) {
    const PlainWallet wallet(
        folder.write("w.json", R"({"token": "größe", "api": "a", "port": 5})"));
    EXPECT_EQ(wallet.keys(), (std::vector<std::string>{"api", "port", "token"}));
    EXPECT_EQ(value_of(wallet, "token"), "größe");
    EXPECT_EQ(value_of(wallet, "port"), "5");
    EXPECT_EQ(value_of(wallet, "tokens"), std::nullopt);
}

TEST_F(PlainWalletTest, ReadsAValueWhenItIsAskedFor) {
    const auto file = folder.write("w.json", R"({"a": "old"})");
    const PlainWallet wallet(file);
    folder.write("w.json", R"({"a": "new"})");
    EXPECT_EQ(value_of(wallet, "a"), "new");
    folder.write("w.json", "{");
    EXPECT_THROW(static_cast<void>(value_of(wallet, "a")), WalletError);
}

TEST_F(PlainWalletTest, TakesAnEmptyOne) {
    EXPECT_TRUE(PlainWallet(folder.write("w.json", "{}")).keys().empty());
}

TEST_F(PlainWalletTest, SaysWhyAFileIsNoWallet) {
    const std::string shape = "is no JSON object of secrets, such as {\"name\": \"value\"}";
    EXPECT_EQ(problem_of(""), shape);
    EXPECT_EQ(problem_of("{\"a\": "), shape);
    EXPECT_EQ(problem_of("{} {}"), shape);
    EXPECT_EQ(problem_of("[1]"), shape);
    EXPECT_EQ(problem(folder.at("none.json")), "the wallet " + folder.at("none.json") +
                                                   " cannot be opened: No such file or directory");
    EXPECT_EQ(problem(folder.path()), "the wallet " + std::string(folder.path()) + " is no file");
    EXPECT_EQ(problem_of(std::string((4U << 20U) + 1, ' ')), "has more than 4 MiB");
}

TEST_F(PlainWalletTest, DoesNotWaitForAPipe) {
    const auto pipe = folder.at("pipe");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_EQ(problem(pipe), "the wallet " + pipe + " is no file");
}

TEST_F(PlainWalletTest, TellsSealedWalletsApart) {
    const std::string sealed = "is sealed, and this version cannot read sealed wallets";
    EXPECT_EQ(problem_of(R"({"salt": "AAEC", "data": "gAAAAABlU_EAEBES"})"), sealed);
    const auto file = folder.write("w.enc", "whatever");
    EXPECT_EQ(problem(file), "the wallet " + file + ' ' + sealed);
    EXPECT_EQ(problem(folder.write("w.json", R"({"salt": "pepper", "data": "mine"})")), "")
        << "names like any other";
}

}  // namespace
}  // namespace oa::host
