#include <atomic>
#include <thread>

#include "tests/plugins/files/archive_fixture.hpp"
#include "tests/plugins/support/cancelling.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;
using oa::Json;

struct ArchiveTest : ArchiveFixture {};

TEST_F(ArchiveTest, UnpacksWhatItPacked) {
    make_tree();
    const std::vector<std::pair<std::string, std::string>> kinds{
        {"zip", "t.zip"},     {"tar", "t.tar"},    {"tar", "t.tar.gz"},
        {"tar", "t.tar.bz2"}, {"tar", "t.tar.xz"}, {"tar", "t.tar.zst"}};
    for (const auto& [function, name] : kinds) {
        SCOPED_TRACE(name);
        const Reply packed = pack(function, name, {{"source", folder.at("tree")}});
        ASSERT_EQ(packed.status, OA_OK) << packed.message;
        EXPECT_EQ(packed.json["files"], Json(4));
        EXPECT_EQ(packed.json["directories"], Json(3));
        EXPECT_EQ(packed.json["symlinks"], Json(1));
        EXPECT_EQ(packed.json["bytes"], Json(300'006));
        EXPECT_EQ(packed.json["size"], Json(fs::file_size(folder.at(name))));
        const std::string to = "out-" + name;
        const Reply unpacked = unpack("un" + function, name, to);
        ASSERT_EQ(unpacked.status, OA_OK) << unpacked.message;
        EXPECT_EQ(unpacked.json["files"], Json(4));
        EXPECT_EQ(unpacked.json["bytes"], Json(300'006));
        expect_tree(folder.at(to + "/tree"));
        EXPECT_EQ(count_names(folder.at(to)), 1U) << "nothing temporary is left";
    }
}

TEST_F(ArchiveTest, WritesWhatOtherProgramsRead) {
    make_tree();
    // unzip writes line breaks in names as ^J.
    fs::rename(folder.at("tree/Grüße\n"), folder.at("tree/Grüße"));
    ASSERT_EQ(pack("zip", "t.zip", {{"source", folder.at("tree")}}).status, OA_OK);
    odd_name = "Grüße";
    program({"unzip", "-q", "t.zip", "-d", "by-unzip"});
    expect_tree(folder.at("by-unzip/tree"));
    for (const char* name : {"t.tar", "t.tgz", "t.tar.xz"}) {
        ASSERT_EQ(pack("tar", name, {{"source", folder.at("tree")}}).status, OA_OK);
        fs::create_directory(folder.at(std::string("by-") + name));
        program({"tar", "-xf", name, "-C", std::string("by-") + name});
        expect_tree(folder.at(std::string("by-") + name + "/tree"));
    }
}

TEST_F(ArchiveTest, ReadsWhatOtherProgramsWrite) {
    make_tree();
    program({"zip", "-qry", "t.zip", "tree"});
    program({"tar", "-czf", "t.tar.gz", "tree"});
    program({"tar", "-cf", "gnu.tar", "--format=gnu", "tree"});
    ASSERT_EQ(unpack("unzip", "t.zip", "z").status, OA_OK);
    expect_tree(folder.at("z/tree"));
    ASSERT_EQ(unpack("untar", "t.tar.gz", "g").status, OA_OK);
    expect_tree(folder.at("g/tree"));
    ASSERT_EQ(unpack("untar", "gnu.tar", "u").status, OA_OK);
    expect_tree(folder.at("u/tree"));
}

TEST_F(ArchiveTest, TheSameFilesMakeTheSameBytes) {
    make_tree();
    for (const char* name : {"x.zip", "x.tar.gz", "x.tar.zst"}) {
        const std::string function = std::string(name).ends_with("zip") ? "zip" : "tar";
        const timespec then[2] = {{1'650'000'000, 0}, {1'650'000'000, 0}};
        ::utimensat(AT_FDCWD, folder.at("tree").c_str(), then, 0);
        ASSERT_EQ(pack(function, name, {{"source", folder.at("tree")}}).status, OA_OK);
        const std::string first = content_of(folder.at(name));
        fs::rename(folder.at("tree/sub"), folder.at("tree/moved"));
        fs::rename(folder.at("tree/moved"), folder.at("tree/sub"));
        const timespec now[2] = {{1'700'000'000, 0}, {0, UTIME_OMIT}};
        ::utimensat(AT_FDCWD, folder.at("tree/a").c_str(), now, 0);
        ::utimensat(AT_FDCWD, folder.at("tree").c_str(), then, 0);
        ASSERT_EQ(pack(function, name, {{"source", folder.at("tree")}}).status, OA_OK);
        EXPECT_TRUE(content_of(folder.at(name)) == first) << name;
    }
}

TEST_F(ArchiveTest, ChoosesFilesByPatterns) {
    make_tree();
    fs::create_directories(folder.at("tree/.git/objects"));
    put_file(folder.at("tree/.git/objects/x"), "x");
    const Reply some = pack("zip", "t.zip",
                            {{"source", folder.at("tree")},
                             {"include", Json::array({"*b", "a"})},
                             {"exclude", ".git"}});
    ASSERT_EQ(some.status, OA_OK) << some.message;
    EXPECT_EQ(program({"unzip", "-Z1", "t.zip"}), "tree/a\ntree/sub/b\n");
    ASSERT_EQ(
        pack("zip", "all.zip", {{"source", folder.at("tree")}, {"keep_folder", false}}).status,
        OA_OK);
    ASSERT_EQ(unpack("unzip", "all.zip", "o", {{"exclude", "sub"}, {"include", "**"}}).status,
              OA_OK);
    EXPECT_TRUE(fs::exists(folder.at("o/.git/objects/x")));
    EXPECT_FALSE(fs::exists(folder.at("o/sub")));
    ASSERT_EQ(unpack("unzip", "all.zip", "s", {{"strip", 1}, {"exclude", "link"}}).status, OA_OK);
    EXPECT_TRUE(fs::exists(folder.at("s/two words")));
    EXPECT_FALSE(fs::exists(folder.at("s/a")));
}

TEST_F(ArchiveTest, PacksSeveralSourcesAndNotItself) {
    make_tree();
    put_file(folder.at("lone"), "1");
    put_file(folder.at("tree/t.tar"), "old");
    const Json sources = Json::array({folder.at("tree"), folder.at("lone")});
    const Reply packed = pack("tar", "tree/t.tar", {{"source", sources}});
    ASSERT_EQ(packed.status, OA_OK) << packed.message;
    EXPECT_EQ(packed.json["created"], Json(false));
    const std::string list = program({"tar", "-tf", "tree/t.tar"});
    EXPECT_NE(list.find("\nlone\n"), std::string::npos) << list;
    EXPECT_EQ(list.find("t.tar"), std::string::npos) << list;
    EXPECT_EQ(list.find(".oa-"), std::string::npos) << list;

    fs::create_directories(folder.at("other/tree"));
    const Json same = Json::array({folder.at("tree"), folder.at("other/tree")});
    EXPECT_EQ(pack("tar", "n.tar", {{"source", same}}).status, OA_CONFLICT);
    EXPECT_FALSE(fs::exists(folder.at("n.tar")));
}

TEST_F(ArchiveTest, FollowsLinksOnlyWhenAsked) {
    make_tree();
    fs::create_directory_symlink("..", folder.at("tree/sub/up"));
    const Reply kept = pack("tar", "k.tar", {{"source", folder.at("tree")}});
    EXPECT_EQ(kept.json["symlinks"], Json(2));
    const Reply followed =
        pack("tar", "f.tar", {{"source", folder.at("tree")}, {"follow_symlinks", true}});
    ASSERT_EQ(followed.status, OA_OK) << followed.message;
    EXPECT_EQ(followed.json["symlinks"], Json(0));
    EXPECT_EQ(followed.json["files"], Json(5));
}

TEST_F(ArchiveTest, LeavesOutWhatIsNoFile) {
    make_tree();
    ASSERT_EQ(::mkfifo(folder.at("tree/pipe").c_str(), 0600), 0);
    const Reply packed = pack("zip", "t.zip", {{"source", folder.at("tree")}});
    ASSERT_EQ(packed.status, OA_OK) << packed.message;
    EXPECT_EQ(packed.json["skipped"], Json(1));
}

TEST_F(ArchiveTest, MergesReplacesOrAsksForAnEmptyFolder) {
    make_tree();
    ASSERT_EQ(pack("zip", "t.zip", {{"source", folder.at("tree")}, {"keep_folder", false}}).status,
              OA_OK);
    fs::create_directories(folder.at("d/sub"));
    put_file(folder.at("d/a"), "mine");
    put_file(folder.at("d/sub/mine"), "mine");
    EXPECT_EQ(unpack("unzip", "t.zip", "d", {{"existing", "empty"}}).status, OA_CONFLICT);
    EXPECT_EQ(unpack("unzip", "t.zip", "d", {{"overwrite", false}}).status, OA_CONFLICT);
    EXPECT_EQ(content_of(folder.at("d/a")), "mine");
    EXPECT_EQ(count_names(folder.at("d")), 2U) << "nothing was changed";

    ASSERT_EQ(unpack("unzip", "t.zip", "d").status, OA_OK);
    EXPECT_EQ(content_of(folder.at("d/a")), "aaa");
    EXPECT_EQ(content_of(folder.at("d/sub/mine")), "mine");
    ASSERT_EQ(unpack("unzip", "t.zip", "d", {{"existing", "replace"}}).status, OA_OK);
    EXPECT_FALSE(fs::exists(folder.at("d/sub/mine")));
    expect_tree(folder.at("d"));

    put_file(folder.at("file"), "");
    EXPECT_EQ(unpack("unzip", "t.zip", "file").status, OA_PRECONDITION);
    EXPECT_EQ(unpack("unzip", "t.zip", "no/where").status, OA_NOT_FOUND);
    EXPECT_EQ(unpack("unzip", "t.zip", "no/where", {{"create_parents", true}}).status, OA_OK);
}

TEST_F(ArchiveTest, SeveralCallsMayUnpackIntoOneFolder) {
    make_tree();
    ASSERT_EQ(pack("zip", "t.zip", {{"source", folder.at("tree")}}).status, OA_OK);
    const std::string params =
        Json{{"path", folder.at("t.zip")}, {"destination", folder.at("out")}}.dump();
    for (int round = 0; round < 20; ++round) {
        std::vector<std::thread> threads;
        threads.reserve(4);
        std::atomic<int> failures = 0;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                FakeHost host = FakeHost::load(OA_PLUGIN_FILE);
                failures += host.run("unzip", params).code == OA_OK ? 0 : 1;
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        ASSERT_EQ(failures, 0);
        EXPECT_EQ(content_of(folder.at("out/tree/sub/b")), std::string(300'000, 'b'));
        ASSERT_EQ(count_names(folder.at("out")), 1U);
        ASSERT_EQ(count_names(folder.path()), 3U) << "nothing temporary is left";
        // The next round finds no folder, or an empty one, or all of it.
        if (round % 3 != 2) {
            fs::remove_all(folder.at("out"));
        }
        if (round % 3 == 1) {
            fs::create_directory(folder.at("out"));
        }
    }
}

TEST_F(ArchiveTest, StopsWithinASecondOfBeingCancelled) {
    fs::create_directory(folder.at("big"));
    for (int i = 0; i < 8; ++i) {
        std::string data(std::size_t{8} << 20U, '\0');
        std::uint32_t state = 1U + static_cast<std::uint32_t>(i);
        for (char& c : data) {
            state = state * 1'664'525U + 1'013'904'223U;
            c = static_cast<char>(state >> 28U);
        }
        put_file(folder.at("big/" + std::to_string(i)), data);
    }
    const auto at_work = [&](const FakeCall&) { return count_names(folder.path()) > 1; };
    const Json tar{{"path", folder.at("big.tar.xz")}, {"source", folder.at("big")}};
    const CancelledCall packing = run_and_cancel(files, "tar", tar, at_work);
    EXPECT_EQ(packing.reply.status, OA_CANCELLED);
    EXPECT_LT(packing.taken, std::chrono::seconds(1));
    EXPECT_EQ(count_names(folder.path()), 1U) << "nothing is left";

    ASSERT_EQ(pack("tar", "big.tar.bz2", {{"source", folder.at("big")}, {"level", 1}}).status,
              OA_OK);
    const auto unpacking = [&](const FakeCall&) { return count_names(folder.path()) > 2; };
    const Json untar{{"path", folder.at("big.tar.bz2")}, {"destination", folder.at("out")}};
    const CancelledCall stopped = run_and_cancel(files, "untar", untar, unpacking);
    EXPECT_EQ(stopped.reply.status, OA_CANCELLED);
    EXPECT_LT(stopped.taken, std::chrono::seconds(1));
    EXPECT_EQ(count_names(folder.path()), 2U) << "nothing is left";
    std::printf("cancelled: tar.xz after %lld ms, untar.bz2 after %lld ms\n",
                static_cast<long long>(packing.taken.count()),
                static_cast<long long>(stopped.taken.count()));
}

}  // namespace
}  // namespace oa::test
