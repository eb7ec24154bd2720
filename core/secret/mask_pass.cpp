#include "core/secret/mask_pass.hpp"

#include <algorithm>
#include <utility>

#include "core/secret/secret.hpp"

namespace oa::core {

void mask_until(const MaskIndex& index,
                std::string_view text,
                std::size_t until,
                MaskPosition& position,
                std::string& out) {
    std::size_t from = 0;
    while (const auto match = index.next(text, from, until)) {
        if (!position.masked || match->begin > position.end) {
            out.append(text.substr(position.end, match->begin - position.end));
            out.append(mask_sign);
            position.masked = true;
        }
        position.end = std::max(position.end, match->end);
        from = match->begin + 1;
    }
    if (position.end < until) {
        out.append(text.substr(position.end, until - position.end));
        position = {};
    } else {
        position.end -= until;
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
    MaskPosition position;
    const auto rest = std::string_view(text).substr(first->begin);
    mask_until(index, rest, rest.size(), position, masked);
    wipe(text);
    text = std::move(masked);
    return true;
}

}  // namespace oa::core
