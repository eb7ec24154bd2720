#include "host/wallet/wallet_entries.hpp"

#include <algorithm>

#include "host/wallet/secret_text.hpp"

namespace oa::host {
namespace {

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

}  // namespace

WalletEntry WalletEntry::clone() const {
    return {value.clone(), kind, version, created, updated, note};
}

WalletEntries clone(const WalletEntries& entries) {
    WalletEntries copy;
    for (const auto& [name, entry] : entries) {
        copy.emplace_hint(copy.end(), name, entry.clone());
    }
    return copy;
}

std::optional<std::string> problem_of_name(std::string_view name) {
    if (name.empty()) {
        return "is empty; give it a name";
    }
    if (name.size() > wallet_name_bytes_max) {
        return "has more than " + std::to_string(wallet_name_bytes_max) +
               " bytes; take a shorter name";
    }
    if (!is_valid_utf8(name) || std::any_of(name.begin(), name.end(), is_control)) {
        return "has control characters or is no UTF-8; take a name of letters and digits";
    }
    if (name.front() == ' ' || name.back() == ' ') {
        return "has blanks at its ends; leave them out";
    }
    if (name.find_first_of("}>") != std::string_view::npos ||
        name.find(":-") != std::string_view::npos) {
        return "cannot stand in ${WALLET:name}, where '}', '>' and ':-' mean something else; take "
               "another name";
    }
    return std::nullopt;
}

std::optional<std::string> problem_of_note(std::string_view note) {
    if (note.size() > wallet_note_bytes_max) {
        return "has a note of more than " + std::to_string(wallet_note_bytes_max) +
               " bytes; shorten it";
    }
    if (!is_valid_utf8(note)) {
        return "has a note that is no UTF-8; write it anew";
    }
    return std::nullopt;
}

ValueKind kind_of_value(std::string_view value) noexcept {
    return is_valid_utf8(value) ? ValueKind::Text : ValueKind::Binary;
}

}  // namespace oa::host
