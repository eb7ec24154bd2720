#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/plugins/ssh/cutting_proxy.hpp"
#include "tests/plugins/ssh/ssh_fixture.hpp"
#include "tests/plugins/support/cancelling.hpp"
#include "tests/plugins/support/footprint.hpp"
#include "tests/plugins/support/open_files.hpp"

namespace oa::test {
namespace {

using std::chrono::milliseconds;

/// Text that is nowhere like itself.
std::string sample(std::size_t size) {
    std::string out(size, '\0');
    std::uint64_t state = 88172645463325252ULL;
    for (char& c : out) {
        state ^= state << 13U;
        state ^= state >> 7U;
        state ^= state << 17U;
        c = static_cast<char>(state);
    }
    return out;
}

struct stat status_of(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return status;
}

void set_time(const std::string& path, std::int64_t seconds) {
    const std::array<timespec, 2> times{{{seconds, 0}, {seconds, 0}}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0), 0);
}

std::size_t count_names(const std::string& path) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
}

struct SshTransferTest : SshFixture {
    explicit SshTransferTest(const SshServer::Options& options = {}) : SshFixture(options) {
        std::filesystem::create_directory(there);
    }

    void expect_ok(const Reply& reply) {
        ASSERT_EQ(reply.status, OA_OK) << reply.message << "\n" << server.folder().read("log");
        EXPECT_EQ(joined(reply.violations), "");
    }
    /// Says that the server of another port is the same.
    void know(int port) const {
        std::ofstream(known_hosts, std::ios::app)
            << "[127.0.0.1]:" << port << " " << server.public_key() << "\n";
    }

    std::string there = folder.at("there");  // where the server writes; it has the same disk
};

