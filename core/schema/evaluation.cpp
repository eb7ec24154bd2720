#include "core/schema/evaluation.hpp"

#include <algorithm>
#include <utility>

namespace oa::core::schema {
namespace {

namespace json = boost::json;

std::size_t children_of(const Subject& subject) {
    if (!subject.known) {
        return 0;
    }
    if (const auto* object = subject.value.if_object()) {
        return object->size();
    }
    const auto* items = subject.value.if_array();
    return items == nullptr ? 0 : items->size();
}

bool wants_marks(const Node& node) {
    return (node.array && node.array->unevaluated != no_node) ||
           (node.object && node.object->unevaluated != no_node);
}

}  // namespace

// ----- marks -----

Marks::Marks(const Subject& subject) : marks_(children_of(subject), Truth::No) {}

void Marks::set_all() {
    std::fill(marks_.begin(), marks_.end(), Truth::Yes);
}

void Marks::merge(const Marks& other, Truth fits) {
    for (std::size_t i = 0; i < marks_.size(); ++i) {
        set(i, both(other.marks_[i], fits));
    }
}

// ----- limits -----

/// One schema within schemas, or one value within values.
class Evaluation::Level {
public:
    Level(Evaluation& evaluation, const Node& node, const Subject& subject)
        : evaluation_(evaluation) {
        ++evaluation_.depth_;
        if (evaluation_.depth_ > evaluation_.options_.depth_max) {
            evaluation_.stop(subject.place.pointer(),
                             "is nested too deep for its schema; at most " +
                                 std::to_string(evaluation_.options_.depth_max) +
                                 " levels of values and schemas are checked");
        }
        evaluation_.spend(1);
        if (evaluation_.program_.has_dynamic_references) {
            evaluation_.scope_.push_back(node.resource);
        }
    }
    ~Level() {
        --evaluation_.depth_;
        if (evaluation_.program_.has_dynamic_references) {
            evaluation_.scope_.pop_back();
        }
    }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

private:
    Evaluation& evaluation_;
};

Evaluation::Evaluation(const Program& program, const ValidateOptions& options)
    : program_(program), options_(options), steps_left_(options.steps_max) {}

bool Evaluation::spend(std::size_t steps) {
    if (steps <= steps_left_) {
        steps_left_ -= steps;
        return true;
    }
    steps_left_ = 0;
    stop("", "takes too long to check; at most " + std::to_string(options_.steps_max) +
                 " steps are made");
    return false;
}

void Evaluation::stop(std::string pointer, std::string message) {
    if (stopped_) {
        return;
    }
    stopped_ = true;
    limit_.kind = SchemaProblem::Kind::Limit;
    limit_.pointer = std::move(pointer);
    limit_.message = std::move(message);
}

// ----- values -----

Subject Evaluation::subject(const json::value& value, const Place& place) const {
    if (options_.unknown) {
        if (const auto types = options_.unknown(value)) {
            return {value, place, *types, false};
        }
    }
    return {value, place, type_of(value), true};
}

bool Evaluation::has_unknown(const json::value& value, std::size_t depth) {
    if (!options_.unknown) {
        return false;
    }
    // What is too deep to look at is taken for something that nothing can be said about.
    if (options_.unknown(value) || depth > options_.depth_max || !spend(1)) {
        return true;
    }
    if (const auto* items = value.if_array()) {
        return std::any_of(items->begin(), items->end(), [this, depth](const json::value& item) {
            return has_unknown(item, depth + 1);
        });
    }
    if (const auto* object = value.if_object()) {
        return std::any_of(object->begin(), object->end(), [this, depth](const auto& field) {
            return has_unknown(field.value(), depth + 1);
        });
    }
    return false;
}

Truth Evaluation::evaluate_child(NodeIndex index,
                                 const json::value& value,
                                 const Place& place,
                                 Report* report) {
    return evaluate(index, subject(value, place), nullptr, report);
}

Truth Evaluation::evaluate(NodeIndex index, const Subject& subject, Marks* marks, Report* report) {
    const Node& node = program_.nodes[index];
    if (node.never) {
        if (report != nullptr) {
            report->add(subject.place, node, "", "is not allowed here");
        }
        return Truth::No;
    }
    const Level level(*this, node, subject);
    if (stopped_) {
        return Truth::Unknown;
    }
    if (!wants_marks(node)) {
        return check(node, subject, marks, report);
    }
    Marks own(subject);
    Truth truth = check(node, subject, &own, report);
    if (stopped_ || (truth == Truth::No && report == nullptr)) {
        return truth;
    }
    if (node.array && node.array->unevaluated != no_node) {
        truth = both(truth, check_unevaluated_items(node, subject, own, report));
    }
    if (node.object && node.object->unevaluated != no_node) {
        truth = both(truth, check_unevaluated_fields(node, subject, own, report));
    }
    if (marks != nullptr) {
        marks->merge(own, Truth::Yes);
    }
    return truth;
}

Truth Evaluation::check(const Node& node, const Subject& subject, Marks* marks, Report* report) {
    Truth truth = check_type(node, subject, report);
    if (truth != Truth::No && !node.values.empty()) {
        truth = both(truth, check_values(node, subject, report));
    }
    if (truth == Truth::No) {
        return truth;  // whatever else is wrong comes from its being something else
    }
    const auto done = [&truth, report](Truth next) {
        truth = both(truth, next);
        return truth == Truth::No && (report == nullptr || report->full());
    };
    if (node.number && subject.may_be(type_set::number) &&
        done(check_number(node, subject, report))) {
        return truth;
    }
    if (node.text && subject.may_be(type_set::string) && done(check_text(node, subject, report))) {
        return truth;
    }
    if (node.array && subject.may_be(type_set::array) &&
        done(check_array(node, subject, marks, report))) {
        return truth;
    }
    if (node.object && subject.may_be(type_set::object) &&
        done(check_object(node, subject, marks, report))) {
        return truth;
    }
    if (node.in_place && done(check_in_place(node, subject, marks, report))) {
        return truth;
    }
    return truth;
}

}  // namespace oa::core::schema
