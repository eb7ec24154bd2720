#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/port/secret_source.hpp"
#include "host/wallet/wallet_error.hpp"

namespace oa::host {

/// A wallet that is not encrypted: a file with one JSON object, each value a secret. Only the names
/// are kept; a value is read from the file when it is asked for, and what it was read from is
/// overwritten.
class PlainWallet final : public core::SecretSource {
public:
    /// Throws WalletError when the file cannot be read, is encrypted or is no such object.
    explicit PlainWallet(std::filesystem::path file);

    /// Values that are no texts are given as JSON. Throws WalletError.
    [[nodiscard]] std::optional<core::Secret> find(core::SecretStore store,
                                                   std::string_view key) const override;
    /// In alphabetical order.
    [[nodiscard]] std::vector<std::string> keys() const override { return keys_; }

private:
    std::filesystem::path file_;
    std::vector<std::string> keys_;
};

}  // namespace oa::host
