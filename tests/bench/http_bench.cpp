// What a request costs: GET of 122 bytes of JSON over connections that are kept, from a client in
// this process, to our server (answered by the loop's thread, or by a worker), to Poco's HTTP
// server with a thread for each connection, and to nginx. And what a connection costs that waits.
//
// `requests/s`; `p50_us` and `p99_us`: time of a request. `bytes`: of memory for each connection.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/ThreadPool.h>
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/http/http_server.hpp"
#include "tests/support/http_server_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view request =
    "GET /api/v1/runs/01JABCDEF HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n";
constexpr std::string_view body =
    R"({"id":"01JABCDEFGHJKMNPQRSTVWXYZ0","workflow":"nightly-report","status":"succeeded","started":"2025-10-01T12:00:00.000Z"} )";
static_assert(body.size() == 122);

// --- The servers

class Application final : public HttpApplication {
public:
    explicit Application(bool is_quick) : is_quick_(is_quick) {}
    [[nodiscard]] HttpAdmission admit(const HttpRequest&) override {
        HttpAdmission out;
        out.is_quick = is_quick_;
        return out;
    }
    void handle(std::shared_ptr<HttpExchange> exchange) override {
        HttpResponse response;
        response.fields.add("Content-Type", "application/json");
        response.body = body;
        exchange->respond(std::move(response));
    }
    [[nodiscard]] HttpResponse refusal(int status, std::string_view, const HttpRequest&) override {
        HttpResponse out;
        out.status = status;
        return out;
    }
    void answered(const HttpRequest&,
                  int,
                  std::size_t,
                  std::chrono::nanoseconds) noexcept override {}

private:
    bool is_quick_;
};

class Ours {
public:
    explicit Ours(bool is_quick) : application_(is_quick), server_(settings(), application_) {}
    [[nodiscard]] int port() const { return server_.addresses().front().port; }

private:
    static HttpServerSettings settings() {
        HttpServerSettings out;
        out.addresses = {{"127.0.0.1", 0}};
        out.requests_per_connection = 1'000'000'000;
        return out;
    }
    Application application_;
    HttpServer server_;
};

class PocoHandler final : public Poco::Net::HTTPRequestHandler {
public:
    void handleRequest(Poco::Net::HTTPServerRequest&,
                       Poco::Net::HTTPServerResponse& response) override {
        response.setContentType("application/json");
        response.sendBuffer(body.data(), body.size());
    }
};

class PocoFactory final : public Poco::Net::HTTPRequestHandlerFactory {
public:
    Poco::Net::HTTPRequestHandler* createRequestHandler(
        const Poco::Net::HTTPServerRequest&) override {
        return new PocoHandler;  // owned by the server
    }
};

class Pocos {
public:
    Pocos()
        : socket_(Poco::Net::SocketAddress("127.0.0.1", 0)),
          server_(new PocoFactory, threads_, socket_, parameters()) {
        server_.start();
    }
    ~Pocos() { server_.stopAll(true); }
    Pocos(const Pocos&) = delete;
    Pocos& operator=(const Pocos&) = delete;
    [[nodiscard]] int port() const { return socket_.address().port(); }

private:
    static Poco::Net::HTTPServerParams* parameters() {
        auto* const out = new Poco::Net::HTTPServerParams;  // owned by the server
        out->setMaxThreads(100);
        out->setMaxKeepAliveRequests(0);
        out->setKeepAliveTimeout(Poco::Timespan(1, 0));
        return out;
    }
    Poco::ThreadPool threads_{2, 100};
    Poco::Net::ServerSocket socket_;
    Poco::Net::HTTPServer server_;
};

class Nginx {
public:
    Nginx() : port_(test::free_port()) {
        std::string text = "daemon off; master_process off; error_log stderr emerg; pid " +
                           folder_.at("pid") + ";\nevents {}\nhttp { access_log off;\n" +
                           "keepalive_requests 100000000;\n";
        for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
            text += std::string(kind) + "_temp_path " + folder_.at(kind) + ";\n";
        }
        text += "server { listen 127.0.0.1:" + std::to_string(port_) +
                "; location / { default_type application/json; return 200 '" + std::string(body) +
                "'; } } }\n";
        folder_.write("nginx.conf", text);
        process_ = std::make_unique<test::ServerProcess>(std::vector<std::string>{
            "nginx", "-p", folder_.at(""), "-c", folder_.at("nginx.conf"), "-e", "stderr"});
        if (!test::wait_for_port(port_, *process_)) {
            throw std::runtime_error("nginx does not start");
        }
    }
    [[nodiscard]] int port() const { return port_; }

private:
    test::TemporaryFolder folder_;
    int port_;
    std::unique_ptr<test::ServerProcess> process_;
};

// --- The client

