#pragma once

#include <stdexcept>

namespace oa::host::isolation {

/// The peer sent what the protocol does not allow. what() says it for a log.
class ProtocolError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace oa::host::isolation
