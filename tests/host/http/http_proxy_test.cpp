// The requests that every server understands in the same way, sent through a real nginx: the
// application sees the same, although nginx frames them anew.
#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/host/http/echo_application.hpp"
#include "tests/host/http/raw_requests.hpp"
#include "tests/support/http_server_process.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

/// nginx on a free port of 127.0.0.1, which passes all on to `port` over connections that it keeps.
class Proxy {
public:
    explicit Proxy(int port) {
        // A port can be taken between its choice and nginx: then another one is tried.
        for (int attempt = 0; attempt < 5; ++attempt) {
            port_ = free_port();
            folder_.write("nginx.conf", configuration(port));
            process_ = std::make_unique<ServerProcess>(std::vector<std::string>{
                "nginx", "-p", folder_.at(""), "-c", folder_.at("nginx.conf"), "-e", "stderr"});
            if (wait_for_port(port_, *process_)) {
                return;
            }
        }
        throw std::runtime_error("nginx does not start");
    }
    [[nodiscard]] int port() const { return port_; }

private:
    [[nodiscard]] std::string configuration(int upstream) const {
        std::string text =
            "daemon off; master_process off; error_log stderr emerg; pid " + folder_.at("pid") +
            ";\nevents {}\nhttp { access_log off;\nupstream ours { server 127.0.0.1:" +
            std::to_string(upstream) + "; keepalive 4; }\n";
        for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
            text += std::string(kind) + "_temp_path " + folder_.at(kind) + ";\n";
        }
        return text + "server { listen 127.0.0.1:" + std::to_string(port_) +
               "; location / { proxy_pass http://ours; proxy_http_version 1.1; "
               "proxy_set_header Connection \"\"; proxy_set_header Host $http_host; } } }\n";
    }

    TemporaryFolder folder_;
    int port_ = 0;
    std::unique_ptr<ServerProcess> process_;
};

host::HttpAdmission admit_small(const host::HttpRequest&) {
    return {.body_max = RawLimits{}.body};
}

TEST(HttpProxy, ChangesNothing) {
    EchoApplication application;
    application.on_admit = admit_small;
    const host::HttpServer server(local_settings(), application);
    const Proxy proxy(port_of(server));
    std::vector<std::string> expected;
    std::size_t sent = 0;
    for (const RawRequest& request : raw_requests()) {
        if (request.meaning != RawRequest::Meaning::Clear) {
            continue;
        }
        SCOPED_TRACE(request.name);
        RawClient client(proxy.port());
        ASSERT_TRUE(client.send(request.bytes));
        for (const int status : request.statuses) {
            const auto answer = client.answer();
            ASSERT_TRUE(answer);
            EXPECT_EQ(answer->status, status);
        }
        expected.insert(expected.end(), request.seen.begin(), request.seen.end());
        EXPECT_EQ(application.seen(), expected);
        ++sent;
    }
    EXPECT_GT(sent, 25U);
    EXPECT_EQ(server.statistics().bad_requests, 0U);
    EXPECT_LT(server.statistics().accepted, sent) << "nginx keeps its connections";
    RecordProperty("requests", static_cast<int>(sent));
}

}  // namespace
}  // namespace oa::test
