#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "host/config/config.hpp"

namespace oa::host {

/// A setting, what it is, and where that comes from.
struct ConfigEntry {
    std::string name;          ///< "server.port"
    boost::json::value value;  ///< as the file would have it; null: it is not set
    ConfigSource source;
};

/// Everything that can be set, in the order of the tables of the documentation. Of what is secret
/// there stands only that it is there.
[[nodiscard]] std::vector<ConfigEntry> list_config(const Config& config);

}  // namespace oa::host
