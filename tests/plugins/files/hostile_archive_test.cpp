// Archives that somebody made to do harm.

#include <sys/mount.h>

#include "tests/plugins/files/archive_fixture.hpp"
#include "tests/plugins/support/footprint.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;
using oa::Json;

struct HostileArchiveTest : ArchiveFixture {
    /// Refused, with nothing written anywhere.
    void expect_refused(std::string_view function,
                        const std::string& archive,
                        std::int32_t status = OA_PRECONDITION,
                        Json params = Json::object()) {
        fs::create_directories(folder.at("there"));
        put_file(folder.at("outside"), "safe");
        for (const char* destination : {"fresh", "there"}) {
            const auto before = everything();
            params["path"] = archive;
            params["destination"] = folder.at(destination);
            const Reply reply = files.run(function, params);
            EXPECT_EQ(reply.status, status) << reply.message;
            EXPECT_FALSE(reply.message.empty());
            EXPECT_EQ(everything(), before);
            EXPECT_EQ(content_of(folder.at("outside")), "safe");
        }
    }
};

TEST_F(HostileArchiveTest, NamesThatLeadOut) {
    for (const char* name : {"../outside", "a/../../outside", "a/..", "..", "/etc/oa-outside",
                             "//etc/oa-outside", "a/b/../../../outside"}) {
        SCOPED_TRACE(name);
        const std::string line = std::string("add('fine', b'x'); add('") + name + "', b'evil')";
        expect_refused("untar", hostile_tar("e.tar", line));
        expect_refused("unzip", hostile_zip("e.zip", line));
    }
    expect_refused("untar", hostile_tar("f.tar", "add('" + std::string(256, 'n') + "', b'x')"));
    std::string deep = "'";
    for (int i = 0; i < 201; ++i) {
        deep += "d/";
    }
    expect_refused("untar", hostile_tar("g.tar", "add(" + deep + "f', b'x')"));
}

TEST_F(HostileArchiveTest, LinksThatLeadOut) {
    for (const char* target :
         {"..", "../outside", "/etc/passwd", "a/../../outside", "sub/..", "./../outside", ""}) {
        SCOPED_TRACE(target);
        expect_refused("untar",
                       hostile_tar("e.tar", std::string("add('l', type=tarfile.SYMTYPE, link='") +
                                                target + "')"));
    }
    expect_refused("unzip", hostile_zip("e.zip", "add('l', b'../outside', 0o120777)"));
    // Inside, where each link alone would be harmless.
    expect_refused("untar",
                   hostile_tar("chain.tar",
                               "add('d/e/x', type=tarfile.SYMTYPE, link='../..')\n"
                               "add('d/e/y', type=tarfile.SYMTYPE, link='x/../../outside')"));
    expect_refused(
        "untar",
        hostile_tar("none.tar", "add('a', b'x'); add('l', type=tarfile.SYMTYPE, link='a')"),
        OA_PRECONDITION, {{"symlinks", "refuse"}});
}

TEST_F(HostileArchiveTest, FilesThroughLinks) {
    expect_refused("untar", hostile_tar("e.tar",
                                        "add('d/f', b'')\n"
                                        "add('l', type=tarfile.SYMTYPE, link='d')\n"
                                        "add('l/evil', b'evil')"));
    expect_refused("untar",
                   hostile_tar("f.tar",
                               "add('l', type=tarfile.SYMTYPE, link='target')\n"
                               "add('l', b'evil')"),
                   OA_CONFLICT);
    // The user's own link, where the archive has a folder.
    fs::create_directories(folder.at("mine"));
    fs::create_directories(folder.at("elsewhere"));
    fs::create_directory_symlink("../elsewhere", folder.at("mine/sub"));
    hostile_tar("s.tar", "add('sub/evil', b'evil')");
    EXPECT_EQ(unpack("untar", "s.tar", "mine").status, OA_CONFLICT);
    EXPECT_TRUE(fs::is_empty(folder.at("elsewhere")));
    // A file in the place of the user's link replaces the link and not what it names.
    put_file(folder.at("outside"), "safe");
    fs::create_symlink("../outside", folder.at("mine/f"));
    hostile_tar("t.tar", "add('f', b'new')");
    EXPECT_EQ(unpack("untar", "t.tar", "mine").status, OA_OK);
    EXPECT_EQ(content_of(folder.at("outside")), "safe");
    EXPECT_EQ(content_of(folder.at("mine/f")), "new");
}

