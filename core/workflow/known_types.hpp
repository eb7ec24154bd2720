#pragma once

#include <string_view>
#include <unordered_map>

#include "core/expression/expression.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// What is known of the values that expressions of a workflow read. Borrows the workflow.
class KnownTypes {
public:
    explicit KnownTypes(const Workflow& workflow);

    [[nodiscard]] StaticType of(const Expression::Reference& path) const;

private:
    std::unordered_map<std::string_view, StaticType> inputs_;
    std::unordered_map<std::string_view, StaticType> variables_;
};

}  // namespace oa::core
