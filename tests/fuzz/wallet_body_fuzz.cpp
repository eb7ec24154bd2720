// Whatever text is given as the body of a wallet, or as secrets to import, reading it ends in
// secrets or in an error, and secrets that were read are the same when they are written and read
// again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "host/wallet/import_text.hpp"
#include "host/wallet/sealed_body.hpp"
#include "host/wallet/wallet_error.hpp"

namespace {

namespace host = oa::host;

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

void require_same(const host::WalletEntries& left, const host::WalletEntries& right) {
    require(left.size() == right.size());
    for (const auto& [name, entry] : left) {
        const auto found = right.find(name);
        require(found != right.end());
        require(found->second.value.equals(entry.value.reveal()));
        require(found->second.version == entry.version && found->second.note == entry.note);
        require(found->second.created == entry.created && found->second.updated == entry.updated);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const auto entries = host::read_body(text);
        require_same(entries, host::read_body(host::write_body(entries).reveal()));
    } catch (const host::WalletFormatError&) {
    }
    try {
        const auto entries = host::read_import_text(text);
        require_same(entries, host::read_json_text(host::write_json_text(entries).reveal()));
    } catch (const host::WalletError&) {
    }
    return 0;
}
