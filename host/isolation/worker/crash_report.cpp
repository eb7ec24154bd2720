#include "host/isolation/worker/crash_report.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <elf.h>
#include <execinfo.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

namespace oa::host::isolation::worker {
namespace {

constexpr std::size_t stack_bytes = std::size_t{64} << 10U;
constexpr std::size_t frames_max = 24;
constexpr std::size_t build_id_bytes_max = 20;
constexpr std::size_t name_bytes_max = 64;

struct SignalName {
    int number;
    std::string_view name;
};
constexpr std::array<SignalName, 5> signals{{{SIGSEGV, "SIGSEGV"},
                                             {SIGBUS, "SIGBUS"},
                                             {SIGILL, "SIGILL"},
                                             {SIGFPE, "SIGFPE"},
                                             {SIGABRT, "SIGABRT"}}};

/// One loaded library. Filled before a crash, since nothing can be looked up during one.
struct Library {
    std::uintptr_t base = 0;
    std::uintptr_t start = 0;
    std::uintptr_t end = 0;
    std::array<char, name_bytes_max> name{};
    std::array<unsigned char, build_id_bytes_max> build_id{};
    std::size_t build_id_bytes = 0;
};
std::array<Library, 128> libraries;
std::size_t library_count = 0;
std::atomic<bool> reporting{false};

/// A line, put together without anything that a signal handler must not use.
class Line {
public:
    Line& operator<<(std::string_view text) {
        const std::size_t count = std::min(text.size(), bytes_.size() - size_);
        std::copy_n(text.data(), count, bytes_.data() + size_);
        size_ += count;
        return *this;
    }
    Line& hex(std::uintptr_t number) {
        std::array<char, 2 * sizeof(number)> digits{};
        std::size_t at = digits.size();
        do {
            digits[--at] = "0123456789abcdef"[number & 0xFU];
            number >>= 4U;
        } while (number != 0);
        return *this << "0x" << std::string_view(digits.data() + at, digits.size() - at);
    }
    Line& bytes(const unsigned char* data, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const std::array<char, 2> digits{"0123456789abcdef"[data[i] >> 4U],
                                             "0123456789abcdef"[data[i] & 0xFU]};
            *this << std::string_view(digits.data(), digits.size());
        }
        return *this;
    }
    void print() {
        *this << "\n";
        const ssize_t ignored = write(STDERR_FILENO, bytes_.data(), size_);
        static_cast<void>(ignored);
    }

private:
    std::array<char, 256> bytes_{};
    std::size_t size_ = 0;
};

void print_frame(std::uintptr_t address) {
    Line line;
    line << "oa-worker:   ";
    const auto* const end = libraries.data() + library_count;
    const auto* const found =
        std::find_if(static_cast<const Library*>(libraries.data()), end,
                     [&](const Library& one) { return address >= one.start && address < one.end; });
    if (found == end) {
        line << "?+";
        line.hex(address).print();
        return;
    }
    line << found->name.data() << "+";
    line.hex(address - found->base);
    if (found->build_id_bytes != 0) {
        line << " build-id ";
        line.bytes(found->build_id.data(), found->build_id_bytes);
    }
    line.print();
}

void report_crash(int number, siginfo_t*, void*) {
    if (reporting.exchange(true)) {
        while (true) {  // the thread that came first ends the process
            pause();
        }
    }
    const auto* const known =
        std::find_if(signals.begin(), signals.end(),
                     [number](const SignalName& one) { return one.number == number; });
    Line line;
    line << "oa-worker: signal " << (known == signals.end() ? "?" : known->name);
    line.print();
    std::array<void*, frames_max> frames{};
    const int count = backtrace(frames.data(), static_cast<int>(frames.size()));
    // The first two are this function and the signal's return.
    for (int i = 2; i < count; ++i) {
        print_frame(reinterpret_cast<std::uintptr_t>(frames.at(static_cast<std::size_t>(i))));
    }
    std::signal(number, SIG_DFL);
    raise(number);
}

void copy_name(Library& library, const char* path) {
    std::string_view name = path == nullptr ? "" : path;
    name.remove_prefix(name.rfind('/') + 1);
    if (name.empty()) {
        name = "oa-worker";
    }
    const std::size_t count = std::min(name.size(), library.name.size() - 1);
    std::copy_n(name.data(), count, library.name.data());
}

/// Looks for the build id among the notes of a segment.
void read_notes(Library& library, const unsigned char* notes, std::size_t size) {
    const auto padded = [](std::size_t bytes) { return (bytes + 3U) & ~std::size_t{3}; };
    std::size_t at = 0;
    while (size - at >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) header{};
        std::memcpy(&header, notes + at, sizeof(header));
        at += sizeof(header);
        const std::size_t name_bytes = padded(header.n_namesz);
        const std::size_t data_bytes = padded(header.n_descsz);
        if (name_bytes > size - at || data_bytes > size - at - name_bytes) {
            return;
        }
        if (header.n_type == NT_GNU_BUILD_ID && header.n_namesz == 4 &&
            std::memcmp(notes + at, "GNU", 4) == 0) {
            library.build_id_bytes =
                std::min<std::size_t>(header.n_descsz, library.build_id.size());
            std::memcpy(library.build_id.data(), notes + at + name_bytes, library.build_id_bytes);
            return;
        }
        at += name_bytes + data_bytes;
    }
}

int note_library(dl_phdr_info* info, std::size_t, void*) {
    if (library_count == libraries.size()) {
        return 1;
    }
    Library library;
    library.base = info->dlpi_addr;
    library.start = UINTPTR_MAX;
    copy_name(library, info->dlpi_name);
    for (std::size_t i = 0; i < info->dlpi_phnum; ++i) {
        const auto& part = info->dlpi_phdr[i];
        const std::uintptr_t start = library.base + part.p_vaddr;
        if (part.p_type == PT_LOAD) {
            library.start = std::min(library.start, start);
            library.end = std::max(library.end, start + part.p_memsz);
        } else if (part.p_type == PT_NOTE) {
            const auto* const notes = reinterpret_cast<const unsigned char*>(start);  // NOLINT
            read_notes(library, notes, part.p_memsz);
        }
    }
    libraries.at(library_count++) = library;
    return 0;
}

}  // namespace

void prepare_crash_report() {
    std::array<void*, 2> frames{};
    static_cast<void>(backtrace(frames.data(), static_cast<int>(frames.size())));
}

void install_crash_report() {
    library_count = 0;
    dl_iterate_phdr(note_library, nullptr);
    struct sigaction action {};
    action.sa_sigaction = report_crash;
    action.sa_flags = static_cast<int>(SA_SIGINFO | SA_ONSTACK | SA_NODEFER);
    for (const SignalName& one : signals) {
        sigaction(one.number, &action, nullptr);
    }
}

CrashStack::CrashStack()
    : memory_(
          mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (memory_ != MAP_FAILED) {
        stack_t stack{};
        stack.ss_sp = memory_;
        stack.ss_size = stack_bytes;
        sigaltstack(&stack, nullptr);
    }
}

CrashStack::~CrashStack() {
    if (memory_ != MAP_FAILED) {
        stack_t none{};
        none.ss_flags = SS_DISABLE;
        sigaltstack(&none, nullptr);
        munmap(memory_, stack_bytes);
    }
}

}  // namespace oa::host::isolation::worker
