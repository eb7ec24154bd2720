#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/port/function_catalog.hpp"

namespace oa::test {

/// A catalog that a test fills by hand. Entries stay where they are, so that pointers to them hold.
class FakeCatalog final : public core::FunctionCatalog {
public:
    /// `schema` is the JSON Schema of the parameters. The function is open when the schema says
    /// "additionalProperties": true. The result may be changed until a workflow is read.
    core::FunctionInfo& add(const std::string& module,
                            const std::string& function,
                            std::string_view schema = "{}") {
        core::FunctionInfo& info = functions_.emplace_back();
        info.module = module;
        info.function = function;
        info.params_schema = core::parse_json(schema).as_object();
        if (const auto* properties = info.params_schema.if_contains("properties")) {
            for (const auto& property : properties->as_object()) {
                info.parameters.emplace_back(property.key());
            }
        }
        const auto* additional = info.params_schema.if_contains("additionalProperties");
        info.open = additional != nullptr && additional->is_bool() && additional->get_bool();
        modules_[module] = module;
        names_[module][function] = &info;
        return info;
    }

    /// Another name, or a dotted id, for a module.
    void alias_module(const std::string& alias, const std::string& module) {
        modules_[alias] = module;
    }

    /// Another name for a function that was added before.
    void alias_function(const std::string& module,
                        const std::string& alias,
                        const std::string& function) {
        names_.at(module)[alias] = names_.at(module).at(function);
    }

    /// Lets "module@range" stand for the module.
    void add_range(const std::string& range, const std::string& module) {
        modules_[module + "@" + range] = module;
    }
    /// Lets "module@range" stand for nothing.
    void add_version_problem(const std::string& wanted, const std::string& problem) {
        version_problems_[wanted] = problem;
    }

    [[nodiscard]] const core::FunctionInfo* find(std::string_view module,
                                                 std::string_view function) const override {
        const auto canonical = modules_.find(module);
        if (canonical == modules_.end()) {
            return nullptr;
        }
        const auto& names = names_.at(canonical->second);
        const auto found = names.find(function);
        return found == names.end() ? nullptr : found->second;
    }

    [[nodiscard]] bool has_module(std::string_view module) const override {
        return modules_.find(module) != modules_.end();
    }

    [[nodiscard]] std::optional<std::string> version_problem(
        std::string_view module) const override {
        const auto found = version_problems_.find(module);
        return found == version_problems_.end() ? std::nullopt : std::optional(found->second);
    }

    [[nodiscard]] std::vector<std::string> module_names() const override {
        std::vector<std::string> result;
        for (const auto& entry : modules_) {
            if (entry.first.find('@') == std::string::npos) {
                result.push_back(entry.first);
            }
        }
        return result;
    }

    [[nodiscard]] std::vector<std::string> function_names(std::string_view module) const override {
        std::vector<std::string> result;
        const auto canonical = modules_.find(module);
        if (canonical != modules_.end()) {
            for (const auto& entry : names_.at(canonical->second)) {
                result.push_back(entry.first);
            }
        }
        return result;
    }

private:
    using Functions = std::map<std::string, const core::FunctionInfo*, std::less<>>;

    std::deque<core::FunctionInfo> functions_;
    std::map<std::string, std::string, std::less<>> modules_;  // name, id or alias -> module
    std::map<std::string, Functions, std::less<>> names_;      // module -> its function names
    std::map<std::string, std::string, std::less<>> version_problems_;
};

}  // namespace oa::test
