// Digests of files, by OpenSSL.

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>

#include "functions.hpp"
#include "plugins/common/digest.hpp"
#include "support.hpp"

namespace oa::files {

namespace {

constexpr std::size_t chunk_size = std::size_t{256} * 1024;

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
    common::Digest digest(algorithm);
    const Fd file = open_for_reading(path);
    std::string chunk(chunk_size, '\0');
    std::uint64_t size = 0;
    while (true) {
        call.check();
        const auto got = read_some(file, chunk.data(), chunk.size(), path);
        if (got == 0) {
            break;
        }
        digest.add({chunk.data(), got});
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
