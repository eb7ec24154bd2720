#pragma once

#include <string>
#include <vector>

#include "core/workflow/reading.hpp"

namespace oa::core {

/// Which function a task calls, and where its parameters stand.
struct Call {
    std::string module;                             ///< as written, without a range of versions;
                                                    ///< may be empty after an error
    std::string function;                           ///< as written; may be empty after an error
    const FunctionInfo* info = nullptr;             ///< nullptr after an error
    SourcePosition position;                        ///< where the function is named
    const YamlNode::Entry* inline_entry = nullptr;  ///< `<module>.<function>:`, in that form
    const YamlNode::Entry* with = nullptr;          ///< `with:`, where it is given
};

/// Finds out what the task's mapping calls. Reports what is missing, unknown or deprecated.
[[nodiscard]] Call read_call(Reading& reading,
                             const YamlNode& node,
                             const std::vector<std::string>& task_keys);

}  // namespace oa::core
