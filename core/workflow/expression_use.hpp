#pragma once

#include <cstdint>
#include <limits>

#include "core/expression/expression.hpp"
#include "core/workflow/workflow.hpp"
#include "core/workflow/yaml.hpp"

namespace oa::core {

/// Where an expression stands decides what it can see.
enum class ExpressionPlace {
    Variable,        ///< evaluated before any task: no tasks, no input
    ForEach,         ///< of a task: before there is an element
    When,            ///< of a task: the only place that can ask how the tasks before went
    Parameters,      ///< of a task
    RetryWhen,       ///< of a task, or of `defaults`: sees the error of the attempt
    TaskOutput,      ///< of a task: sees what the function gave
    WorkflowOutput,  ///< evaluated after all tasks: no input
    ConcurrencyKey,  ///< evaluated before the run begins: no tasks, no input
};

constexpr TaskIndex no_task = std::numeric_limits<TaskIndex>::max();

/// What the value has to be, where that can be told before it is there.
enum class Wanted { Any, Condition, Elements, Duration, Time };

struct ExpressionSite {
    ExpressionPlace place = ExpressionPlace::Variable;
    TaskIndex task = no_task;
    Wanted wanted = Wanted::Any;
};

/// An expression that has been read, to be checked when the whole document is known.
struct ExpressionUse {
    Expression expression;
    ExpressionSite site;
    const YamlNode* node = nullptr;  ///< the scalar that it stands in
    SourcePosition position;         ///< of the placeholder, or of the bare expression
    std::size_t offset = 0;          ///< of the expression in the scalar's value, in bytes
    std::size_t text_offset = 0;     ///< of the placeholder in the scalar's value, in bytes
    std::size_t text_size = 0;
    bool lenient = false;  ///< what it names may be missing
};

}  // namespace oa::core
