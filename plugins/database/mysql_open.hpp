#pragma once

#include <memory>

#include <mysql.h>

#include "connection.hpp"
#include "fault.hpp"

namespace oa::database::mysql {

struct Close {
    void operator()(MYSQL* connection) const { mysql_close(connection); }
};
using Handle = std::unique_ptr<MYSQL, Close>;

/// Connects. Throws oa::Error.
[[nodiscard]] Handle connect(const Settings& settings);

/// What a server's or the library's error number means.
[[nodiscard]] Meaning meaning_of(unsigned int code);

}  // namespace oa::database::mysql
