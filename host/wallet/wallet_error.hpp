#pragma once

#include <stdexcept>

namespace oa::host {

/// Why a wallet cannot be used, in words for the operator: what is wrong, and what to do.
class WalletError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The wallet is sound as far as can be told, but nothing that was given opens it: a wrong
/// password, a wrong key file, or damage. The three cannot be told apart, and must not be.
class WalletNotOpened : public WalletError {
public:
    using WalletError::WalletError;
};

/// What a file has in it is no wallet, or a damaged one. what() is the rest of a sentence that
/// begins with the file.
class WalletFormatError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace oa::host
