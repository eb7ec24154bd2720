#include "host/wallet/wallet_file.hpp"

#include <algorithm>
#include <array>

#include "tests/host/wallet/wallet_fixture.hpp"

namespace oa::host {
namespace {

using Action = WalletAuditRecord::Action;

struct WalletFileTest : WalletFixture {
    std::vector<Action> actions() const {
        std::vector<Action> out;
        for (const auto& record : records) {
            out.push_back(record.action);
        }
        return out;
    }
    template <typename Call>
    static bool is_not_opened(const Call& call) {
        return !thrown_by<WalletNotOpened>(call).empty();
    }
};

TEST_F(WalletFileTest, GivesWhatWasPutIntoIt) {
    const WalletFile wallet = made();
    wallet.modify(file_key(), [](Wallet& open) {
        open.set("db", core::Secret("correct horse"), {false, "for the shop"});
        open.set("token", core::Secret("second value"));
    });
    const Wallet open = wallet.open(file_key());
    EXPECT_EQ(open.names(), (std::vector<std::string>{"db", "token"}));
    EXPECT_EQ(text(open.find("token")), "second value");
    EXPECT_FALSE(open.find("tokens"));
    const auto facts = open.facts();
    ASSERT_EQ(facts.size(), 2U);
    EXPECT_EQ(facts[0].note, "for the shop");
    EXPECT_EQ(facts[0].size, 13U);
    EXPECT_EQ(facts[0].version, 1U);
    EXPECT_EQ(facts[1].version, 2U);
    EXPECT_EQ(facts[1].created, some_day);
    EXPECT_EQ(open.info().generation, 2U);
    EXPECT_EQ(open.info().count, 2U);
    EXPECT_EQ(open.info().opened_by, 0U);
}

TEST_F(WalletFileTest, TellsWithoutAKeyWhatToAskFor) {
    const WalletFile wallet = made(password_key());
    const WalletInfo info = wallet.look();
    EXPECT_EQ(info.format, WalletFormat::Sealed);
    EXPECT_TRUE(info.takes_password());
    EXPECT_FALSE(info.takes_key_file());
    EXPECT_FALSE(info.takes_both());
    EXPECT_TRUE(info.needs_key());
    EXPECT_EQ(info.uuid.size(), 36U);
    EXPECT_EQ(info.slots.front().cost, cheap.cost);
    EXPECT_FALSE(info.count);
    write_private("plain", "{}");
    EXPECT_EQ(file("plain").look().format, WalletFormat::Plain);
    write_private("none", "hello");
    EXPECT_NE(thrown_by([&] { static_cast<void>(file("none").look()); }).find("is no wallet"),
              std::string::npos);
}

TEST_F(WalletFileTest, SaysTheSameOfAWrongKeyAndOfDamage) {
    const WalletFile wallet = made();
    const std::string wrong = thrown_by<WalletNotOpened>(
        [&] { static_cast<void>(wallet.open(file_key(std::string(32, 'z')))); });
    EXPECT_EQ(wrong, "the wallet " + folder.at("wallet") +
                         " does not open: the password or the key file is wrong, or the file is "
                         "damaged");
    std::string bytes = folder.read("wallet");
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    write_private("wallet", bytes);
    EXPECT_EQ(thrown_by<WalletNotOpened>([&] { static_cast<void>(wallet.open(file_key())); }),
              wrong);
    write_private("wallet", bytes.substr(0, bytes.size() - 1));
    EXPECT_NE(thrown_by([&] { static_cast<void>(wallet.open(file_key())); }).find("is cut off"),
              std::string::npos);
}

TEST_F(WalletFileTest, RefusesSecretsThatCannotBeMasked) {
    const WalletFile wallet = made();
    const auto set = [&](const SetSecret& options) {
        wallet.modify(file_key(),
                      [&](Wallet& open) { open.set("pin", core::Secret("12345"), options); });
    };
    EXPECT_EQ(
        thrown_by([&] { set({}); }),
        "the secret 'pin' has less than 6 bytes, so it is guessed easily and cannot be masked "
        "in logs; take a longer one, or force it");
    EXPECT_EQ(wallet.look().generation, 1U) << "nothing was saved";
    set({true, std::nullopt});
    EXPECT_EQ(text(wallet.open(file_key()).find("pin")), "12345");
    EXPECT_NE(thrown_by([&] {
                  wallet.modify(file_key(), [](Wallet& open) {
                      open.set("large", core::Secret(std::string((1U << 20U) + 1, 'x')));
                  });
              }),
              "");
    EXPECT_NE(thrown_by([&] {
                  wallet.modify(file_key(),
                                [](Wallet& open) { open.set("a:-b", core::Secret("123456")); });
              }),
              "");
}

TEST_F(WalletFileTest, KeepsAnyBytes) {
    const WalletFile wallet = made();
    std::string bytes;
    for (int i = 0; i < 256; ++i) {
        bytes.push_back(static_cast<char>(i));
    }
    wallet.modify(file_key(), [&](Wallet& open) { open.set("bytes", core::Secret(bytes)); });
    EXPECT_EQ(text(wallet.open(file_key()).find("bytes")), bytes);
}

TEST_F(WalletFileTest, SavesNothingWhenTheChangeFails) {
    const WalletFile wallet = made();
    const auto before = folder.read("wallet");
    EXPECT_THROW(wallet.modify(file_key(),
                               [](Wallet& open) {
                                   open.remove("token");
                                   throw std::logic_error("not so");
                               }),
                 std::logic_error);
    EXPECT_EQ(folder.read("wallet"), before);
}

TEST_F(WalletFileTest, ChangesAPassword) {
    const WalletFile wallet = made(password_key());
    wallet.modify(password_key(),
                  [](Wallet& open) { open.set("more", core::Secret("some value")); });
    wallet.change_password(password_key(), core::Secret("battery staple"), cheap);
    EXPECT_TRUE(is_not_opened([&] { static_cast<void>(wallet.open(password_key())); }));
    EXPECT_EQ(text(wallet.open(password_key("battery staple")).find("token")), "first value");
    EXPECT_EQ(wallet.look().slots.size(), 1U);
    EXPECT_FALSE(std::filesystem::exists(folder / "wallet.1"))
        << "it would open with the old password";
    EXPECT_TRUE(is_not_opened(
        [&] { wallet.change_password(password_key(), core::Secret("battery staple"), cheap); }));
}

TEST_F(WalletFileTest, ChangesThePasswordBesideAKeyFile) {
    const WalletFile wallet = made(both_keys());
    wallet.change_password(both_keys(), core::Secret("battery staple"), cheap);
    EXPECT_TRUE(is_not_opened([&] { static_cast<void>(wallet.open(both_keys())); }));
    WalletKey changed = both_keys();
    changed.password.emplace("battery staple");
    EXPECT_EQ(text(wallet.open(changed).find("token")), "first value");
    EXPECT_TRUE(
        is_not_opened([&] { static_cast<void>(wallet.open(password_key("battery staple"))); }));
    EXPECT_NE(thrown_by([&] {
                  made(file_key(), "by-file")
                      .change_password(file_key(), core::Secret("battery staple"), cheap);
              }).find("key file alone"),
              std::string::npos);
}

TEST_F(WalletFileTest, HasSeveralKeys) {
    const WalletFile wallet = made();
    wallet.add_slot(file_key(), password_key(), cheap);
    wallet.add_slot(file_key(), both_keys(), cheap);
    EXPECT_EQ(wallet.open(password_key()).info().opened_by, 1U);
    EXPECT_EQ(wallet.look().slots.size(), 3U);
    EXPECT_NE(thrown_by([&] { wallet.remove_slot(file_key(), 0); }).find("open it by another"),
              std::string::npos);
    EXPECT_NE(thrown_by([&] { wallet.remove_slot(file_key(), 3); }).find("has no slot 4"),
              std::string::npos);
    wallet.remove_slot(password_key(), 0);
    EXPECT_TRUE(is_not_opened([&] { static_cast<void>(wallet.open(file_key())); }));
    EXPECT_EQ(wallet.open(password_key()).info().opened_by, 0U);
    for (int i = 2; i < 8; ++i) {
        wallet.add_slot(password_key(), file_key(std::string(32, static_cast<char>('a' + i))),
                        cheap);
    }
    EXPECT_NE(thrown_by([&] { wallet.add_slot(password_key(), file_key(), cheap); }), "");
}

TEST_F(WalletFileTest, RotatesItsDataKey) {
    const WalletFile wallet = made();
    wallet.add_slot(file_key(), password_key(), cheap);
    wallet.add_slot(file_key(), password_key("somebody else's"), cheap);
    const std::array others{password_key()};
    const RotatedWallet rotated = wallet.rotate(file_key(), others);
    EXPECT_EQ(rotated.kept, (std::vector<std::string>{"slot 1: key file", "slot 2: password"}));
    EXPECT_EQ(rotated.dropped, (std::vector<std::string>{"slot 3: password"}));
    EXPECT_EQ(text(wallet.open(file_key()).find("token")), "first value");
    EXPECT_EQ(text(wallet.open(password_key()).find("token")), "first value");
    EXPECT_TRUE(
        is_not_opened([&] { static_cast<void>(wallet.open(password_key("somebody else's"))); }));
    EXPECT_FALSE(std::filesystem::exists(folder / "wallet.1"));
}

TEST_F(WalletFileTest, UsesOlderWallets) {
    write_private("old.enc", R"({"salt": "AAECAwQFBgcICQoLDA0ODw==", "data": )"
                             R"("gAAAAABlU_EAEBESExQVFhcYGRobHB0eHzpSQNXiZDWODEpKLgKpyt26Fh2_I8UL)"
                             R"(EHLHEPSCK7jEB3oIGIvrseDGjveLrs-r7W1D6jBSPd6vhzjx79GnrvCtSwoJ7G1381)"
                             R"(lXvMB45dsN"})");
    const WalletFile old = file("old.enc");
    EXPECT_TRUE(is_not_opened([&] { static_cast<void>(old.open(password_key())); }));
    EXPECT_TRUE(is_not_opened([&] { static_cast<void>(old.open(file_key())); }));
    const WalletKey key = password_key("changeme");
    old.modify(key, [](Wallet& open) { open.set("more", core::Secret("some value")); });
    EXPECT_EQ(old.look().format, WalletFormat::Fernet);
    old.change_password(key, core::Secret("battery staple"), cheap);
    const Wallet open = old.open(password_key("battery staple"));
    EXPECT_EQ(open.names(), (std::vector<std::string>{"db_user", "euro", "more"}));
    EXPECT_NE(thrown_by([&] {
                  old.add_slot(password_key("battery staple"), file_key(), cheap);
              }).find("no key slots"),
              std::string::npos);

