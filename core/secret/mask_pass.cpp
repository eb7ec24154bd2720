#include "core/secret/mask_pass.hpp"

#include <algorithm>
#include <utility>

#include "core/secret/secret.hpp"

namespace oa::core {

void MaskPosition::mask_until(const MaskIndex& index,
                              std::string_view text,
                              std::size_t until,
                              std::string& out) {
    std::size_t from = 0;
    while (const auto match = index.next(text, from, until)) {
        if (!masked_ || match->begin > end_) {
            out.append(text.substr(end_, match->begin - end_));
            out.append(mask_sign);
            masked_ = true;
        }
        end_ = std::max(end_, match->end);
        from = match->begin + 1;
    }
    if (end_ < until) {
        out.append(text.substr(end_, until - end_));
        *this = {};
    } else {
        end_ -= until;
    }
}

bool mask_text(const MaskIndex& index, std::string& text) {
    const auto first = index.next(text, 0, text.size());
    if (!first) {
        return false;
    }
    std::string masked;
    masked.reserve(text.size() + mask_sign.size());
    masked.append(text, 0, first->begin);
    const auto rest = std::string_view(text).substr(first->begin);
    MaskPosition().mask_until(index, rest, rest.size(), masked);
    wipe(text);
    text = std::move(masked);
    return true;
}

}  // namespace oa::core
