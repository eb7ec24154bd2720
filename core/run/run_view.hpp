#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

#include "core/run/run_data.hpp"

namespace oa::core {

/// tasks.NAME, as expressions see it.
[[nodiscard]] boost::json::object task_for_expressions(const TaskReport& report);

/// What one evaluation sees: the run's values and, in a task, its input, its element and what is
/// known there alone.
class RunData::View final : public Scope {
public:
    explicit View(const RunData& data) : data_(data) {}
    View(const RunData& data, ValuePlace place) : data_(data), place_(place) {}

    /// A name that is known here alone: `output`, `error`.
    void show(std::string_view name, boost::json::value value);
    void show_standing(const Standing& standing) { standing_ = standing; }

    [[nodiscard]] const boost::json::value* find(std::string_view name) const override;
    [[nodiscard]] const boost::json::value* find_task(std::string_view name) const override;
    [[nodiscard]] std::optional<std::string> environment(std::string_view name) const override;
    [[nodiscard]] std::optional<Secret> secret(SecretStore store,
                                               std::string_view key) const override;
    [[nodiscard]] std::string secret_advice(SecretStore store) const override;
    [[nodiscard]] std::optional<bool> status(StatusFunction function) const override;
    [[nodiscard]] std::vector<std::string> names() const override;
    [[nodiscard]] std::vector<std::string> task_names() const override;

private:
    /// For the audit log.
    [[nodiscard]] std::string user() const;
    [[nodiscard]] const boost::json::value* find_of_element(std::string_view name) const;
    [[nodiscard]] const boost::json::value* find_secret_variable(std::string_view name) const;
    [[nodiscard]] const boost::json::value* all_variables() const;
    const boost::json::value* keep(std::string_view name, boost::json::value value) const;

    const RunData& data_;
    std::optional<ValuePlace> place_;
    std::optional<Standing> standing_;
    std::vector<std::string_view> shown_;
    // Made when they are first asked for. The nodes stay where they are.
    mutable std::unordered_map<std::string, boost::json::value> kept_;
};

}  // namespace oa::core
