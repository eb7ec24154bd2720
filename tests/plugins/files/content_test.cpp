#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/plugins/files/files_fixture.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;

struct ContentTest : FilesFixture {
    static mode_t mode_of(const std::string& path) {
        struct stat info {};
        EXPECT_EQ(::stat(path.c_str(), &info), 0);
        return info.st_mode & 07777;
    }
};

// ---- read

TEST_F(ContentTest, ReadsTextAndBytes) {
    put_file(folder.at("t"), "Grüße\n");
    const Reply text = files.run("read", {{"path", folder.at("t")}});
    ASSERT_EQ(text.status, OA_OK) << text.message;
    EXPECT_EQ(text.json["content"], oa::Json("Grüße\n"));
    EXPECT_EQ(text.json["size"], oa::Json(8));

    put_file(folder.at("b"), std::string("\xFF\x00\x01", 3));
    const Reply bytes = files.run("read", {{"path", folder.at("b")}, {"encoding", "base64"}});
    EXPECT_EQ(bytes.json["content"], oa::Json("/wAB"));
}

TEST_F(ContentTest, RefusesToReadBytesAsText) {
    for (const std::string bad :
         {"ab\xFFz", "\xC0\x80", "\xED\xA0\x80", "\xE2\x82", "\xF5\x80\x80\x80"}) {
        put_file(folder.at("b"), bad);
        const Reply reply = files.run("read", {{"path", folder.at("b")}});
        EXPECT_EQ(reply.status, OA_PRECONDITION);
        EXPECT_NE(reply.message.find("base64"), std::string::npos) << reply.message;
    }
}

TEST_F(ContentTest, ReadsUpToTheLimitAndNotAByteMore) {
    put_file(folder.at("f"), "12345");
    EXPECT_EQ(files.run("read", {{"path", folder.at("f")}, {"max_bytes", 5}}).status, OA_OK);
    const Reply reply = files.run("read", {{"path", folder.at("f")}, {"max_bytes", 4}});
    EXPECT_EQ(reply.status, OA_EXHAUSTED);
    EXPECT_NE(reply.message.find("4 bytes"), std::string::npos) << reply.message;
}

TEST_F(ContentTest, EndlessFilesStopAtTheLimit) {
    EXPECT_EQ(files.run("read", {{"path", "/dev/zero"}}).status, OA_EXHAUSTED);
}

TEST_F(ContentTest, TellsWhyAFileCannotBeRead) {
    const Reply missing = files.run("read", {{"path", folder.at("none")}});
    EXPECT_EQ(missing.status, OA_NOT_FOUND);
    EXPECT_NE(missing.message.find(folder.at("none")), std::string::npos) << missing.message;

    EXPECT_EQ(files.run("read", {{"path", folder.path().string()}}).status, OA_PRECONDITION);

    put_file(folder.at("f"), "");
    EXPECT_EQ(files.run("read", {{"path", folder.at("f") + "/below"}}).status, OA_PRECONDITION);

    fs::create_symlink(folder.at("loop"), folder.at("loop"));
    EXPECT_EQ(files.run("read", {{"path", folder.at("loop")}}).status, OA_PRECONDITION);

    ASSERT_EQ(::mkfifo(folder.at("pipe").c_str(), 0600), 0);
    EXPECT_EQ(files.run("read", {{"path", folder.at("pipe")}}).status, OA_PRECONDITION);
}

TEST_F(ContentTest, PermissionDeniedIsToldAsSuch) {
    put_file(folder.at("closed"), "x");
    if (::geteuid() != 0) {
        ASSERT_EQ(::chmod(folder.at("closed").c_str(), 0), 0);
        EXPECT_EQ(files.run("read", {{"path", folder.at("closed")}}).status, OA_PERMISSION);
        return;
    }
    // Root may read everything, so another user asks on a thread of its own: Linux keeps the
    // identity per thread, and the raw call changes only that.
    fs::permissions(folder.path(), fs::perms(0755));
    ASSERT_EQ(::chmod(folder.at("closed").c_str(), 0600), 0);
    std::vector<std::int32_t> status;
    std::thread([&] {
        if (::syscall(SYS_setresuid, -1, 65534, -1) == 0) {
            status.push_back(files.run("read", {{"path", folder.at("closed")}}).status);
            status.push_back(
                files.run("write", {{"path", folder.at("closed")}, {"content", "y"}}).status);
            status.push_back(
                files.run("write", {{"path", folder.at("new")}, {"content", "y"}}).status);
            status.push_back(files.run("remove", {{"path", folder.at("closed")}}).status);
        }
    }).join();
    EXPECT_EQ(status, (std::vector<std::int32_t>(4, OA_PERMISSION)));
    EXPECT_EQ(content_of(folder.at("closed")), "x");
}

