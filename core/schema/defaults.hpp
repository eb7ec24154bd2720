#pragma once

#include "core/schema/program.hpp"

namespace oa::core::schema {

/// See Schema::fill_defaults.
void fill_defaults(const Program& program, boost::json::value& instance);

}  // namespace oa::core::schema
