#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "oa/plugin.hpp"
#include "plugins/common/digest.hpp"

namespace oa::http {

/// The parameter `checksum`: "sha256:<hex>" to be compared, or "sha256" only to be computed;
/// sha512, sha1 and md5 as well.
class Checksum {
public:
    /// Throws oa::Error INVALID_PARAMS.
    explicit Checksum(Call& call);

    [[nodiscard]] bool wanted() const { return digest_ != nullptr; }
    /// Starts again from nothing.
    void reset();
    void add(std::string_view bytes);
    /// "sha256:<hex>" of what was added. Throws oa::Error PRECONDITION, naming `what`, when it is
    /// not what was expected.
    [[nodiscard]] std::string finish(const std::string& what);

private:
    std::string algorithm_;
    std::string expected_;  // hex in lower case; empty: anything
    std::unique_ptr<common::Digest> digest_;
};

}  // namespace oa::http
