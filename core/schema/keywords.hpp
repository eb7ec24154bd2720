#pragma once

#include <string_view>

#include "core/schema/compiler.hpp"

namespace oa::core::schema {

/// Reads one keyword of a schema into its node, with the schemas below it.
void read_keyword(Compiler& compiler,
                  Node& node,
                  NodeIndex index,
                  std::string_view keyword,
                  const boost::json::value& value);

/// To be called when all keywords of a node are read.
void finish_keywords(Node& node);

}  // namespace oa::core::schema
