#include "host/wallet/import_text.hpp"

#include "tests/host/wallet/wallet_fixture.hpp"

namespace oa::host {
namespace {

struct ImportTextTest : WalletFixture {
    static std::string value(std::string_view text, std::string_view name = "A") {
        const auto entries = read_env_text(text);
        const auto found = entries.find(name);
        return found == entries.end() ? "(nothing)" : std::string(found->second.value.reveal());
    }
    static std::string problem(std::string_view text) {
        return thrown_by([&] { static_cast<void>(read_import_text(text)); });
    }
};

TEST_F(ImportTextTest, ReadsLines) {
    const auto entries = read_env_text(
        "# settings\n"
        "\n"
        "DB_USER=alice\r\n"
        "  export DB_PASSWORD = correct horse # of the shop\n"
        "URL=postgres://u:p@host/db#part\n"
        "EMPTY=\n"
        "db.host-name='db.example'");
    ASSERT_EQ(entries.size(), 5U);
    EXPECT_EQ(entries.at("DB_USER").value.reveal(), "alice");
    EXPECT_EQ(entries.at("DB_PASSWORD").value.reveal(), "correct horse");
    EXPECT_EQ(entries.at("URL").value.reveal(), "postgres://u:p@host/db#part");
    EXPECT_EQ(entries.at("EMPTY").value.reveal(), "");
    EXPECT_EQ(entries.at("db.host-name").value.reveal(), "db.example");
    EXPECT_TRUE(read_env_text("").empty());
    EXPECT_TRUE(read_env_text("\xEF\xBB\xBF# nothing").empty());
}

TEST_F(ImportTextTest, ReadsQuotes) {
    EXPECT_EQ(value(R"(A='as it $stands "here" \n' # comment)"), R"(as it $stands "here" \n)");
    EXPECT_EQ(value(R"(A='it\'s \\ fine')"), R"(it's \ fine)");
    EXPECT_EQ(value(R"(A="a\tb\nc \"d\" \\ \$e $f ${G} \x # g")"),
              "a\tb\nc \"d\" \\ $e $f ${G} \\x # g");
    EXPECT_EQ(value("A=\"-----BEGIN\nline\n-----END\"\nB=5"), "-----BEGIN\nline\n-----END");
    EXPECT_EQ(value("A=\"-----BEGIN\nline\n-----END\"\nB=5", "B"), "5");
    EXPECT_EQ(value("A=\"\""), "");
    EXPECT_EQ(value("A=a\"b'c"), "a\"b'c");
}

TEST_F(ImportTextTest, NamesTheLineOfAMistake) {
    const std::string no_name =
        "there is no NAME=value; a name has letters, digits, '_', '.' and '-'";
    EXPECT_EQ(problem("A=1\n\nsecret"), "line 3: " + no_name);
    EXPECT_EQ(problem("=secret"), "line 1: " + no_name);
    EXPECT_EQ(problem("A B=secret"), "line 1: " + no_name);
    EXPECT_EQ(problem("A=\"1\n2\"\nB=\"secret\n\n"),
              "line 3: the quote that begins here does not end");
    EXPECT_EQ(problem("A='secret\n'"), "line 1: the quote that begins here does not end");
    EXPECT_EQ(problem("A=\"x\ny\" secret"),
              "line 2: something follows the quote that ends here; escape quotes within a value: "
              "\\\"");
    EXPECT_EQ(problem("A=\"1\n2\"\nB=1\nA=secret"), "line 4: 'A' is there already, in line 1");
}

TEST_F(ImportTextTest, ReadsJson) {
    const auto entries = read_import_text(
        "\xEF\xBB\xBF {\"a\": \"x: {y}\", \"port\": 5, \"list\": [1, {\"k\": 2}], "
        "\"bytes\": {\"base64\": \"AP8=\"}, \"other\": {\"base64\": \"*\"}}");
    EXPECT_EQ(entries.at("a").value.reveal(), "x: {y}");
    EXPECT_EQ(entries.at("port").value.reveal(), "5");
    EXPECT_EQ(entries.at("list").value.reveal(), R"([1,{"k":2}])");
    EXPECT_EQ(entries.at("bytes").value.reveal(), std::string("\0\xFF", 2));
    EXPECT_EQ(entries.at("bytes").kind, ValueKind::Binary);
    EXPECT_EQ(entries.at("other").value.reveal(), R"({"base64":"*"})");
    EXPECT_EQ(problem(R"({"a": "secret", "a": "secret"})"),
              "this JSON object has a name twice; leave one of them out");
    EXPECT_EQ(problem(R"({"a": "secret")"), "this is no JSON text");
    EXPECT_NE(thrown_by([&] { static_cast<void>(read_json_text("[1]")); }), "");
}

TEST_F(ImportTextTest, WritesWhatItReads) {
    WalletEntries entries;
    entries.emplace("text", entry_of("gr\xC3\xB6\xC3\x9F"
                                     "e \"x\"\n"));
    entries.emplace("bytes", entry_of("\xFF\xFE"));
    entries.emplace("number", entry_of("5"));
    entries.at("number").kind = ValueKind::Json;
    const core::Secret written = write_json_text(entries);
    EXPECT_EQ(written.reveal(),
              "{\n  \"bytes\": {\"base64\": \"//4=\"},\n  \"number\": 5,\n"
              "  \"text\": \"gr\xC3\xB6\xC3\x9F"
              "e \\\"x\\\"\\n\"\n}\n");
    const auto back = read_json_text(written.reveal());
    ASSERT_EQ(back.size(), 3U);
    for (const auto& [name, entry] : entries) {
        EXPECT_EQ(back.at(name).value.reveal(), entry.value.reveal());
        EXPECT_EQ(back.at(name).kind, entry.kind);
    }
    EXPECT_TRUE(read_json_text(write_json_text({}).reveal()).empty());
}

TEST_F(ImportTextTest, ReadsFilesWhoeverMayReadThem) {
    const auto file = folder.write("import.env", "A=1");
    EXPECT_EQ(read_import_file(file).reveal(), "A=1");
    EXPECT_EQ(thrown_by([&] { static_cast<void>(read_import_file(folder / "none")); }),
              "the file " + folder.at("none") + " cannot be read: No such file or directory");
    EXPECT_NE(thrown_by([&] { static_cast<void>(read_import_file(folder.path())); }), "");
}

}  // namespace
}  // namespace oa::host
