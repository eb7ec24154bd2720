#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "host/api/route.hpp"
#include "host/service/controls.hpp"
#include "host/service/system_view.hpp"

namespace oa::host {

/// The routes by which operators and their tools look after a host. All is borrowed.
struct SystemRoutes {
    SystemView& system;
    RunStore& store;
    PluginControl& plugins;
    WalletControl& wallet;
    std::string version;
    std::string abi;
    /// {"records", "next"}, the newest first.
    std::function<boost::json::object(std::optional<std::int64_t> cursor, std::size_t limit)> audit;

    void add_to(Routes& routes) const;
};

/// The route that describes them all. After all others.
void add_description(Routes& routes, const std::string& version);

}  // namespace oa::host
