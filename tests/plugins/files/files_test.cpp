#include <filesystem>

#include "tests/plugins/files/files_fixture.hpp"

namespace oa::test {
namespace {

struct FilesTest : FilesFixture {};

TEST_F(FilesTest, DescribesEveryFunction) {
    EXPECT_EQ(joined(files.check_descriptor()), "");
}

TEST_F(FilesTest, OffersTheFunctionsThatItsPageNames) {
    EXPECT_EQ(files.function_names(),
              (std::vector<std::string>{
                  "read",        "write",        "append",         "copy",
                  "move",        "remove",       "make_directory", "list",
                  "stat",        "find",         "checksum",       "zip",
                  "tar",         "unzip",        "untar",          "replace",
                  "template",    "read_csv",     "write_csv",      "read_json",
                  "write_json",  "io_copy",      "io_zip",         "io_unzip",
                  "io_readfile", "io_writefile", "io_replace",     "io_loadvarfromjson",
                  "io_rename",   "io_remove",    "io_findfile",    "io_regexreplaceinfile",
                  "io_template", "io_read_csv",  "io_write_json"}));
}

TEST_F(FilesTest, KeepsThePromisesOfItsExamples) {
    // The examples name files of the working directory.
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    put_file("hello.txt", "Hello\n");
    put_file("draft.txt", "text");
    put_file("settings.json", "{\"retries\":3}");
    put_file("orders.csv", "id,item\r\n1,tea\r\n2,\"cups, blue\"\r\n");
    put_file("app.conf", "name = x\nport = 8080\n");
    for (const std::string& function : files.function_names()) {
        EXPECT_EQ(joined(files.run_examples(function)), "");
    }
    std::filesystem::current_path(before);
}

TEST_F(FilesTest, RefusesPathsThatCannotBe) {
    const Reply empty = files.run("read", {{"path", ""}});
    EXPECT_EQ(empty.status, OA_INVALID_PARAMS);
    EXPECT_EQ(empty.pointer, "/path");

    const Reply nul = files.run("read", {{"path", std::string("a\0b", 3)}});
    EXPECT_EQ(nul.status, OA_INVALID_PARAMS);
    EXPECT_EQ(nul.pointer, "/path");

    const Reply missing = files.run("read", oa::Json::object());
    EXPECT_EQ(missing.status, OA_INVALID_PARAMS);
}

TEST_F(FilesTest, RefusesANameThatIsTooLong) {
    const Reply reply =
        files.run("write", {{"path", folder.at(std::string(300, 'n'))}, {"content", "x"}});
    EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << reply.message;
    EXPECT_EQ(count_names(folder.path()), 0U);
}

TEST_F(FilesTest, StopsBeforeItStartsWhenCancelled) {
    put_file(folder.at("a"), "x");
    CallOptions options;
    options.cancelled = true;
    const auto status = [&](std::string_view function, const oa::Json& params) {
        return files.run(function, params, options).status;
    };
    EXPECT_EQ(status("read", {{"path", folder.at("a")}}), OA_CANCELLED);
    EXPECT_EQ(status("write", {{"path", folder.at("b")}, {"content", "x"}}), OA_CANCELLED);
    EXPECT_EQ(status("copy", {{"source", folder.at("a")}, {"destination", folder.at("b")}}),
              OA_CANCELLED);
    EXPECT_EQ(status("move", {{"source", folder.at("a")}, {"destination", folder.at("b")}}),
              OA_CANCELLED);
    EXPECT_EQ(status("remove", {{"path", folder.at("a")}, {"recursive", true}}), OA_CANCELLED);
    EXPECT_EQ(status("list", {{"path", folder.path().string()}}), OA_CANCELLED);
    EXPECT_EQ(status("read_csv", {{"path", folder.at("a")}}), OA_CANCELLED);
    EXPECT_EQ(count_names(folder.path()), 1U);
}

}  // namespace
}  // namespace oa::test
