#include "host/cli/quarantine_commands.hpp"

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/cli/plugin_text.hpp"
#include "host/log/logger.hpp"

namespace oa::host {
namespace {

using isolation::QuarantineEntry;

constexpr std::size_t hash_shown = 12;

std::string_view word(QuarantineEntry::State state) {
    switch (state) {
        case QuarantineEntry::State::Refused: return "refused";
        case QuarantineEntry::State::Isolated: return "isolated";
        case QuarantineEntry::State::Watched: break;
    }
    return "watched";
}

boost::json::array to_json(const std::vector<QuarantineEntry>& entries) {
    boost::json::array out;
    for (const QuarantineEntry& entry : entries) {
        out.push_back(boost::json::object{{"module", entry.content.module},
                                          {"id", entry.content.id},
                                          {"version", entry.content.version},
                                          {"file", entry.content.file},
                                          {"content", entry.content.hash},
                                          {"state", word(entry.state)},
                                          {"since", isolation::utc_text(entry.since)},
                                          {"reason", entry.reason}});
    }
    return out;
}

void print_json(std::ostream& out,
                std::string_view name,
                const std::vector<QuarantineEntry>& entries) {
    out << core::write_json(boost::json::object{{name, to_json(entries)}},
                            core::JsonStyle::Indented)
        << '\n';
}

ExitStatus list(const PluginQuarantineOptions& options,
                isolation::Quarantine& quarantine,
                std::ostream& out,
                std::size_t columns) {
    const auto entries = quarantine.list();
    if (options.json) {
        print_json(out, "quarantine", entries);
        return ExitStatus::Ok;
    }
    if (entries.empty()) {
        out << "No plug-in is in quarantine.\n";
        return ExitStatus::Ok;
    }
    for (const QuarantineEntry& entry : entries) {
        const auto& content = entry.content;
        const bool refused = entry.state == QuarantineEntry::State::Refused;
        out << printable(content.module) << ' ' << printable(content.version) << " ("
            << printable(content.id) << "), " << content.hash.substr(0, hash_shown) << ": "
            << (refused ? "not called any more" : "only in a process of its own") << '\n';
        print_wrapped(out,
                      printable("since " + isolation::utc_text(entry.since) + ": " + entry.reason),
                      2, columns);
        print_wrapped(out, printable(content.file), 2, columns);
    }
    out << "`oa plugin release NAME` lets one run again.\n";
    return ExitStatus::Ok;
}

ExitStatus release(const PluginQuarantineOptions& options,
                   isolation::Quarantine& quarantine,
                   std::ostream& out,
                   std::ostream& problems) {
    const auto released = quarantine.release(options.name);
    if (const auto problem = quarantine.problem(); !problem.empty()) {
        problems << "oa: nothing was released for good: " << printable(problem) << '\n';
        return ExitStatus::PluginTrouble;
    }
    if (options.json) {
        print_json(out, "released", released);
        return released.empty() ? ExitStatus::PluginTrouble : ExitStatus::Ok;
    }
    if (released.empty()) {
        problems << "oa: nothing in quarantine is called '" << printable(options.name)
                 << "'; `oa plugin quarantine` lists what is\n";
        return ExitStatus::PluginTrouble;
    }
    for (const QuarantineEntry& entry : released) {
        out << "released " << printable(entry.content.module) << ' '
            << printable(entry.content.version) << " (" << entry.content.hash.substr(0, hash_shown)
            << ")\n";
    }
    return ExitStatus::Ok;
}

}  // namespace

ExitStatus plugin_quarantine(const PluginQuarantineOptions& options,
                             isolation::Quarantine& quarantine,
                             std::ostream& out,
                             std::ostream& problems,
                             std::size_t columns) {
    return options.action == PluginQuarantineOptions::Action::Release
               ? release(options, quarantine, out, problems)
               : list(options, quarantine, out, columns);
}

}  // namespace oa::host
