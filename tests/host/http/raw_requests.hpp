#pragma once

#include <string>
#include <vector>

namespace oa::test {

/// What a client sends, byte by byte, and what has to come of it. The server that is asked has the
/// limits of RawLimits.
struct RawRequest {
    enum class End {
        GoesOn,  ///< the connection takes another request
        Closes,
        Waits,  ///< for more; when the client ends instead, the connection closes
    };
    enum class Meaning {
        Clear,     ///< every server understands it in the same way: a proxy may stand before ours
        Doubtful,  ///< not every one does
        AtOnce,    ///< and it holds only if all of it is there with the head
    };

    std::string name;
    std::string bytes;
    std::vector<int> statuses;  ///< of all answers
    End end;
    std::vector<std::string> seen;  ///< by the application: "POST /path body"
    Meaning meaning = Meaning::Doubtful;
};

/// Bytes of a request line, of header fields, of a body and the number of fields.
struct RawLimits {
    std::size_t request_line = 200;
    std::size_t head = 1000;
    std::size_t fields = 10;
    std::size_t body = 100;
};

[[nodiscard]] const std::vector<RawRequest>& raw_requests();

}  // namespace oa::test