TEST_F(ContentTest, WorksWithOddNames) {
    for (const std::string name : {"with blank", "üñí 文件", "-rf", "quote\"'", "new\nline", "a\\b",
                                   "*?[x]", "$HOME ~ `x`"}) {
        const std::string path = folder.at(name);
        ASSERT_EQ(files.run("write", {{"path", path}, {"content", name}}).status, OA_OK) << name;
        EXPECT_EQ(content_of(path), name);
        EXPECT_EQ(files.run("read", {{"path", path}}).json["content"], oa::Json(name));
    }
    const std::string longest(255, 'n');
    EXPECT_EQ(files.run("write", {{"path", folder.at(longest)}, {"content", "x"}}).status, OA_OK);
    EXPECT_EQ(content_of(folder.at(longest)), "x");
}

// ---- write

TEST_F(ContentTest, WritesNewAndOldFiles) {
    const Reply fresh = files.run("write", {{"path", folder.at("f")}, {"content", "one"}});
    ASSERT_EQ(fresh.status, OA_OK) << fresh.message;
    EXPECT_EQ(fresh.json, (oa::Json{{"path", folder.at("f")}, {"bytes", 3}, {"created", true}}));
    const Reply again = files.run("write", {{"path", folder.at("f")}, {"content", ""}});
    EXPECT_EQ(again.json["created"], oa::Json(false));
    EXPECT_EQ(content_of(folder.at("f")), "");
    EXPECT_EQ(count_names(folder.path()), 1U);
}

TEST_F(ContentTest, AnOpenFileKeepsItsOldContent) {
    put_file(folder.at("f"), "old content");
    std::ifstream reader(folder.at("f"));
    ASSERT_EQ(files.run("write", {{"path", folder.at("f")}, {"content", "new"}}).status, OA_OK);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reader), {}), "old content");
    EXPECT_EQ(content_of(folder.at("f")), "new");
}

TEST_F(ContentTest, LeavesAnExistingFileAloneWithoutOverwrite) {
    put_file(folder.at("f"), "old");
    const oa::Json params{{"path", folder.at("f")}, {"content", "new"}, {"overwrite", false}};
    EXPECT_EQ(files.run("write", params).status, OA_CONFLICT);
    EXPECT_EQ(content_of(folder.at("f")), "old");
    EXPECT_EQ(count_names(folder.path()), 1U);
}

TEST_F(ContentTest, KeepsOrSetsTheMode) {
    put_file(folder.at("f"), "old");
    ASSERT_EQ(::chmod(folder.at("f").c_str(), 0640), 0);
    ASSERT_EQ(files.run("write", {{"path", folder.at("f")}, {"content", "x"}}).status, OA_OK);
    EXPECT_EQ(mode_of(folder.at("f")), 0640U);
    ASSERT_EQ(
        files.run("write", {{"path", folder.at("f")}, {"content", "x"}, {"mode", "0600"}}).status,
        OA_OK);
    EXPECT_EQ(mode_of(folder.at("f")), 0600U);
    for (const char* wrong : {"rw", "0999", "6", "7777777"}) {
        const Reply reply =
            files.run("write", {{"path", folder.at("f")}, {"content", "x"}, {"mode", wrong}});
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << wrong;
        EXPECT_EQ(reply.pointer, "/mode");
    }
}

