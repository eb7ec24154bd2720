#pragma once

#include <stdexcept>

namespace oa::host::vault {

/// Nothing was sent, so that it may be tried again.
class NotReached : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace oa::host::vault
