#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "core/expression/expression.hpp"

namespace oa::core {

/// A scope of which a test fills the parts.
struct FakeScope final : Scope {
    boost::json::object roots;
    boost::json::object tasks;
    std::map<std::string, std::string, std::less<>> variables;  ///< of the environment
    std::map<std::string, std::string, std::less<>> secrets;
    std::map<std::string, std::string, std::less<>> vault;  ///< empty: the same as `secrets`

    [[nodiscard]] const boost::json::value* find(std::string_view name) const override {
        return roots.if_contains(name);
    }
    [[nodiscard]] const boost::json::value* find_task(std::string_view name) const override {
        return tasks.if_contains(name);
    }
    [[nodiscard]] std::optional<std::string> environment(std::string_view name) const override {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    }
    [[nodiscard]] std::optional<Secret> secret(SecretStore store,
                                               std::string_view key) const override {
        const auto& from = store == SecretStore::Vault && !vault.empty() ? vault : secrets;
        const auto found = from.find(key);
        return found == from.end() ? std::nullopt : std::optional<Secret>(found->second);
    }
    [[nodiscard]] std::vector<std::string> names() const override { return keys(roots); }
    [[nodiscard]] std::vector<std::string> task_names() const override { return keys(tasks); }

private:
    static std::vector<std::string> keys(const boost::json::object& object) {
        std::vector<std::string> names;
        for (const auto& entry : object) {
            names.emplace_back(entry.key());
        }
        return names;
    }
};

}  // namespace oa::core