int connected(int port) {
    const int out = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(out, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::connect(out, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        throw std::runtime_error("cannot connect");
    }
    return out;
}

/// Connections with one request each on its way; all from one thread.
class Client {
public:
    Client(int port, int connections) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
        for (int i = 0; i < connections; ++i) {
            connections_.push_back({connected(port), {}, {}});
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u32 = static_cast<std::uint32_t>(i);
            ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_.back().socket, &event);
        }
    }
    ~Client() {
        for (const Connection& connection : connections_) {
            ::close(connection.socket);
        }
        ::close(epoll_);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Times of requests, for so long.
    std::vector<std::uint32_t> load(Clock::duration time) {
        std::vector<std::uint32_t> times;
        for (Connection& connection : connections_) {
            ask(connection);
        }
        const auto end = Clock::now() + time;
        std::size_t open = connections_.size();
        while (open > 0) {
            std::array<epoll_event, 64> events{};
            const int count = ::epoll_wait(epoll_, events.data(), 64, 10'000);
            if (count <= 0) {
                throw std::runtime_error("the server does not answer");
            }
            const auto now = Clock::now();
            for (int i = 0; i < count; ++i) {
                Connection& connection = connections_[events[static_cast<std::size_t>(i)].data.u32];
                if (!is_answered(connection)) {
                    continue;
                }
                times.push_back(static_cast<std::uint32_t>((now - connection.asked).count()));
                if (now < end) {
                    ask(connection);
                } else {
                    --open;
                }
            }
        }
        return times;
    }

private:
    struct Connection {
        int socket;
        Clock::time_point asked;
        std::string came;
    };

    static void ask(Connection& connection) {
        connection.asked = Clock::now();
        connection.came.clear();
        if (::send(connection.socket, request.data(), request.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(request.size())) {
            throw std::runtime_error("the server does not listen");
        }
    }
    static bool is_answered(Connection& connection) {
        std::array<char, 4096> bytes{};
        const ssize_t got = ::recv(connection.socket, bytes.data(), bytes.size(), 0);
        if (got <= 0) {
            throw std::runtime_error("the server has closed");
        }
        connection.came.append(bytes.data(), static_cast<std::size_t>(got));
        return connection.came.size() > body.size() && connection.came.ends_with(body);
    }

    int epoll_;
    std::vector<Connection> connections_;
};

template <typename Server>
void ask(benchmark::State& state, const Server& server) {
    Client client(server.port(), static_cast<int>(state.range(0)));
    std::vector<std::uint32_t> times;
    for (auto _ : state) {
        const auto begin = Clock::now();
        const auto more = client.load(std::chrono::seconds(1));
        state.SetIterationTime(std::chrono::duration<double>(Clock::now() - begin).count());
        times.insert(times.end(), more.begin(), more.end());
    }
    const auto at = [&](double share) {
        const auto place =
            times.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(times.size()));
        std::nth_element(times.begin(), place, times.end());
        return static_cast<double>(*place) / 1000;
    };
    state.counters["p50_us"] = at(0.5);
    state.counters["p99_us"] = at(0.99);
    state.counters["requests/s"] = benchmark::Counter(static_cast<double>(times.size()) /
                                                      static_cast<double>(state.iterations()));
}

void ours_by_the_loop(benchmark::State& state) {
    ask(state, Ours(true));
}
void ours_by_a_worker(benchmark::State& state) {
    ask(state, Ours(false));
}
void pocos(benchmark::State& state) {
    ask(state, Pocos());
}
void nginx(benchmark::State& state) {
    ask(state, Nginx());
}

void configure(benchmark::internal::Benchmark* bench) {
    bench->Arg(1)->Arg(16)->Arg(64)->Iterations(2)->UseManualTime()->Unit(benchmark::kSecond);
}
BENCHMARK(ours_by_the_loop)->Apply(configure);
BENCHMARK(ours_by_a_worker)->Apply(configure);
BENCHMARK(pocos)->Apply(configure);
BENCHMARK(nginx)->Apply(configure);

// --- Memory

double resident_bytes() {
    std::ifstream file("/proc/self/statm");
    double all = 0;
    double resident = 0;
    file >> all >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void idle_connections(benchmark::State& state) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    const auto count = static_cast<int>(state.range(0));
    const Ours server(true);
    for (auto _ : state) {
        const double before = resident_bytes();
        std::vector<int> sockets;
        sockets.reserve(static_cast<std::size_t>(count));
        std::array<char, 4096> answer{};
        for (int i = 0; i < count; ++i) {
            sockets.push_back(connected(server.port()));
            static_cast<void>(::send(sockets.back(), request.data(), request.size(), MSG_NOSIGNAL));
            static_cast<void>(::recv(sockets.back(), answer.data(), answer.size(), 0));
        }
        state.counters["bytes"] = (resident_bytes() - before) / count;
        for (const int socket : sockets) {
            ::close(socket);
        }
    }
}
BENCHMARK(idle_connections)->Arg(9000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace oa::host

BENCHMARK_MAIN();