TEST_F(ContentTest, FollowsALinkInsteadOfReplacingIt) {
    fs::create_directory(folder.at("d"));
    put_file(folder.at("d/real"), "old");
    fs::create_symlink("d/real", folder.at("link"));
    ASSERT_EQ(files.run("write", {{"path", folder.at("link")}, {"content", "new"}}).status, OA_OK);
    EXPECT_TRUE(fs::is_symlink(folder.at("link")));
    EXPECT_EQ(content_of(folder.at("d/real")), "new");

    fs::create_symlink("d/fresh", folder.at("dangling"));
    ASSERT_EQ(files.run("write", {{"path", folder.at("dangling")}, {"content", "x"}}).status,
              OA_OK);
    EXPECT_EQ(content_of(folder.at("d/fresh")), "x");
}

TEST_F(ContentTest, MakesParentsOnlyWhenAsked) {
    const std::string path = folder.at("a/b/c.txt");
    const Reply refused = files.run("write", {{"path", path}, {"content", "x"}});
    EXPECT_EQ(refused.status, OA_NOT_FOUND);
    EXPECT_NE(refused.message.find("create_parents"), std::string::npos) << refused.message;
    EXPECT_EQ(
        files.run("write", {{"path", path}, {"content", "x"}, {"create_parents", true}}).status,
        OA_OK);
    EXPECT_EQ(content_of(path), "x");
}

TEST_F(ContentTest, TakesContentJsonOrInput) {
    const std::string path = folder.at("f");
    const auto written = [&](oa::Json params) {
        params["path"] = path;
        const Reply reply = files.run("write", params);
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return content_of(path);
    };
    EXPECT_EQ(written({{"content", "a"}, {"input", "b"}}), "a");
    EXPECT_EQ(written({{"json", {{"k", 1}}}}), "{\n  \"k\": 1\n}\n");
    EXPECT_EQ(written({{"json", nullptr}}), "null\n");
    EXPECT_EQ(written({{"input", "text"}}), "text");
    EXPECT_EQ(written({{"input", {{"content", "AAE="}, {"encoding", "base64"}}}}),
              std::string("\0\1", 2));
    EXPECT_EQ(written({{"input", oa::Json::array({1})}}), "[\n  1\n]\n");
}

TEST_F(ContentTest, RefusesWhatItCannotWrite) {
    const std::string path = folder.at("f");
    EXPECT_EQ(files.run("write", {{"path", path}}).pointer, "/content");
    EXPECT_EQ(files.run("write", {{"path", path}, {"content", "x"}, {"json", 1}}).pointer, "/json");
    for (const char* wrong : {"A", "====", "AA=A", "A*==", "AAAA="}) {
        const Reply reply =
            files.run("write", {{"path", path}, {"content", wrong}, {"encoding", "base64"}});
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << wrong;
        EXPECT_EQ(reply.pointer, "/content");
    }
    EXPECT_EQ(files.run("write", {{"path", folder.path().string()}, {"content", "x"}}).status,
              OA_PRECONDITION);
    EXPECT_EQ(files.run("write", {{"path", path + "/"}, {"content", "x"}}).status, OA_PRECONDITION);
    EXPECT_EQ(count_names(folder.path()), 0U);
}

