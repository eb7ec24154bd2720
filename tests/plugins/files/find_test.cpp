#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/plugins/files/files_fixture.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;
using oa::Json;
using Names = std::vector<std::string>;

struct FindTest : FilesFixture {
    void make(const std::string& name, std::size_t size = 0, std::int64_t age = 0) {
        fs::create_directories(fs::path(folder.at(name)).parent_path());
        put_file(folder.at(name), std::string(size, 'x'));
        const std::array<timespec, 2> times{timespec{::time(nullptr) - age, 0},
                                            timespec{::time(nullptr) - age, 0}};
        ::utimensat(AT_FDCWD, folder.at(name).c_str(), times.data(), 0);
    }
    Names find(Json params) {
        params["path"] = folder.path().string();
        const Reply reply = files.run("find", params);
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        Names names;
        for (const Json& entry : reply.json.at("entries").as_array()) {
            names.push_back(entry.get<std::string>("relative"));
        }
        return names;
    }
};

TEST_F(FindTest, MatchesPatterns) {
    for (const char* name : {"a.csv", "a.txt", "d/b.csv", "d/e/c.csv", "d/e/[x].csv", ".h/z.csv"}) {
        make(name);
    }
    EXPECT_EQ(find({{"patterns", "*.csv"}}),
              (Names{".h/z.csv", "a.csv", "d/b.csv", "d/e/[x].csv", "d/e/c.csv"}));
    EXPECT_EQ(find({{"patterns", "/*.csv"}}), (Names{"a.csv"}));
    EXPECT_EQ(find({{"patterns", "d/*.csv"}}), (Names{"d/b.csv"}));
    EXPECT_EQ(find({{"patterns", "d/**/*.csv"}}), (Names{"d/b.csv", "d/e/[x].csv", "d/e/c.csv"}));
    EXPECT_EQ(find({{"patterns", "**/e/**"}}), (Names{"d/e/[x].csv", "d/e/c.csv"}));
    EXPECT_EQ(find({{"patterns", "[ab].{csv,txt}"}}), (Names{"a.csv", "a.txt", "d/b.csv"}));
    EXPECT_EQ(find({{"patterns", "[!ab].csv"}}), (Names{".h/z.csv", "d/e/c.csv"}));
    EXPECT_EQ(find({{"patterns", "\\[x\\].csv"}}), (Names{"d/e/[x].csv"}));
    EXPECT_EQ(find({{"patterns", "?.txt"}}), (Names{"a.txt"}));
    EXPECT_EQ(find({{"patterns", Json::array({"a.*", "c.*"})}, {"exclude", "*.txt"}}),
              (Names{"a.csv", "d/e/c.csv"}));
    EXPECT_EQ(find({{"type", "file"}, {"exclude", "d"}, {"hidden", false}}),
              (Names{"a.csv", "a.txt"}));
    EXPECT_EQ(find({{"type", "directory"}}), (Names{".h", "d", "d/e"}));
    EXPECT_EQ(find({{"max_depth", 1}, {"type", "file"}}), (Names{"a.csv", "a.txt"}));
    for (const char* wrong : {"[a", "{a", "a\\", ""}) {
        const Reply reply =
            files.run("find", {{"path", folder.path().string()}, {"patterns", wrong}});
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << wrong;
        EXPECT_EQ(reply.pointer, "/patterns");
    }
}

