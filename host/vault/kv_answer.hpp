#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret/secret.hpp"
#include "host/vault/http_answer.hpp"
#include "host/vault/kv_key.hpp"

namespace oa::host::vault {

/// Whether the body of a successful answer has a secret in it; a version that was deleted has none.
/// Throws std::runtime_error when it is no answer of a KV store, version 2.
[[nodiscard]] bool has_secret(std::string_view body);

/// Whether an answer with status 404 says that the secret, or its version, is not there. It may
/// also mean that the server has no such store.
[[nodiscard]] bool says_missing(const HttpAnswer& answer);

/// The field that the key names, of a body that has a secret: strings as they are, other values as
/// JSON text. Nothing when there is no such field. Throws std::runtime_error when the key names
/// none and there are several; its text has their names.
[[nodiscard]] std::optional<core::Secret> field_of(std::string_view body, const KvKey& key);

/// "status 503: Vault is sealed": what the server says about a failure, on one line. It is left out
/// when one of `secrets` is in it.
[[nodiscard]] std::string said_in(const HttpAnswer& answer,
                                  const std::vector<const core::Secret*>& secrets);

}  // namespace oa::host::vault
