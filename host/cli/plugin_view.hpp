#pragma once

#include <cstddef>
#include <ostream>

#include <boost/json/fwd.hpp>

namespace oa::host {

// A module is shown from its description: what to_json(const LoadedModule&) gives, or the manifest
// of a file.

/// A module with the list of its functions.
void print_module(std::ostream& out, const boost::json::object& module, std::size_t columns);

/// One function of it: parameters, output, behaviour, examples.
void print_function(std::ostream& out,
                    const boost::json::object& module,
                    const boost::json::object& function,
                    std::size_t columns);

}  // namespace oa::host
