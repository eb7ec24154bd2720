#pragma once

namespace oa::host {

/// Makes SQLite know a way to files that puts a checksum at the end of each page of a database and
/// compares it when the page is read; gives its name, for sqlite3_open_v2(). A page that is not
/// what was written is SQLITE_IOERR_DATA. For databases whose pages have as many bytes in reserve;
/// others are read and written as they are. Thread safe.
[[nodiscard]] const char* checked_pages();

/// In each page, which SQLite has to be told before it writes the first one.
inline constexpr int checksum_bytes = 8;

/// "oaru" in the header of a database that is a store: such a one always has checksums.
inline constexpr int store_application = 0x6F617275;

}  // namespace oa::host
