#include "host/cli/runs_table.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/cli/runs_text.hpp"
#include "host/log/logger.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

json::object to_json(const ListedRun& run) {
    json::object object = to_json(run.summary);
    object["state"] = state_of(run.summary, run.waits);
    object["waits"] = run.is_unknown ? json::value() : json::value(to_json(waits_in(run.recorded)));
    return object;
}

/// Approvals come first: somebody has to do something about them.
std::string waits_text(const ListedRun& run) {
    std::vector<PlacedWait> waits = waits_in(run.recorded);
    if (waits.empty()) {
        return {};
    }
    const auto first = std::find_if(waits.begin(), waits.end(), [](const PlacedWait& placed) {
        return placed.wait->plan.kind == core::Wait::Kind::Approval;
    });
    const PlacedWait& shown = first == waits.end() ? waits.front() : *first;
    return what_for(*shown.wait) +
           (waits.size() > 1 ? " (and " + std::to_string(waits.size() - 1) + " more)" : "");
}

}  // namespace

void print_table(const std::vector<ListedRun>& runs, const Terminal& terminal, std::ostream& out) {
    constexpr std::size_t columns = 6;
    using Row = std::array<std::string, columns>;
    std::vector<Row> rows{{"RUN", "WORKFLOW", "STATUS", "CREATED (UTC)", "TOOK", "WAITS FOR"}};
    bool any_waits = false;
    for (const ListedRun& run : runs) {
        rows.push_back({run.summary.id, printable(run.summary.workflow),
                        state_of(run.summary, run.waits), time_text(run.summary.created),
                        duration_text(run.summary), waits_text(run)});
        any_waits = any_waits || !rows.back().back().empty();
    }
    std::array<std::size_t, columns> widths{};
    for (const Row& row : rows) {
        for (std::size_t column = 0; column < columns; ++column) {
            widths.at(column) = std::max(widths.at(column), columns_of(row.at(column)));
        }
    }
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t column = 0; column < (any_waits ? columns : columns - 1); ++column) {
            line += row.at(column);
            line.append(widths.at(column) - columns_of(row.at(column)) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out << (terminal.is_terminal ? fit(line, terminal.columns) : line) << '\n';
    }
}

void print_json(const std::vector<ListedRun>& runs, std::ostream& out) {
    json::array all;
    for (const ListedRun& run : runs) {
        all.push_back(to_json(run));
    }
    out << core::write_json(all, core::JsonStyle::Indented) << '\n';
}

}  // namespace oa::host
