#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace oa::common {

/// A checksum that grows with its data.
class Digest {
public:
    /// "sha256", "sha512", "sha1" or "md5". Throws oa::Error PRECONDITION where OpenSSL offers it
    /// not.
    explicit Digest(const std::string& algorithm);
    ~Digest();
    Digest(const Digest&) = delete;
    Digest& operator=(const Digest&) = delete;

    void add(std::string_view bytes);
    /// In lower case; afterwards nothing can be added.
    [[nodiscard]] std::string hex();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace oa::common
