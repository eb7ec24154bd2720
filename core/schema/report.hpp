#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/schema/program.hpp"
#include "core/schema/schema.hpp"

namespace oa::core::schema {

/// Where a value stands: a chain of what leads to it, kept on the stack of the check.
struct Place {
    const Place* parent = nullptr;  ///< of the whole value: nothing
    std::string_view key = {};      ///< of a field
    std::size_t index = 0;          ///< of an item
    bool is_field = false;

    [[nodiscard]] Place field(std::string_view name) const { return {this, name, 0, true}; }
    [[nodiscard]] Place item(std::size_t number) const { return {this, {}, number, false}; }
    /// As a JSON Pointer.
    [[nodiscard]] std::string pointer() const;
};

/// Problems as they are found, each of them once.
class Report {
public:
    explicit Report(std::size_t problems_max) : problems_max_(problems_max) {}

    void add(SchemaProblem problem);
    void add(const Place& place,
             const Node& node,
             std::string_view keyword,
             std::string message,
             std::string hint = {});

    [[nodiscard]] bool full() const noexcept { return problems_.size() >= problems_max_; }
    [[nodiscard]] std::size_t problems_max() const noexcept { return problems_max_; }
    [[nodiscard]] const std::vector<SchemaProblem>& problems() const noexcept { return problems_; }
    [[nodiscard]] std::vector<SchemaProblem> take() noexcept { return std::move(problems_); }

private:
    std::size_t problems_max_;
    std::vector<SchemaProblem> problems_;
};

}  // namespace oa::core::schema
