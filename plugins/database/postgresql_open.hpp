#pragma once

#include <memory>

#include <libpq-fe.h>

#include "connection.hpp"

namespace oa::database::postgresql {

struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Handle = std::unique_ptr<PGconn, Finish>;

/// Connects, and sets what values are read by: UTF-8, ISO dates. Throws oa::Error.
[[nodiscard]] Handle connect(const Settings& settings);

}  // namespace oa::database::postgresql
