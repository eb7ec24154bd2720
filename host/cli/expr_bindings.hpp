#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/json.hpp>

#include "core/diagnostic.hpp"
#include "core/expression/expression.hpp"

namespace oa::host {

/// What an expression sees outside of a run: the fields of one object, of which `tasks` has the
/// tasks.
class Bindings final : public core::Scope {
public:
    explicit Bindings(boost::json::object roots) : roots_(std::move(roots)) {}

    [[nodiscard]] const boost::json::value* find(std::string_view name) const override;
    [[nodiscard]] const boost::json::value* find_task(std::string_view name) const override;
    [[nodiscard]] std::optional<std::string> environment(std::string_view name) const override;
    [[nodiscard]] std::vector<std::string> names() const override;
    [[nodiscard]] std::vector<std::string> task_names() const override;

private:
    [[nodiscard]] const boost::json::object* tasks() const;

    boost::json::object roots_;
};

/// Reads a file in JSON or YAML ("-": standard input), or tells why it cannot be used.
[[nodiscard]] std::variant<Bindings, core::Diagnostics> read_bindings(const std::string& file);

}  // namespace oa::host
