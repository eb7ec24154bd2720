#pragma once

#include <cstdint>

namespace oa::database {

enum class Kind : std::uint8_t { Sqlite, Postgresql, Mysql, Odbc };

enum class Isolation : std::uint8_t {
    ReadUncommitted,
    ReadCommitted,
    RepeatableRead,
    Serializable
};

}  // namespace oa::database
