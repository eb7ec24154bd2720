#include "tests/host/vault/vault_server.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/String.h>
#include <boost/json.hpp>

#include "tests/support/subprocess.hpp"

namespace oa::test {
namespace {

namespace json = boost::json;

constexpr const char* request_id = R"("request_id":"6c2a5e4c-0f3a-4f0e-9d0a-5d9f6f0f5d11")";

void must_run(const std::vector<std::string>& command) {
    const ProcessResult result = run_program(command);
    if (result.exit_status != 0) {
        throw std::runtime_error(command.front() + " failed: " + result.err);
    }
}

/// Up to the blank line, and as much as Content-Length says; nothing when the client went away.
std::optional<VaultRequest> read_request(Poco::Net::StreamSocket& socket) {
    std::string text;
    const auto more = [&socket, &text] {
        std::array<char, 4096> piece{};
        const int count = socket.receiveBytes(piece.data(), static_cast<int>(piece.size()));
        text.append(piece.data(), static_cast<std::size_t>(std::max(0, count)));
        return count > 0;
    };
    while (text.find("\r\n\r\n") == std::string::npos) {
        if (!more()) {
            return std::nullopt;
        }
    }
    const auto head_end = text.find("\r\n\r\n");
    VaultRequest out;
    const std::string first = text.substr(0, text.find("\r\n"));
    out.method = first.substr(0, first.find(' '));
    out.target = first.substr(out.method.size() + 1, first.rfind(' ') - out.method.size() - 1);
    for (auto at = first.size() + 2; at < head_end;) {
        const auto end = text.find("\r\n", at);
        const std::string line = text.substr(at, end - at);
        const auto colon = line.find(':');
        out.headers[Poco::toLower(line.substr(0, colon))] = Poco::trim(line.substr(colon + 1));
        at = end + 2;
    }
    const auto length = out.headers.find("content-length");
    const std::size_t size = length == out.headers.end() ? 0 : std::stoul(length->second);
    while (text.size() < head_end + 4 + size) {
        if (!more()) {
            return std::nullopt;
        }
    }
    out.body = text.substr(head_end + 4);
    return out;
}

void send(Poco::Net::StreamSocket& socket, std::string_view text) {
    while (!text.empty()) {
        const int sent = socket.sendBytes(text.data(), static_cast<int>(text.size()));
        if (sent <= 0) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string header_of(const VaultRequest& request, const std::string& name) {
    const auto found = request.headers.find(name);
    return found == request.headers.end() ? std::string() : found->second;
}

std::string metadata(std::size_t version, bool deleted) {
    return R"({"created_time":"2024-03-22T02:24:06.945319214Z","custom_metadata":null,)"
           R"("deletion_time":")" +
           std::string(deleted ? "2024-03-23T02:24:06.945319214Z" : "") +
           R"(","destroyed":false,"version":)" + std::to_string(version) + '}';
}

}  // namespace

VaultServer::VaultServer(Transport transport) : tls_(transport != Transport::Plain) {
    const Poco::Net::SocketAddress any_port("127.0.0.1", 0);
    if (tls_) {
        make_certificates(transport == Transport::Tls ? "DNS:localhost,IP:127.0.0.1"
                                                      : "DNS:other.example");
        Poco::Net::Context::Params params;
        params.privateKeyFile = folder_.at("server.key");
        params.certificateFile = folder_.at("server.pem");
        params.verificationMode = Poco::Net::Context::VERIFY_NONE;
        const Poco::Net::Context::Ptr context =
            new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params);
        socket_ = Poco::Net::SecureServerSocket(any_port, 64, context);
    } else {
        socket_ = Poco::Net::ServerSocket(any_port, 64);
    }
    thread_ = std::thread([this] { listen(); });
}

VaultServer::~VaultServer() {
    is_over_ = true;
    try {
        // Wakes the thread.
        Poco::Net::StreamSocket(socket_.address()).close();
        thread_.join();
    } catch (const Poco::Exception&) {
        thread_.detach();
    }
}

void VaultServer::listen() {
    while (!is_over_) {
        try {
            Poco::Net::StreamSocket socket = socket_.acceptConnection();
            serve(socket);
        } catch (const Poco::Exception&) {
            // The client went away, or did not like the certificate; the test knows.
        }
    }
}

std::string VaultServer::address() const {
    return (tls_ ? "https://localhost:" : "http://127.0.0.1:") +
           std::to_string(socket_.address().port());
}

void VaultServer::make_certificates(const std::string& names) const {
    folder_.write("openssl.cnf",
                  "[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n[ca]\n"
                  "basicConstraints=critical,CA:TRUE\n");
    folder_.write("server.ext", "subjectAltName=" + names + "\n");
    const std::vector<std::string> new_key{
        "-newkey", "ec",     "-pkeyopt", "ec_paramgen_curve:P-256",
        "-nodes",  "-batch", "-config",  folder_.at("openssl.cnf")};
    const auto run = [&new_key](std::vector<std::string> command) {
        command.insert(command.end(), new_key.begin(), new_key.end());
        must_run(command);
    };
    run({"/usr/bin/openssl", "req", "-x509", "-days", "2", "-subj", "/CN=ca", "-keyout",
         folder_.at("ca.key"), "-out", folder_.at("ca.pem")});
    run({"/usr/bin/openssl", "req", "-new", "-subj", "/CN=test", "-keyout",
         folder_.at("server.key"), "-out", folder_.at("server.csr")});
    must_run({"/usr/bin/openssl", "x509", "-req", "-in", folder_.at("server.csr"), "-CA",
              folder_.at("ca.pem"), "-CAkey", folder_.at("ca.key"), "-CAcreateserial", "-days", "2",
              "-extfile", folder_.at("server.ext"), "-out", folder_.at("server.pem")});
}