    const WalletFile sealed = made();
    const auto imported = sealed.import_into(file_key(), open.entries(), {false, true});
    EXPECT_EQ(imported.added, (std::vector<std::string>{"db_user", "euro", "more"}));
    EXPECT_EQ(text(sealed.open(file_key()).find("db_user")), "alice");
    EXPECT_EQ(sealed.open(file_key()).facts().front().created, some_day);
}

TEST_F(WalletFileTest, UsesPlainWalletsOnlyWhereTheyAreAllowed) {
    write_private("plain.enc", R"({"token": "value", "port": 5})");
    EXPECT_NE(thrown_by([&] {
                  static_cast<void>(file("plain.enc").open({}));
              }).find("OA_ALLOW_PLAIN_WALLET=true"),
              std::string::npos);
    WalletSettings allowed = settings("plain.enc");
    allowed.allow_plain = true;
    const WalletFile plain(allowed);
    EXPECT_EQ(text(plain.open({}).find("port")), "5");
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings.front().find("is not sealed"), std::string::npos);
    plain.modify({}, [](Wallet& open) { open.set("more", core::Secret("some value")); });
    EXPECT_EQ(folder.read("plain.enc"),
              "{\n  \"more\": \"some value\",\n  \"port\": 5,\n  \"token\": \"value\"\n}");
}

