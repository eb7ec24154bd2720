#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/plugins/files/files_fixture.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;
using oa::Json;

struct TreeTest : FilesFixture {
    /// tree/{a, sub/{b}, link -> a}
    void make_tree() {
        fs::create_directories(folder.at("tree/sub"));
        put_file(folder.at("tree/a"), "aaa");
        put_file(folder.at("tree/sub/b"), "bb");
        fs::create_symlink("a", folder.at("tree/link"));
        fs::permissions(folder.at("tree/sub"), fs::perms(0750));
        fs::permissions(folder.at("tree/a"), fs::perms(0604));
    }
    Reply copy(std::string_view source,
               std::string_view destination,
               Json params = Json::object()) {
        params["source"] = folder.at(source);
        params["destination"] = folder.at(destination);
        return files.run("copy", params);
    }
    Reply move(std::string_view source,
               std::string_view destination,
               Json params = Json::object()) {
        params["source"] = folder.at(source);
        params["destination"] = folder.at(destination);
        return files.run("move", params);
    }
    Reply remove(std::string_view path, Json params = Json::object()) {
        params["path"] = folder.at(path);
        return files.run("remove", params);
    }
    std::vector<std::string> relative_names(Json params) {
        if (!params.contains("path")) {
            params["path"] = folder.path().string();
        }
        const Reply reply = files.run("list", params);
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        std::vector<std::string> names;
        for (const Json& entry : reply.json.at("entries").as_array()) {
            names.push_back(entry.get<std::string>("relative"));
        }
        return names;
    }
    using Names = std::vector<std::string>;
};

// ---- copy

TEST_F(TreeTest, CopiesAFileWithItsMode) {
    put_file(folder.at("a"), "text");
    fs::permissions(folder.at("a"), fs::perms(0741));
    const Reply reply = copy("a", "b");
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(content_of(folder.at("b")), "text");
    EXPECT_EQ(fs::status(folder.at("b")).permissions(), fs::perms(0741));
    EXPECT_EQ(reply.json["bytes"], Json(4));

    fs::create_directory(folder.at("d"));
    EXPECT_EQ(copy("a", "d").json["destination"], Json(folder.at("d/a")));
    EXPECT_EQ(copy("a", "b", {{"overwrite", false}}).status, OA_CONFLICT);
    EXPECT_EQ(copy("a", "missing/b").status, OA_NOT_FOUND);
    EXPECT_EQ(copy("none", "b").status, OA_NOT_FOUND);
}

