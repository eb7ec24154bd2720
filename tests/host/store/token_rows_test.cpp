#include "host/store/token_rows.hpp"

#include "host/store/store_restore.hpp"
#include "host/store/store_salvage.hpp"
#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

StoredToken token(const std::string& id) {
    StoredToken made;
    made.id = id;
    made.name = "of " + id;
    made.hash = hash_of("secret of " + id);
    made.scopes = "read run";
    made.created = at_second(1);
    made.expires = at_second(100);
    made.created_by = "ops";
    return made;
}

struct TokenRowsTest : StoreFixture {};

TEST_F(TokenRowsTest, KeepsTokensAsTheyAre) {
    StoredToken forever = token("b");
    forever.expires.reset();
    {
        RunStore store(settings());
        store.keep_token(token("a"));
        store.keep_token(forever);
        EXPECT_THROW(store.keep_token(token("a")), StoreError);
    }
    const RunStore store(settings());
    EXPECT_EQ(store.tokens(), (std::vector{token("a"), forever}));
    EXPECT_TRUE(store.check().is_sound());
}

TEST_F(TokenRowsTest, NotesTheLastUseOfMany) {
    RunStore store(settings());
    store.keep_token(token("a"));
    store.keep_token(token("b"));
    store.keep_token(token("c"));
    store.note_tokens_used({});
    store.note_tokens_used(
        std::vector<TokenUse>{{"a", at_second(5)}, {"b", at_second(6)}, {"none", at_second(7)}});
    store.note_tokens_used(std::vector<TokenUse>{{"a", at_second(4)}, {"b", at_second(8)}});
    const std::vector<StoredToken> found = store.tokens();
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].last_used, at_second(5));
    EXPECT_EQ(found[1].last_used, at_second(8));
    EXPECT_EQ(found[2].last_used, std::nullopt);
}

TEST_F(TokenRowsTest, RevokesOnce) {
    RunStore store(settings());
    store.keep_token(token("a"));
    EXPECT_TRUE(store.revoke_token("a", at_second(5)));
    EXPECT_FALSE(store.revoke_token("a", at_second(6)));
    EXPECT_FALSE(store.revoke_token("none", at_second(6)));
    EXPECT_EQ(store.tokens()[0].revoked, at_second(5));
}

TEST_F(TokenRowsTest, LeavesNothingOfATokenThatIsForgotten) {
    const auto bytes_of = [](const ChainHash& hash) {
        return std::string(reinterpret_cast<const char*>(hash.data()), hash.size());
    };
    {
        RunStore store(settings());
        store.keep_token(token("a"));
        store.keep_token(token("b"));
        store.keep_token(token("c"));
        EXPECT_TRUE(store.revoke_token("a", at_second(5)));
        EXPECT_EQ(store.forget_tokens(at_second(5)), 0U);
    }
    EXPECT_NE(folder.read("store/runs.db").find(bytes_of(token("a").hash)), std::string::npos);
    {
        RunStore store(settings());
        EXPECT_EQ(store.forget_tokens(at_second(6)), 1U);
        EXPECT_EQ(store.tokens().size(), 2U);
    }
    const std::string content = folder.read("store/runs.db");
    EXPECT_EQ(content.find(bytes_of(token("a").hash)), std::string::npos);
    EXPECT_NE(content.find(bytes_of(token("b").hash)), std::string::npos);
    EXPECT_EQ(RunStore(settings()).forget_tokens(at_second(101)), 2U);
}

TEST_F(TokenRowsTest, AreInEveryCopy) {
    {
        RunStore store(settings());
        store.keep_token(token("a"));
        store.revoke_token("a", at_second(5));
        store.back_up(folder / "copy");
    }
    restore_store(folder / "copy", folder / "restored");
    SqliteDatabase database({.file = file()});
    EXPECT_EQ(salvage_store(database, folder / "salvaged").tokens, 1U);
    for (const char* name : {"restored", "salvaged"}) {
        const std::vector<StoredToken> found = RunStore({.folder = folder / name}).tokens();
        ASSERT_EQ(found.size(), 1U) << name;
        EXPECT_EQ(found[0].revoked, at_second(5)) << name;
    }
}

TEST_F(TokenRowsTest, NamesARowThatNobodyWrote) {
    {
        RunStore store(settings());
        store.keep_token(token("a"));
    }
    SqliteDatabase({.file = file()}).execute("UPDATE tokens SET hash = x'00'");
    const RunStore store(settings());
    const std::string message =
        message_of<StoreDamaged>([&] { static_cast<void>(store.tokens()); });
    EXPECT_EQ(message, file().string() + ": token a: its row in `tokens` is damaged");
    EXPECT_EQ(store.check().problems, std::vector{message});
}

}  // namespace
}  // namespace oa::host