TEST_F(FindTest, ChoosesBySizeAgeAndOrder) {
    make("old", 10, std::int64_t{3} * 86'400);
    make("new", 3000, 10);
    make("mid", 200, 7200);
    EXPECT_EQ(find({{"min_size", "1k"}}), (Names{"new"}));
    EXPECT_EQ(find({{"max_size", 200}}), (Names{"mid", "old"}));
    EXPECT_EQ(find({{"older_than", "1d"}}), (Names{"old"}));
    EXPECT_EQ(find({{"newer_than", "3h"}}), (Names{"mid", "new"}));
    EXPECT_EQ(find({{"sort", "size"}}), (Names{"old", "mid", "new"}));
    EXPECT_EQ(find({{"sort", "modified"}, {"descending", true}}), (Names{"new", "mid", "old"}));
    EXPECT_EQ(find({{"sort", "size"}, {"descending", true}, {"limit", 2}}), (Names{"new", "mid"}));
    const Reply some = files.run("find", {{"path", folder.path().string()}, {"limit", 1}});
    EXPECT_EQ(some.json["more"], Json(true));
    EXPECT_EQ(some.json["matches"], Json(3));
    EXPECT_EQ(files.run("find", {{"path", "."}, {"min_size", "1 parsec"}}).pointer, "/min_size");
    EXPECT_EQ(files.run("find", {{"path", folder.at("none")}}).status, OA_NOT_FOUND);
}

TEST_F(FindTest, FollowsLinksOnlyWhenAsked) {
    make("d/f");
    fs::create_directory_symlink("d", folder.at("link"));
    fs::create_directory_symlink("..", folder.at("d/up"));
    fs::create_symlink("self", folder.at("self"));
    EXPECT_EQ(find({}), (Names{"d", "d/f", "d/up", "link", "self"}));
    EXPECT_EQ(find({{"follow_symlinks", true}}),
              (Names{"d", "d/f", "d/up", "link", "link/f", "link/up", "self"}));
}

TEST_F(FindTest, TakesOddNames) {
    const std::string longest(255, 'n');
    make(longest);
    make("two words\nand lines");
    make("f\xFF.csv");
    // Deeper than any path may be long.
    std::string path = folder.path().string();
    int at = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < 30; ++i) {
        ASSERT_EQ(::mkdirat(at, longest.c_str() + 1, 0700), 0);
        const int inner = ::openat(at, longest.c_str() + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ::close(at);
        at = inner;
    }
    ::close(at);
    const Reply reply = files.run("find", {{"path", path}, {"limit", 100}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["count"], Json(33));
    EXPECT_EQ(find({{"patterns", "f?.csv"}}).size(), 1U);
    const Reply removed =
        files.run("remove", {{"path", folder.at(longest.substr(1))}, {"recursive", true}});
    EXPECT_EQ(removed.status, OA_OK) << removed.message;
}

TEST_F(FindTest, GoesOnWhereItMayNotLook) {
    make("closed/f");
    make("open/f");
    fs::permissions(folder.at("closed"), fs::perms(0));
    if (::geteuid() != 0) {
        EXPECT_EQ(find({{"type", "file"}}), (Names{"open/f"}));
    } else {
        // Root may look everywhere: somebody else has to try.
        fs::permissions(folder.path(), fs::perms(0755));
        const pid_t child = ::fork();
        if (child == 0) {
            const bool changed = ::setgid(65534) == 0 && ::setuid(65534) == 0;
            const Reply reply =
                files.run("find", {{"path", folder.path().string()}, {"type", "file"}});
            const Reply packed =
                files.run("zip", {{"path", "/dev/null"}, {"source", folder.path().string()}});
            ::_exit(changed && reply.json["unreadable"] == Json(1) &&
                            reply.json["count"] == Json(1) && packed.status == OA_PERMISSION
                        ? 0
                        : 1);
        }
        int status = -1;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    fs::permissions(folder.at("closed"), fs::perms(0700));
}

TEST_F(FindTest, MakesChecksums) {
    put_file(folder.at("f"), std::string(1'000'000, 'a'));
    const auto sum = [&](const char* algorithm) {
        return files.run("checksum", {{"path", folder.at("f")}, {"algorithm", algorithm}})
            .json["checksum"];
    };
    EXPECT_EQ(sum("sha256"),
              Json("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
    EXPECT_EQ(sum("sha1"), Json("34aa973cd4c4daa4f61eeb2bdbad27316534016f"));
    EXPECT_EQ(sum("md5"), Json("7707d6ae4e027c70eea2a935c2296f21"));
    EXPECT_EQ(sum("sha512").as_string().substr(0, 16), "e718483d0ce76964");
    const Json expected{{"path", folder.at("f")},
                        {"algorithm", "md5"},
                        {"expect", "7707D6AE4E027C70EEA2A935C2296F21"}};
    EXPECT_EQ(files.run("checksum", expected).status, OA_OK);
    EXPECT_EQ(files.run("checksum", {{"path", folder.at("none")}}).status, OA_NOT_FOUND);
}

}  // namespace
}  // namespace oa::test
