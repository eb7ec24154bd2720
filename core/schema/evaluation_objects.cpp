#include <algorithm>
#include <string>
#include <utility>

#include "core/nearest.hpp"
#include "core/schema/evaluation.hpp"
#include "core/schema/field_names.hpp"
#include "core/schema/words.hpp"
#include "core/workflow/source_text.hpp"

namespace oa::core::schema {
namespace {

namespace json = boost::json;

std::string_view view(json::string_view text) {
    return {text.data(), text.size()};
}

void report_missing(Report& report,
                    const Subject& subject,
                    const Node& node,
                    std::string_view keyword,
                    const std::string& name,
                    const std::string& because) {
    SchemaProblem problem;
    problem.kind = SchemaProblem::Kind::MissingField;
    problem.pointer = subject.place.pointer();
    problem.schema_pointer = node.location + "/" + std::string(keyword);
    problem.message = "is missing the field '" + excerpt(name) + "'" + because;
    problem.field = name;
    report.add(std::move(problem));
}

/// What is wrong with a name, as what is wrong with the object.
void report_name(Report& inside, std::string_view name, Report* report) {
    for (SchemaProblem& problem : inside.take()) {
        problem.message = "has the field '" + excerpt(name) + "', whose name " + problem.message;
        problem.hint.clear();
        report->add(std::move(problem));
    }
}

}  // namespace

Truth Evaluation::check_object(const Node& node,
                               const Subject& subject,
                               Marks* marks,
                               Report* report) {
    if (!subject.known) {
        return Truth::Unknown;
    }
    const ObjectRules& rules = *node.object;
    Truth truth = check_required(node, subject, report);
    const auto done = [&truth, report](Truth next) {
        truth = both(truth, next);
        return truth == Truth::No && (report == nullptr || report->full());
    };
    if (done(check_field_count(node, subject, report))) {
        return truth;
    }
    if (done(check_fields(node, subject, marks, report))) {
        return truth;
    }
    if (rules.names != no_node && done(check_names(node, subject, report))) {
        return truth;
    }
    if (!rules.dependent_required.empty() || !rules.dependent_schemas.empty()) {
        truth = both(truth, check_dependent(node, subject, marks, report));
    }
    return truth;
}

Truth Evaluation::check_required(const Node& node, const Subject& subject, Report* report) {
    const json::object& object = subject.value.get_object();
    Truth truth = Truth::Yes;
    for (const std::string& name : node.object->required) {
        if (!spend(1)) {
            return Truth::Unknown;
        }
        if (object.if_contains(name) != nullptr) {
            continue;
        }
        truth = Truth::No;
        if (report == nullptr || report->full()) {
            return truth;
        }
        report_missing(*report, subject, node, "required", name, "");
    }
    return truth;
}

Truth Evaluation::check_field_count(const Node& node, const Subject& subject, Report* report) {
    const ObjectRules& rules = *node.object;
    const std::size_t count = subject.value.get_object().size();
    const bool too_few = rules.fields_min && count < *rules.fields_min;
    const bool too_many = rules.fields_max && count > *rules.fields_max;
    if (report != nullptr && too_few) {
        report->add(subject.place, node, "minProperties",
                    "takes at least " + counted(*rules.fields_min, "field") + ", not " +
                        (count == 0 ? "an empty mapping" : std::to_string(count)));
    }
    if (report != nullptr && too_many) {
        report->add(subject.place, node, "maxProperties",
                    "takes at most " + counted(*rules.fields_max, "field") + ", not " +
                        std::to_string(count));
    }
    return truth_of(!too_few && !too_many);
}

Truth Evaluation::check_fields(const Node& node,
                               const Subject& subject,
                               Marks* marks,
                               Report* report) {
    const ObjectRules& rules = *node.object;
    if (rules.fields.empty() && rules.patterns.empty() && rules.additional == no_node) {
        return Truth::Yes;
    }
    Truth truth = Truth::Yes;
    std::size_t position = 0;
    for (const auto& field : subject.value.get_object()) {
        const std::string_view name = view(field.key());
        const std::size_t here = position++;
        bool claimed = false;
        const auto apply = [&](NodeIndex child) {
            claimed = true;
            truth = both(truth,
                         evaluate_child(child, field.value(), subject.place.field(name), report));
        };
        if (const NodeIndex child = rules.find(name); child != no_node) {
            apply(child);
        }
        for (const auto& [pattern, child] : rules.patterns) {
            if (spend(pattern->steps(name)) && pattern->found_in(name)) {
                apply(child);
            }
        }
        if (!claimed && rules.additional != no_node) {
            if (this->node(rules.additional).never) {
                claimed = true;
                truth = refuse_field(node, "additionalProperties", subject, name, report);
            } else {
                apply(rules.additional);
            }
        }
        if (stopped_ || (truth == Truth::No && (report == nullptr || report->full()))) {
            return truth;
        }
        if (claimed && marks != nullptr) {
            marks->set(here, Truth::Yes);
        }
    }
    return truth;
}

Truth Evaluation::refuse_field(const Node& node,
                               std::string_view keyword,
                               const Subject& subject,
                               std::string_view name,
                               Report* report) {
    if (report == nullptr || report->full()) {
        return Truth::No;
    }
    SchemaProblem problem;
    problem.kind = SchemaProblem::Kind::UnknownField;
    problem.pointer = subject.place.pointer();
    problem.schema_pointer = node.location + "/" + std::string(keyword);
    problem.message = "has no field '" + excerpt(name) + "'";
    problem.hint = did_you_mean(name, field_names(program_, node));
    problem.field = name;
    report->add(std::move(problem));
    return Truth::No;
}

Truth Evaluation::check_names(const Node& node, const Subject& subject, Report* report) {
    Truth truth = Truth::Yes;
    for (const auto& field : subject.value.get_object()) {
        const json::value name(json::string(field.key()));
        const Subject about{name, subject.place, type_set::string, true};
        Report inside(1);
        const Truth fits =
            evaluate(node.object->names, about, nullptr, report == nullptr ? nullptr : &inside);
        truth = both(truth, fits);
        if (report == nullptr && truth == Truth::No) {
            return truth;
        }
        report_name(inside, view(field.key()), report);
        if (stopped_ || (report != nullptr && report->full())) {
            return truth;
        }
    }
    return truth;
}

Truth Evaluation::check_dependent(const Node& node,
                                  const Subject& subject,
                                  Marks* marks,
                                  Report* report) {
    const json::object& object = subject.value.get_object();
    Truth truth = Truth::Yes;
    for (const auto& [name, needed] : node.object->dependent_required) {
        if (object.if_contains(name) == nullptr) {
            continue;
        }
        for (const std::string& other : needed) {
            if (!spend(1) || object.if_contains(other) != nullptr) {
                continue;
            }
            truth = Truth::No;
            if (report != nullptr) {
                report_missing(*report, subject, node, "dependentRequired", other,
                               ", which '" + excerpt(name) + "' needs beside it");
            }
        }
    }
    for (const auto& [name, child] : node.object->dependent_schemas) {
        if (object.if_contains(name) != nullptr) {
            truth = both(truth, evaluate(child, subject, marks, report));
        }
    }
    return truth;
}

Truth Evaluation::check_unevaluated_fields(const Node& node,
                                           const Subject& subject,
                                           Marks& marks,
                                           Report* report) {
    if (!subject.known || !subject.value.is_object()) {
        return subject.may_be(type_set::object) ? Truth::Unknown : Truth::Yes;
    }
    const NodeIndex child = node.object->unevaluated;
    Truth truth = Truth::Yes;
    std::size_t position = 0;
    for (const auto& field : subject.value.get_object()) {
        const Truth seen = marks.of(position++);
        if (seen == Truth::Yes || stopped_) {
            continue;
        }
        const std::string_view name = view(field.key());
        Report* const here = seen == Truth::No ? report : nullptr;
        Truth fits = this->node(child).never
                         ? refuse_field(node, "unevaluatedProperties", subject, name, here)
                         : evaluate_child(child, field.value(), subject.place.field(name), here);
        fits = seen == Truth::No ? fits : std::max(fits, Truth::Unknown);
        truth = both(truth, fits);
    }
    marks.set_all();
    return truth;
}

}  // namespace oa::core::schema
