#pragma once

#include <stdexcept>

namespace oa::host {

/// Why a store cannot be used, or not for what was asked: what is wrong, and where.
class StoreError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What is kept is not what was written. what() names the run and the record.
class StoreDamaged : public StoreError {
public:
    using StoreError::StoreError;
};

/// There is no store in the folder.
class StoreMissing : public StoreError {
public:
    using StoreError::StoreError;
};

/// A newer program wrote it, in a form that this one does not know.
class StoreTooNew : public StoreError {
public:
    using StoreError::StoreError;
};

}  // namespace oa::host