void VaultServer::put(const std::string& path, const std::optional<std::string>& json) {
    const std::scoped_lock lock(mutex_);
    secrets_[path].push_back(json);
}

void VaultServer::accept(const std::string& token) {
    const std::scoped_lock lock(mutex_);
    tokens_[token] = true;
}

void VaultServer::refuse(const std::string& token) {
    const std::scoped_lock lock(mutex_);
    tokens_.erase(token);
}

void VaultServer::set_role(const std::string& role_id,
                           const std::string& secret_id,
                           unsigned lease_seconds) {
    const std::scoped_lock lock(mutex_);
    role_id_ = role_id;
    secret_id_ = secret_id;
    lease_seconds_ = lease_seconds;
}

void VaultServer::set_namespace(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    namespace_ = name;
}

void VaultServer::next(Script script) {
    const std::scoped_lock lock(mutex_);
    scripts_.push_back(std::move(script));
}

void VaultServer::next_bytes(const std::string& bytes) {
    next([bytes](Poco::Net::StreamSocket& socket) { send(socket, bytes); });
}

void VaultServer::next_status(int status, const std::string& body, const std::string& headers) {
    next_bytes(answer(status, body, headers));
}

std::vector<VaultRequest> VaultServer::requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
}

std::string VaultServer::answer(int status, const std::string& body, const std::string& headers) {
    return "HTTP/1.1 " + std::to_string(status) +
           " Whatever\r\nCache-Control: no-store\r\nContent-Type: application/json\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

void VaultServer::serve(Poco::Net::StreamSocket& socket) {
    const auto request = read_request(socket);
    if (!request) {
        return;
    }
    Script script;
    {
        const std::scoped_lock lock(mutex_);
        requests_.push_back(*request);
        if (!scripts_.empty()) {
            script = std::move(scripts_.front());
            scripts_.pop_front();
        }
    }
    if (script) {
        script(socket);
    } else {
        send(socket, respond(*request));
    }
    socket.shutdownSend();
}

std::string VaultServer::respond(const VaultRequest& request) {
    const std::scoped_lock lock(mutex_);
    if (header_of(request, "x-vault-namespace") != namespace_) {
        return answer(403, R"({"errors":["permission denied"]})");
    }
    if (request.target == "/v1/auth/approle/login") {
        return log_in(request);
    }
    if (tokens_.count(header_of(request, "x-vault-token")) == 0) {
        return answer(403, R"({"errors":["1 error occurred:\n\t* permission denied\n\n"]})");
    }
    constexpr std::string_view prefix = "/v1/secret/data/";
    if (request.method != "GET" || !request.target.starts_with(prefix)) {
        return answer(404, R"({"errors":["no handler for route \"other/data/x\". route entry not )"
                           R"(found."]})");
    }
    return read_secret(request.target.substr(prefix.size()));
}

std::string VaultServer::read_secret(const std::string& target) const {
    constexpr std::string_view version_is = "?version=";
    const auto query = target.find(version_is);
    const auto found = secrets_.find(target.substr(0, query));
    if (found == secrets_.end()) {
        return answer(404, R"({"errors":[]})");
    }
    const std::size_t version = query == std::string::npos
                                    ? found->second.size()
                                    : std::stoul(target.substr(query + version_is.size()));
    if (version > found->second.size()) {
        return answer(404, R"({"errors":[]})");
    }
    const auto& data = found->second.at(version - 1);
    const std::string body = std::string("{") + request_id +
                             R"(,"lease_id":"","renewable":false,"lease_duration":0,"data":)"
                             R"({"data":)" +
                             data.value_or("null") + R"(,"metadata":)" + metadata(version, !data) +
                             R"(},"wrap_info":null,"warnings":null,"auth":null})" + "\n";
    return answer(data ? 200 : 404, body);
}

std::string VaultServer::log_in(const VaultRequest& request) {
    const json::value body = json::parse(request.body);
    if (request.method != "POST" || body.at("role_id").as_string() != role_id_ ||
        body.at("secret_id").as_string() != secret_id_) {
        return answer(400, R"({"errors":["invalid role or secret ID"]})");
    }
    const std::string token = "hvs.login-" + std::to_string(++logins_);
    tokens_[token] = true;
    return answer(200, std::string("{") + request_id +
                           R"(,"lease_id":"","renewable":false,"lease_duration":0,"data":null,)"
                           R"("wrap_info":null,"warnings":null,"auth":{"client_token":")" +
                           token +
                           R"(","accessor":"a","policies":["default"],"token_policies":)"
                           R"(["default"],"metadata":{"role_name":"oa"},"lease_duration":)" +
                           std::to_string(lease_seconds_) +
                           R"(,"renewable":true,"entity_id":"e","token_type":"service",)"
                           R"("orphan":true,"mfa_requirement":null,"num_uses":0}})");
}

}  // namespace oa::test
