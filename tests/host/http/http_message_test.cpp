#include "host/http/http_message.hpp"

#include <gtest/gtest.h>

#include "tests/host/http/box.hpp"
#include "tests/host/http/echo_application.hpp"
#include "tests/support/raw_client.hpp"

namespace oa::test {
namespace {

/// What the application gets of one request.
host::HttpRequest received(const std::string& bytes) {
    EchoApplication application;
    Box<host::HttpRequest> requests;
    application.on_handle = [&](const std::shared_ptr<host::HttpExchange>& exchange) {
        requests.put(exchange->request());
        exchange->respond({});
    };
    host::HttpServer server(local_settings(), application);
    RawClient client(port_of(server));
    EXPECT_TRUE(client.send(bytes));
    return requests.take();
}

TEST(HttpFields, NamesHaveNoCase) {
    host::HttpFields fields;
    fields.add("Accept", "a");
    fields.add("ACCEPT", "b");
    EXPECT_EQ(fields.find("accept"), "a");
    EXPECT_EQ(fields.count("aCCept"), 2U);
    EXPECT_FALSE(fields.find("Accept-Encoding"));
    fields.set("accept", "c");
    EXPECT_EQ(fields.count("Accept"), 1U);
    EXPECT_EQ(fields.find("Accept"), "c");
}

TEST(HttpRequest, HasWhatWasSent) {
    const auto request = received(
        "PUT /api/v1/%C3%A4/x?a=1&a=2&b+c=%26d&e HTTP/1.1\r\nHost: example:81\r\nX-Request-Id: "
        "abc-1\r\nContent-Length: 2\r\nX:  padded \t\r\n\r\nhi");
    EXPECT_EQ(request.method, "PUT");
    EXPECT_EQ(request.target, "/api/v1/%C3%A4/x?a=1&a=2&b+c=%26d&e");
    EXPECT_EQ(request.raw_path, "/api/v1/%C3%A4/x");
    EXPECT_EQ(request.segments, (std::vector<std::string>{"api", "v1", "\xc3\xa4", "x"}));
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(request.query, (Pairs{{"a", "1"}, {"a", "2"}, {"b c", "&d"}, {"e", ""}}));
    EXPECT_EQ(request.parameter("a"), "1");
    EXPECT_FALSE(request.parameter("x"));
    EXPECT_EQ(request.fields.find("x"), "padded");
    EXPECT_EQ(request.body, "hi");
    EXPECT_EQ(request.peer, "127.0.0.1");
    EXPECT_EQ(request.scheme, "http");
    EXPECT_EQ(request.id, "abc-1");
}

TEST(HttpRequest, SlashesAreEmptySegmentsOnlyAtTheEnd) {
    using Segments = std::vector<std::string>;
    const auto segments = [](const std::string& target) {
        return received("GET " + target + " HTTP/1.0\r\n\r\n").segments;
    };
    EXPECT_EQ(segments("/"), Segments{""});
    EXPECT_EQ(segments("/a"), Segments{"a"});
    EXPECT_EQ(segments("/a/"), (Segments{"a", ""}));
    EXPECT_EQ(segments("/a%20b"), Segments{"a b"});
    EXPECT_EQ(received("OPTIONS * HTTP/1.0\r\n\r\n").segments, Segments{});
}

TEST(HttpRequest, TargetLosesSchemeAndAuthority) {
    const auto request = received("GET HTTP://Example/a?b HTTP/1.1\r\nHost: example\r\n\r\n");
    EXPECT_EQ(request.target, "/a?b");
    EXPECT_EQ(request.raw_path, "/a");
}

TEST(HttpRequest, FindsCookies) {
    const auto request = received(
        "GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1; session=x=y;  b=\r\nCookie: c=3\r\n\r\n");
    EXPECT_EQ(request.cookie("a"), "1");
    EXPECT_EQ(request.cookie("session"), "x=y");
    EXPECT_EQ(request.cookie("b"), "");
    EXPECT_EQ(request.cookie("c"), "3");
    EXPECT_FALSE(request.cookie("sess"));
}

TEST(HttpRequest, IdsThatAreNoneAreReplaced) {
    const auto id_of = [](const std::string& sent) {
        return received("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: " + sent + "\r\n\r\n").id;
    };
    EXPECT_EQ(id_of(std::string(64, 'x')), std::string(64, 'x'));
    EXPECT_EQ(id_of(std::string(65, 'x')).size(), 16U);
    EXPECT_EQ(id_of("a b").size(), 16U);
    EXPECT_EQ(id_of("").size(), 16U);
    EXPECT_NE(id_of(""), id_of(""));
}

TEST(HttpResponse, StatusesHaveNames) {
    EXPECT_EQ(host::reason_phrase(404), "Not Found");
    EXPECT_EQ(host::reason_phrase(599), "");
}

}  // namespace
}  // namespace oa::test
