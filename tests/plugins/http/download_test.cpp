#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/common/digest.hpp"
#include "tests/plugins/http/http_fixture.hpp"
#include "tests/plugins/support/cancelling.hpp"
#include "tests/plugins/support/open_files.hpp"
#include "tests/support/http_server.hpp"

namespace oa::test {
namespace {

using oa::Json;

struct HttpDownloadTest : HttpFixture {
    const std::string path = folder.at("file.bin");
    const std::string part = ".file.bin.oa-part";

    Reply download(const std::string& url, Json params = Json::object()) {
        params["url"] = url;
        if (!params.contains("path")) {
            params["path"] = path;
        }
        return http.run("download", params);
    }
    Reply file(const std::string& query, Json params = Json::object()) {
        return download(server.url("/file/a?" + query), std::move(params));
    }
    /// What the small server sends whole.
    std::string whole(const std::string& query) {
        const Reply reply =
            download(server.url("/file/whole?" + query), {{"path", folder.at("whole")}});
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        std::string content = folder.read("whole");
        std::filesystem::remove(folder / "whole");
        return content;
    }
    static std::string sha256(const std::string& content) {
        common::Digest digest("sha256");
        digest.add(content);
        return "sha256:" + digest.hex();
    }
};

TEST_F(HttpDownloadTest, WritesTheFileWhole) {
    const Reply reply = file(R"(size=300000&etags="v1")", {{"checksum", "SHA256"}});
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    const std::string content = folder.read("file.bin");
    EXPECT_EQ(content.size(), 300'000U);
    EXPECT_EQ(reply.json["path"], Json(path));
    EXPECT_EQ(reply.json["size"], Json(300'000));
    EXPECT_EQ(reply.json["status"], Json(200));
    EXPECT_EQ(reply.json["resumed"], Json(false));
    EXPECT_EQ(reply.json["resumed_bytes"], Json(0));
    EXPECT_EQ(reply.json["headers"]["etag"], Json("\"v1\""));
    EXPECT_EQ(reply.json["checksum"], Json(sha256(content)));
    EXPECT_EQ(names(), 1U);
    const Json asked = seen("a").at(0);
    EXPECT_EQ(asked["accept-encoding"], Json("identity"));
    EXPECT_FALSE(asked.contains("range"));
    EXPECT_FALSE(file("size=5").json.contains("checksum"));
}

TEST_F(HttpDownloadTest, ReadsEveryFraming) {
    for (const std::string& answer :
         {std::string("HTTP/1.1 200 OK\r\n\r\nhello"),
          std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n"
                      "0\r\n\r\n")}) {
        EXPECT_EQ(download(server.raw(answer)).status, OA_OK);
        EXPECT_EQ(folder.read("file.bin"), "hello");
    }
    // As it is sent, even when a server packs what it should not.
    EXPECT_EQ(download(server.url("/zip/1000")).status, OA_OK);
    EXPECT_EQ(folder.read("file.bin").substr(0, 2), "\x1f\x8b");
    EXPECT_EQ(download(server.raw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")).status, OA_OK);
    EXPECT_EQ(std::filesystem::file_size(path), 0U);
}

// ---- Resumption

TEST_F(HttpDownloadTest, GoesOnWhereItBrokeOff) {
    const std::string query = R"(etags="v1"&cut=40000)";
    const Reply cut = file(query);
    EXPECT_EQ(cut.status, OA_UNAVAILABLE) << cut.message;
    EXPECT_EQ(cut.retry, OA_RETRY_YES);
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_EQ(folder.read(part).size(), 40'000U);
    const Reply rest = file(query, {{"checksum", sha256(whole(R"(etags="v1")"))}});
    ASSERT_EQ(rest.status, OA_OK) << rest.message;
    EXPECT_EQ(rest.json["status"], Json(206));
    EXPECT_EQ(rest.json["resumed"], Json(true));
    EXPECT_EQ(rest.json["resumed_bytes"], Json(40'000));
    EXPECT_EQ(rest.json["size"], Json(100'000));
    EXPECT_EQ(folder.read("file.bin"), whole(R"(etags="v1")"));
    EXPECT_EQ(names(), 1U);
    EXPECT_EQ(seen("a").at(1)["range"], Json("bytes=40000-"));
    EXPECT_EQ(seen("a").at(1)["if-range"], Json("\"v1\""));
}

TEST_F(HttpDownloadTest, GoesOnByTheTimeOfTheLastChange) {
    EXPECT_EQ(file("modified=20&cut=40000").status, OA_UNAVAILABLE);
    EXPECT_EQ(file("modified=20&cut=40000").json["resumed_bytes"], Json(40'000));
    EXPECT_EQ(folder.read("file.bin"), whole("modified=20"));
}

TEST_F(HttpDownloadTest, KeepsNothingThatHasNoCertainVersion) {
    for (const std::string& version :
         {std::string(), std::string(R"(&etags=W/"v1")"), std::string("&modified=0")}) {
        const std::string url =
            server.url("/file/n" + std::to_string(version.size()) + "?cut=40000");
        EXPECT_EQ(download(url + version).status, OA_UNAVAILABLE);
        EXPECT_EQ(names(), 0U) << version;
    }
    EXPECT_EQ(file(R"(etags="v1"&cut=40000)", {{"resume", false}}).status, OA_UNAVAILABLE);
    EXPECT_EQ(names(), 0U);
}

TEST_F(HttpDownloadTest, FetchesAllOfItWhereItCannotGoOn) {
    // The file has changed; the server knows no ranges; it sends the wrong part; or another
    // version.
    const std::vector<std::string> cases{
        R"(etags="v1","v2"&cut=40000)", R"(etags="v1"&cut=40000&ranges=none)",
        R"(etags="v1"&cut=40000&ranges=wrong)", R"(etags="v1","v2","v2"&cut=40000&ranges=blind)"};
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const std::string url = server.url("/file/c" + std::to_string(i) + "?" + cases[i]);
        EXPECT_EQ(download(url).status, OA_UNAVAILABLE);
        const Reply reply = download(url);
        ASSERT_EQ(reply.status, OA_OK) << cases[i] << reply.message;
        EXPECT_EQ(reply.json["status"], Json(200)) << cases[i];
        EXPECT_EQ(reply.json["resumed"], Json(false)) << cases[i];
        const std::string version = cases[i].find("v2") == std::string::npos ? "v1" : "v2";
        EXPECT_EQ(folder.read("file.bin"), whole("etags=\"" + version + "\"")) << cases[i];
        EXPECT_EQ(names(), 1U);
    }
}

TEST_F(HttpDownloadTest, FetchesAllOfItWhenThePartIsAsLongAsTheFile) {
    EXPECT_EQ(file(R"(etags="v1"&size=50000&cut=40000)").status, OA_UNAVAILABLE);
    // The state of the part names the address, which stays the same.
    std::filesystem::resize_file(folder.at(part), 50'000);
    const Reply reply = file(R"(etags="v1"&size=50000&cut=40000)");
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["resumed"], Json(false));
    EXPECT_EQ(folder.read("file.bin"), whole(R"(etags="v1"&size=50000)"));
}

TEST_F(HttpDownloadTest, TakesNoPartOfSomethingElse) {
    const std::string query = R"(etags="v1"&cut=40000)";
    EXPECT_EQ(file(query).status, OA_UNAVAILABLE);
    const Reply other = download(server.url("/file/other?etags=\"v1\""));
    EXPECT_EQ(other.json["resumed"], Json(false)) << other.message;

    // No state, a torn one, and a part that a power cut may have left holes in.
    for (const char* state : {"", "{\"source\": \"", "{\"source\": 5}"}) {
        const std::string url =
            server.url("/file/t" + std::to_string(std::string(state).size()) + "?" + query);
        EXPECT_EQ(download(url).status, OA_UNAVAILABLE);
        folder.write(part + ".json", state);
        EXPECT_EQ(download(url).json["resumed"], Json(false)) << state;
    }
    const std::string url = server.url("/file/boot?" + query);
    EXPECT_EQ(download(url).status, OA_UNAVAILABLE);
    Json state = Json::parse(folder.read(part + ".json"));
    state["boot"] = "another one";
    state["synced"] = 1000;
    folder.write(part + ".json", state.dump());
    EXPECT_EQ(download(url).json["resumed_bytes"], Json(1000));
    EXPECT_EQ(folder.read("file.bin"), whole(R"(etags="v1")"));
}

TEST_F(HttpDownloadTest, KeepsTheAddressToItself) {
    EXPECT_EQ(file(R"(etags="v1"&cut=40000&key=hunter2)").status, OA_UNAVAILABLE);
    EXPECT_EQ(folder.read(part + ".json").find("hunter2"), std::string::npos);
}

TEST_F(HttpDownloadTest, RefusesAPartThatNobodyAskedFor) {
    const Reply reply = file("ranges=unasked");
    EXPECT_EQ(reply.status, OA_UNAVAILABLE) << reply.message;
    EXPECT_EQ(names(), 0U);
    EXPECT_EQ(file("", {{"headers", {{"Range", "bytes=0-5"}}}}).pointer, "/headers");
}

TEST_F(HttpDownloadTest, TwoAtOnceDoNotMix) {
    std::vector<std::thread> threads;
    std::vector<Reply> replies(4);
    threads.reserve(replies.size());
    for (Reply& reply : replies) {
        threads.emplace_back([&] { reply = file(R"(etags="v1"&size=3000000)"); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (const Reply& reply : replies) {
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
    }
    EXPECT_EQ(folder.read("file.bin"), whole(R"(etags="v1"&size=3000000)"));
    EXPECT_EQ(names(), 1U);
}

TEST_F(HttpDownloadTest, LeavesAPartOfSomebodyElseAlone) {
    folder.write("secret", "keep me");
    std::filesystem::create_symlink(folder / "secret", folder / part);
    EXPECT_EQ(file(R"(etags="v1")").status, OA_OK);
    EXPECT_EQ(folder.read("secret"), "keep me");
    std::filesystem::remove(folder / part);
    std::filesystem::create_hard_link(folder / "secret", folder / part);
    EXPECT_EQ(file(R"(etags="v1")").status, OA_OK);
    EXPECT_EQ(folder.read("secret"), "keep me");
}

// ---- The checksum

TEST_F(HttpDownloadTest, ChecksWhatCame) {
    folder.write("file.bin", "old");
    const std::string wrong = sha256("something else");
    const Reply reply = file(R"(etags="v1")", {{"checksum", wrong}});
    EXPECT_EQ(reply.status, OA_PRECONDITION) << reply.message;
    EXPECT_EQ(reply.retry, OA_RETRY_NO);
    EXPECT_EQ(reply.details["expected"], Json(wrong));
    EXPECT_EQ(folder.read("file.bin"), "old");
    EXPECT_EQ(names(), 1U) << "a wrong part is of no use";
    for (const char* sum : {"md5", "sha1", "sha512"}) {
        const Reply computed = file("size=0", {{"checksum", sum}});
        EXPECT_EQ(file("size=0", {{"checksum", computed.json["checksum"]}}).status, OA_OK) << sum;
    }
    for (const char* sum :
         {"crc32:12", "sha256:12", "sha256:", "md5:gggggggggggggggggggggggggggggggg"}) {
        EXPECT_EQ(file("", {{"checksum", sum}}).pointer, "/checksum") << sum;
    }
}

TEST_F(HttpDownloadTest, OffersTheWholeWhenAResumedFileIsWrong) {
    const std::string query = R"(etags="v1"&cut=40000)";
    const std::string right = sha256(whole(R"(etags="v1")"));
    EXPECT_EQ(file(query).status, OA_UNAVAILABLE);
    std::string spoilt = folder.read(part);
    spoilt[5] ^= 1;
    folder.write(part, spoilt);
    const Reply wrong = file(query, {{"checksum", right}});
    EXPECT_EQ(wrong.status, OA_PRECONDITION) << wrong.message;
    EXPECT_EQ(wrong.retry, OA_RETRY_YES);
    const Reply again = file(query, {{"checksum", right}});
    EXPECT_EQ(again.status, OA_OK) << again.message;
    EXPECT_EQ(again.json["resumed"], Json(false));
}

// ---- The place

TEST_F(HttpDownloadTest, SetsModesAndMakesFolders) {
    const std::string deep = folder.at("a/b/file");
    const Reply missing = file("size=5", {{"path", deep}});
    EXPECT_EQ(missing.status, OA_NOT_FOUND);
    EXPECT_NE(missing.message.find("create_parents"), std::string::npos) << missing.message;
    EXPECT_EQ(file("size=5", {{"path", deep}, {"create_parents", true}, {"mode", "0640"}}).status,
              OA_OK);
    struct stat info {};
    ASSERT_EQ(::stat(deep.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0640U);
    EXPECT_EQ(file("size=6", {{"path", deep}}).status, OA_OK);
    ASSERT_EQ(::stat(deep.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0640U) << "the old file's";
    EXPECT_EQ(file("", {{"mode", "rw"}}).pointer, "/mode");
    EXPECT_EQ(file("", {{"path", std::string("a\0b", 3)}}).pointer, "/path");
    const std::string longest = folder.at(std::string(255, 'n'));
    EXPECT_EQ(file(R"(etags="v1")", {{"path", longest}}).status, OA_OK);
}

TEST_F(HttpDownloadTest, ReplacesOnlyWhatItMay) {
    folder.write("file.bin", "old");
    const Reply exists = file("size=5", {{"overwrite", false}});
    EXPECT_EQ(exists.status, OA_CONFLICT) << exists.message;
    EXPECT_TRUE(seen("a").empty()) << "nothing is fetched in vain";
    EXPECT_EQ(folder.read("file.bin"), "old");
    std::filesystem::create_symlink("file.bin", folder / "link");
    EXPECT_EQ(file("size=5", {{"path", folder.at("link")}}).status, OA_OK);
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
    EXPECT_EQ(folder.read("file.bin").size(), 5U);
    EXPECT_EQ(file("", {{"path", folder.at("")}}).status, OA_PRECONDITION);
    EXPECT_EQ(file("", {{"path", "/dev/full"}}).status, OA_PRECONDITION);
}

/// Somebody who may do less, where this is root; back again with this object.
class NotRoot {
public:
    NotRoot() {
        if (::geteuid() == 0) {
            was_root_ = ::seteuid(65'534) == 0;
        }
    }
    ~NotRoot() {
        if (was_root_) {
            EXPECT_EQ(::seteuid(0), 0);
        }
    }
    NotRoot(const NotRoot&) = delete;
    NotRoot& operator=(const NotRoot&) = delete;

private:
    bool was_root_ = false;
};

TEST_F(HttpDownloadTest, TellsThatItMayNotWrite) {
    ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
    std::filesystem::create_directory(folder / "closed");
    ASSERT_EQ(::chmod(folder.at("closed").c_str(), 0555), 0);
    folder.write("readonly", "old");
    ASSERT_EQ(::chmod(folder.at("readonly").c_str(), 0444), 0);
    {
        const NotRoot somebody;
        for (const char* place : {"closed/file", "readonly"}) {
            const Reply reply = file("", {{"path", folder.at(place)}});
            EXPECT_EQ(reply.status, OA_PERMISSION) << reply.message;
            EXPECT_NE(reply.message.find(place), std::string::npos) << reply.message;
        }
    }
    EXPECT_EQ(folder.read("readonly"), "old");
    EXPECT_TRUE(seen("a").empty()) << "nothing is fetched in vain";
}

/// The size of files that this process may write; back to what it was with this object.
class SizeLimit {
public:
    explicit SizeLimit(rlim_t size) : before_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &old_);
        const rlimit small{size, old_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    ~SizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, before_);
    }
    SizeLimit(const SizeLimit&) = delete;
    SizeLimit& operator=(const SizeLimit&) = delete;

private:
    rlimit old_{};
    void (*before_)(int);
};

TEST_F(HttpDownloadTest, GivesTheRoomBackWhenTheDiskIsFull) {
    folder.write("file.bin", "old");
    {
        const SizeLimit limit(70'000);
        const Reply reply = file(R"(etags="v1")");
        EXPECT_EQ(reply.status, OA_EXHAUSTED) << reply.message;
        EXPECT_NE(reply.message.find(path), std::string::npos) << reply.message;
    }
    EXPECT_EQ(folder.read("file.bin"), "old");
    EXPECT_EQ(names(), 1U);
}

TEST_F(HttpDownloadTest, HoldsItsLimit) {
    EXPECT_EQ(file("size=1000", {{"max_bytes", 1000}}).status, OA_OK);
    const Reply told = file(R"(size=1001&etags="v1")", {{"max_bytes", 1000}});
    EXPECT_EQ(told.status, OA_EXHAUSTED);
    EXPECT_NE(told.message.find("1000 bytes"), std::string::npos) << told.message;
    const Reply silent = download(server.raw("HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, 'x')),
                                  {{"max_bytes", 1000}});
    EXPECT_EQ(silent.status, OA_EXHAUSTED) << silent.message;
    EXPECT_EQ(names(), 1U);
}

// ---- The server

TEST_F(HttpDownloadTest, TellsWhatTheServerSays) {
    folder.write("file.bin", "old");
    const Reply missing =
        download(server.raw("HTTP/1.1 404 No\r\nContent-Type: text/plain\r\n\r\n"
                            "gone"));
    EXPECT_EQ(missing.status, OA_NOT_FOUND);
    EXPECT_NE(missing.message.find("404 No: gone"), std::string::npos) << missing.message;
    const Reply long_story = download(server.url("/answer"), {});
    EXPECT_NE(long_story.status, OA_OK);
    const Reply moved = download(server.raw("HTTP/1.1 304 Same\r\n\r\n"));
    EXPECT_EQ(moved.status, OA_PRECONDITION) << moved.message;
    const Reply busy = download(server.raw("HTTP/1.1 503 No\r\nRetry-After: 7\r\n\r\n"));
    EXPECT_EQ(busy.status, OA_UNAVAILABLE);
    EXPECT_EQ(busy.retry_after_ms, 7000U);
    const Reply nobody = download("http://127.0.0.1:" + std::to_string(refusing_port()) + "/");
    EXPECT_EQ(nobody.status, OA_UNAVAILABLE);
    EXPECT_EQ(nobody.retry, OA_RETRY_YES);
    EXPECT_EQ(download("http://169.254.169.254/").status, OA_PERMISSION);
    EXPECT_EQ(folder.read("file.bin"), "old");
    EXPECT_EQ(names(), 1U);
}

TEST_F(HttpDownloadTest, EndsWhenNothingMoves) {
    const Reply silent = download(server.url("/hang"), {{"idle_timeout", "200ms"}});
    EXPECT_EQ(silent.status, OA_UNAVAILABLE) << silent.message;
    EXPECT_NE(silent.message.find("idle_timeout"), std::string::npos) << silent.message;
    EXPECT_EQ(silent.retry, OA_RETRY_YES);
    const Reply slow =
        download(server.url("/drip"), {{"idle_timeout", "30s"}, {"request_timeout", "300ms"}});
    EXPECT_EQ(slow.status, OA_DEADLINE) << slow.message;
    EXPECT_EQ(names(), 0U);
}

TEST_F(HttpDownloadTest, EndsWithinASecondOfBeingCancelled) {
    const CancelledCall waiting =
        run_and_cancel(http, "download", {{"url", server.url("/hang")}, {"path", path}},
                       [](const FakeCall& call) { return call.has_callbacks(); });
    EXPECT_EQ(waiting.reply.status, OA_CANCELLED) << waiting.reply.message;
    EXPECT_LT(waiting.taken, std::chrono::seconds(1));
    const CancelledCall dripping = run_and_cancel(
        http, "download", {{"url", server.url("/drip")}, {"path", path}},
        [this](const FakeCall&) { return names() > 0 && !folder.read(part).empty(); });
    EXPECT_EQ(dripping.reply.status, OA_CANCELLED) << dripping.reply.message;
    EXPECT_LT(dripping.taken, std::chrono::seconds(1));
    EXPECT_EQ(names(), 0U) << "the answer names no version";
}

TEST_F(HttpDownloadTest, NginxSendsWholesAndParts) {
    const HttpServer nginx;
    const Json trust{{"ca_file", nginx.authority()}};
    const Reply reply = download(nginx.tls("/large.bin"), trust);
    ASSERT_EQ(reply.status, OA_OK) << reply.message;
    EXPECT_EQ(reply.json["size"], Json(1 << 20));
    const std::string content = folder.read("file.bin");
    // The part that an attempt would leave which broke off.
    folder.write(part, content.substr(0, 300'000));
    folder.write(part + ".json", Json{{"source", sha256(nginx.tls("/large.bin")).substr(7)},
                                      {"version", reply.json["headers"]["etag"]},
                                      {"boot", "an earlier one"},
                                      {"synced", 300'000}}
                                     .dump());
    const Reply rest = download(nginx.tls("/large.bin"), trust);
    EXPECT_EQ(rest.json["status"], Json(206)) << rest.message;
    EXPECT_EQ(rest.json["resumed_bytes"], Json(300'000));
    EXPECT_EQ(folder.read("file.bin"), content);
    EXPECT_EQ(download(nginx.wrong_name(), trust).status, OA_UNAUTHENTICATED);
    EXPECT_EQ(download(nginx.http("/moved/302")).json["redirects"], Json(1));
    EXPECT_EQ(folder.read("file.bin"), "Hello\n");
}

TEST_F(HttpDownloadTest, AThousandOfThemLeaveNothingBehind) {
    const std::string url = server.url("/file/many?size=20000");
    ASSERT_EQ(download(url).status, OA_OK);
    const std::size_t files = open_files();
    const long memory = most_memory();
    for (int i = 0; i < 1000; ++i) {
        ASSERT_EQ(download(url, {{"checksum", "md5"}}).status, OA_OK);
    }
    EXPECT_EQ(open_files(), files);
    EXPECT_EQ(names(), 1U);
    EXPECT_LT(most_memory() - memory, 8 * 1024) << "KiB";
}

TEST_F(HttpDownloadTest, HoldsNoFileInMemory) {
    ASSERT_EQ(file("size=1000").status, OA_OK);
    const long memory = most_memory();
    ASSERT_EQ(file("size=100000000").status, OA_OK);
    EXPECT_LT(most_memory() - memory, 8 * 1024) << "KiB";
}

}  // namespace
}  // namespace oa::test
