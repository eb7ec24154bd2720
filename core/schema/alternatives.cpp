#include "core/schema/alternatives.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/schema/equality.hpp"
#include "core/schema/finishing.hpp"
#include "core/schema/words.hpp"
#include "core/workflow/json_type.hpp"
#include "core/workflow/source_text.hpp"

namespace oa::core::schema {
namespace {

namespace json = boost::json;

constexpr std::size_t looked_at_max = 64;

/// A node and those that it applies to the same value in any case; a few of them.
std::vector<NodeIndex> conjunction(const Program& program, NodeIndex node) {
    std::vector<NodeIndex> nodes{node};
    for (std::size_t i = 0; i < nodes.size() && nodes.size() < looked_at_max; ++i) {
        for (const NodeIndex part : conjuncts_of(program.nodes[nodes[i]])) {
            if (std::find(nodes.begin(), nodes.end(), part) == nodes.end()) {
                nodes.push_back(part);
            }
        }
    }
    return nodes;
}

/// The values that a node allows, where it lists them.
const json::array* values_of(const Program& program, NodeIndex node) {
    for (const NodeIndex part : conjunction(program, node)) {
        const auto& values = program.nodes[part].values;
        if (!values.empty()) {
            return values.front().values;
        }
    }
    return nullptr;
}

bool requires_field(const Program& program, NodeIndex node, std::string_view name) {
    const auto parts = conjunction(program, node);
    return std::any_of(parts.begin(), parts.end(), [&](NodeIndex part) {
        const auto& object = program.nodes[part].object;
        return object && std::find(object->required.begin(), object->required.end(), name) !=
                             object->required.end();
    });
}

bool holds(const json::array& values, const json::value& value) {
    return std::any_of(values.begin(), values.end(),
                       [&value](const json::value& each) { return equal_values(each, value); });
}

void add_new(json::array& to, const json::array& values) {
    for (const json::value& value : values) {
        if (to.size() < looked_at_max && !holds(to, value)) {
            to.push_back(value);
        }
    }
}

}  // namespace

Alternatives::Alternatives(Evaluation& evaluation,
                           const Node& node,
                           std::string_view keyword,
                           std::vector<NodeIndex> branches)
    : evaluation_(evaluation), node_(node), keyword_(keyword), branches_(std::move(branches)) {}

void Alternatives::report(const Subject& subject, Marks* marks, Report& report) {
    if (report_kinds(subject, report) || report_values(subject, report) ||
        narrow_by_tag(subject, report)) {
        if (marks != nullptr) {
            marks->set_all();
        }
        return;
    }
    std::vector<Report> reports;
    std::size_t best = 0;
    for (const NodeIndex branch : branches_) {
        reports.emplace_back(report.problems_max());
        evaluation_.evaluate(branch, subject, nullptr, &reports.back());
        if (evaluation_.stopped()) {
            return;
        }
        if (reports.back().problems().size() < reports[best].problems().size()) {
            best = reports.size() - 1;
        }
    }
    if (!report_missing_choice(reports, report)) {
        for (SchemaProblem& problem : reports[best].take()) {
            report.add(std::move(problem));
        }
    }
    if (marks != nullptr) {
        Report again(report.problems_max());
        evaluation_.evaluate(branches_[best], subject, marks, &again);
    }
}

/// Leaves the branches that are for such a value; says so if there are none.
bool Alternatives::report_kinds(const Subject& subject, Report& report) {
    const Program& program = evaluation_.program();
    TypeSet wanted = type_set::none;
    std::vector<NodeIndex> fitting;
    for (const NodeIndex branch : branches_) {
        const TypeSet possible = program.nodes[branch].possible;
        wanted = static_cast<TypeSet>(wanted | possible);
        if (subject.may_be(possible)) {
            fitting.push_back(branch);
        }
    }
    if (!fitting.empty()) {
        branches_ = std::move(fitting);
        return false;
    }
    if (report_values(subject, report)) {
        return true;
    }
    report.add(subject.place, node_, keyword_,
               wanted == type_set::none
                   ? "is not allowed here"
                   : "takes " + described_types(wanted) + ", not " + described(subject));
    return true;
}

/// When all that is left lists its values, they make one list.
bool Alternatives::report_values(const Subject& subject, Report& report) {
    json::array allowed;
    for (const NodeIndex branch : branches_) {
        const json::array* values = values_of(evaluation_.program(), branch);
        if (values == nullptr || (subject.known && holds(*values, subject.value))) {
            return false;
        }
        add_new(allowed, *values);
    }
    report.add(subject.place, node_, keyword_,
               "takes " + list_values(allowed) + ", not " + described(subject),
               nearest_value(subject.value, allowed));
    return true;
}

const json::array* Alternatives::tag_values(NodeIndex branch, std::string_view name) const {
    const Program& program = evaluation_.program();
    for (const NodeIndex part : conjunction(program, branch)) {
        const auto& object = program.nodes[part].object;
        const NodeIndex child = object ? object->find(name) : no_node;
        if (child != no_node) {
            if (const json::array* values = values_of(program, child)) {
                return values;
            }
        }
    }
    return nullptr;
}

/// The field for which most of the branches list their values, at least two of them.
std::string Alternatives::tag() const {
    const Program& program = evaluation_.program();
    std::map<std::string, std::size_t> counts;
    for (const NodeIndex branch : branches_) {
        std::set<std::string> names;
        for (const NodeIndex part : conjunction(program, branch)) {
            const auto& object = program.nodes[part].object;
            if (!object || names.size() > looked_at_max) {
                continue;
            }
            for (const auto& [name, child] : object->fields) {
                if (values_of(program, child) != nullptr) {
                    names.insert(name);
                }
            }
        }
        for (const std::string& name : names) {
            ++counts[name];
        }
    }
    const auto most = std::max_element(
        counts.begin(), counts.end(),
        [](const auto& left, const auto& right) { return left.second < right.second; });
    return most != counts.end() && most->second > 1 ? most->first : std::string();
}

bool Alternatives::may_be_among(const json::value& value, const json::array& values) const {
    const Place somewhere;
    const Subject subject = evaluation_.subject(value, somewhere);
    if (subject.known) {
        return holds(values, value) || evaluation_.has_unknown(value);
    }
    return std::any_of(values.begin(), values.end(), [&subject](const json::value& each) {
        return subject.may_be(type_of(each));
    });
}

/// Leaves the branches that the value of the telling field is for; says so if there are none.
bool Alternatives::narrow_by_tag(const Subject& subject, Report& report) {
    const auto* object = subject.known ? subject.value.if_object() : nullptr;
    if (object == nullptr) {
        return false;
    }
    const std::string name = tag();
    if (name.empty()) {
        return false;
    }
    json::array allowed;
    std::vector<NodeIndex> fitting;
    bool required = true;
    const json::value* given = object->if_contains(name);
    for (const NodeIndex branch : branches_) {
        const json::array* values = tag_values(branch, name);
        required = required && requires_field(evaluation_.program(), branch, name);
        if (values != nullptr) {
            add_new(allowed, *values);
        }
        if (given != nullptr && (values == nullptr || may_be_among(*given, *values))) {
            fitting.push_back(branch);
        }
    }
    if (!fitting.empty()) {
        branches_ = std::move(fitting);
        return false;
    }
    if (given != nullptr) {
        const Place place = subject.place.field(name);
        const Subject field = evaluation_.subject(*given, place);
        report.add(place, node_, keyword_,
                   "takes " + list_values(allowed) + ", not " + described(field),
                   nearest_value(*given, allowed));
        return true;
    }
    if (!required) {
        return false;
    }
    SchemaProblem problem;
    problem.kind = SchemaProblem::Kind::MissingField;
    problem.pointer = subject.place.pointer();
    problem.schema_pointer = node_.location + "/" + std::string(keyword_);
    problem.message =
        "is missing the field '" + excerpt(name) + "', which is " + list_values(allowed);
    problem.field = name;
    report.add(std::move(problem));
    return true;
}

/// "a or b must be there" is written as alternatives that each require a field.
bool Alternatives::report_missing_choice(const std::vector<Report>& reports, Report& report) const {
    json::array names;
    for (const Report& each : reports) {
        const auto& problems = each.problems();
        if (problems.size() != 1 || problems.front().kind != SchemaProblem::Kind::MissingField ||
            problems.front().pointer != reports.front().problems().front().pointer) {
            return false;
        }
        const json::value name(json::string(problems.front().field));
        if (!holds(names, name)) {
            names.push_back(name);
        }
    }
    if (names.size() < 2) {
        return false;
    }
    SchemaProblem problem = reports.front().problems().front();
    problem.schema_pointer = node_.location + "/" + std::string(keyword_);
    problem.message = "is missing one of the fields " + list_values(names);
    report.add(std::move(problem));
    return true;
}

}  // namespace oa::core::schema
