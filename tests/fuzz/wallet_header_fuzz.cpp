// Whatever bytes are given as a sealed wallet, reading its header ends in a header or in an error,
// and a header that was taken is written as the same bytes. A sound wallet with some of its bytes
// changed never opens. The first byte of the input says which of the two it is for.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "host/wallet/sealed_format.hpp"
#include "host/wallet/wallet_error.hpp"

namespace {

using namespace std::literals;
namespace host = oa::host;

constexpr std::string_view key_file = "of the fuzzer, and of no other wallet";

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

const std::string& sound_wallet() {
    static const std::string* const made = [] {
        const oa::core::Secret data_key(std::string(32, 'd'));
        host::SealedHeader header =
            host::new_sealed_header(host::crypto::Cipher::XChaCha20Poly1305);
        header.slots = {host::wrap_data_key(data_key, host::WalletKey::of_key_file(key_file), {},
                                            header.owner())};
        return new std::string(
            host::seal_wallet(header, data_key, oa::core::Secret("{\"entries\":[]}"sv)));
    }();
    return *made;
}

/// Slots for passwords cost too much for a fuzzer: they are left shut.
void open_without_password(std::string_view bytes, bool is_sound) {
    try {
        const host::SealedHeader header = host::parse_sealed_header(bytes);
        std::size_t at = 48;
        for (const host::KeySlot& slot : header.slots) {
            const std::string again = encode(slot);
            require(bytes.substr(at, again.size()) == again);
            at += again.size();
        }
        const auto opened = host::open_sealed(bytes, host::WalletKey::of_key_file(key_file));
        require(opened.has_value() == is_sound);
    } catch (const host::WalletFormatError&) {
        require(!is_sound);
    }
}

/// Threes of bytes: a place in the wallet, and what is there then.
void patch(std::string_view changes) {
    std::string bytes = sound_wallet();
    for (std::size_t at = 0; at + 2 < changes.size(); at += 3) {
        const std::size_t place = static_cast<unsigned char>(changes[at]) * 256U +
                                  static_cast<unsigned char>(changes[at + 1]);
        bytes[place % bytes.size()] = changes[at + 2];
    }
    open_without_password(bytes, bytes == sound_wallet());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (input.empty()) {
        return 0;
    }
    if (input.front() % 2 == 0) {
        patch(input.substr(1));
    } else {
        open_without_password(input.substr(1), false);
        open_without_password("OAWALLET\1\0"s.append(input.substr(1)), false);
    }
    return 0;
}
