#pragma once

#include "oa/call.hpp"

namespace oa::common {

/// Whether the certificate of a server is to be checked, as the document says. Where it is not, the
/// log of the run tells: anybody may answer then.
[[nodiscard]] inline bool verified(Call& call, bool verify) {
    if (!verify) {
        call.log().warn("the certificate of the server is not checked: verify is false");
    }
    return verify;
}

}  // namespace oa::common
