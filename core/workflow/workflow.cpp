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

}  // namespace oa::core
