#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/json/json.hpp"
#include "core/secret/mask_pass.hpp"
#include "core/secret/secret.hpp"

namespace oa::core {

namespace {

bool holds_secret(const MaskIndex& index, std::string_view text) {
    return index.next(text, 0, text.size()).has_value();
}

/// In the ways that people and programs write it: 1e+16 is 10000000000000000, too.
bool number_holds_secret(const MaskIndex& index, const boost::json::value& number) {
    if (holds_secret(index, write_json(number))) {
        return true;
    }
    if (!number.is_double() || !std::isfinite(number.get_double())) {
        return false;
    }
    std::array<char, 2048> room{};  // the longest has some 1,100 digits
    const auto written = std::to_chars(room.data(), room.data() + room.size(), number.get_double(),
                                       std::chars_format::fixed);
    return holds_secret(index, {room.data(), static_cast<std::size_t>(written.ptr - room.data())});
}

bool mask_string(const MaskIndex& index, boost::json::string& string) {
    const std::string_view whole(string.data(), string.size());
    if (!holds_secret(index, whole)) {
        return false;
    }
    std::string masked;
    MaskPosition().mask_until(index, whole, whole.size(), masked);
    wipe(string.data(), string.size());
    string.assign(masked);
    return true;
}

/// `wanted`, or that with a number behind it, so that no key in either object is the same.
std::string free_key(const boost::json::object& first,
                     const boost::json::object& second,
                     const std::string& wanted) {
    std::string key = wanted;
    for (std::size_t number = 2; first.contains(key) || second.contains(key); ++number) {
        key = wanted + " (" + std::to_string(number) + ")";
    }
    return key;
}

bool mask_keys(const MaskIndex& index, boost::json::object& object) {
    bool found = false;
    for (const auto& member : object) {
        found = found || holds_secret(index, {member.key().data(), member.key().size()});
    }
    if (!found) {
        return false;
    }
    boost::json::object renamed(object.storage());
    renamed.reserve(object.size());
    for (auto& member : object) {
        std::string key(member.key());
        if (mask_text(index, key)) {
            key = free_key(renamed, object, key);
        }
        renamed.emplace(key, std::move(member.value()));
    }
    object = std::move(renamed);
    return true;
}

class Walk {
public:
    explicit Walk(const MaskIndex& index) : index_(index) {}

    bool over(boost::json::value& root) {
        visit(root);
        while (!open_.empty()) {
            auto& value = *open_.back();
            open_.pop_back();
            if (auto* const list = value.if_array()) {
                for (auto& element : *list) {
                    visit(element);
                }
            } else if (auto* const object = value.if_object()) {
                changed_ |= mask_keys(index_, *object);
                for (auto& member : *object) {
                    visit(member.value());
                }
            }
        }
        return changed_;
    }

private:
    void visit(boost::json::value& value) {
        if (value.is_structured()) {
            open_.push_back(&value);
        } else if (auto* const string = value.if_string()) {
            changed_ |= mask_string(index_, *string);
        } else if (value.is_number() && number_holds_secret(index_, value)) {
            value = boost::json::string_view(mask_sign.data(), mask_sign.size());
            changed_ = true;
        }
    }

    const MaskIndex& index_;
    std::vector<boost::json::value*> open_;
    bool changed_ = false;
};

}  // namespace

bool mask_json(const MaskIndex& index, boost::json::value& value) {
    return Walk(index).over(value);
}

}  // namespace oa::core
