// Whatever is given as a token or as a wallet of the older formats, reading it ends in secrets or
// in an error; what is sealed as a token opens again, and as nothing else.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "host/wallet/fernet.hpp"
#include "host/wallet/older_format.hpp"
#include "host/wallet/wallet_error.hpp"

namespace {

namespace host = oa::host;

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const oa::core::Secret* const key = new oa::core::Secret(std::string(32, 'k'));
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    require(!host::open_fernet(*key, input));
    std::string token = host::seal_fernet(*key, {std::string(16, 'i'), 5}, input);
    const auto opened = host::open_fernet(*key, token);
    require(opened && opened->reveal() == input);
    if (size > 1) {
        const std::size_t place = (data[0] * 256U + data[1]) % token.size();
        token[place] = token[place] == 'A' ? 'B' : 'A';
        const auto changed = host::open_fernet(*key, token);
        // The last digit may have bits that stand for nothing.
        require(!changed || place + 4 >= token.size());
    }
    try {
        static_cast<void>(host::format_of(input));
        const auto entries = host::read_plain_wallet(input);
        const auto again = host::read_plain_wallet(host::write_plain_wallet(entries).reveal());
        require(again.size() == entries.size());
        for (const auto& [name, entry] : entries) {
            require(again.at(name).value.equals(entry.value.reveal()));
            require(again.at(name).kind == entry.kind);
        }
    } catch (const host::WalletFormatError&) {
    }
    return 0;
}
