#include "host/cli/control_commands.hpp"

#include <chrono>
#include <exception>
#include <ostream>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/control/control_client.hpp"
#include "host/log/logger.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::chrono::seconds reload_patience{60};

json::object to_json(const ReloadChange& change) {
    json::object out{{"change", to_string(change.kind)}, {"file", change.file.string()}};
    const auto add = [&out](const char* key, const std::string& text) {
        if (!text.empty()) {
            out[key] = text;
        }
    };
    add("module", change.module);
    add("version", change.version);
    add("version_before", change.version_before);
    if (change.generation != 0) {
        out["generation"] = change.generation;
    }
    add("reason", change.reason);
    add("fix", change.fix);
    return out;
}

std::string text_of(const json::object& change, const char* key) {
    const auto* value = change.if_contains(key);
    return value != nullptr && value->is_string() ? printable(value->get_string()) : std::string();
}

/// "replaced http 1.2.0 by 1.3.0 (generation 2)".
std::string sentence_of(const json::object& change) {
    const std::string kind = text_of(change, "change");
    const std::string module = text_of(change, "module");
    const std::string version = text_of(change, "version");
    const std::string before = text_of(change, "version_before");
    std::string out = kind + " " + (module.empty() ? text_of(change, "file") : module);
    if (!before.empty() && before != version) {
        out += " " + before + " by " + version;
    } else if (!version.empty()) {
        out += " " + version;
    }
    if (const auto* generation = change.if_contains("generation")) {
        out += " (generation " + json::serialize(*generation) + ")";
    }
    if (const std::string reason = text_of(change, "reason"); !reason.empty()) {
        out += ": it " + reason;
    }
    if (const std::string fix = text_of(change, "fix"); !fix.empty()) {
        out += "; " + fix;
    }
    return out;
}

void print_answer(std::ostream& out, int pid, const json::object& answer) {
    const auto* changes = answer.if_contains("changes");
    if (changes == nullptr || !changes->is_array() || changes->get_array().empty()) {
        out << "host " << pid << ": nothing has changed\n";
        return;
    }
    for (const json::value& change : changes->get_array()) {
        if (change.is_object()) {
            out << "host " << pid << ": " << sentence_of(change.get_object()) << '\n';
        }
    }
}

}  // namespace

json::object to_json(const ReloadReport& report) {
    json::array changes;
    for (const ReloadChange& change : report.changes) {
        changes.push_back(to_json(change));
    }
    return {{"changes", std::move(changes)}, {"unchanged", report.unchanged}};
}

ControlHandler make_control_handler(PluginHost& plugins, Logger& logger) {
    return [&plugins, &logger](const json::object& request) -> json::object {
        const auto* command = request.if_contains("command");
        if (command == nullptr || *command != "reload") {
            return {{"error", "this host knows the command reload, and no other"}};
        }
        json::object answer = to_json(plugins.reload());
        for (const json::value& change : answer.at("changes").get_array()) {
            logger.write(LogLevel::Info, "plug-ins: " + sentence_of(change.get_object()));
        }
        return answer;
    };
}

ExitStatus reload_plugins(const PluginReloadOptions& options,
                          const Config& config,
                          std::ostream& out,
                          std::ostream& problems) {
    std::vector<RunningHost> hosts;
    for (const RunningHost& host : running_hosts(config.runtime_folder)) {
        if (!options.pid || *options.pid == host.pid) {
            hosts.push_back(host);
        }
    }
    if (hosts.empty()) {
        problems << "oa: "
                 << (options.pid ? "there is no running host with process id " +
                                       std::to_string(*options.pid)
                                 : "there is no running host")
                 << " (looked in " << printable(config.runtime_folder.string()) << ")\n";
        return ExitStatus::Usage;
    }
    ExitStatus status = ExitStatus::Ok;
    json::array answers;
    for (const RunningHost& host : hosts) {
        json::object answer;
        try {
            answer = ask_host(host, {{"command", "reload"}}, reload_patience);
        } catch (const std::exception& error) {
            answer["error"] = error.what();
        }
        if (const std::string error = text_of(answer, "error"); !error.empty()) {
            problems << "oa: " << error << '\n';
            status = ExitStatus::PluginTrouble;
        } else if (!options.json) {
            print_answer(out, host.pid, answer);
        }
        answer["pid"] = host.pid;
        answers.push_back(std::move(answer));
    }
    if (options.json) {
        out << core::write_json(answers, core::JsonStyle::Indented) << '\n';
    }
    return status;
}

}  // namespace oa::host
