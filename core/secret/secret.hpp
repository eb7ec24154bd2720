#pragma once

#include <cstddef>
#include <iosfwd>
#include <string_view>

namespace oa::core {

/// A value that nobody but the call that names it may see: it cannot be copied by accident, printed
/// or formatted. Its memory lies in pages of its own that are kept out of the swap (as far as the
/// system's limit on locked memory allows), out of core dumps and out of forked processes, and are
/// overwritten before they are given back. Any bytes, zeros and the empty value included.
class Secret {
public:
    Secret() noexcept = default;  ///< empty
    /// The caller's text stays as it is: overwrite it with wipe().
    explicit Secret(std::string_view value);
    ~Secret();

    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    /// The one way to the value: whoever reads it answers for where it goes. Valid as long as this
    /// object is neither moved from nor destroyed.
    [[nodiscard]] std::string_view reveal() const noexcept { return {data_, size_}; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    /// A copy, for whoever has to keep one and says so.
    [[nodiscard]] Secret clone() const { return Secret(reveal()); }
    /// `size` zero bytes, to be filled by `bytes()`: for values that come from outside piece by
    /// piece.
    [[nodiscard]] static Secret blank(std::size_t size);
    [[nodiscard]] char* bytes() noexcept { return data_; }
    /// Forgets what lies behind `size`; does nothing when there is not so much.
    void shrink(std::size_t size) noexcept;

    /// Takes the same time wherever the two differ.
    [[nodiscard]] bool equals(std::string_view other) const noexcept;

private:
    void release() noexcept;

    char* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t mapped_ = 0;  ///< bytes, whole pages
};

std::ostream& operator<<(std::ostream&, const Secret&) = delete;

/// Overwrites memory in a way that no compiler leaves out.
void wipe(void* memory, std::size_t size) noexcept;

/// Overwrites a text, its unused room included, and makes it empty.
template <typename Text>
void wipe(Text& text) noexcept {
    text.resize(text.capacity());
    wipe(text.data(), text.size());
    text.clear();
}

}  // namespace oa::core
