// Each of raw_requests(): what is answered, whether the connection goes on, and which requests the
// application has seen.
#include "tests/host/http/raw_requests.hpp"

#include <gtest/gtest.h>

#include "tests/host/http/echo_application.hpp"
#include "tests/support/raw_client.hpp"

namespace oa::test {
namespace {

constexpr const char* probe = "GET /probe HTTP/1.1\r\nHost: a\r\n\r\n";

host::HttpServerSettings tight_settings() {
    constexpr RawLimits limits;
    host::HttpServerSettings settings = local_settings();
    settings.request_line_max = limits.request_line;
    settings.head_bytes_max = limits.head;
    settings.fields_max = limits.fields;
    return settings;
}

host::HttpAdmission admit_as_the_cases_say(const host::HttpRequest& head) {
    host::HttpAdmission admission;
    admission.body_max = RawLimits{}.body;
    if (head.raw_path == "/refuse") {
        admission.refusal = host::HttpResponse{.status = 404};
    }
    return admission;
}

/// The statuses of all answers until the connection ends, or so many.
std::vector<int> statuses(RawClient& client, const RawRequest& request) {
    std::vector<int> out;
    const bool is_head = request.bytes.compare(0, 5, "HEAD ") == 0;
    while (request.end != RawRequest::End::GoesOn || out.size() < request.statuses.size()) {
        const auto answer = client.answer(is_head && out.empty());
        if (!answer) {
            break;
        }
        EXPECT_TRUE(answer->whole);
        out.push_back(answer->status);
    }
    return out;
}

void expect(const RawRequest& request, const std::vector<std::string>& pieces) {
    EchoApplication application;
    application.on_admit = admit_as_the_cases_say;
    host::HttpServer server(tight_settings(), application);
    RawClient client(port_of(server));
    for (const std::string& piece : pieces) {
        static_cast<void>(client.send(piece));  // it may have been refused by now
    }
    if (request.end == RawRequest::End::Waits) {
        client.end_sending();
    }
    EXPECT_EQ(statuses(client, request), request.statuses);
    auto seen = request.seen;
    if (request.end == RawRequest::End::GoesOn) {
        ASSERT_TRUE(client.send(probe));
        const auto answer = client.answer();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->body, "GET /probe");
        seen.emplace_back("GET /probe");
    } else {
        EXPECT_TRUE(client.is_closed());
    }
    EXPECT_EQ(application.seen(), seen);
}

TEST(RawRequests, AtOnce) {
    for (const RawRequest& request : raw_requests()) {
        SCOPED_TRACE(request.name);
        expect(request, {request.bytes});
    }
}

// Where the pieces of a request come apart changes nothing.
TEST(RawRequests, ByteByByte) {
    for (const RawRequest& request : raw_requests()) {
        if (request.meaning == RawRequest::Meaning::AtOnce) {
            continue;
        }
        SCOPED_TRACE(request.name);
        std::vector<std::string> pieces;
        for (const char c : request.bytes) {
            pieces.emplace_back(1, c);
        }
        expect(request, pieces);
    }
}

TEST(RawRequests, AreMany) {
    EXPECT_GE(raw_requests().size(), 150U);
    RecordProperty("requests", static_cast<int>(raw_requests().size()));
}

}  // namespace
}  // namespace oa::test
