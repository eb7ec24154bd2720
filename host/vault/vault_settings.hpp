#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "core/duration.hpp"

namespace oa::host::vault {

/// `vault:` of the configuration: which server holds the secrets, and who the host is to it. One of
/// `token_file` and `role_id` with `secret_id_file` has to be there.
struct VaultSettings {
    std::string address;               ///< `address`: https://host:8200, no path
    std::string mount = "secret";      ///< `mount`: of the KV engine, version 2; "team/kv" is fine
    std::string name_space;            ///< `namespace`: empty for none
    std::filesystem::path token_file;  ///< `token_file`: read for each request
    std::string role_id;               ///< `role_id`: of AppRole
    std::filesystem::path secret_id_file;  ///< `secret_id_file`: of AppRole, read for each login
    std::filesystem::path ca_file;  ///< `ca_file`: PEM; empty for those that the system trusts
    bool allow_http = false;        ///< `allow_http`: plain http to what is not this machine
    core::Milliseconds connect_timeout{5'000};  ///< of looking up and reaching the server
    core::Milliseconds timeout{10'000};  ///< `timeout`: of one secret, with logins and all attempts
    core::Milliseconds cache{5'000};     ///< `cache`: how long an answer is good; 0 for no cache
    std::size_t answer_bytes_max = 1U << 20U;
    unsigned retries = 2;                 ///< beyond the first attempt
    core::Milliseconds retry_pause{200};  ///< before the first one; twice as long each time
};

}  // namespace oa::host::vault
