#pragma once

#include <memory>
#include <string>

#include "tests/support/http_server_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// A real nginx on free ports of 127.0.0.1, with an authority of its own.
///   http, tls (certificate for localhost and 127.0.0.1), and tls servers that no client may trust:
///   wrong_name (for other.example), expired, self_signed, old_tls (TLS 1.1 only).
///   mutual asks clients for a certificate that this authority has signed.
///   /hello.txt, /large.bin (1 MiB), /taken (takes any body and answers with 201), /orders.json,
///   /large.json (packed with gzip), /private (ada, secret), /moved/<status> to /hello.txt, /loop,
///   /status/<status>, /slow-down (429, Retry-After: 7), /to-http and /to-mutual (307 to those
///   servers)
class HttpServer {
public:
    HttpServer();
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] std::string http(const std::string& path) const { return url("http", 0, path); }
    [[nodiscard]] std::string tls(const std::string& path) const { return url("https", 1, path); }
    [[nodiscard]] std::string wrong_name() const { return url("https", 2, "/hello.txt"); }
    [[nodiscard]] std::string expired() const { return url("https", 3, "/hello.txt"); }
    [[nodiscard]] std::string self_signed() const { return url("https", 4, "/hello.txt"); }
    [[nodiscard]] std::string old_tls() const { return url("https", 5, "/hello.txt"); }
    [[nodiscard]] std::string mutual(const std::string& path) const {
        return url("https", 6, path);
    }
    /// PEM files of a client: certificate, key, and the key encrypted with "opens it".
    [[nodiscard]] std::string client_certificate() const { return folder_.at("client.pem"); }
    [[nodiscard]] std::string client_key() const { return folder_.at("client.key"); }
    [[nodiscard]] std::string locked_key() const { return folder_.at("locked.key"); }
    /// What it serves.
    [[nodiscard]] std::string file(const std::string& name) const {
        return folder_.at("www/" + name);
    }
    /// PEM file of the authority that signed all but self_signed.
    [[nodiscard]] std::string authority() const { return folder_.at("ca.pem"); }
    [[nodiscard]] int tls_port() const { return first_port(1); }

private:
    static constexpr int server_count = 7;

    [[nodiscard]] std::string url(const std::string& scheme,
                                  int server,
                                  const std::string& path) const;
    [[nodiscard]] int first_port(int server) const { return ports_[server]; }
    void make_certificates() const;
    void make_certificate(const std::string& name,
                          const std::string& names,
                          const std::string& days) const;
    void write_files() const;
    [[nodiscard]] std::string locations() const;
    [[nodiscard]] std::string configuration() const;
    void start();

    TemporaryFolder folder_;
    int ports_[server_count] = {};
    std::unique_ptr<ServerProcess> process_;
};

}  // namespace oa::test
