#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/port/secret_source.hpp"

namespace oa::test {

/// Secrets that a test writes down.
class MapSecrets final : public core::SecretSource {
public:
    explicit MapSecrets(std::map<std::string, std::string, std::less<>> secrets)
        : secrets_(std::move(secrets)) {}

    [[nodiscard]] std::optional<core::Secret> find(core::SecretStore /*store*/,
                                                   std::string_view key,
                                                   std::string_view /*user*/) const override {
        const auto found = secrets_.find(key);
        return found == secrets_.end() ? std::nullopt : std::optional<core::Secret>(found->second);
    }
    [[nodiscard]] std::vector<std::string> keys() const override {
        std::vector<std::string> keys;
        for (const auto& entry : secrets_) {
            keys.push_back(entry.first);
        }
        return keys;
    }

private:
    std::map<std::string, std::string, std::less<>> secrets_;
};

}  // namespace oa::test
