#pragma once

#include <filesystem>
#include <optional>

#include "host/store/store_error.hpp"

namespace oa::host {

/// Another process uses the store. what() names it.
class StoreInUse : public StoreError {
public:
    using StoreError::StoreError;
};

/// That this process alone uses the store in a folder: the file `lock` in it, with the number of
/// the process. The kernel lets go of it with the process, however that ends.
class StoreLock {
public:
    /// Makes the folder, for its owner alone, if there is none. Throws StoreInUse; StoreError when
    /// the folder cannot be used.
    explicit StoreLock(const std::filesystem::path& folder);
    ~StoreLock();
    StoreLock(const StoreLock&) = delete;
    StoreLock& operator=(const StoreLock&) = delete;

private:
    int descriptor_ = -1;
};

/// Whether a process has the store, as the kernel lists it; nothing where it does not tell. Takes
/// no lock, which would keep a host out at that moment.
[[nodiscard]] std::optional<bool> is_store_in_use(const std::filesystem::path& folder);

}  // namespace oa::host
