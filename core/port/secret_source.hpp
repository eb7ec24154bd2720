#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oa::core {

/// Where WALLET: and VAULT: read. Thread safe.
class SecretSource {
public:
    virtual ~SecretSource() = default;
    /// Nothing when there is no such secret. Throws std::runtime_error when the source cannot be
    /// read at all.
    [[nodiscard]] virtual std::optional<std::string> find(std::string_view key) const = 0;
    /// For "did you mean", and for telling before a run what is missing.
    [[nodiscard]] virtual std::vector<std::string> keys() const = 0;

protected:
    SecretSource() = default;
    SecretSource(const SecretSource&) = default;
    SecretSource& operator=(const SecretSource&) = default;
};

}  // namespace oa::core