TEST_F(WalletFileTest, ImportsAllOrNothing) {
    const WalletFile wallet = made();
    WalletEntries entries;
    entries.emplace("token", entry_of("other value"));
    entries.emplace("fresh", entry_of("fresh value"));
    auto imported = wallet.import_into(file_key(), entries, {});
    EXPECT_EQ(imported.added, (std::vector<std::string>{"fresh"}));
    EXPECT_EQ(imported.left, (std::vector<std::string>{"token"}));
    imported = wallet.import_into(file_key(), entries, {true, false});
    EXPECT_EQ(imported.replaced, (std::vector<std::string>{"token"}));
    EXPECT_EQ(imported.unchanged, (std::vector<std::string>{"fresh"}));
    const auto before = folder.read("wallet");
    entries.emplace("also", entry_of("also a value"));
    entries.emplace("short", entry_of("short"));
    EXPECT_NE(thrown_by([&] { wallet.import_into(file_key(), entries, {true, false}); }), "");
    EXPECT_EQ(folder.read("wallet"), before);
}

TEST_F(WalletFileTest, BacksUpUnderAnotherKey) {
    const WalletFile wallet = made();
    wallet.back_up(file_key(), folder / "backup", password_key(), cheap);
    const Wallet backup = file("backup").open(password_key());
    EXPECT_EQ(text(backup.find("token")), "first value");
    EXPECT_NE(backup.info().uuid, wallet.look().uuid);
    EXPECT_TRUE(is_not_opened([&] { static_cast<void>(file("backup").open(file_key())); }));
    EXPECT_NE(
        thrown_by([&] { wallet.back_up(file_key(), folder / "backup", password_key(), cheap); }),
        "");
}

