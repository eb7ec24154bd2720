#pragma once

#include <ostream>
#include <span>
#include <string>

#include <boost/json/fwd.hpp>

#include "host/kit/check/check.hpp"

namespace oa::host {

/// Writes results for people while they come in: a line for each group in which all is well,
/// otherwise what was found, why it matters and how to mend it.
class CheckTextReport {
public:
    struct Style {
        bool colours = false;
        std::size_t columns = 80;
    };
    CheckTextReport(std::ostream& out, Style style) : out_(out), style_(style) {}

    void begin(const std::string& file, const std::string& module, CheckLevel level);
    void add(const CheckResult& result);
    void end(const CheckReport& report);

private:
    void end_group();

    std::ostream& out_;
    Style style_;
    std::vector<CheckResult> group_;
};

/// One object for one file.
[[nodiscard]] boost::json::object to_json(const CheckReport& report);

/// The form that continuous integration reads: a suite for each file.
void write_junit(std::ostream& out, std::span<const CheckReport> reports);

/// docs/plugin-check.md, made from the list of checks.
[[nodiscard]] std::string check_page();

[[nodiscard]] std::string_view to_string(CheckLevel level);

}  // namespace oa::host
