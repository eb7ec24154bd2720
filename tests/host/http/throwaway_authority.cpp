#include "tests/host/http/throwaway_authority.hpp"

#include <filesystem>
#include <stdexcept>
#include <vector>

#include "tests/support/http_server_process.hpp"

namespace oa::test {
namespace {

std::vector<std::string> request(const TemporaryFolder& folder, const std::string& name) {
    return {"openssl",
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
            folder.at(name + ".key"),
            "-out",
            folder.at(name + ".pem")};
}

}  // namespace

ThrowawayAuthority::ThrowawayAuthority() {
    must_run(request(folder_, "ca"));
}

host::TlsSettings ThrowawayAuthority::make(const std::string& name) const {
    auto command = request(folder_, name);
    command.insert(command.end(), {"-CA", file(), "-CAkey", folder_.at("ca.key"), "-addext",
                                   "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext",
                                   "basicConstraints=critical,CA:FALSE"});
    must_run(command);
    return {folder_.at(name + ".pem"), folder_.at(name + ".key")};
}

void ThrowawayAuthority::replace(const host::TlsSettings& what, const host::TlsSettings& by) const {
    constexpr auto over = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(by.certificate, what.certificate, over);
    std::filesystem::copy_file(by.key, what.key, over);
}

}  // namespace oa::test
