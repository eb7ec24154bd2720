#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "core/port/function_catalog.hpp"

namespace oa::core {

/// The parameters of a function as they may stand in a document, from what the function declares:
/// wherever something else than a text is asked for, a text with a placeholder is fine too, and
/// `input` need not be given. `pointer` is where the schema will stand ("#/definitions/http.get"),
/// so that references within it stay right.
[[nodiscard]] boost::json::object parameters_in_documents(const FunctionInfo& function,
                                                          const std::string& pointer);

}  // namespace oa::core
