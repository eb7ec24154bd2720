#pragma once

#include <filesystem>
#include <string>

#include <Poco/Net/Context.h>

namespace oa::host::client {

/// TLS 1.2 or later with a server whose certificate is made for `host` and comes from an authority
/// in `ca_file` (PEM), or where that is empty, from one that the system trusts. Throws
/// std::runtime_error when there are no authorities.
[[nodiscard]] Poco::Net::Context::Ptr make_tls_context(const std::string& host,
                                                       const std::filesystem::path& ca_file);

}  // namespace oa::host::client
