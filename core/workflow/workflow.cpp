#include "core/workflow/workflow.hpp"

namespace oa::core {

std::string_view to_string(Flow flow) {
    switch (flow) {
        case Flow::Sequence: return "sequence";
        case Flow::Transitions: return "transitions";
        case Flow::Graph: return "graph";
    }
    return "unknown";
}

std::string_view to_string(Wait::Kind kind) {
    switch (kind) {
        case Wait::Kind::Sleep: return "sleep";
        case Wait::Kind::Until: return "wait_until";
        case Wait::Kind::Approval: return "approval";
    }
    return "unknown";
}

bool asks_elements(const Task& task) {
    if (!task.for_each || !task.when) {
        return false;
    }
    const Expression& when = task.when->expression;
    return when.reads("item") || when.reads("index") || when.reads("key");
}

}  // namespace oa::core
