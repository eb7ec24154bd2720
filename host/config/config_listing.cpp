#include "host/config/config_listing.hpp"

#include <utility>

#include <boost/json.hpp>

#include "host/config/config_settings.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

template <typename T>
json::value list_of(const std::vector<T>& texts) {
    json::array list;
    for (const std::string& text : texts) {
        list.emplace_back(text);
    }
    return list.empty() ? json::value() : json::value(std::move(list));
}

class Listing {
public:
    explicit Listing(const Config& config) : config_(config) {}

    void add(std::string name, json::value value) {
        const auto source = config_.sources.find(name);
        entries_.push_back({std::move(name), std::move(value),
                            source == config_.sources.end() ? ConfigSource{} : source->second});
    }
    template <typename T>
    void add(const std::string& prefix, const Settings<T>& settings, const T& source) {
        for (const Setting<T>& setting : settings) {
            add(prefix + setting.key, setting.show(source));
        }
    }
    void add_modules() {
        for (const auto& [id, module] : config_.isolation.modules) {
            const std::string prefix = "isolation.modules." + id + '.';
            add(prefix, module_settings(), module);
            add(prefix + "limits.", limit_settings(), module.limits);
            add(prefix + "limits.allow", list_of(module.limits.allow));
        }
    }
    std::vector<ConfigEntry> entries() && { return std::move(entries_); }

private:
    const Config& config_;
    std::vector<ConfigEntry> entries_;
};

}  // namespace

std::vector<ConfigEntry> list_config(const Config& config) {
    Listing listing(config);
    std::vector<std::string> plugins;
    for (const auto* paths : {&config.plugins_from_environment, &config.plugins}) {
        for (const auto& path : *paths) {
            plugins.push_back(path.string());
        }
    }
    listing.add("plugins", list_of(plugins));
    listing.add("", top_settings(), config);
    listing.add("server.", server_settings(), config.server);
    listing.add("server.names", list_of(config.server.names));
    listing.add("server.cors_origins", list_of(config.server.cors_origins));
    listing.add("server.limits.", server_limit_settings(), config.server.limits);
    listing.add("retention.", retention_settings(), config.retention);
    listing.add("wallet.", wallet_settings(), config.wallet);
    listing.add("wallet.password", config.sources.contains("wallet.password")
                                       ? json::value("********")
                                       : json::value());
    listing.add("vault.", vault_settings(), config.vault);
    listing.add("secret_command.command", list_of(config.secret_command.command));
    listing.add("secret_command.environment", list_of(config.secret_command.environment));
    listing.add("secret_command.", command_settings(), config.secret_command);
    listing.add("secret_environment", list_of(config.secret_environment));
    listing.add("isolation.", isolation_settings(), config.isolation);
    listing.add("isolation.limits.", limit_settings(), config.isolation.limits);
    listing.add_modules();
    listing.add("network.deny",
                config.network_deny ? json::value_from(*config.network_deny) : json::value());
    for (const auto& [name, text] : config.modules) {
        listing.add("modules." + name, json::parse(text));
    }
    listing.add("blobs.", blob_settings(), config.blobs);
    return std::move(listing).entries();
}

}  // namespace oa::host
