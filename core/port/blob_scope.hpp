#pragma once

#include <memory>
#include <string_view>

namespace oa::core {

/// What a run's tasks hand to each other beside their JSON: large or binary data. Whoever holds it
/// keeps the data of that run; the engine holds it from a run's start to its end and never looks
/// inside. A JSON value refers to a blob of its run by {"$blob": "<digest>"}.
class BlobScope {
public:
    virtual ~BlobScope() = default;

protected:
    BlobScope() = default;
    BlobScope(const BlobScope&) = default;
    BlobScope& operator=(const BlobScope&) = default;
};

/// Makes a scope for each run. Thread safe.
class BlobScopes {
public:
    virtual ~BlobScopes() = default;
    [[nodiscard]] virtual std::shared_ptr<BlobScope> open(std::string_view run_id) = 0;

protected:
    BlobScopes() = default;
    BlobScopes(const BlobScopes&) = default;
    BlobScopes& operator=(const BlobScopes&) = default;
};

}  // namespace oa::core
