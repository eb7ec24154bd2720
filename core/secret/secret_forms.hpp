#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/secret/secret.hpp"

namespace oa::core {

/// What is shorter is not looked for: it would be found everywhere.
inline constexpr std::size_t mask_bytes_min = 6;

/// Of a larger value, and of its lines, only the forms that programs print most are looked for: as
/// it is, Base64, hex, JSON and percent encoding. They take some 25 times its size.
inline constexpr std::size_t mask_all_forms_bytes_max = std::size_t{64} << 10U;

/// Every text by which a secret is recognised: itself, its lines, the strings in it if it is JSON,
/// and each of these as other programs write it (docs/masking.md lists the forms). Lives in memory
/// that is wiped. Never changes, so that any number of threads may read it.
class SecretForms {
public:
    /// No forms when the value, or all of it but white space, is shorter than `mask_bytes_min`.
    explicit SecretForms(std::string_view value);

    [[nodiscard]] bool empty() const noexcept { return places_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }
    /// Of `mask_bytes_min` bytes or more, no two the same. Valid as long as this object.
    [[nodiscard]] std::string_view operator[](std::size_t index) const noexcept {
        return memory_.reveal().substr(places_[index].begin, places_[index].size);
    }
    /// Memory that the forms take.
    [[nodiscard]] std::size_t bytes() const noexcept { return memory_.size(); }

private:
    friend class FormCollector;

    struct Place {
        std::size_t begin;
        std::size_t size;
    };

    Secret memory_;
    std::vector<Place> places_;
};

}  // namespace oa::core
