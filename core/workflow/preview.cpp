#include "core/workflow/preview.hpp"

#include <variant>

#include <boost/json.hpp>

namespace oa::core {
namespace {

namespace json = boost::json;

json::string as_written(const TextTemplate& text) {
    json::string written;
    for (const auto& part : text.parts()) {
        const auto* literal = std::get_if<std::string>(&part);
        written += literal != nullptr ? *literal : std::get<Placeholder>(part).text;
    }
    return written;
}

json::value shape(const Template& value) {
    if (const auto* fields = value.fields()) {
        json::object object;
        object.reserve(fields->size() + 1);  // one may be added, and nothing is to move then
        for (const auto& field : *fields) {
            object.emplace(field.key, shape(field.value));
        }
        return object;
    }
    if (const auto* items = value.items()) {
        json::array array;
        array.reserve(items->size());
        for (const auto& item : *items) {
            array.push_back(shape(item));
        }
        return array;
    }
    return value.is_literal() ? value.literal() : json::value(as_written(*value.text()));
}

/// A placeholder that stands alone may give anything, all others are put into a text.
TypeSet kinds(const TextTemplate& text) {
    const auto* alone =
        text.parts().size() == 1 ? std::get_if<Placeholder>(&text.parts().front()) : nullptr;
    const bool any = alone != nullptr && alone->expression && !alone->text_only;
    return any ? type_set::any : type_set::string;
}

}  // namespace

Preview::Preview(const Template& value, Texts texts) : texts_(texts) {
    if (value.is_literal()) {
        shown_ = &value.literal();
        return;
    }
    value_ = shape(value);
    shown_ = &value_;
    note_unknown(value, value_);
}

void Preview::add_unknown(std::string_view field) {
    if (shown_ != &value_) {
        value_ = *shown_;
        shown_ = &value_;
    }
    const auto added = value_.as_object().emplace(field, nullptr).first;
    unknown_[&added->value()] = type_set::any;
}

std::optional<TypeSet> Preview::kinds_of(const json::value& value) const {
    const auto found = unknown_.find(&value);
    return found == unknown_.end() ? std::nullopt : std::optional(found->second);
}

void Preview::note_unknown(const Template& value, const json::value& shown) {
    if (const auto* fields = value.fields()) {
        for (const auto& field : *fields) {
            note_unknown(field.value, shown.get_object().at(field.key));
        }
    } else if (const auto* items = value.items()) {
        for (std::size_t i = 0; i < items->size(); ++i) {
            note_unknown((*items)[i], shown.get_array()[i]);
        }
    } else if (const auto* text = value.text()) {
        unknown_.emplace(&shown, texts_ == Texts::AreTexts ? kinds(*text) : type_set::any);
    }
}

}  // namespace oa::core
