#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "host/api/route.hpp"

namespace oa::host {

/// The description of the API (OpenAPI 3.1), made from its routes.
[[nodiscard]] boost::json::object openapi_document(const Routes& routes,
                                                   const std::string& version);

}  // namespace oa::host
