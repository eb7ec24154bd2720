#include "host/store/sqlite_database.hpp"

#include <sys/stat.h>

#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

struct SqliteDatabaseTest : testing::Test {
    test::TemporaryFolder folder;

    [[nodiscard]] SqliteDatabase::Settings settings() const {
        SqliteDatabase::Settings made;
        made.file = folder / "x.db";
        made.durability = Durability::None;
        made.busy_timeout = std::chrono::milliseconds(1);
        return made;
    }
    [[nodiscard]] static std::string setting(SqliteDatabase& database, SqlText pragma) {
        SqliteStatement statement(database, pragma);
        return statement.step() ? statement.written(0) : "";
    }
};

TEST_F(SqliteDatabaseTest, IsSetUpAsTheStoreNeedsIt) {
    for (const auto& [durability, synchronous] :
         {std::pair(Durability::Full, "2"), std::pair(Durability::Normal, "1"),
          std::pair(Durability::None, "0")}) {
        SqliteDatabase::Settings wanted = settings();
        wanted.durability = durability;
        SqliteDatabase database(wanted);
        EXPECT_EQ(setting(database, "PRAGMA journal_mode"), "wal");
        EXPECT_EQ(setting(database, "PRAGMA synchronous"), synchronous);
        EXPECT_EQ(setting(database, "PRAGMA foreign_keys"), "1");
        EXPECT_EQ(setting(database, "PRAGMA trusted_schema"), "0");
        EXPECT_EQ(parse_durability(to_string(durability)), durability);
    }
    EXPECT_EQ(parse_durability("half"), std::nullopt);
}

TEST_F(SqliteDatabaseTest, MakesAFileForItsOwnerAlone) {
    const SqliteDatabase database(settings());
    struct stat status {};
    ASSERT_EQ(::stat(database.file().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(SqliteDatabaseTest, KeepsTextsAndBytesWithWhateverIsInThem) {
    SqliteDatabase database(settings());
    database.execute("CREATE TABLE t (a TEXT, b BLOB, c INTEGER) STRICT");
    const std::string text("a\0'; DROP TABLE t; --", 21);
    const std::array<std::byte, 3> bytes{std::byte{0}, std::byte{255}, std::byte{1}};
    SqliteStatement(database, "INSERT INTO t VALUES (?1, ?2, ?3)")
        .bind(1, std::string_view(text))
        .bind(2, std::span<const std::byte>(bytes))
        .bind(3, INT64_MIN)
        .run();
    SqliteStatement(database, "INSERT INTO t VALUES (?1, ?2, ?3)")
        .bind(1, std::string_view())
        .bind(2, std::span<const std::byte>())
        .bind(3, std::optional<std::int64_t>())
        .run();
    SqliteStatement read(database, "SELECT a, b, c FROM t ORDER BY rowid");
    ASSERT_TRUE(read.step());
    EXPECT_EQ(read.text(0), text);
    EXPECT_EQ(read.bytes(1), std::string_view("\0\xff\x01", 3));
    EXPECT_EQ(read.number(2), INT64_MIN);
    EXPECT_THROW(static_cast<void>(read.number(0)), StoreDamaged);
    ASSERT_TRUE(read.step());
    EXPECT_EQ(read.text(0), "");
    EXPECT_EQ(read.bytes(1), "");
    EXPECT_TRUE(read.is_null(2));
    EXPECT_FALSE(read.step());
}

TEST_F(SqliteDatabaseTest, LendsAStatementToSeveralAtOnce) {
    SqliteDatabase database(settings());
    database.execute("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2)");
    SqliteStatement outer(database, "SELECT a FROM t");
    std::int64_t sum = 0;
    while (outer.step()) {
        SqliteStatement inner(database, "SELECT a FROM t");
        while (inner.step()) {
            sum += outer.number(0) * inner.number(0);
        }
    }
    EXPECT_EQ(sum, 9);
}

TEST_F(SqliteDatabaseTest, NamesFileStatementAndReason) {
    SqliteDatabase database(settings());
    EXPECT_EQ(message_of<SqliteError>(
                  [&] { SqliteStatement(database, "INSERT INTO elsewhere VALUES (1)").run(); }),
              folder.at("x.db") + ": INSERT: no such table: elsewhere");
    SqliteDatabase::Settings missing = settings();
    missing.file = folder / "y.db";
    missing.access = SqliteDatabase::Access::ReadOnly;
    EXPECT_EQ(
        message_of<SqliteError>([&] { const SqliteDatabase none(missing); }),
        folder.at("y.db") + ": open: unable to open database file (No such file or directory)");
    folder.write("z.db", std::string(5000, 'z'));
    missing.file = folder / "z.db";
    try {
        SqliteDatabase other(missing);
        SqliteStatement(other, "SELECT * FROM sqlite_schema").run();
        ADD_FAILURE() << "it takes any file for a database";
    } catch (const SqliteError& error) {
        EXPECT_TRUE(error.is_damage()) << error.what();
    }
}

TEST_F(SqliteDatabaseTest, RollsBackWhatIsNotCommitted) {
    SqliteDatabase database(settings());
    database.execute("CREATE TABLE t (a INTEGER)");
    {
        const SqliteTransaction transaction(database);
        SqliteStatement(database, "INSERT INTO t VALUES (1)").run();
    }
    EXPECT_FALSE(database.in_transaction());
    SqliteStatement count(database, "SELECT count(*) FROM t");
    ASSERT_TRUE(count.step());
    EXPECT_EQ(count.number(0), 0);
}

TEST_F(SqliteDatabaseTest, GivesUpWaitingForAnotherWriter) {
    SqliteDatabase one(settings());
    SqliteDatabase other(settings());
    const SqliteTransaction transaction(one);
    EXPECT_EQ(message_of<SqliteError>([&] { const SqliteTransaction second(other); }),
              folder.at("x.db") + ": BEGIN: database is locked");
}

TEST_F(SqliteDatabaseTest, NeverReplacesAFileByACopy) {
    SqliteDatabase database(settings());
    folder.write("copy", "mine");
    EXPECT_THROW(database.back_up(folder / "copy"), StoreError);
    EXPECT_EQ(folder.read("copy"), "mine");
    EXPECT_THROW(database.back_up(folder / "no" / "copy"), StoreError);
}

}  // namespace
}  // namespace oa::host
