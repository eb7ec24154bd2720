#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/schema/program.hpp"
#include "core/schema/report.hpp"
#include "core/schema/schema.hpp"

namespace oa::core::schema {

/// Whether a value fits. Unknown: that depends on what is not known yet.
enum class Truth : std::uint8_t { No, Unknown, Yes };

[[nodiscard]] inline Truth both(Truth left, Truth right) {
    return left < right ? left : right;
}
[[nodiscard]] inline Truth truth_of(bool fits) {
    return fits ? Truth::Yes : Truth::No;
}

/// A value that is checked.
struct Subject {
    const boost::json::value& value;
    const Place& place;
    TypeSet types = type_set::none;  ///< what it is; where it is not known, what it can be
    bool known = true;

    [[nodiscard]] bool may_be(TypeSet some) const { return (types & some) != 0; }
};

/// Which fields or items of a value some schema has looked at, for unevaluatedProperties and
/// unevaluatedItems: one for each, in the order of the value.
class Marks {
public:
    explicit Marks(const Subject& subject);

    void set(std::size_t child, Truth seen) {
        if (marks_[child] < seen) {
            marks_[child] = seen;
        }
    }
    void set_all();
    [[nodiscard]] Truth of(std::size_t child) const { return marks_[child]; }
    /// Takes over what another schema has seen, as far as it fits.
    void merge(const Marks& other, Truth fits);

private:
    std::vector<Truth> marks_;
};

/// One check of one value. Not for threads.
///
/// Without a report a check stops at the first thing that is wrong. `marks` is given where
/// somebody wants to know what was looked at.
class Evaluation {
public:
    Evaluation(const Program& program, const ValidateOptions& options);

    Truth evaluate(NodeIndex index, const Subject& subject, Marks* marks, Report* report);
    /// The same for a value within another.
    Truth evaluate_child(NodeIndex index,
                         const boost::json::value& value,
                         const Place& place,
                         Report* report);

    [[nodiscard]] Subject subject(const boost::json::value& value, const Place& place) const;
    /// Whether some part of a value is not known.
    [[nodiscard]] bool has_unknown(const boost::json::value& value, std::size_t depth = 0);

    /// False once the check costs more than it may. It is then stopped, and its result is worth
    /// nothing.
    bool spend(std::size_t steps);
    [[nodiscard]] std::size_t steps_left() const noexcept { return steps_left_; }
    [[nodiscard]] bool stopped() const noexcept { return stopped_; }
    /// Why it stopped.
    [[nodiscard]] const SchemaProblem& limit() const noexcept { return limit_; }

    [[nodiscard]] const Program& program() const noexcept { return program_; }
    [[nodiscard]] const Node& node(NodeIndex index) const { return program_.nodes[index]; }

private:
    class Level;

    Truth check(const Node& node, const Subject& subject, Marks* marks, Report* report);
    Truth check_type(const Node& node, const Subject& subject, Report* report);
    Truth check_values(const Node& node, const Subject& subject, Report* report);
    Truth compare(const AllowedValues& allowed, const Subject& subject);
    Truth check_number(const Node& node, const Subject& subject, Report* report);
    Truth check_text(const Node& node, const Subject& subject, Report* report);
    Truth check_length(const Node& node, const Subject& subject, Report* report);

    Truth check_array(const Node& node, const Subject& subject, Marks* marks, Report* report);
    Truth check_item_count(const Node& node, const Subject& subject, Report* report);
    Truth check_items(const Node& node, const Subject& subject, Marks* marks, Report* report);
    Truth check_contains(const Node& node, const Subject& subject, Marks* marks, Report* report);
    void report_contains(
        const Node& node, const Subject& subject, bool too_few, std::size_t count, Report& report);
    Truth check_unique(const Node& node, const Subject& subject, Report* report);
    Truth check_unevaluated_items(const Node& node,
                                  const Subject& subject,
                                  Marks& marks,
                                  Report* report);

    Truth check_object(const Node& node, const Subject& subject, Marks* marks, Report* report);
    Truth check_field_count(const Node& node, const Subject& subject, Report* report);
    Truth check_required(const Node& node, const Subject& subject, Report* report);
    Truth check_names(const Node& node, const Subject& subject, Report* report);
    Truth check_fields(const Node& node, const Subject& subject, Marks* marks, Report* report);
    Truth check_dependent(const Node& node, const Subject& subject, Marks* marks, Report* report);
    Truth check_unevaluated_fields(const Node& node,
                                   const Subject& subject,
                                   Marks& marks,
                                   Report* report);
    Truth refuse_field(const Node& node,
                       std::string_view keyword,
                       const Subject& subject,
                       std::string_view name,
                       Report* report);

    Truth check_in_place(const Node& node, const Subject& subject, Marks* marks, Report* report);
    Truth check_any_of(const Node& node, const Subject& subject, Marks* marks, Report* report);
    Truth check_one_of(const Node& node, const Subject& subject, Marks* marks, Report* report);
    Truth check_not(const Node& node, const Subject& subject, Report* report);
    Truth check_condition(const Node& node, const Subject& subject, Marks* marks, Report* report);
    [[nodiscard]] NodeIndex dynamic_target(const InPlaceRules& rules) const;

    void stop(std::string pointer, std::string message);

    const Program& program_;
    const ValidateOptions& options_;
    std::size_t steps_left_;
    std::size_t depth_ = 0;
    bool stopped_ = false;
    SchemaProblem limit_;
    std::vector<ResourceIndex> scope_;  // of dynamic references: how one got here
};

}  // namespace oa::core::schema
