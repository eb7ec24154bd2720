#pragma once

#include <boost/json/fwd.hpp>

#include "core/expression/template.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// Parameters that turned out not to be what the function takes once their placeholders were filled
/// in. The message may hold secrets.
class ParameterError : public TemplateError {
public:
    using TemplateError::TemplateError;
};

/// Compares the parameters of a call, resolved, with what the function declares. Throws
/// ParameterError, which points at the placeholder that gave the first value that does not fit.
void check_resolved_parameters(const Task& task, const boost::json::value& params);

}  // namespace oa::core
