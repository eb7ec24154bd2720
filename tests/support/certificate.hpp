#pragma once

#include <string>

#include "tests/support/http_server_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// A certificate for localhost and 127.0.0.1 that signs itself, so that it is its own authority.
struct Certificate {
    explicit Certificate(const TemporaryFolder& folder)
        : file(folder.at("server.pem")), key(folder.at("server.key")) {
        must_run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                  "-nodes", "-days", "2", "-batch", "-subj", "/CN=test", "-addext",
                  "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", file});
    }

    std::string file;
    std::string key;
};

}  // namespace oa::test
