#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace oa::core {

/// Text that holds no secret that its masker knew of. Only maskers make it, so a sink that takes
/// nothing else cannot be given text that went past them.
class MaskedText {
public:
    MaskedText() = default;  ///< empty

    /// A text that stands in the program; the compiler refuses any other.
    class Literal {
    public:
        consteval Literal(const char* text) : text_(text) {}  // NOLINT(google-explicit-constructor)
        [[nodiscard]] std::string_view view() const noexcept { return text_; }

    private:
        std::string_view text_;
    };
    /// Whatever stands in the program is no secret.
    [[nodiscard]] static MaskedText literal(Literal text) {
        return MaskedText(std::string(text.view()));
    }

    [[nodiscard]] std::string_view view() const noexcept { return text_; }
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
    /// The text itself, no longer under guard.
    [[nodiscard]] std::string take() && noexcept { return std::move(text_); }

    /// What two masked texts make together is two masked texts: a secret that is cut in two between
    /// them was in neither. A StreamMasker is for that.
    void append(const MaskedText& other) { text_ += other.text_; }

private:
    friend class Masker;
    friend class StreamMasker;
    explicit MaskedText(std::string text) noexcept : text_(std::move(text)) {}

    std::string text_;
};

}  // namespace oa::core
