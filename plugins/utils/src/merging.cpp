#include "merging.hpp"

#include <utility>

#include "plugins/common/json_values.hpp"

namespace oa::utils {
namespace {

constexpr std::size_t text_max = std::size_t{16} << 20U;

Json start_of(MergeMode mode) {
    switch (mode) {
        case MergeMode::List: return Json::array();
        case MergeMode::Concat: return std::string();
        default: return Json::object();
    }
}

}  // namespace

Merging::Merging(MergeMode mode, std::string separator, bool unique)
    : mode_(mode), separator_(std::move(separator)), unique_(unique), merged_(start_of(mode)) {}

bool Merging::add(const Json& source) {
    switch (mode_) {
        case MergeMode::Dict:
        case MergeMode::Deep:
            if (!source.is_object()) {
                return false;
            }
            common::merge_into(merged_, source, mode_ == MergeMode::Deep);
            return true;
        case MergeMode::List:
            if (source.is_array()) {
                for (const Json& element : source.as_array()) {
                    add_element(element);
                }
            } else {
                add_element(source);
            }
            return true;
        case MergeMode::Concat: add_text(source); return true;
    }
    return false;
}

void Merging::add_element(const Json& element) {
    if (!unique_ || seen_.insert(common::canonical_text(element)).second) {
        merged_.push_back(element);
    }
}

void Merging::add_text(const Json& source) {
    std::string& text = merged_.as_string();
    text += texts_ == 0 ? "" : separator_;
    text += common::text_of(source);
    ++texts_;
    if (text.size() > text_max) {
        throw exhausted("the merged text is longer than " + std::to_string(text_max) + " bytes")
            .with_retry(Retry::No);
    }
}

Json Merging::take() {
    return std::move(merged_);
}

}  // namespace oa::utils