TEST_F(WalletFileTest, ExportsItsSecrets) {
    EXPECT_EQ(made().export_json(file_key()).reveal(), "{\n  \"token\": \"first value\"\n}\n");
    EXPECT_EQ(records.back().action, Action::Exported);
    EXPECT_EQ(records.back().names, (std::vector<std::string>{"token"}));
}

TEST_F(WalletFileTest, VerifiesTheWalletAndThePreviousOne) {
    const WalletFile wallet = made();
    EXPECT_EQ(wallet.verify(file_key()).previous, VerifiedWallet::Previous::None);
    wallet.modify(file_key(), [](Wallet& open) { open.set("more", core::Secret("some value")); });
    EXPECT_EQ(wallet.verify(file_key()).previous, VerifiedWallet::Previous::Opens);
    EXPECT_EQ(wallet.verify(file_key()).info.count, 2U);
    write_private("wallet.1", "OAWALLET");
    const VerifiedWallet verified = wallet.verify(file_key());
    EXPECT_EQ(verified.previous, VerifiedWallet::Previous::DoesNotOpen);
    EXPECT_NE(verified.previous_problem, "");
}

TEST_F(WalletFileTest, TellsTheAuditLogNamesAndNoValues) {
    const WalletFile wallet = made();
    static_cast<void>(wallet.open(file_key()).find("token"));
    wallet.modify(file_key(), [](Wallet& open) { open.set("more", core::Secret("some value")); });
    EXPECT_TRUE(is_not_opened([&] { static_cast<void>(wallet.open(password_key())); }));
    static_cast<void>(wallet.rotate(file_key(), {}));
    EXPECT_EQ(actions(),
              (std::vector<Action>{Action::Created, Action::Opened, Action::Used, Action::Changed,
                                   Action::NotOpened, Action::Rotated}));
    EXPECT_EQ(records[2].names, (std::vector<std::string>{"token"}));
    EXPECT_EQ(records[3].names, (std::vector<std::string>{"more"}));
    EXPECT_EQ(records[3].generation, 2U);
    EXPECT_EQ(records[0].time, some_day);
    for (const auto& record : records) {
        EXPECT_EQ(record.file, folder / "wallet");
        EXPECT_EQ(record.detail.find("value"), std::string::npos) << record.detail;
    }
}

TEST_F(WalletFileTest, SealsWithEitherCipher) {
    CreateWallet options;
    options.cipher = crypto::Cipher::Aes256Gcm;
    options.entries.emplace("token", entry_of("first value"));
    file().create(file_key(), options);
    EXPECT_EQ(file().look().cipher, crypto::Cipher::Aes256Gcm);
    file().modify(file_key(),
                  [](Wallet& open) { open.set("token", core::Secret("second value")); });
    EXPECT_EQ(text(file().open(file_key()).find("token")), "second value");
}

}  // namespace
}  // namespace oa::host
