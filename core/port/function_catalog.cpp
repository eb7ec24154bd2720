#include "core/port/function_catalog.hpp"

#include <algorithm>

namespace oa::core {

bool FunctionInfo::takes(std::string_view parameter) const {
    return std::find(parameters.begin(), parameters.end(), parameter) != parameters.end();
}

}  // namespace oa::core
