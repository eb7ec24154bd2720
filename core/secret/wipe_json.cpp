#include "core/secret/wipe_json.hpp"

#include <vector>

#include <boost/json.hpp>

#include "core/secret/secret.hpp"

namespace oa::core {

void wipe_strings(boost::json::value& value) {
    std::vector<boost::json::value*> open{&value};
    while (!open.empty()) {
        boost::json::value& next = *open.back();
        open.pop_back();
        if (auto* text = next.if_string()) {
            wipe(text->data(), text->size());
            text->clear();
        } else if (auto* list = next.if_array()) {
            for (auto& item : *list) {
                open.push_back(&item);
            }
        } else if (auto* object = next.if_object()) {
            for (auto& field : *object) {
                open.push_back(&field.value());
            }
        }
    }
}

}  // namespace oa::core