TEST_F(SshTransferTest, SendsAndFetchesFilesOfEverySize) {
    for (const std::size_t size : {0U, 1U, 29'999U, 30'000U, 30'001U, 1'000'000U, 20'000'003U}) {
        const std::string data = sample(size);
        const std::string from = folder.write("from", data);
        const Reply sent = upload(from, there + "/file", {{"checksum", "sha256"}});
        expect_ok(sent);
        EXPECT_EQ(sent.json["bytes"], Json(size));
        EXPECT_EQ(sent.json["files"], Json(1));
        EXPECT_EQ(sent.json["path"], Json(there + "/file"));
        EXPECT_EQ(sent.json.get<std::string>("sha256").size(), 64U);
        EXPECT_TRUE(folder.read("there/file") == data) << size;
        const Reply fetched = download(there + "/file", folder.at("back"));
        expect_ok(fetched);
        EXPECT_EQ(fetched.json["bytes"], Json(size));
        EXPECT_TRUE(folder.read("back") == data) << size;
    }
    EXPECT_EQ(count_names(there), 1U) << "no temporary file is left";
}

TEST_F(SshTransferTest, KeepsPermissionsAndTimes) {
    const std::string from = folder.write("from", "x");
    ::chmod(from.c_str(), 0751);
    set_time(from, 1'000'000'000);
    expect_ok(upload(from, there + "/file"));
    EXPECT_EQ(status_of(there + "/file").st_mode & 07777U, 0751U);
    EXPECT_EQ(status_of(there + "/file").st_mtime, 1'000'000'000);
    expect_ok(download(there + "/file", folder.at("back")));
    EXPECT_EQ(status_of(folder.at("back")).st_mode & 07777U, 0751U);
    EXPECT_EQ(status_of(folder.at("back")).st_mtime, 1'000'000'000);

    expect_ok(upload(from, there + "/file", {{"mode", "0600"}}));
    EXPECT_EQ(status_of(there + "/file").st_mode & 07777U, 0600U);
    ::chmod((there + "/file").c_str(), 0640);
    expect_ok(upload(from, there + "/file", {{"preserve", false}}));
    EXPECT_EQ(status_of(there + "/file").st_mode & 07777U, 0640U) << "those of the target stay";
    EXPECT_GT(status_of(there + "/file").st_mtime, 1'500'000'000);
    expect_ok(upload(from, there + "/new", {{"preserve", false}}));
    EXPECT_EQ(status_of(there + "/new").st_mode & 07777U, 0644U);
    expect_ok(download(there + "/file", folder.at("new"), {{"preserve", false}}));
    EXPECT_EQ(status_of(folder.at("new")).st_mode & 07777U, 0644U);
    EXPECT_EQ(upload(from, there + "/x", {{"mode", "9"}}).status, OA_INVALID_PARAMS);
}

TEST_F(SshTransferTest, FindsTheTarget) {
    const std::string from = folder.write("from", "x");
    EXPECT_EQ(upload(from, there).json["path"], Json(there + "/from")) << "a folder is there";
    EXPECT_EQ(upload(from, there + "/a/b/").json["path"], Json(there + "/a/b/from"));
    EXPECT_EQ(upload(from, there + "/c/d").json["folders"], Json(1));
    EXPECT_EQ(folder.read("there/c/d"), "x");
    EXPECT_EQ(download(there + "/c/d", folder.path().string()).json["path"], Json(folder.at("d")));
    EXPECT_EQ(download(there + "/c/d", folder.at("e/f/")).json["path"], Json(folder.at("e/f/d")));
    // The home folder of the server's user.
    const std::string name = "oa-ssh-test-" + std::to_string(::getpid());
    expect_ok(upload(from, "~/" + name));
    expect_ok(download(name, folder.at("home")));
    EXPECT_EQ(run("rm -- ~/" + name).status, OA_OK);
}

TEST_F(SshTransferTest, SendsAndFetchesFolders) {
    folder.write("tree/a", "1");
    folder.write("tree/sub/deep/b", "22");
    folder.write("tree/it's odd ü\n", "333");
    std::filesystem::create_directory(folder.at("tree/empty"));
    std::filesystem::create_symlink("a", folder.at("tree/link"));
    ASSERT_EQ(::mkfifo(folder.at("tree/fifo").c_str(), 0600), 0);
    ::chmod(folder.at("tree/sub").c_str(), 0750);
    set_time(folder.at("tree/sub"), 1'000'000'000);
    const Reply refused = upload(folder.at("tree"), there + "/t");
    EXPECT_EQ(refused.status, OA_INVALID_PARAMS);
    EXPECT_EQ(refused.pointer, "/recursive");

    const Json recursive{{"recursive", true}};
    const Reply sent = upload(folder.at("tree"), there + "/t", recursive);
    expect_ok(sent);
    EXPECT_EQ(sent.json["files"], Json(3));
    EXPECT_EQ(sent.json["folders"], Json(4));
    EXPECT_EQ(sent.json["bytes"], Json(6));
    EXPECT_EQ(sent.json["skipped"], Json(2)) << "the link and the pipe";
    EXPECT_EQ(folder.read("there/t/sub/deep/b"), "22");
    EXPECT_EQ(folder.read("there/t/it's odd ü\n"), "333");
    EXPECT_TRUE(std::filesystem::is_directory(there + "/t/empty"));
    EXPECT_EQ(status_of(there + "/t/sub").st_mode & 0777U, 0750U);
    EXPECT_EQ(status_of(there + "/t/sub").st_mtime, 1'000'000'000);
    expect_ok(upload(folder.at("tree"), there + "/t", recursive));  // again, into what is there

    std::filesystem::create_symlink("sub", there + "/t/folder_link");
    EXPECT_EQ(download(there + "/t", folder.at("back")).pointer, "/recursive");
    const Reply fetched = download(there + "/t", folder.at("back"), recursive);
    expect_ok(fetched);
    EXPECT_EQ(fetched.json["files"], Json(3));
    EXPECT_EQ(fetched.json["skipped"], Json(1));
    EXPECT_EQ(folder.read("back/sub/deep/b"), "22");
    EXPECT_EQ(status_of(folder.at("back/sub")).st_mtime, 1'000'000'000);
    const Reply followed =
        download(there + "/t", folder.at("more"), {{"recursive", true}, {"follow_links", true}});
    expect_ok(followed);
    EXPECT_EQ(folder.read("more/folder_link/deep/b"), "22");
}

TEST_F(SshTransferTest, DoesNotFollowAFolderIntoItself) {
    std::filesystem::create_directory(folder.at("loop"));
    std::filesystem::create_symlink(".", folder.at("loop/self"));
    const Reply reply =
        upload(folder.at("loop"), there + "/l", {{"recursive", true}, {"follow_links", true}});
    EXPECT_NE(reply.status, OA_OK);
}

TEST_F(SshTransferTest, ReplacesInOneStep) {
    const std::string from = folder.write("from", "new");
    folder.write("there/file", "old");
    const auto before = status_of(there + "/file").st_ino;
    std::ifstream reader(there + "/file");  // has the old one open
    expect_ok(upload(from, there + "/file"));
    std::string seen;
    reader >> seen;
    EXPECT_EQ(seen, "old");
    EXPECT_NE(status_of(there + "/file").st_ino, before);
    EXPECT_EQ(folder.read("there/file"), "new");
    expect_ok(upload(folder.write("from", "newer"), there + "/file", {{"atomic", false}}));
    EXPECT_EQ(folder.read("there/file"), "newer");
    expect_ok(download(there + "/file", folder.at("from"), {{"atomic", false}}));
}

TEST_F(SshTransferTest, TellsWhatIsNotThere) {
    const Reply local = upload(folder.at("none"), there + "/x");
    EXPECT_EQ(local.status, OA_NOT_FOUND);
    EXPECT_NE(local.message.find(folder.at("none")), std::string::npos) << local.message;
    const Reply remote = download(there + "/none", folder.at("x"));
    EXPECT_EQ(remote.status, OA_NOT_FOUND);
    EXPECT_NE(remote.message.find(there + "/none"), std::string::npos) << remote.message;
    folder.write("there/file", "x");
    EXPECT_EQ(upload(folder.write("from", "x"), there + "/file/below").status, OA_CONFLICT);
    EXPECT_EQ(count_names(there), 1U);
    EXPECT_FALSE(std::filesystem::exists(folder.at("x")));
    EXPECT_EQ(upload("/dev/null", there + "/null").status, OA_INVALID_PARAMS);
    EXPECT_EQ(upload("", there).pointer, "/local");
}

TEST_F(SshTransferTest, FailsBeforeItReplacesWhenTheDiskIsFull) {
    folder.write("there/file", sample(100'000));
    const Reply full = download(there + "/file", "/dev/full", {{"atomic", false}});
    EXPECT_EQ(full.status, OA_EXHAUSTED) << full.message;
    EXPECT_EQ(full.retry, OA_RETRY_YES);
    EXPECT_NE(full.message.find("/dev/full"), std::string::npos) << full.message;
}

TEST_F(SshTransferTest, GoesOnWithAPart) {
    const std::string data = sample(20'000'000);
    const std::string from = folder.write("from", data);
    const Json resume{{"resume", true}, {"checksum", "sha256"}};
    const auto cut_upload = [&](std::uint64_t bytes) {
        const CuttingProxy proxy(server.port(), bytes);
        know(proxy.port());
        Json params = resume;
        params["port"] = proxy.port();
        return upload(from, there + "/file", params);
    };
    const Reply cut = cut_upload(12'000'000);
    EXPECT_EQ(cut.status, OA_UNAVAILABLE) << cut.message;
    EXPECT_EQ(cut.retry, OA_RETRY_YES);
    EXPECT_FALSE(std::filesystem::exists(there + "/file"));
    const Reply rest = upload(from, there + "/file", resume);
    expect_ok(rest);
    EXPECT_GT(rest.json.get<std::int64_t>("resumed_bytes"), 5'000'000);
    EXPECT_EQ(rest.json.get<std::int64_t>("bytes") + rest.json.get<std::int64_t>("resumed_bytes"),
              20'000'000);
    EXPECT_TRUE(folder.read("there/file") == data);
    EXPECT_EQ(count_names(there), 1U);

    // A part of something else is not gone on with.
    folder.write("there/.file.oa-part", sample(5'000'000) + "different");
    const Reply other = upload(from, there + "/file", resume);
    expect_ok(other);
    EXPECT_EQ(other.json["resumed_bytes"], Json(0));
    EXPECT_TRUE(folder.read("there/file") == data);

    const CuttingProxy proxy(server.port(), 12'000'000);
    know(proxy.port());
    Json params = resume;
    params["port"] = proxy.port();
    EXPECT_EQ(download(there + "/file", folder.at("back"), params).status, OA_UNAVAILABLE);
    EXPECT_FALSE(std::filesystem::exists(folder.at("back")));
    const Reply fetched = download(there + "/file", folder.at("back"), resume);
    expect_ok(fetched);
    EXPECT_GT(fetched.json.get<std::int64_t>("resumed_bytes"), 5'000'000);
    EXPECT_TRUE(folder.read("back") == data);
    folder.write(".back.oa-part", sample(5'000'000) + "different");
    const Reply anew = download(there + "/file", folder.at("back"), resume);
    EXPECT_EQ(anew.json["resumed_bytes"], Json(0));
    EXPECT_TRUE(folder.read("back") == data);
}

TEST_F(SshTransferTest, LeavesTheTargetAloneWhenTheConnectionBreaksOff) {
    folder.write("there/file", "old");
    folder.write("back", "old");
    const std::string from = folder.write("from", sample(10'000'000));
    folder.write("there/large", sample(10'000'000));
    for (const bool up : {true, false}) {
        const CuttingProxy proxy(server.port(), 3'000'000);
        know(proxy.port());
        const Json params{{"port", proxy.port()}};
        const Reply reply = up ? upload(from, there + "/file", params)
                               : download(there + "/large", folder.at("back"), params);
        EXPECT_EQ(reply.status, OA_UNAVAILABLE) << reply.message;
        EXPECT_EQ(reply.retry, OA_RETRY_YES);
    }
    EXPECT_EQ(folder.read("there/file"), "old");
    EXPECT_EQ(folder.read("back"), "old");
}

TEST_F(SshTransferTest, EndsWithinASecondOfBeingCancelled) {
    const std::string huge = folder.at("huge");
    std::ofstream(huge).close();
    std::filesystem::resize_file(huge, 20ULL << 30U);  // takes no room
    const auto moving = [](const FakeCall& call) { return call.result().progress.size() > 1; };
    const auto sending = run_and_cancel(
        ssh, "upload", with({{"local", huge}, {"remote", "/dev/null"}, {"atomic", false}}), moving);
    EXPECT_EQ(sending.reply.status, OA_CANCELLED) << sending.reply.message;
    EXPECT_LT(sending.taken, milliseconds(1000));
    const auto fetching =
        run_and_cancel(ssh, "download",
                       with({{"remote", huge}, {"local", "/dev/null"}, {"atomic", false}}), moving);
    EXPECT_EQ(fetching.reply.status, OA_CANCELLED) << fetching.reply.message;
    EXPECT_LT(fetching.taken, milliseconds(1000));
    const auto kept = run_and_cancel(ssh, "download",
                                     with({{"remote", huge}, {"local", folder.at("b")}}), moving);
    EXPECT_EQ(kept.reply.status, OA_CANCELLED);
    EXPECT_FALSE(std::filesystem::exists(folder.at("b")));
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << entry.path();
    }
    const Reply late = upload(huge, "/dev/null", {{"atomic", false}, {"timeout", "500ms"}});
    EXPECT_EQ(late.status, OA_DEADLINE) << late.message;
}

TEST_F(SshTransferTest, LeavesNothingBehind) {
    const std::string from = folder.write("from", sample(1000));
    expect_ok(upload(from, there + "/file"));
    const std::size_t before = open_files();
    for (int i = 0; i < 50; ++i) {
        expect_ok(upload(from, there + "/file"));
        expect_ok(download(there + "/file", folder.at("back")));
        EXPECT_EQ(download(there + "/none", folder.at("back")).status, OA_NOT_FOUND);
    }
    EXPECT_EQ(open_files(), before);
}

// What is on its way when a transfer ends is up to several MiB.
TEST_F(SshTransferTest, WhatIsCancelledKeepsNoMemory) {
    const std::string huge = folder.at("huge");
    std::ofstream(huge).close();
    std::filesystem::resize_file(huge, 20ULL << 30U);  // takes no room
    const auto moving = [](const FakeCall& call) { return call.result().progress.size() > 1; };
    const auto cancel = [&] {
        const auto sending = run_and_cancel(
            ssh, "upload", with({{"local", huge}, {"remote", "/dev/null"}, {"atomic", false}}),
            moving);
        EXPECT_EQ(sending.reply.status, OA_CANCELLED) << sending.reply.message;
    };
    const auto cancel_often = [&] {
        for (int i = 0; i < 10; ++i) {
            cancel();
        }
    };
    cancel_often();
    const long before = footprint().rss_kib;
    cancel_often();
    const long more = footprint().rss_kib - before;
    std::printf("10 cancelled transfers: %ld KiB more\n", more);
    if (!keeps_freed_memory) {
        EXPECT_LT(more, 8 * 1024);
    }
}

// ---- Servers that are less willing

struct ReadOnlyServerTest : SshTransferTest {
    ReadOnlyServerTest() : SshTransferTest({.sftp = "internal-sftp -R"}) {}
};

TEST_F(ReadOnlyServerTest, MayNotBeWrittenTo) {
    const std::string from = folder.write("from", "x");
    for (const bool atomic : {true, false}) {
        const Reply reply = upload(from, there + "/file", {{"atomic", atomic}});
        EXPECT_EQ(reply.status, OA_PERMISSION) << reply.message;
        EXPECT_NE(reply.message.find(there), std::string::npos) << reply.message;
    }
    expect_ok(download(from, folder.at("back")));
}

struct NoSftpServerTest : SshTransferTest {
    NoSftpServerTest() : SshTransferTest({.sftp = ""}) {}
};

TEST_F(NoSftpServerTest, HasNoFiles) {
    const Reply reply = upload(folder.write("from", "x"), there + "/file");
    EXPECT_EQ(reply.status, OA_PRECONDITION) << reply.message;
    EXPECT_NE(reply.message.find("SFTP"), std::string::npos) << reply.message;
}

struct FilteredServerTest : SshTransferTest {
    FilteredServerTest()
        : SshTransferTest(
              {.sftp = "/usr/bin/python3 " OA_SOURCE_DIR "/tests/plugins/ssh/sftp_filter.py"}) {}
};

TEST_F(FilteredServerTest, IsGivenFilesInTwoStepsWhereItCannotReplaceInOne) {
    expect_ok(upload(folder.write("from", "old"), there + "/file"));
    expect_ok(upload(folder.write("from", "new"), there + "/file"));
    EXPECT_EQ(folder.read("there/file"), "new");
    EXPECT_EQ(count_names(there), 1U);
}

TEST_F(FilteredServerTest, LeadsNobodyOutOfAFolder) {
    folder.write("there/AAAAAAAA", "x");  // which the server calls "../evil1"
    const Reply reply = download(there, folder.at("back"), {{"recursive", true}});
    EXPECT_EQ(reply.status, OA_PRECONDITION) << reply.message;
    EXPECT_NE(reply.message.find("lead out of it"), std::string::npos) << reply.message;
    EXPECT_FALSE(std::filesystem::exists(folder.at("evil1")));
}

struct SmallDiskServerTest : SshTransferTest {
    SmallDiskServerTest() : SshTransferTest({.small_disk = is_root()}) {}
};

TEST_F(SmallDiskServerTest, SaysThatTheDiskIsFull) {
    if (!is_root()) {
        GTEST_SKIP() << "only root can mount a small disk";
    }
    const std::string small = server.folder().at("small");
    const Reply reply = upload(folder.write("from", sample(3'000'000)), small + "/file");
    EXPECT_EQ(reply.status, OA_EXHAUSTED) << reply.message;
    EXPECT_EQ(reply.retry, OA_RETRY_YES);
    EXPECT_NE(reply.message.find("the disk is full"), std::string::npos) << reply.message;
    EXPECT_EQ(run("ls -A " + small).json["stdout"], Json("")) << "the half-written file is gone";
}

}  // namespace
}  // namespace oa::test
