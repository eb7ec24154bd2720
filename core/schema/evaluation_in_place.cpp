#include <algorithm>
#include <string>
#include <utility>

#include "core/schema/alternatives.hpp"
#include "core/schema/evaluation.hpp"
#include "core/schema/words.hpp"
#include "core/workflow/source_text.hpp"

namespace oa::core::schema {
namespace {

namespace json = boost::json;

Truth opposite(Truth truth) {
    return truth == Truth::Unknown ? truth : truth_of(truth == Truth::No);
}

/// What a branch of a oneOf is called in a message.
std::string branch_name(const Program& program, const Node& node, std::size_t i) {
    const std::string& title = program.nodes[node.in_place->one_of[i]].title;
    return title.empty() ? "number " + std::to_string(i + 1) : "'" + excerpt(title) + "'";
}

void report_several(const Program& program,
                    const Node& node,
                    const Subject& subject,
                    const std::vector<std::size_t>& fitting,
                    Report& report) {
    report.add(
        subject.place, node, "oneOf",
        "fits more than one of " + std::to_string(node.in_place->one_of.size()) +
            " alternatives, and may fit one only: " + branch_name(program, node, fitting[0]) +
            " and " + branch_name(program, node, fitting[1]));
}

}  // namespace

Truth Evaluation::check_in_place(const Node& node,
                                 const Subject& subject,
                                 Marks* marks,
                                 Report* report) {
    const InPlaceRules& rules = *node.in_place;
    Truth truth = Truth::Yes;
    const auto done = [&](Truth next) {
        truth = both(truth, next);
        return stopped_ || (truth == Truth::No && (report == nullptr || report->full()));
    };
    if (rules.reference != no_node && done(evaluate(rules.reference, subject, marks, report))) {
        return truth;
    }
    if (rules.dynamic_reference != no_node &&
        done(evaluate(dynamic_target(rules), subject, marks, report))) {
        return truth;
    }
    for (const NodeIndex part : rules.all_of) {
        if (done(evaluate(part, subject, marks, report))) {
            return truth;
        }
    }
    if (!rules.any_of.empty() && done(check_any_of(node, subject, marks, report))) {
        return truth;
    }
    if (!rules.one_of.empty() && done(check_one_of(node, subject, marks, report))) {
        return truth;
    }
    if (rules.negated != no_node && done(check_not(node, subject, report))) {
        return truth;
    }
    if (rules.condition != no_node) {
        truth = both(truth, check_condition(node, subject, marks, report));
    }
    return truth;
}

NodeIndex Evaluation::dynamic_target(const InPlaceRules& rules) const {
    if (!rules.dynamic_anchor.empty()) {
        // The outermost of those that one came through decides.
        for (const ResourceIndex resource : scope_) {
            const auto& anchors = program_.resources[resource].dynamic_anchors;
            const auto found = anchors.find(rules.dynamic_anchor);
            if (found != anchors.end()) {
                return found->second;
            }
        }
    }
    return rules.dynamic_reference;
}

Truth Evaluation::check_any_of(const Node& node,
                               const Subject& subject,
                               Marks* marks,
                               Report* report) {
    Truth best = Truth::No;
    for (const NodeIndex branch : node.in_place->any_of) {
        Truth fits = Truth::No;
        if (marks == nullptr) {
            fits = evaluate(branch, subject, nullptr, nullptr);
        } else {
            Marks seen(subject);
            fits = evaluate(branch, subject, &seen, nullptr);
            marks->merge(seen, fits);
        }
        best = std::max(best, fits);
        if (stopped_ || (best == Truth::Yes && marks == nullptr)) {
            return best;
        }
    }
    if (best == Truth::No && report != nullptr) {
        Alternatives(*this, node, "anyOf", node.in_place->any_of).report(subject, marks, *report);
    }
    return best;
}

Truth Evaluation::check_one_of(const Node& node,
                               const Subject& subject,
                               Marks* marks,
                               Report* report) {
    const auto& branches = node.in_place->one_of;
    std::vector<std::size_t> fitting;
    bool maybe_others = false;
    for (std::size_t i = 0; i < branches.size(); ++i) {
        Truth fits = Truth::No;
        if (marks == nullptr) {
            fits = evaluate(branches[i], subject, nullptr, nullptr);
        } else {
            Marks seen(subject);
            fits = evaluate(branches[i], subject, &seen, nullptr);
            marks->merge(seen, fits);
        }
        if (stopped_) {
            return Truth::Unknown;
        }
        maybe_others = maybe_others || fits == Truth::Unknown;
        if (fits != Truth::Yes) {
            continue;
        }
        fitting.push_back(i);
        if (fitting.size() > 1) {
            break;
        }
    }
    if (fitting.size() > 1) {
        if (report != nullptr) {
            report_several(program_, node, subject, fitting, *report);
        }
        return Truth::No;
    }
    if (maybe_others) {
        return Truth::Unknown;
    }
    if (fitting.empty() && report != nullptr) {
        Alternatives(*this, node, "oneOf", branches).report(subject, marks, *report);
    }
    return truth_of(!fitting.empty());
}

Truth Evaluation::check_not(const Node& node, const Subject& subject, Report* report) {
    const NodeIndex negated = node.in_place->negated;
    const Truth truth = opposite(evaluate(negated, subject, nullptr, nullptr));
    if (truth == Truth::No && report != nullptr && !stopped_) {
        const std::string what = summary(program_, negated);
        report->add(subject.place, node, "not",
                    what.empty() ? "is of a kind that is not allowed here"
                                 : "takes anything but " + what + ", not " + described(subject));
    }
    return truth;
}

Truth Evaluation::check_condition(const Node& node,
                                  const Subject& subject,
                                  Marks* marks,
                                  Report* report) {
    const InPlaceRules& rules = *node.in_place;
    Truth condition = Truth::No;
    if (marks == nullptr) {
        condition = evaluate(rules.condition, subject, nullptr, nullptr);
    } else {
        Marks seen(subject);
        condition = evaluate(rules.condition, subject, &seen, nullptr);
        marks->merge(seen, condition);
    }
    if (stopped_) {
        return Truth::Unknown;
    }
    const auto follow = [&](NodeIndex branch, Marks* own_marks, Report* own_report) {
        return branch == no_node ? Truth::Yes : evaluate(branch, subject, own_marks, own_report);
    };
    if (condition != Truth::Unknown) {
        const bool holds = condition == Truth::Yes;
        return follow(holds ? rules.consequence : rules.alternative, marks, report);
    }
    Truth truths[2];
    const NodeIndex ways[2] = {rules.consequence, rules.alternative};
    for (std::size_t i = 0; i < 2; ++i) {
        if (marks == nullptr) {
            truths[i] = follow(ways[i], nullptr, nullptr);
            continue;
        }
        Marks seen(subject);
        truths[i] = follow(ways[i], &seen, nullptr);
        marks->merge(seen, both(truths[i], Truth::Unknown));
    }
    if (truths[0] != Truth::No || truths[1] != Truth::No) {
        return both(std::max(truths[0], truths[1]),
                    truths[0] == truths[1] ? Truth::Yes : Truth::Unknown);
    }
    if (report != nullptr) {
        Alternatives(*this, node, "if", {ways[0], ways[1]}).report(subject, marks, *report);
    }
    return Truth::No;
}

}  // namespace oa::core::schema
