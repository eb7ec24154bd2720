#include "tests/support/http_server.hpp"

#include <filesystem>
#include <stdexcept>

namespace oa::test {

HttpServer::HttpServer() {
    make_certificates();
    write_files();
    start();
}

HttpServer::~HttpServer() = default;

std::string HttpServer::url(const std::string& scheme, int server, const std::string& path) const {
    return scheme + "://localhost:" + std::to_string(ports_[server]) + path;
}

void HttpServer::make_certificate(const std::string& name,
                                  const std::string& names,
                                  const std::string& days) const {
    folder_.write(name + ".ext", "subjectAltName=" + names + "\n");
    must_run({"openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
              "-nodes", "-subj", "/CN=test", "-keyout", folder_.at(name + ".key"), "-out",
              folder_.at(name + ".csr"), "-batch", "-config", folder_.at("openssl.cnf")});
    must_run({"openssl", "x509", "-req", "-in", folder_.at(name + ".csr"), "-CA",
              folder_.at("ca.pem"), "-CAkey", folder_.at("ca.key"), "-CAcreateserial", "-days",
              days, "-extfile", folder_.at(name + ".ext"), "-out", folder_.at(name + ".pem")});
}

void HttpServer::make_certificates() const {
    folder_.write("openssl.cnf",
                  "[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n[ca]\n"
                  "basicConstraints=critical,CA:TRUE\n[self]\nsubjectAltName=DNS:localhost\n");
    const auto self_signed = [this](const std::string& name, const std::string& extensions) {
        must_run({"openssl",
                  "req",
                  "-x509",
                  "-newkey",
                  "ec",
                  "-pkeyopt",
                  "ec_paramgen_curve:P-256",
                  "-nodes",
                  "-days",
                  "2",
                  "-subj",
                  "/CN=" + name,
                  "-keyout",
                  folder_.at(name + ".key"),
                  "-out",
                  folder_.at(name + ".pem"),
                  "-batch",
                  "-config",
                  folder_.at("openssl.cnf"),
                  "-extensions",
                  extensions});
    };
    self_signed("ca", "ca");
    self_signed("self_signed", "self");
    make_certificate("tls", "DNS:localhost,IP:127.0.0.1", "2");
    make_certificate("wrong_name", "DNS:other.example", "2");
    make_certificate("expired", "DNS:localhost", "-1");
    make_certificate("client", "DNS:client", "2");
    must_run({"openssl", "pkey", "-in", folder_.at("client.key"), "-aes256", "-passout",
              "pass:opens it", "-out", folder_.at("locked.key")});
}

void HttpServer::write_files() const {
    folder_.write("www/hello.txt", "Hello\n");
    std::filesystem::copy_file(OA_SOURCE_DIR "/tests/plugins/http/data/orders.json",
                               folder_.at("www/orders.json"));
    folder_.write("www/large.json", "[\"" + std::string(50'000, 'x') + "\"]");
    std::string bytes;
    for (std::size_t i = 0; i < std::size_t{1} << 20U; ++i) {
        bytes += static_cast<char>(i * 7 % 251);
    }
    folder_.write("www/large.bin", bytes);
    folder_.write("www/private/page.txt", "for Ada\n");
    folder_.write("users", "ada:{PLAIN}secret\n");
}

std::string HttpServer::configuration() const {
    const auto listen_tls = [this](int server, const std::string& name, const std::string& more) {
        return "server { listen 127.0.0.1:" + std::to_string(ports_[server]) +
               " ssl; ssl_certificate " + folder_.at(name + ".pem") + "; ssl_certificate_key " +
               folder_.at(name + ".key") + "; " + more + " include locations.conf; }\n";
    };
    std::string text =
        "daemon off; master_process off; error_log stderr emerg; pid " + folder_.at("pid") +
        ";\nevents {}\nhttp { access_log off; root " + folder_.at("www") +
        "; types { text/plain txt; application/json json; }\n"
        "gzip on; gzip_types application/json; gzip_min_length 1000; absolute_redirect off;\n";
    for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
        text += std::string(kind) + "_temp_path " + folder_.at(kind) + ";\n";
    }
    text +=
        "server { listen 127.0.0.1:" + std::to_string(ports_[0]) + "; include locations.conf; }\n";
    text += listen_tls(1, "tls", "ssl_protocols TLSv1.2 TLSv1.3;");
    text += listen_tls(2, "wrong_name", "");
    text += listen_tls(3, "expired", "");
    text += listen_tls(4, "self_signed", "");
    text += listen_tls(5, "tls", "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;");
    text += listen_tls(
        6, "tls", "ssl_verify_client on; ssl_client_certificate " + folder_.at("ca.pem") + ";");
    return text + "}\n";
}

std::string HttpServer::locations() const {
    std::string text =
        "location /private { auth_basic test; auth_basic_user_file " + folder_.at("users") +
        "; }\nlocation = /loop { return 302 /loop; }\n"
        "location = /to-http { return 307 " +
        http("/hello.txt") + "; }\nlocation = /to-mutual { return 307 " + mutual("/hello.txt") +
        "; }\nlocation = /taken { client_max_body_size 0; return 201; }\nlocation = /slow-down { "
        "add_header Retry-After 7 always; return 429; }\n";
    for (const int status : {301, 302, 303, 307, 308}) {
        text += "location = /moved/" + std::to_string(status) + " { return " +
                std::to_string(status) + " /hello.txt; }\n";
    }
    for (const int status : {400, 403, 404, 409, 410, 412, 500, 501, 502, 503, 504, 507}) {
        text += "location = /status/" + std::to_string(status) + " { return " +
                std::to_string(status) + " \"because\"; }\n";
    }
    return text;
}

void HttpServer::start() {
    // A port can be taken between its choice and nginx: then other ones are tried.
    for (int attempt = 0; attempt < 5; ++attempt) {
        for (int& port : ports_) {
            port = free_port();
        }
        folder_.write("locations.conf", locations());
        folder_.write("nginx.conf", configuration());
        process_ = std::make_unique<ServerProcess>(std::vector<std::string>{
            "nginx", "-p", folder_.at(""), "-c", folder_.at("nginx.conf"), "-e", "stderr"});
        if (wait_for_port(ports_[server_count - 1], *process_)) {
            return;
        }
    }
    throw std::runtime_error("nginx does not start");
}

}  // namespace oa::test
