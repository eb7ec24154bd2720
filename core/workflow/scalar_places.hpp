#pragma once

#include <cstddef>
#include <string_view>

#include "core/workflow/yaml.hpp"

namespace oa::core {

/// Finds where the bytes of a scalar's value stand in the text that it was written in, by walking
/// along both. Escapes, doubled quotes, folded lines and indentation make the two differ. Offsets
/// must be asked for in rising order.
class ScalarPlaces {
public:
    /// Borrows both.
    ScalarPlaces(std::string_view text, const YamlNode& node);

    /// Offset in the text of the value's byte `offset`; of the scalar when the two cannot be
    /// matched.
    [[nodiscard]] std::size_t find(std::size_t offset);

    [[nodiscard]] const YamlNode& node() const noexcept { return *node_; }
    /// Of the value's bytes that it has gone past.
    [[nodiscard]] std::size_t passed() const noexcept { return value_at_; }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    void step();
    void step_escape();

    std::string_view text_;
    const YamlNode* node_;
    std::string_view scalar_;
    std::size_t at_;
    std::size_t value_at_ = 0;
    char quote_ = '\0';
    bool lost_ = false;
};

}  // namespace oa::core
