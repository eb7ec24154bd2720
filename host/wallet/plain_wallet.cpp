#include "host/wallet/plain_wallet.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/json.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/wallet/secret_text.hpp"

namespace oa::host {

namespace {

namespace json = boost::json;

constexpr std::size_t bytes_max = 4U << 20U;

/// A text that is overwritten when it goes out of scope.
struct WipedText {
    std::string text;

    explicit WipedText(std::size_t size) : text(size, '\0') {}
    ~WipedText() { ::explicit_bzero(text.data(), text.capacity()); }
    WipedText(const WipedText&) = delete;
    WipedText& operator=(const WipedText&) = delete;
};

struct Descriptor {
    int number;

    explicit Descriptor(int opened) : number(opened) {}
    ~Descriptor() {
        if (number >= 0) {
            ::close(number);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
};

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& why) {
    throw WalletError("the wallet " + file.string() + ' ' + why);
}

/// Into a text of the right size from the beginning, so that no copy stays behind.
void read_into(WipedText& out, int descriptor, const std::filesystem::path& file) {
    std::size_t used = 0;
    while (used < out.text.size()) {
        const ssize_t got = ::read(descriptor, out.text.data() + used, out.text.size() - used);
        if (got < 0 && errno != EINTR) {
            fail(file, std::string("cannot be read: ") + std::strerror(errno));
        }
        if (got == 0) {
            break;
        }
        used += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    out.text.resize(used);
}

/// {"salt", "data"}, where the data is a token of the older system's encryption.
bool is_sealed(const json::object& wallet) {
    const auto* salt = wallet.if_contains("salt");
    const auto* data = wallet.if_contains("data");
    return wallet.size() == 2 && salt != nullptr && salt->is_string() && data != nullptr &&
           data->is_string() && data->get_string().starts_with("gAAAA");
}

/// Reads the wallet into memory that is overwritten afterwards, and gives it to `use`.
template <typename Use>
void with_wallet(const std::filesystem::path& file, const Use& use) {
    if (file.extension() == ".enc") {
        fail(file, "is sealed, and this version cannot read sealed wallets");
    }
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (descriptor.number < 0 || ::fstat(descriptor.number, &status) != 0) {
        fail(file, std::string("cannot be opened: ") + std::strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        fail(file, "is no file");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > bytes_max) {
        fail(file, "has more than " + std::to_string(bytes_max >> 20U) + " MiB");
    }
    WipedText text(size);
    read_into(text, descriptor.number, file);

    WipedMemory memory;
    json::error_code error;
    // What the parser keeps of texts on their way lies in wiped memory too.
    json::parser parser{json::storage_ptr(&memory)};
    parser.reset(json::storage_ptr(&memory));
    parser.write(text.text, error);
    if (error) {
        fail(file, "is no JSON object of secrets, such as {\"name\": \"value\"}");
    }
    const json::value wallet = parser.release();
    const auto* secrets = wallet.if_object();
    if (secrets == nullptr) {
        fail(file, "is no JSON object of secrets, such as {\"name\": \"value\"}");
    }
    if (is_sealed(*secrets)) {
        fail(file, "is sealed, and this version cannot read sealed wallets");
    }
    use(*secrets);
}

}  // namespace

PlainWallet::PlainWallet(std::filesystem::path file) : file_(std::move(file)) {
    with_wallet(file_, [this](const json::object& secrets) {
        for (const auto& secret : secrets) {
            keys_.emplace_back(secret.key());
        }
    });
    std::sort(keys_.begin(), keys_.end());
}

std::optional<core::Secret> PlainWallet::find(core::SecretStore /*store*/,
                                              std::string_view key) const {
    std::optional<core::Secret> found;
    with_wallet(file_, [&](const json::object& secrets) {
        if (const auto* value = secrets.if_contains(key)) {
            found.emplace(value->is_string() ? std::string_view(value->get_string())
                                             : std::string_view(core::write_json(*value)));
        }
    });
    return found;
}

}  // namespace oa::host
