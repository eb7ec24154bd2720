#pragma once

#include <boost/json/object.hpp>

namespace oa::host {

/// The JSON Schemas of what the API takes and gives, by name.
[[nodiscard]] const boost::json::object& api_schemas();

}  // namespace oa::host