TEST_F(TreeTest, CopiesAFolderWithLinksAndModes) {
    make_tree();
    const Reply reply = copy("tree", "new", {{"recursive", true}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["files"], Json(2));
    EXPECT_EQ(reply.json["directories"], Json(2));
    EXPECT_EQ(reply.json["symlinks"], Json(1));
    EXPECT_EQ(fs::read_symlink(folder.at("new/link")), "a");
    EXPECT_EQ(content_of(folder.at("new/sub/b")), "bb");
    EXPECT_EQ(fs::status(folder.at("new/sub")).permissions(), fs::perms(0750));
    EXPECT_EQ(fs::status(folder.at("new/a")).permissions(), fs::perms(0604));

    EXPECT_EQ(copy("tree", "new", {{"recursive", true}}).status, OA_OK) << "twice is fine";
    EXPECT_FALSE(fs::exists(folder.at("new/tree")));
    EXPECT_EQ(copy("tree", "new", {{"recursive", true}, {"overwrite", false}}).status, OA_CONFLICT);
    EXPECT_EQ(copy("tree", "other").status, OA_PRECONDITION);
}

TEST_F(TreeTest, FollowsLinksInsideAFolderWhenAsked) {
    make_tree();
    ASSERT_EQ(copy("tree", "new", {{"recursive", true}, {"follow_symlinks", true}}).status, OA_OK);
    EXPECT_FALSE(fs::is_symlink(folder.at("new/link")));
    EXPECT_EQ(content_of(folder.at("new/link")), "aaa");

    fs::create_directory_symlink("..", folder.at("tree/sub/up"));
    EXPECT_EQ(copy("tree", "endless", {{"recursive", true}, {"follow_symlinks", true}}).status,
              OA_PRECONDITION);
}

TEST_F(TreeTest, RefusesToCopyAThingOntoOrIntoItself) {
    make_tree();
    EXPECT_EQ(copy("tree/a", "tree/a").status, OA_INVALID_PARAMS);
    EXPECT_EQ(copy("tree/a", "tree/link").status, OA_INVALID_PARAMS);
    EXPECT_EQ(content_of(folder.at("tree/a")), "aaa");
    EXPECT_EQ(copy("tree", "tree/sub/x/y", {{"recursive", true}}).status, OA_INVALID_PARAMS);
    EXPECT_EQ(copy("tree", "tree", {{"recursive", true}}).status, OA_INVALID_PARAMS);
    fs::create_directory_symlink("tree/sub", folder.at("shortcut"));
    EXPECT_EQ(copy("tree", "shortcut/x", {{"recursive", true}}).status, OA_INVALID_PARAMS);
    EXPECT_FALSE(fs::exists(folder.at("tree/sub/x")));
}

TEST_F(TreeTest, RefusesToCopyPipes) {
    fs::create_directory(folder.at("d"));
    ASSERT_EQ(::mkfifo(folder.at("d/pipe").c_str(), 0600), 0);
    EXPECT_EQ(copy("d", "e", {{"recursive", true}}).status, OA_PRECONDITION);
}

TEST_F(TreeTest, CopyStopsWhenCancelledMeanwhile) {
    fs::create_directory(folder.at("many"));
    for (int i = 0; i < 2000; ++i) {
        put_file(folder.at("many/" + std::to_string(i)), "x");
    }
    CallOptions options;
    options.params =
        Json{{"source", folder.at("many")}, {"destination", folder.at("copy")}, {"recursive", true}}
            .dump();
    FakeCall call(std::move(options));
    std::thread canceller([&] {
        for (int spins = 0; spins < 100'000'000 && !fs::exists(folder.at("copy")); ++spins) {
        }
        call.cancel();
    });
    const Reply reply = files.run("copy", call);
    canceller.join();
    EXPECT_EQ(reply.status, OA_CANCELLED);
    EXPECT_LT(count_names(folder.at("copy")), 2000U);
}

// ---- move

TEST_F(TreeTest, MovesFilesFoldersAndLinks) {
    make_tree();
    ASSERT_EQ(move("tree", "renamed").status, OA_OK);
    EXPECT_FALSE(fs::exists(folder.at("tree")));
    ASSERT_EQ(move("renamed/link", "link").status, OA_OK);
    EXPECT_TRUE(fs::is_symlink(fs::symlink_status(folder.at("link"))));
    EXPECT_EQ(move("renamed/a", "renamed/sub").json["destination"],
              Json(folder.at("renamed/sub/a")));
    EXPECT_EQ(move("renamed/sub/a", "x/y/a").status, OA_NOT_FOUND);
    EXPECT_EQ(move("renamed/sub/a", "x/y/a", {{"create_parents", true}}).status, OA_OK);
    EXPECT_EQ(content_of(folder.at("x/y/a")), "aaa");
}

TEST_F(TreeTest, MovesOverAFileOnlyWhenAllowed) {
    put_file(folder.at("a"), "a");
    put_file(folder.at("b"), "b");
    EXPECT_EQ(move("a", "b", {{"overwrite", false}}).status, OA_CONFLICT);
    EXPECT_EQ(content_of(folder.at("b")), "b");
    EXPECT_EQ(move("a", "b").status, OA_OK);
    EXPECT_EQ(content_of(folder.at("b")), "a");
    EXPECT_EQ(move("a", "b").status, OA_NOT_FOUND);
}

TEST_F(TreeTest, NeverLosesAFolderByMoving) {
    make_tree();
    EXPECT_EQ(move("tree", "tree/sub/x").status, OA_INVALID_PARAMS);
    fs::create_directories(folder.at("full/x"));
    EXPECT_EQ(move("tree", "full").status, OA_CONFLICT);
    put_file(folder.at("file"), "");
    EXPECT_NE(move("tree", "file").status, OA_OK);
    EXPECT_EQ(content_of(folder.at("tree/a")), "aaa");
}

TEST_F(TreeTest, MovesBetweenFileSystems) {
    make_tree();
    const std::string disk = folder.at("disk");
    fs::create_directory(disk);
    if (::mount("none", disk.c_str(), "tmpfs", 0, "size=64k") != 0) {
        GTEST_SKIP() << "only root can make another file system";
    }
    const Reply moved = move("tree", "disk/moved");
    const auto link = fs::read_symlink(disk + "/moved/link");
    const std::string text = content_of(disk + "/moved/sub/b");
    put_file(folder.at("big"), std::string(200'000, 'x'));
    const Reply full = move("big", "disk/big");
    const auto names = count_names(disk);
    ::umount(disk.c_str());
    EXPECT_EQ(moved.status, OA_OK) << moved.message;
    EXPECT_EQ(link, "a");
    EXPECT_EQ(text, "bb");
    EXPECT_FALSE(fs::exists(folder.at("tree")));
    EXPECT_EQ(full.status, OA_EXHAUSTED) << full.message;
    EXPECT_TRUE(fs::exists(folder.at("big")));
    EXPECT_EQ(names, 1U) << "nothing half copied is left";
}

// ---- remove

TEST_F(TreeTest, RemovesOnlyWhatWasNamed) {
    make_tree();
    fs::create_directory_symlink("tree", folder.at("link"));
    EXPECT_EQ(remove("link", {{"recursive", true}}).json["removed"], Json(1));
    EXPECT_TRUE(fs::exists(folder.at("tree/a")));

    fs::create_directory_symlink("../keep", folder.at("tree/out"));
    fs::create_directory(folder.at("keep"));
    put_file(folder.at("keep/k"), "");
    EXPECT_EQ(remove("tree").status, OA_CONFLICT);
    EXPECT_EQ(remove("tree", {{"recursive", true}}).json["removed"], Json(6));
    EXPECT_FALSE(fs::exists(folder.at("tree")));
    EXPECT_TRUE(fs::exists(folder.at("keep/k")));
}

TEST_F(TreeTest, RemovesEmptyFoldersAndTellsOfMissingOnes) {
    fs::create_directory(folder.at("empty"));
    EXPECT_EQ(remove("empty").status, OA_OK);
    EXPECT_EQ(remove("empty").status, OA_NOT_FOUND);
    EXPECT_EQ(remove("empty", {{"missing_ok", true}}).json["removed"], Json(0));
}

TEST_F(TreeTest, NeverRemovesTheRootOrDots) {
    for (const char* path : {"/", "//", ".", "..", "/tmp/..", "x/.", "/../"}) {
        const Reply reply =
            files.run("remove", {{"path", path}, {"recursive", true}, {"missing_ok", true}});
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << path;
    }
}

TEST_F(TreeTest, RefusesToDescendWithoutEnd) {
    std::string path = folder.at("deep");
    for (int i = 0; i < 250; ++i) {
        fs::create_directory(path);
        path += "/d";
    }
    EXPECT_EQ(remove("deep", {{"recursive", true}}).status, OA_EXHAUSTED);
    EXPECT_EQ(copy("deep", "copy", {{"recursive", true}}).status, OA_EXHAUSTED);
    EXPECT_EQ(files.run("list", {{"path", folder.at("deep")}, {"recursive", true}}).status,
              OA_EXHAUSTED);
}

// ---- make_directory

TEST_F(TreeTest, MakesFolders) {
    const auto make = [&](std::string_view path, Json params = Json::object()) {
        params["path"] = folder.at(path);
        return files.run("make_directory", params);
    };
    EXPECT_EQ(make("a/b/c").json["created"], Json(true));
    EXPECT_EQ(make("a/b/c/").json["created"], Json(false));
    EXPECT_EQ(make("a/b/c", {{"exist_ok", false}}).status, OA_CONFLICT);
    EXPECT_EQ(make("x/y", {{"parents", false}}).status, OA_NOT_FOUND);
    put_file(folder.at("f"), "");
    EXPECT_EQ(make("f").status, OA_CONFLICT);
    EXPECT_EQ(make("f/below").status, OA_PRECONDITION);
    EXPECT_EQ(make("open", {{"mode", "1777"}}).status, OA_OK);
    EXPECT_EQ(fs::status(folder.at("open")).permissions(), fs::perms(01777));
}

// ---- list and stat

TEST_F(TreeTest, ListsByNameTypeAndDepth) {
    make_tree();
    put_file(folder.at("tree/.hidden"), "");
    const Json in_tree{{"path", folder.at("tree")}};
    EXPECT_EQ(relative_names(in_tree), (Names{".hidden", "a", "link", "sub"}));
    const auto with = [&](std::initializer_list<Json::Member> more) {
        Json params = in_tree;
        for (const auto& member : more) {
            params[member.key] = member.value;
        }
        return relative_names(params);
    };
    EXPECT_EQ(with({{"recursive", true}}), (Names{".hidden", "a", "link", "sub", "sub/b"}));
    EXPECT_EQ(with({{"hidden", false}, {"type", "file"}, {"recursive", true}}),
              (Names{"a", "sub/b"}));
    EXPECT_EQ(with({{"type", "symlink"}}), (Names{"link"}));
    EXPECT_EQ(with({{"type", "directory"}}), (Names{"sub"}));
    EXPECT_EQ(with({{"pattern", "[ab]"}, {"recursive", true}}), (Names{"a", "sub/b"}));
    EXPECT_EQ(with({{"pattern", "*/b"}, {"recursive", true}}), (Names{"sub/b"}));
    EXPECT_EQ(with({{"pattern", "none*"}}), Names{});
}

TEST_F(TreeTest, ListTellsWhatEachEntryIs) {
    make_tree();
    const Reply reply = files.run("list", {{"path", folder.at("tree")}, {"pattern", "link"}});
    const Json& entry = reply.json.at("entries").at(0);
    EXPECT_EQ(entry["target"], Json("a"));
    EXPECT_EQ(entry["path"], Json(folder.at("tree/link")));
    EXPECT_EQ(entry.get<std::string>("modified").size(),
              std::string("2024-05-01T12:00:00.123Z").size());
}

TEST_F(TreeTest, ListKeepsNamesThatAreNoText) {
    put_file(folder.at("\xFF"), "");
    const Reply reply = files.run("list", {{"path", folder.path().string()}});
    EXPECT_EQ(reply.json.at("entries").at(0)["name_base64"], Json("/w=="));
}

TEST_F(TreeTest, ListStopsAtItsLimit) {
    put_file(folder.at("a"), "");
    put_file(folder.at("b"), "");
    EXPECT_EQ(files.run("list", {{"path", folder.path().string()}, {"max_entries", 1}}).status,
              OA_EXHAUSTED);
    EXPECT_EQ(files.run("list", {{"path", folder.path().string()}, {"max_entries", 2}}).status,
              OA_OK);
    EXPECT_EQ(files.run("list", {{"path", folder.at("none")}}).status, OA_NOT_FOUND);
    EXPECT_EQ(files.run("list", {{"path", folder.at("a")}}).status, OA_PRECONDITION);
}

TEST_F(TreeTest, StatFollowsLinksUnlessToldNotTo) {
    make_tree();
    const auto look = [&](std::string_view path, Json params = Json::object()) {
        params["path"] = folder.at(path);
        return files.run("stat", params);
    };
    const Json file = look("tree/a").json;
    EXPECT_EQ(file["type"], Json("file"));
    EXPECT_EQ(file["size"], Json(3));
    EXPECT_EQ(file["mode"], Json("0604"));
    EXPECT_EQ(look("tree/link").json["type"], Json("file"));
    const Json link = look("tree/link", {{"follow_symlinks", false}}).json;
    EXPECT_EQ(link["type"], Json("symlink"));
    EXPECT_EQ(link["target"], Json("a"));

    fs::create_symlink("none", folder.at("dangling"));
    EXPECT_EQ(look("dangling").status, OA_NOT_FOUND);
    EXPECT_EQ(look("dangling", {{"missing_ok", true}}).json["exists"], Json(false));
    EXPECT_EQ(look("dangling", {{"follow_symlinks", false}}).json["exists"], Json(true));
}

}  // namespace
}  // namespace oa::test
