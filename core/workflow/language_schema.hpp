#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "core/port/function_catalog.hpp"

namespace oa::core {

/// What an editor shows of a function, beside its parameters.
struct FunctionPage {
    std::string summary;      ///< one sentence
    std::string deprecation;  ///< why it is deprecated, where there is a reason
    /// As plug-ins declare them: {"title", "params"}.
    boost::json::array examples;
};

using FunctionPages = std::function<FunctionPage(const FunctionInfo&)>;

/// A JSON Schema of workflow documents, with the parameters of every function of the catalog, for
/// editors that complete and check while one types. It means the same by draft 7, which editors
/// know best, and by draft 2020-12, and describes each key in "description" and
/// "markdownDescription".
///
/// A document that the reader accepts fits it, but for two things: keys without a value, which the
/// reader takes as not given, and functions that the catalog does not have. What needs more than
/// the shape of a document, such as names of tasks, is left to the reader.
[[nodiscard]] boost::json::object language_schema(const FunctionCatalog& catalog,
                                                  const FunctionPages& pages);

}  // namespace oa::core
