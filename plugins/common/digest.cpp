#include "plugins/common/digest.hpp"

#include <array>

#include <openssl/evp.h>

#include "oa/error.hpp"

namespace oa::common {

namespace {

struct ContextEnd {
    void operator()(EVP_MD_CTX* context) const { ::EVP_MD_CTX_free(context); }
};

}  // namespace

struct Digest::State {
    std::unique_ptr<EVP_MD_CTX, ContextEnd> context{::EVP_MD_CTX_new()};
};

Digest::Digest(const std::string& algorithm) : state_(std::make_unique<State>()) {
    const EVP_MD* const known = ::EVP_get_digestbyname(algorithm.c_str());
    if (!state_->context || known == nullptr ||
        ::EVP_DigestInit_ex(state_->context.get(), known, nullptr) != 1) {
        throw failed_precondition("the system's OpenSSL offers no " + algorithm);
    }
}

Digest::~Digest() = default;

void Digest::add(std::string_view bytes) {
    if (::EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) != 1) {
        throw internal("OpenSSL cannot go on with a digest");
    }
}

std::string Digest::hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    if (::EVP_DigestFinal_ex(state_->context.get(), bytes.data(), &size) != 1) {
        throw internal("OpenSSL cannot end a digest");
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
        text += digits[bytes.at(i) >> 4U];
        text += digits[bytes.at(i) & 15U];
    }
    return text;
}

}  // namespace oa::common
