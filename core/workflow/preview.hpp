#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>

#include <boost/json/value.hpp>

#include "core/expression/template.hpp"
#include "core/schema/type_set.hpp"

namespace oa::core {

/// The value that a template will have, with texts in the places of values that are not known yet.
/// Borrows the template.
class Preview {
public:
    /// Whether the kinds of texts with placeholders count: the older system made a number of the
    /// text of one where a function took one.
    enum class Texts { AreTexts, MayBeAnything };

    explicit Preview(const Template& value, Texts texts = Texts::AreTexts);
    Preview(const Preview&) = delete;
    Preview& operator=(const Preview&) = delete;

    [[nodiscard]] const boost::json::value& value() const { return *shown_; }

    /// Lets a field of the object be there without saying what it is.
    void add_unknown(std::string_view field);

    /// The kinds that a value within can be of; nothing where it is known.
    [[nodiscard]] std::optional<TypeSet> kinds_of(const boost::json::value& value) const;

private:
    void note_unknown(const Template& value, const boost::json::value& shown);

    Texts texts_;
    boost::json::value value_;
    const boost::json::value* shown_ = nullptr;
    std::unordered_map<const boost::json::value*, TypeSet> unknown_;  // by address
};

}  // namespace oa::core
