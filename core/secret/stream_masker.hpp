#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/secret/mask_pass.hpp"
#include "core/secret/masked_text.hpp"

namespace oa::core {

class Masker;

/// Masks a text that comes in parts: what it gives for them all is what the masker gives for the
/// whole. For one thread; the masker may be given more secrets meanwhile, and each part is masked
/// by what is known when it comes.
class StreamMasker {
public:
    explicit StreamMasker(std::shared_ptr<const Masker> masker);
    ~StreamMasker();
    StreamMasker(const StreamMasker&) = delete;
    StreamMasker& operator=(const StreamMasker&) = delete;

    /// What can go out: all but an end that may be the beginning of a secret, of less than
    /// `mask_piece_bytes`.
    [[nodiscard]] MaskedText feed(std::string_view part);
    /// What was held back. The next part begins a new text.
    [[nodiscard]] MaskedText finish();
    [[nodiscard]] std::size_t held_bytes() const noexcept { return held_.size(); }

private:
    [[nodiscard]] MaskedText give(std::string_view text, bool is_last);

    const std::shared_ptr<const Masker> masker_;
    std::string held_;
    MaskPosition position_;  ///< within what is held
};

}  // namespace oa::core
