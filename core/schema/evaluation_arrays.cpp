#include <algorithm>
#include <string>
#include <utility>

#include "core/schema/equality.hpp"
#include "core/schema/evaluation.hpp"
#include "core/schema/words.hpp"

namespace oa::core::schema {

namespace json = boost::json;

Truth Evaluation::check_array(const Node& node,
                              const Subject& subject,
                              Marks* marks,
                              Report* report) {
    const ArrayRules& rules = *node.array;
    if (!subject.known) {
        return Truth::Unknown;
    }
    Truth truth = check_item_count(node, subject, report);
    if (truth == Truth::No && report == nullptr) {
        return truth;
    }
    truth = both(truth, check_items(node, subject, marks, report));
    if (rules.contains != no_node && (truth != Truth::No || report != nullptr)) {
        truth = both(truth, check_contains(node, subject, marks, report));
    }
    if (rules.unique && (truth != Truth::No || report != nullptr)) {
        truth = both(truth, check_unique(node, subject, report));
    }
    return truth;
}

Truth Evaluation::check_item_count(const Node& node, const Subject& subject, Report* report) {
    const ArrayRules& rules = *node.array;
    const std::size_t count = subject.value.get_array().size();
    const bool too_few = rules.items_min && count < *rules.items_min;
    const bool too_many = rules.items_max && count > *rules.items_max;
    if (report != nullptr && too_few) {
        report->add(subject.place, node, "minItems",
                    "takes at least " + counted(*rules.items_min, "item") + ", not " +
                        (count == 0 ? "an empty list" : std::to_string(count)));
    }
    if (report != nullptr && too_many) {
        report->add(subject.place, node, "maxItems",
                    "takes at most " + counted(*rules.items_max, "item") + ", not " +
                        std::to_string(count));
    }
    return truth_of(!too_few && !too_many);
}

Truth Evaluation::check_items(const Node& node,
                              const Subject& subject,
                              Marks* marks,
                              Report* report) {
    const ArrayRules& rules = *node.array;
    const json::array& items = subject.value.get_array();
    Truth truth = Truth::Yes;
    const std::size_t end =
        rules.items == no_node ? std::min(rules.prefix.size(), items.size()) : items.size();
    for (std::size_t i = 0; i < end && !stopped_; ++i) {
        const NodeIndex child = i < rules.prefix.size() ? rules.prefix[i] : rules.items;
        if (report != nullptr && i >= rules.prefix.size() && this->node(child).never) {
            report->add(subject.place, node, "items",
                        "takes at most " + counted(rules.prefix.size(), "item") + ", not " +
                            std::to_string(items.size()));
            return Truth::No;
        }
        truth = both(truth, evaluate_child(child, items[i], subject.place.item(i), report));
        if (truth == Truth::No && (report == nullptr || report->full())) {
            return truth;
        }
        if (marks != nullptr) {
            marks->set(i, Truth::Yes);
        }
    }
    return truth;
}

void Evaluation::report_contains(
    const Node& node, const Subject& subject, bool too_few, std::size_t count, Report& report) {
    const ArrayRules& rules = *node.array;
    const std::string what = summary(program_, rules.contains);
    const std::size_t bound = too_few ? rules.contains_min.value_or(1) : *rules.contains_max;
    std::string message =
        too_few ? "takes a list in which at least " : "takes a list in which at most ";
    message += counted(bound, "item");
    if (what.empty()) {
        message += bound == 1 ? " fits what is asked for" : " fit what is asked for";
    } else {
        message += (bound == 1 ? " is " : " are ") + what;
    }
    message += ", not " + (count == 0 ? "none" : std::to_string(count));
    std::string_view keyword = rules.contains_min ? "minContains" : "contains";
    keyword = too_few ? keyword : "maxContains";
    report.add(subject.place, node, keyword, std::move(message));
}

Truth Evaluation::check_contains(const Node& node,
                                 const Subject& subject,
                                 Marks* marks,
                                 Report* report) {
    const ArrayRules& rules = *node.array;
    const json::array& items = subject.value.get_array();
    const std::size_t least = rules.contains_min.value_or(1);
    std::size_t surely = 0;
    std::size_t maybe = 0;
    for (std::size_t i = 0; i < items.size() && !stopped_; ++i) {
        const Truth fits = evaluate_child(rules.contains, items[i], subject.place.item(i), nullptr);
        surely += fits == Truth::Yes ? 1 : 0;
        maybe += fits == Truth::Unknown ? 1 : 0;
        if (marks != nullptr) {
            marks->set(i, fits);
        }
    }
    if (stopped_) {
        return Truth::Unknown;
    }
    const bool too_few = surely + maybe < least;
    const bool too_many = rules.contains_max && surely > *rules.contains_max;
    if (report != nullptr && (too_few || too_many)) {
        report_contains(node, subject, too_few, surely, *report);
    }
    if (too_few || too_many) {
        return Truth::No;
    }
    const bool certain =
        surely >= least && (!rules.contains_max || surely + maybe <= *rules.contains_max);
    return certain ? Truth::Yes : Truth::Unknown;
}

Truth Evaluation::check_unique(const Node& node, const Subject& subject, Report* report) {
    const json::array& items = subject.value.get_array();
    std::vector<std::pair<std::uint64_t, std::size_t>> hashes;
    hashes.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (!has_unknown(items[i]) && spend(1)) {
            hashes.emplace_back(hash_value(items[i]), i);
        }
    }
    const Truth otherwise = hashes.size() == items.size() ? Truth::Yes : Truth::Unknown;
    std::sort(hashes.begin(), hashes.end());
    for (auto first = hashes.begin(); first != hashes.end(); ++first) {
        for (auto second = first + 1; second != hashes.end() && second->first == first->first;
             ++second) {
            if (!spend(1)) {
                return Truth::Unknown;
            }
            if (!equal_values(items[first->second], items[second->second])) {
                continue;
            }
            if (report != nullptr) {
                report->add(subject.place, node, "uniqueItems",
                            "takes a list in which nothing stands twice, and items " +
                                std::to_string(first->second) + " and " +
                                std::to_string(second->second) + " are the same");
            }
            return Truth::No;
        }
    }
    return otherwise;
}

Truth Evaluation::check_unevaluated_items(const Node& node,
                                          const Subject& subject,
                                          Marks& marks,
                                          Report* report) {
    if (!subject.known || !subject.value.is_array()) {
        return subject.may_be(type_set::array) ? Truth::Unknown : Truth::Yes;
    }
    const NodeIndex child = node.array->unevaluated;
    const json::array& items = subject.value.get_array();
    Truth truth = Truth::Yes;
    for (std::size_t i = 0; i < items.size() && !stopped_; ++i) {
        if (marks.of(i) == Truth::Yes) {
            continue;
        }
        const bool surely = marks.of(i) == Truth::No;
        Truth fits =
            evaluate_child(child, items[i], subject.place.item(i), surely ? report : nullptr);
        fits = surely ? fits : std::max(fits, Truth::Unknown);
        truth = both(truth, fits);
    }
    marks.set_all();
    return truth;
}

}  // namespace oa::core::schema