TEST_F(HostileArchiveTest, HardLinks) {
    for (const char* target : {"../outside", "/etc/passwd", "missing"}) {
        SCOPED_TRACE(target);
        const std::string line =
            std::string("add('h', type=tarfile.LNKTYPE, link='") + target + "')";
        const auto archive = hostile_tar("e.tar", line);
        fs::create_directories(folder.at("there"));
        put_file(folder.at("there/missing"), "of the user");
        const Reply reply = unpack("untar", "e.tar", "there");
        EXPECT_NE(reply.status, OA_OK);
        EXPECT_FALSE(fs::exists(folder.at("there/h")));
        EXPECT_EQ(stat_of(folder.at("there/missing")).st_nlink, 1U);
    }
    expect_refused("untar", hostile_tar("l.tar",
                                        "add('l', type=tarfile.SYMTYPE, link='x')\n"
                                        "add('h', type=tarfile.LNKTYPE, link='l')"));
    hostile_tar("fine.tar", "add('a', b'text'); add('d/h', type=tarfile.LNKTYPE, link='a')");
    ASSERT_EQ(unpack("untar", "fine.tar", "fine").status, OA_OK);
    EXPECT_EQ(content_of(folder.at("fine/d/h")), "text");
    EXPECT_EQ(stat_of(folder.at("fine/d/h")).st_nlink, 2U);
}

TEST_F(HostileArchiveTest, DevicesAndBits) {
    for (const char* type : {"CHRTYPE", "BLKTYPE", "FIFOTYPE"}) {
        expect_refused("untar",
                       hostile_tar("e.tar", std::string("add('dev', type=tarfile.") + type + ")"));
    }
    hostile_tar("bits.tar",
                "add('suid', b'x', mode=0o6755)\n"
                "add('d', type=tarfile.DIRTYPE, mode=0o3777)");
    ASSERT_EQ(unpack("untar", "bits.tar", "bits").status, OA_OK);
    EXPECT_EQ(stat_of(folder.at("bits/suid")).st_mode & 07777U, 0755U);
    EXPECT_EQ(stat_of(folder.at("bits/d")).st_mode & 07777U, 0777U);
    hostile_zip("bits.zip", "add('suid', b'x', 0o106755)");
    ASSERT_EQ(unpack("unzip", "bits.zip", "zbits").status, OA_OK);
    EXPECT_EQ(stat_of(folder.at("zbits/suid")).st_mode & 07777U, 0755U);
}

TEST_F(HostileArchiveTest, NamesThatAreThereTwice) {
    const auto tar = hostile_tar("e.tar", "add('a', b'one'); add('./a', b'two')");
    expect_refused("untar", tar, OA_CONFLICT);
    expect_refused("unzip", hostile_zip("e.zip", "add('a', b'one'); add('a', b'two')"),
                   OA_CONFLICT);
    ASSERT_EQ(unpack("untar", "e.tar", "last", {{"duplicates", "last"}}).status, OA_OK);
    EXPECT_EQ(content_of(folder.at("last/a")), "two");
    const auto mixed = hostile_tar("m.tar", "add('a/b', b''); add('a', b'file')");
    const Reply reply = unpack("untar", "m.tar", "mixed", {{"duplicates", "last"}});
    EXPECT_NE(reply.status, OA_OK);
    EXPECT_FALSE(fs::exists(folder.at("mixed")));
}

