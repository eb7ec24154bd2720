#pragma once

#include <string>

#include <boost/json/fwd.hpp>

namespace oa::host {

// One document about a module, from its description: to_json(const LoadedModule&), or a manifest.

[[nodiscard]] std::string markdown_page(const boost::json::object& module);
/// One file that needs no other; without scripts.
[[nodiscard]] std::string html_page(const boost::json::object& module);

}  // namespace oa::host
