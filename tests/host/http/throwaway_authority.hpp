#pragma once

#include <string>

#include "host/http/http_server.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// An authority that lives as long as this object, and certificates by it for 127.0.0.1 and
/// localhost, made with openssl.
class ThrowawayAuthority {
public:
    ThrowawayAuthority();

    /// PEM file.
    [[nodiscard]] std::string file() const { return folder_.at("ca.pem"); }
    /// Makes a certificate with that common name.
    [[nodiscard]] host::TlsSettings make(const std::string& name) const;
    /// Puts the files of one in the place of those of another.
    void replace(const host::TlsSettings& what, const host::TlsSettings& by) const;
    [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

private:
    TemporaryFolder folder_;
};

}  // namespace oa::test
