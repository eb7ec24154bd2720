#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/schema/evaluation.hpp"

namespace oa::core::schema {

/// Says what is wrong with a value that fits none of several schemas. Nobody is helped by "does
/// not match any of them", so it finds the one that was meant: by the kind of the value, by a
/// field that tells the alternatives apart, and else by how little is wrong.
class Alternatives {
public:
    Alternatives(Evaluation& evaluation,
                 const Node& node,
                 std::string_view keyword,
                 std::vector<NodeIndex> branches);

    /// The marks of the one that was meant are set, so that its fields do not count as unknown.
    void report(const Subject& subject, Marks* marks, Report& report);

private:
    bool report_kinds(const Subject& subject, Report& report);
    bool report_values(const Subject& subject, Report& report);
    bool narrow_by_tag(const Subject& subject, Report& report);
    bool report_missing_choice(const std::vector<Report>& reports, Report& report) const;
    [[nodiscard]] bool may_be_among(const boost::json::value& value,
                                    const boost::json::array& values) const;
    [[nodiscard]] std::string tag() const;
    [[nodiscard]] const boost::json::array* tag_values(NodeIndex branch,
                                                       std::string_view name) const;

    Evaluation& evaluation_;
    const Node& node_;
    std::string_view keyword_;
    std::vector<NodeIndex> branches_;
};

}  // namespace oa::core::schema
