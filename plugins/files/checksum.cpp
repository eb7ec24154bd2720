// Digests of files, by OpenSSL.

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <memory>
#include <string>

#include <openssl/evp.h>

#include "functions.hpp"
#include "support.hpp"

namespace oa::files {

namespace {

constexpr std::size_t chunk_size = std::size_t{256} * 1024;

struct ContextEnd {
    void operator()(EVP_MD_CTX* context) const { ::EVP_MD_CTX_free(context); }
};

class Digest {
public:
    explicit Digest(const std::string& name) : context_(::EVP_MD_CTX_new()) {
        const EVP_MD* algorithm = ::EVP_get_digestbyname(name.c_str());
        if (!context_ || algorithm == nullptr ||
            ::EVP_DigestInit_ex(context_.get(), algorithm, nullptr) != 1) {
            throw failed_precondition("the system's OpenSSL offers no " + name);
        }
    }
    void add(const char* bytes, std::size_t size) {
        if (::EVP_DigestUpdate(context_.get(), bytes, size) != 1) {
            throw internal("OpenSSL cannot go on with a digest");
        }
    }
    [[nodiscard]] std::string hex() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
        unsigned int size = 0;
        if (::EVP_DigestFinal_ex(context_.get(), bytes.data(), &size) != 1) {
            throw internal("OpenSSL cannot end a digest");
        }
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text;
        for (unsigned int i = 0; i < size; ++i) {
            text += digits[bytes[i] >> 4U];
            text += digits[bytes[i] & 15U];
        }
        return text;
    }

private:
    std::unique_ptr<EVP_MD_CTX, ContextEnd> context_;
};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

}  // namespace

Json checksum(Call& call) {
    const auto path = path_param(call, "path");
    const auto algorithm = call.choice<std::string>(
        "algorithm", {{"sha256", "sha256"}, {"sha512", "sha512"}, {"sha1", "sha1"}, {"md5", "md5"}},
        "sha256");
    Digest digest(algorithm);
    const Fd file = open_for_reading(path);
    std::string chunk(chunk_size, '\0');
    std::uint64_t size = 0;
    while (true) {
        call.check();
        const auto got = read_some(file, chunk.data(), chunk.size(), path);
        if (got == 0) {
            break;
        }
        digest.add(chunk.data(), got);
        size += got;
    }
    const std::string sum = digest.hex();
    if (const auto expected = call.find_param<std::string>("expect");
        expected && lower(*expected) != sum) {
        throw failed_precondition("the " + algorithm + " of '" + path + "' is " + sum +
                                  " and not " + *expected)
            .with_details({{"checksum", sum}, {"expect", *expected}});
    }
    return {{"path", path}, {"algorithm", algorithm}, {"checksum", sum}, {"size", size}};
}

}  // namespace oa::files
