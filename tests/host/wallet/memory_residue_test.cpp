#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/wallet/import_text.hpp"
#include "host/wallet/wallet_secrets.hpp"
#include "tests/host/wallet/wallet_fixture.hpp"

namespace oa::host {
namespace {

constexpr std::size_t chunk_bytes = 1U << 20U;

/// Looks for a text in all memory that this process may write to, without ever having it as it is.
class MemorySearch {
public:
    explicit MemorySearch(std::string hidden) : hidden_(std::move(hidden)) {
        chunk_ = static_cast<char*>(::mmap(nullptr, chunk_bytes, PROT_READ | PROT_WRITE,
                                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    }
    ~MemorySearch() { ::munmap(chunk_, chunk_bytes); }
    MemorySearch(const MemorySearch&) = delete;
    MemorySearch& operator=(const MemorySearch&) = delete;

    /// How often it is there.
    [[nodiscard]] std::size_t count() {
        std::size_t found = 0;
        const FileDescriptor memory(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
        EXPECT_TRUE(memory.is_open());
        std::ifstream maps("/proc/self/maps");
        for (std::string line; std::getline(maps, line);) {
            std::uintptr_t from = 0;
            std::uintptr_t to = 0;
            std::array<char, 5> mode{};
            if (std::sscanf(line.c_str(), "%lx-%lx %4s", &from, &to, mode.data()) == 3 &&
                mode[1] == 'w') {
                found += count_in(memory.get(), from, to);
            }
        }
        return found;
    }

private:
    std::size_t count_in(int memory, std::uintptr_t from, std::uintptr_t to) {
        const auto own = reinterpret_cast<std::uintptr_t>(chunk_);
        std::size_t found = 0;
        while (from < to) {
            const std::size_t wanted = std::min<std::size_t>(chunk_bytes, to - from);
            const ssize_t got = from < own + chunk_bytes && from + wanted > own
                                    ? 0
                                    : ::pread(memory, chunk_, wanted, static_cast<off_t>(from));
            if (got > 0) {
                found += count_in_chunk(static_cast<std::size_t>(got));
            }
            // Some of it again, for what lies across the border.
            from += wanted == chunk_bytes ? wanted - hidden_.size() : wanted;
        }
        core::wipe(chunk_, chunk_bytes);
        return found;
    }
    [[nodiscard]] std::size_t count_in_chunk(std::size_t size) const {
        std::size_t found = 0;
        for (std::size_t at = 0; at + hidden_.size() <= size; ++at) {
            std::size_t same = 0;
            while (same < hidden_.size() &&
                   static_cast<char>(chunk_[at + same] ^ '\x5A') == hidden_[same]) {
                ++same;
            }
            found += same == hidden_.size() ? 1 : 0;
        }
        return found;
    }

    std::string hidden_;
    char* chunk_ = nullptr;
};

/// What stays in memory of secrets that were read, when all that held them is gone: nothing.
struct MemoryResidueTest : WalletFixture {
    /// A random text of hex digits, each of its bytes changed.
    std::string hidden = [] {
        std::string text = crypto::to_hex(crypto::random_bytes(12));
        for (char& c : text) {
            c = static_cast<char>(c ^ '\x5A');
        }
        return text;
    }();
    MemorySearch search{hidden};

    [[nodiscard]] core::Secret shown() const {
        core::Secret text = core::Secret::blank(hidden.size());
        for (std::size_t i = 0; i < hidden.size(); ++i) {
            text.bytes()[i] = static_cast<char>(hidden[i] ^ '\x5A');
        }
        return text;
    }
    /// Where what it leaves is not looked for.
    template <typename Work>
    static void in_a_child(const Work& work) {
        const pid_t child = ::fork();
        if (child == 0) {
            work();
            ::_exit(0);
        }
        int status = -1;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_EQ(status, 0);
    }
    void write_wallet_file(WalletFormat format, crypto::Cipher cipher) {
        in_a_child([&] {
            WalletSettings allowed = settings();
            allowed.allow_plain = true;
            CreateWallet options;
            options.format = format;
            options.cipher = cipher;
            options.strength = cheap;
            const std::string value(shown().reveal());
            // With letters that JSON escapes, which take another way through the parser.
            options.entries.emplace("token", entry_of("\"\n" + value + "\n\"" + value));
            WalletFile(allowed).create(password_key(), options);
        });
    }
    void use_and_forget() {
        WalletSettings allowed = settings();
        allowed.allow_plain = true;
        const WalletFile file(allowed);
        const WalletSecrets source(file, password_key(), nullptr);
        const auto found = source.find(core::SecretStore::Wallet, "token", "a test");
        ASSERT_TRUE(found);
        EXPECT_GT(search.count(), 0U) << "the search sees secrets that are there";
        file.modify(password_key(),
                    [](Wallet& open) { open.set("more", core::Secret("some value")); });
        static_cast<void>(write_json_text(file.open(password_key()).entries()));
    }
};

TEST_F(MemoryResidueTest, LeavesNothingOfSealedWallets) {
    for (const auto cipher : {crypto::Cipher::XChaCha20Poly1305, crypto::Cipher::Aes256Gcm}) {
        std::filesystem::remove(folder / "wallet");
        write_wallet_file(WalletFormat::Sealed, cipher);
        use_and_forget();
        EXPECT_EQ(search.count(), 0U);
    }
}

TEST_F(MemoryResidueTest, LeavesNothingOfOlderWallets) {
    for (const auto format : {WalletFormat::Fernet, WalletFormat::Plain}) {
        std::filesystem::remove(folder / "wallet");
        write_wallet_file(format, crypto::Cipher::XChaCha20Poly1305);
        use_and_forget();
        EXPECT_EQ(search.count(), 0U) << to_text(format);
    }
}

TEST_F(MemoryResidueTest, LeavesNothingOfImports) {
    in_a_child([&] {
        const std::string value(shown().reveal());
        write_private("lines", "A='" + value + "'\nB=\"\\n" + value + "\"\nC=" + value + "\n");
        write_private("json", R"({"a": ")" + value + R"(", "b": ["\n)" + value + R"("]})");
    });
    for (const char* name : {"lines", "json"}) {
        static_cast<void>(read_import_text(read_import_file(folder / name).reveal()));
        EXPECT_EQ(search.count(), 0U) << name;
    }
}

}  // namespace
}  // namespace oa::host
