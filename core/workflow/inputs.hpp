#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "core/workflow/workflow.hpp"

namespace oa::core {

struct InputProblem {
    std::string input;
    std::string pointer;  ///< JSON Pointer into its value, where that is only part of it
    std::string message;  ///< what is said about the input, the pointer included
    std::string hint;
    bool missing = false;  ///< it is required and was not given
};

struct BoundInputs {
    boost::json::object
        values;  ///< every declared input that was given or has a default, in document order
    std::vector<InputProblem> problems;
};

/// Why a value does not fit an input: "takes an integer, not the text 'x'", "/0 takes ...".
[[nodiscard]] std::vector<InputProblem> input_value_problems(const Input& input,
                                                             const boost::json::value& value);

/// Checks what was given against what the workflow declares and fills defaults in, also those
/// within values. What is given for an integer becomes one: 5.0 is 5. An input that is not declared
/// is a problem too. All problems are reported at once.
[[nodiscard]] BoundInputs bind_inputs(const Workflow& workflow, const boost::json::object& given);

/// What a person typed after `--input name=`: read as the declared type (JSON for arrays and
/// objects; text as it is for strings). For an undeclared or untyped input: JSON where it is JSON,
/// otherwise a string. A text that does not fit stays a string, for bind_inputs to report.
[[nodiscard]] boost::json::value input_from_text(const Workflow& workflow,
                                                 std::string_view name,
                                                 std::string_view text);

}  // namespace oa::core
