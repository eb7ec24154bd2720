#include "host/isolation/worker/landlock.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/isolation/protocol/channel.hpp"

namespace oa::host::isolation::worker {
namespace {

// Younger than the kernel headers that this may be built with; the kernel says at run time what it
// knows.
constexpr std::uint64_t access_truncate = 1U << 14U;      // from version 3 on
constexpr std::uint64_t access_ioctl_device = 1U << 15U;  // from version 5 on
constexpr std::uint64_t net_bind_and_connect = 3;         // TCP; from version 4 on
constexpr std::uint64_t scope_sockets_and_signals = 3;    // from version 6 on

/// landlock_ruleset_attr as of version 6. An older kernel takes it as long as what it does not know
/// is zero.
struct RulesetAttributes {
    std::uint64_t handled_files = 0;
    std::uint64_t handled_network = 0;
    std::uint64_t scoped = 0;
};

constexpr std::uint64_t read_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t make_device = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;
/// What a rule about a single file may grant.
constexpr std::uint64_t file_access = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                      LANDLOCK_ACCESS_FS_READ_FILE | access_truncate |
                                      access_ioctl_device;

std::uint64_t known_file_access(int abi) {
    constexpr std::uint64_t first = (std::uint64_t{LANDLOCK_ACCESS_FS_MAKE_SYM} << 1U) - 1;
    return first | (abi >= 2 ? std::uint64_t{LANDLOCK_ACCESS_FS_REFER} : 0U) |
           (abi >= 3 ? access_truncate : 0U) | (abi >= 5 ? access_ioctl_device : 0U);
}

class Ruleset {
public:
    Ruleset(const RulesetAttributes& attributes, std::uint64_t known)
        : descriptor_(static_cast<int>(
              syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0))),
          known_(known) {}

    [[nodiscard]] explicit operator bool() const { return static_cast<bool>(descriptor_); }

    void allow(const std::filesystem::path& path, std::uint64_t access) const {
        const Descriptor place(open(path.c_str(), O_PATH | O_CLOEXEC));
        struct stat status {};
        if (!place || fstat(place.get(), &status) != 0) {
            return;
        }
        landlock_path_beneath_attr rule{};
        rule.allowed_access =
            access & known_ & (S_ISDIR(status.st_mode) ? ~std::uint64_t{0} : file_access);
        rule.parent_fd = place.get();
        // What cannot be granted stays denied: the safe side.
        syscall(SYS_landlock_add_rule, descriptor_.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    [[nodiscard]] bool enforce() const {
        return syscall(SYS_landlock_restrict_self, descriptor_.get(), 0) == 0;
    }

private:
    Descriptor descriptor_;
    std::uint64_t known_;
};

void allow_all(const Ruleset& ruleset, const LandlockRules& rules, std::uint64_t known) {
    for (const auto& path : rules.read) {
        ruleset.allow(path, read_access);
    }
    for (const auto& path : rules.execute) {
        ruleset.allow(path, read_access | LANDLOCK_ACCESS_FS_EXECUTE);
    }
    for (const auto& path : rules.devices) {
        ruleset.allow(
            path, LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | access_truncate);
    }
    if (rules.own_folder) {
        const std::uint64_t denied =
            make_device | access_ioctl_device |
            (rules.execute_own ? 0U : std::uint64_t{LANDLOCK_ACCESS_FS_EXECUTE});
        ruleset.allow(*rules.own_folder, known & ~denied);
    }
}

}  // namespace

LandlockState apply_landlock(const LandlockRules& rules) {
    LandlockState out;
    const long version =
        syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version <= 0) {
        out.problem = "the kernel has no Landlock, or it is switched off";
        return out;
    }
    out.abi = static_cast<int>(version);
    const bool files = rules.restrict_files;
    const bool network = rules.restrict_network && out.abi >= 4;
    const bool scope = out.abi >= 6;
    if (!files && !network && !scope) {
        return out;
    }
    const std::uint64_t known = known_file_access(out.abi);
    const Ruleset ruleset({.handled_files = files ? known : 0,
                           .handled_network = network ? net_bind_and_connect : 0,
                           .scoped = scope ? scope_sockets_and_signals : 0},
                          known);
    if (!ruleset) {
        out.problem = std::string("Landlock refuses the rules: ") + std::strerror(errno);
        return out;
    }
    if (files) {
        allow_all(ruleset, rules, known);
    }
    if (!ruleset.enforce()) {
        out.problem = std::string("Landlock cannot be switched on: ") + std::strerror(errno);
        return out;
    }
    out.files = files;
    out.network = network;
    out.scope = scope;
    return out;
}

}  // namespace oa::host::isolation::worker