TEST_F(ContentTest, WritesDevicesDirectly) {
    EXPECT_EQ(files.run("write", {{"path", "/dev/null"}, {"content", "x"}}).status, OA_OK);
    EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(ContentTest, AFullDiskIsToldAndKeepsTheOldContent) {
    EXPECT_EQ(files.run("write", {{"path", "/dev/full"}, {"content", "x"}}).status, OA_EXHAUSTED);
    EXPECT_EQ(files.run("append", {{"path", "/dev/full"}, {"content", "x"}}).status, OA_EXHAUSTED);

    const std::string disk = folder.at("disk");
    fs::create_directory(disk);
    if (::mount("none", disk.c_str(), "tmpfs", 0, "size=64k") != 0) {
        GTEST_SKIP() << "only root can make a small disk";
    }
    put_file(disk + "/f", "old");
    const std::string big(200'000, 'x');
    const Reply written = files.run("write", {{"path", disk + "/f"}, {"content", big}});
    const std::string after_write = content_of(disk + "/f");
    const Reply appended = files.run("append", {{"path", disk + "/f"}, {"content", big}});
    const std::string after_append = content_of(disk + "/f");
    const auto names = count_names(disk);
    ::umount(disk.c_str());
    EXPECT_EQ(written.status, OA_EXHAUSTED) << written.message;
    EXPECT_EQ(after_write, "old");
    EXPECT_EQ(appended.status, OA_EXHAUSTED) << appended.message;
    EXPECT_EQ(after_append, "old");
    EXPECT_EQ(names, 1U);
}

// ---- append

TEST_F(ContentTest, AppendsAndCreates) {
    const std::string path = folder.at("log");
    const Reply first =
        files.run("append", {{"path", path}, {"content", "one"}, {"newline", true}});
    EXPECT_EQ(first.json, (oa::Json{{"path", path}, {"bytes", 4}, {"size", 4}, {"created", true}}));
    const Reply second =
        files.run("append", {{"path", path}, {"content", "two\n"}, {"newline", true}});
    EXPECT_EQ(second.json,
              (oa::Json{{"path", path}, {"bytes", 4}, {"size", 8}, {"created", false}}));
    EXPECT_EQ(content_of(path), "one\ntwo\n");

    EXPECT_EQ(files.run("append", {{"path", folder.at("no")}, {"content", "x"}, {"create", false}})
                  .status,
              OA_NOT_FOUND);
}

TEST_F(ContentTest, ParallelAppendsKeepTheirLinesWhole) {
    const std::string path = folder.at("log");
    std::vector<std::thread> writers;
    for (int i = 0; i < 4; ++i) {
        writers.emplace_back([&, i] {
            const std::string line(99, static_cast<char>('a' + i));
            for (int n = 0; n < 25; ++n) {
                files.run("append", {{"path", path}, {"content", line}, {"newline", true}});
            }
        });
    }
    for (auto& writer : writers) {
        writer.join();
    }
    std::ifstream file(path);
    int count = 0;
    for (std::string line; std::getline(file, line); ++count) {
        EXPECT_EQ(line, std::string(99, line.front()));
    }
    EXPECT_EQ(count, 100);
}

// ---- JSON

TEST_F(ContentTest, JsonGoesThereAndBack) {
    const oa::Json data{
        {"big", 9007199254740993}, {"text", "a\n  b"}, {"list", oa::Json::array({1, nullptr})}};
    for (const int indent : {0, 1, 2, 4, 8}) {
        const Reply written =
            files.run("write_json", {{"path", folder.at("f")}, {"data", data}, {"indent", indent}});
        ASSERT_EQ(written.status, OA_OK) << written.message;
        EXPECT_EQ(files.run("read_json", {{"path", folder.at("f")}}).json["data"], data);
    }
    files.run("write_json",
              {{"path", folder.at("f")}, {"data", {{"a", {{"b", 1}}}}}, {"indent", 4}});
    EXPECT_EQ(content_of(folder.at("f")), "{\n    \"a\": {\n        \"b\": 1\n    }\n}\n");
}

TEST_F(ContentTest, WriteJsonFallsBackToTheInput) {
    EXPECT_EQ(
        files.run("write_json", {{"path", folder.at("f")}, {"input", {{"a", 1}}}, {"indent", 0}})
            .status,
        OA_OK);
    EXPECT_EQ(content_of(folder.at("f")), "{\"a\":1}\n");
    EXPECT_EQ(files.run("write_json", {{"path", folder.at("f")}}).pointer, "/data");
}

TEST_F(ContentTest, ReadJsonTellsWhereAFileIsWrong) {
    put_file(folder.at("f"), "{\n  \"a\": 1,\n  oops\n}");
    const Reply reply = files.run("read_json", {{"path", folder.at("f")}});
    EXPECT_EQ(reply.status, OA_PRECONDITION);
    EXPECT_NE(reply.message.find("line 3"), std::string::npos) << reply.message;

    put_file(folder.at("f"), "\xEF\xBB\xBF[1]");
    EXPECT_EQ(files.run("read_json", {{"path", folder.at("f")}}).json["data"],
              oa::Json::array({1}));
}

}  // namespace
}  // namespace oa::test
