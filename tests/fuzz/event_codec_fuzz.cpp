// What is read back from a store: any bytes are refused, or are an event that is written and read
// again as the same.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "host/store/event_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    try {
        const std::string written = oa::host::encode_entry(oa::host::decode_entry(bytes));
        if (oa::host::encode_entry(oa::host::decode_entry(written)) != written) {
            std::abort();
        }
    } catch (const oa::host::EventError&) {
        return 0;
    }
    return 0;
}
