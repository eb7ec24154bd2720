#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "oa/error.hpp"
#include "plugins/database/dialect.hpp"
#include "plugins/database/tokenizer.hpp"

namespace oa::database {
namespace {

/// The placeholders that are found.
std::vector<std::string> placeholders(Kind kind, std::string_view sql) {
    std::vector<std::string> out;
    std::string whole;
    Tokenizer tokens(kind, sql);
    for (Piece piece; tokens.next(piece);) {
        whole += piece.text;
        if (piece.token == Token::Question || piece.token == Token::Named ||
            piece.token == Token::Escaped) {
            out.emplace_back(piece.text);
        }
    }
    EXPECT_EQ(whole, sql) << "no text may get lost";
    return out;
}

using Texts = std::vector<std::string>;

TEST(TokenizerTest, FindsPlaceholders) {
    for (const Kind kind : {Kind::Sqlite, Kind::Postgresql, Kind::Mysql, Kind::Odbc}) {
        EXPECT_EQ(placeholders(kind, "a = ? AND b = :name OR c=:n2,?"),
                  (Texts{"?", ":name", ":n2", "?"}));
        EXPECT_EQ(placeholders(kind, "(:größe)"), (Texts{":größe"}));
        EXPECT_EQ(placeholders(kind, "a ?? b"), (Texts{"??"}));
    }
}

TEST(TokenizerTest, SkipsStringsAndQuotedNames) {
    for (const Kind kind : {Kind::Sqlite, Kind::Postgresql, Kind::Mysql, Kind::Odbc}) {
        EXPECT_EQ(placeholders(kind, "'? :a' || ':b''?' || \"?\"\":c\" || ?"), (Texts{"?"}));
        EXPECT_EQ(placeholders(kind, "'never ends ? :a"), Texts{});
        EXPECT_EQ(placeholders(kind, "''?''"), (Texts{"?"}));
    }
    EXPECT_EQ(placeholders(Kind::Mysql, "'it\\'s ?' `:a ?` \"\\\"?\" :b"), (Texts{":b"}));
    EXPECT_EQ(placeholders(Kind::Sqlite, "'\\' ? `?` [:a ?]"), (Texts{"?"}));
    EXPECT_EQ(placeholders(Kind::Postgresql, "'\\' ? E'\\' ?' e'\\\\' :a"), (Texts{"?", ":a"}));
    EXPECT_EQ(placeholders(Kind::Postgresql, "name'?' :a"), (Texts{":a"})) << "not an E string";
    EXPECT_EQ(placeholders(Kind::Postgresql, "a[?]"), (Texts{"?"}));
    EXPECT_EQ(placeholders(Kind::Odbc, "[?]"), Texts{});
}

TEST(TokenizerTest, SkipsComments) {
    for (const Kind kind : {Kind::Sqlite, Kind::Postgresql, Kind::Mysql, Kind::Odbc}) {
        EXPECT_EQ(placeholders(kind, "-- ? :a\n? /* ? ' :b */ :c"), (Texts{"?", ":c"}));
        EXPECT_EQ(placeholders(kind, "/* ?"), Texts{});
    }
    EXPECT_EQ(placeholders(Kind::Postgresql, "/* /* ? */ ? */ ?"), (Texts{"?"}));
    EXPECT_EQ(placeholders(Kind::Mysql, "/* /* ? */ ?"), (Texts{"?"}));
    EXPECT_EQ(placeholders(Kind::Mysql, "# ?\n5--? "), (Texts{"?"}));
    EXPECT_EQ(placeholders(Kind::Postgresql, "a # ?"), (Texts{"?"}));
}

TEST(TokenizerTest, SkipsDollarQuotes) {
    EXPECT_EQ(placeholders(Kind::Postgresql, "$$ ? ' $$ ? $tag$ $$ ? $tag :a $tag$ :b"),
              (Texts{"?", ":b"}));
    EXPECT_EQ(placeholders(Kind::Postgresql, "$1 ? $never ends$ ?"), (Texts{"?", "?"}));
    EXPECT_EQ(placeholders(Kind::Postgresql, "a$b$ ? $b$"), (Texts{"?"})) << "a name with dollars";
    EXPECT_EQ(placeholders(Kind::Sqlite, "$$ ? $$"), (Texts{"?"}));
}

TEST(TokenizerTest, KnowsCastsAndPartsOfArrays) {
    EXPECT_EQ(placeholders(Kind::Postgresql, "a::int, :b::text, x[1:n], f(y):z, :c ::date"),
              (Texts{":b", ":c"}));
    EXPECT_EQ(placeholders(Kind::Mysql, "@x := :value"), (Texts{":value"}));
    EXPECT_EQ(placeholders(Kind::Sqlite, "'12:30', 12:30, : a"), Texts{});
}

TEST(DialectTest, QuotesNames) {
    EXPECT_EQ(quoted_name(Kind::Postgresql, "a\"b; DROP"), "\"a\"\"b; DROP\"");
    EXPECT_EQ(quoted_name(Kind::Mysql, "a`b\""), "`a``b\"`");
    EXPECT_EQ(quoted_table(Kind::Postgresql, "sales.orders"), "\"sales\".\"orders\"");
    EXPECT_EQ(quoted_table(Kind::Mysql, "\"odd.name\""), "`odd.name`");
    EXPECT_EQ(quoted_table(Kind::Sqlite, "x\"; DROP TABLE y; --\"\"z\""),
              "\"x; DROP TABLE y; --\"\"z\"");
    for (const char* wrong : {"", ".", "a.", "a..b", "\"open", "a.b.c.d"}) {
        EXPECT_THROW(static_cast<void>(quoted_table(Kind::Sqlite, wrong)), Error) << wrong;
    }
}

TEST(DialectTest, WritesInserts) {
    InsertTarget target{.table = "\"t\"", .columns = {"id", "a", "b"}, .keys = {"id"}};
    EXPECT_EQ(insert_statement(Kind::Sqlite, target, 2),
              "INSERT INTO \"t\" (\"id\", \"a\", \"b\") VALUES (?,?,?),(?,?,?)");
    target.on_conflict = OnConflict::Update;
    EXPECT_EQ(conflict_clause(Kind::Postgresql, target),
              " ON CONFLICT (\"id\") DO UPDATE SET \"a\" = excluded.\"a\", \"b\" = excluded.\"b\"");
    EXPECT_EQ(conflict_clause(Kind::Mysql, target),
              " ON DUPLICATE KEY UPDATE `a` = VALUES(`a`), `b` = VALUES(`b`)");
    EXPECT_THROW(static_cast<void>(conflict_clause(Kind::Odbc, target)), Error);
    target.on_conflict = OnConflict::Ignore;
    target.keys = {};
    EXPECT_EQ(conflict_clause(Kind::Sqlite, target), " ON CONFLICT DO NOTHING");
    target.table = "`t`";
    EXPECT_EQ(conflict_clause(Kind::Mysql, target), " ON DUPLICATE KEY UPDATE `id` = `t`.`id`");
    target.keys = {"id", "a", "b"};
    target.on_conflict = OnConflict::Update;
    EXPECT_EQ(conflict_clause(Kind::Sqlite, target),
              " ON CONFLICT (\"id\", \"a\", \"b\") DO NOTHING");
}

}  // namespace
}  // namespace oa::database
