#include "host/access/token_book.hpp"

#include "host/access/token_text.hpp"
#include "tests/host/access/access_fixture.hpp"

namespace oa::host::access {
namespace {

struct TokenBookTest : testing::Test {
    MemoryStorage storage;
    std::unique_ptr<TokenBook> book = std::make_unique<TokenBook>(storage, seeded());

    [[nodiscard]] CreatedToken create(ScopeSet scopes = {Scope::Read},
                                      std::optional<seconds> lifetime = minutes(1)) const {
        return book->create({"of ada", scopes, lifetime, "ops"}, at(0));
    }
    [[nodiscard]] std::string outcome(std::string_view text, core::WallTime now = at(1)) const {
        const auto found = book->authenticate(text, now);
        if (const auto* refusal = std::get_if<TokenRefusal>(&found)) {
            return std::string(to_string(refusal->fault));
        }
        const auto& who = std::get<Principal>(found);
        return who.name + ": " + to_string(who.scopes);
    }
    void reopen() {
        book.reset();
        book = std::make_unique<TokenBook>(storage, seeded(2));
    }
};

TEST_F(TokenBookTest, KnowsATokenThatItMade) {
    const CreatedToken made = create({Scope::Read, Scope::Run});
    EXPECT_EQ(outcome(made.text.reveal()), "of ada: read run");
    EXPECT_EQ(book->principal_of(made.info.id, at(1)),
              (Principal{made.info.id, "of ada", {Scope::Read, Scope::Run}}));
    EXPECT_EQ(book->principal_of("0000000000", at(1)), std::nullopt);
    reopen();
    EXPECT_EQ(outcome(made.text.reveal()), "of ada: read run");
}

TEST_F(TokenBookTest, KeepsNoSecret) {
    const CreatedToken made = create();
    const std::string text(made.text.reveal());
    const std::string secret = text.substr(15, 43);
    ASSERT_EQ(storage.tokens.size(), 1U);
    EXPECT_EQ(storage.tokens[0].hash, token_hash(secret));
    EXPECT_EQ(storage.tokens[0].info, made.info);
    EXPECT_EQ(made.info.expires, at(60));
    EXPECT_EQ(made.info.created_by, "ops");
}

TEST_F(TokenBookTest, TellsWhyATokenIsNotTaken) {
    const std::string text(create().text.reveal());
    EXPECT_EQ(outcome(text, at(59)), "of ada: read");
    EXPECT_EQ(outcome(text, at(60)), "expired");
    EXPECT_EQ(outcome(text + "x"), "malformed");
    EXPECT_EQ(outcome(""), "malformed");
    MemoryStorage elsewhere;
    TokenBook others(elsewhere, seeded(9));
    EXPECT_EQ(outcome(others.create({"x", {Scope::Admin}, {}, ""}, at(0)).text.reveal()),
              "unknown");
    EXPECT_EQ(outcome(write_token(storage.tokens[0].info.id, std::string(43, 'a')).reveal()),
              "unknown");
    EXPECT_EQ(book->revoke(storage.tokens[0].info.id, at(5)), Revocation::Done);
    EXPECT_EQ(outcome(text), "revoked");
    EXPECT_EQ(book->principal_of(storage.tokens[0].info.id, at(6)), std::nullopt);
    reopen();
    EXPECT_EQ(outcome(text), "revoked");
}

TEST_F(TokenBookTest, TakesNoSecretButTheRightOne) {
    const CreatedToken made = create();
    storage.tokens[0].hash.back() ^= std::byte{1};
    reopen();
    EXPECT_EQ(outcome(made.text.reveal()), "unknown");
    storage.tokens[0].hash.back() ^= std::byte{1};
    storage.tokens[0].hash.front() ^= std::byte{0x80};
    reopen();
    EXPECT_EQ(outcome(made.text.reveal()), "unknown");
}

TEST_F(TokenBookTest, MakesNoTokenThatMakesNoSense) {
    for (const NewToken& wrong :
         {NewToken{"", {Scope::Read}, minutes(1), ""}, NewToken{"x", {}, minutes(1), ""},
          NewToken{"x", {Scope::Read}, seconds(0), ""}}) {
        EXPECT_THROW(static_cast<void>(book->create(wrong, at(0))), std::invalid_argument);
    }
    EXPECT_TRUE(storage.tokens.empty());
    EXPECT_EQ(NewToken{}.lifetime, hours(24 * 90));
}

TEST_F(TokenBookTest, HasNoTokenThatCouldNotBeKept) {
    storage.is_broken = true;
    EXPECT_THROW(static_cast<void>(create()), std::runtime_error);
    EXPECT_TRUE(book->list().empty());
    storage.is_broken = false;
    const CreatedToken made = create();
    storage.is_broken = true;
    EXPECT_THROW(book->revoke(made.info.id, at(1)), std::runtime_error);
    EXPECT_EQ(outcome(made.text.reveal()), "of ada: read");
}

TEST_F(TokenBookTest, BringsUsesToTheStorageInBulk) {
    const CreatedToken one = create();
    const CreatedToken two = create();
    static_cast<void>(outcome(one.text.reveal(), at(1)));
    static_cast<void>(outcome(one.text.reveal(), at(7)));
    static_cast<void>(outcome(one.text.reveal(), at(5)));
    static_cast<void>(book->principal_of(two.info.id, at(9)));
    EXPECT_EQ(storage.tokens[0].info.last_used, std::nullopt);
    EXPECT_EQ(book->list()[0].last_used.value_or(book->list()[1].last_used.value_or(at(0))), at(7));
    storage.is_broken = true;
    EXPECT_THROW(book->flush(), std::runtime_error);
    storage.is_broken = false;
    book->flush();
    book->flush();
    EXPECT_EQ(storage.flushes, 1);
    EXPECT_EQ(storage.tokens[0].info.last_used, at(7));
    EXPECT_EQ(storage.tokens[1].info.last_used, std::nullopt);
}

TEST_F(TokenBookTest, KeepsTheLastAdminUnlessForced) {
    const CreatedToken admin = create({Scope::Admin});
    const CreatedToken other = create({Scope::Admin}, seconds(10));
    const CreatedToken reader = create();
    EXPECT_EQ(book->revoke(reader.info.id, at(1)), Revocation::Done);
    EXPECT_EQ(book->revoke(reader.info.id, at(1)), Revocation::NoSuchToken);
    EXPECT_EQ(book->revoke("none", at(1)), Revocation::NoSuchToken);
    EXPECT_EQ(book->revoke(admin.info.id, at(11)), Revocation::LastAdmin);  // the other expired
    EXPECT_TRUE(book->has_admin(at(11)));
    EXPECT_EQ(book->revoke(other.info.id, at(11)), Revocation::Done);
    EXPECT_EQ(outcome(admin.text.reveal()), "of ada: admin");
    EXPECT_EQ(book->revoke(admin.info.id, at(11), true), Revocation::Done);
    EXPECT_FALSE(book->has_admin(at(11)));
}

TEST_F(TokenBookTest, ForgetsWhatHasEnded) {
    const CreatedToken gone = create();
    const CreatedToken stays = create({Scope::Read}, std::nullopt);
    const CreatedToken revoked = create({Scope::Read}, std::nullopt);
    book->revoke(revoked.info.id, at(5));
    book->forget_ended(at(5));
    EXPECT_EQ(book->list().size(), 3U);
    book->forget_ended(at(61));
    EXPECT_EQ(storage.forgotten_before, at(61));
    ASSERT_EQ(book->list().size(), 1U);
    EXPECT_EQ(book->list()[0].id, stays.info.id);
    EXPECT_EQ(outcome(gone.text.reveal()), "unknown");
}

}  // namespace
}  // namespace oa::host::access