TEST_F(HostileArchiveTest, BombsEndEarly) {
    const auto bomb = hostile_zip("bomb.zip", "add('zeros', bytes(100 << 20))");
    const auto started = std::chrono::steady_clock::now();
    expect_refused("unzip", bomb, OA_EXHAUSTED);
    expect_refused("unzip", bomb, OA_EXHAUSTED, {{"max_bytes", 1'000'000}});
    hostile_tar("plain.tar", "add('zeros', bytes(100 << 20))");
    program({"gzip", "-k", "plain.tar"});
    expect_refused("untar", folder.at("plain.tar.gz"), OA_EXHAUSTED);
    expect_refused("untar", folder.at("plain.tar.gz"), OA_EXHAUSTED, {{"exclude", "zeros"}});
    const auto many = hostile_zip("many.zip", "for i in range(3000): add(str(i))");
    expect_refused("unzip", many, OA_EXHAUSTED, {{"max_entries", 1000}});
    expect_refused("untar", hostile_tar("many.tar", "for i in range(3000): add(str(i))"),
                   OA_EXHAUSTED, {{"max_entries", 1000}});
    // 64 GiB of nothing, as a hole.
    const auto hole = folder.at("hole");
    put_file(hole, "");
    fs::resize_file(hole, std::uint64_t{64} << 30U);
    program({"tar", "-cSf", "hole.tar", "hole"});
    fs::remove(hole);
    expect_refused("untar", folder.at("hole.tar"), OA_EXHAUSTED);
    std::printf("bombs: %.1f s in all\n",
                std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
}

TEST_F(HostileArchiveTest, DamagedArchives) {
    make_tree();
    for (const char* name : {"t.zip", "t.tar.gz", "t.tar.xz", "t.tar.zst", "t.tar.bz2"}) {
        SCOPED_TRACE(name);
        const std::string function = std::string(name).ends_with("zip") ? "zip" : "tar";
        ASSERT_EQ(pack(function, name, {{"source", folder.at("tree")}}).status, OA_OK);
        const std::string whole = content_of(folder.at(name));
        for (const std::size_t size :
             {std::size_t{0}, std::size_t{1}, whole.size() / 2, whole.size() - 30}) {
            put_file(folder.at(name), whole.substr(0, size));
            expect_refused("un" + function, folder.at(name));
        }
        put_file(folder.at("text"), "no archive at all");
        expect_refused("un" + function, folder.at("text"));
    }
    hostile_zip("crc.zip", "z.writestr('a', b'content', zipfile.ZIP_STORED)");
    std::string broken = content_of(folder.at("crc.zip"));
    broken.replace(broken.find("content"), 1, "K");
    put_file(folder.at("crc.zip"), broken);
    expect_refused("unzip", folder.at("crc.zip"));
}

TEST_F(HostileArchiveTest, AFullDiskLeavesNothing) {
    make_tree();
    ASSERT_EQ(pack("zip", "t.zip", {{"source", folder.at("tree")}}).status, OA_OK);
    const std::string disk = folder.at("disk");
    fs::create_directory(disk);
    if (::mount("none", disk.c_str(), "tmpfs", 0, "size=100k") != 0) {
        EXPECT_EQ(files.run("zip", {{"path", "/dev/full"}, {"source", folder.at("tree")}}).status,
                  OA_EXHAUSTED);
        GTEST_SKIP() << "only root can make a small disk";
    }
    const Reply into = unpack("unzip", "t.zip", "disk");
    const Reply fresh = unpack("unzip", "t.zip", "disk/new");
    program({"dd", "if=/dev/urandom", "of=big", "bs=1000", "count=300", "status=none"});
    const Reply packed = pack("tar", "disk/t.tar", {{"source", folder.at("big")}});
    const auto names = count_names(disk);
    ::umount(disk.c_str());
    EXPECT_EQ(into.status, OA_EXHAUSTED) << into.message;
    EXPECT_EQ(fresh.status, OA_EXHAUSTED) << fresh.message;
    EXPECT_EQ(packed.status, OA_EXHAUSTED) << packed.message;
    EXPECT_EQ(names, 0U);
}

TEST_F(HostileArchiveTest, ManyFailuresLeaveNothingBehind) {
    const auto archive = hostile_tar("e.tar", "add('a/b/c', b'x'); add('a/b/../../../x', b'evil')");
    const Json params{{"path", archive}, {"destination", folder.at("out")}};
    expect_nothing_left("files, untar", OA_PLUGIN_FILE, [&](PluginHarness& fresh, int /*i*/) {
        EXPECT_EQ(fresh.run("untar", params).status, OA_PRECONDITION);
    });
    EXPECT_EQ(count_names(folder.path()), 1U);
}

}  // namespace
}  // namespace oa::test
