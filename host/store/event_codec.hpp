#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/port/journal.hpp"
#include "host/store/store_error.hpp"

namespace oa::host {

/// What encode_entry() writes, and the newest that decode_entry() reads.
inline constexpr std::int64_t event_format = 1;

/// Bytes are not an event as encode_entry() writes it. what() says what is wrong, as the rest of a
/// sentence that begins with the event.
class EventError : public StoreError {
public:
    using StoreError::StoreError;
};

/// An event of a format that only newer programs know.
class EventTooNew : public EventError {
public:
    using EventError::EventError;
};

/// Compact JSON on one line: {"v":1,"kind":"attempt_started","execution":0,...}. Members without a
/// value are left out. Bytes of texts that are not UTF-8 become U+FFFD. Throws EventError for what
/// could not be read back: values that are nested too deep.
[[nodiscard]] std::string encode_entry(const core::JournalEntry& entry);

/// The entry, as it was. Strict: every member is there, has its type and lies in its range, and
/// there are no others. Throws EventError.
[[nodiscard]] core::JournalEntry decode_entry(std::string_view bytes);

}  // namespace oa::host
