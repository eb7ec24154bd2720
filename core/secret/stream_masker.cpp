#include "core/secret/stream_masker.hpp"

#include <utility>

#include "core/secret/mask_index.hpp"
#include "core/secret/masker.hpp"
#include "core/secret/secret.hpp"

namespace oa::core {

StreamMasker::StreamMasker(std::shared_ptr<const Masker> masker) : masker_(std::move(masker)) {}

StreamMasker::~StreamMasker() {
    wipe(held_);
}

MaskedText StreamMasker::feed(std::string_view part) {
    if (held_.empty()) {
        return give(part, false);
    }
    held_.append(part);
    return give(held_, false);
}

MaskedText StreamMasker::finish() {
    auto rest = give(held_, true);
    position_ = {};
    return rest;
}

MaskedText StreamMasker::give(std::string_view text, bool is_last) {
    const auto index = masker_->index();
    std::string out;
    std::size_t until = text.size();
    if (index != nullptr) {
        until = is_last ? text.size() : index->settled(text);
        out.reserve(until);
        position_.mask_until(*index, text, until, out);
    } else {
        out.assign(position_.rest_of(text));
        position_ = {};
    }
    std::string kept(text.substr(until));
    wipe(held_);
    held_.swap(kept);
    return MaskedText(std::move(out));
}

}  // namespace oa::core
