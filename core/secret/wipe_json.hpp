#pragma once

#include <boost/json/fwd.hpp>

namespace oa::core {

/// Overwrites every string within a value, keys aside, and leaves them empty.
void wipe_strings(boost::json::value& value);

}  // namespace oa::core
