#pragma once

#include <string>
#include <vector>

#include "core/expression/template.hpp"
#include "core/workflow/reading.hpp"

namespace oa::core {

/// A parameter as the document gives it.
struct GivenParameter {
    const YamlNode::Entry* entry = nullptr;
    const Template* value = nullptr;
};

/// Checks the parameters of a call against what the function declares: names, those that are
/// required, and type and enum of literal values. `call` is where the function is named.
void check_parameters(Reading& reading,
                      const FunctionInfo& function,
                      const std::vector<GivenParameter>& given,
                      SourcePosition call);

}  // namespace oa::core
