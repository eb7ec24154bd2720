#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "support.hpp"

namespace oa::files {

/// The parts of a name in an archive, without "." and empty ones. Throws PRECONDITION for what
/// could lead out of the folder: absolute names, "..", and for what no folder can hold.
[[nodiscard]] std::vector<std::string> safe_parts(std::string_view name);

/// Whether a link that lies `depth` folders deep and has this target stays in the folder, wherever
/// the other links in it lead, as long as this holds for each of them: ".." may stand at the start
/// alone, and no more often than there are folders.
[[nodiscard]] bool link_stays_inside(std::string_view target, std::size_t depth);

/// A folder into which names are unpacked that nobody can trust. All is done from open folders,
/// one part of a name at a time, without following any link: neither what was unpacked before nor
/// what somebody swaps in meanwhile leads out of it.
class SafeFolder {
public:
    using Parts = std::vector<std::string>;

    /// Takes the open folder over.
    explicit SafeFolder(Fd root);

    /// Makes what is missing of it, with the mode that the umask leaves.
    void make_folder(const Parts& parts);
    /// An empty file, mode 0600. What is there already, but for a folder, makes way where `replace`
    /// says so, and else is a CONFLICT.
    [[nodiscard]] Fd make_file(const Parts& parts, bool replace);
    void make_link(const Parts& parts, const std::string& target, bool replace);
    /// Another name for a file that was made before.
    void make_hard_link(const Parts& parts, const Parts& original, bool replace);

    void set_link_time(const Parts& parts, const timespec& time);
    /// Mode and time of a folder that is there; nothing happens where it is not.
    void set_folder(const Parts& parts, mode_t mode, const timespec& time);

private:
    enum class Missing { Make, Fail };
    /// The open folder of these parts, which stays open until the next call.
    [[nodiscard]] int enter(const Parts& parts, std::size_t count, Missing missing);
    void make_way(int folder, const Parts& parts, bool replace);

    Fd root_;
    std::vector<std::pair<std::string, Fd>> chain_;  // the folders that were entered last
};

/// The parts with slashes between them, for messages.
[[nodiscard]] std::string text_of(const SafeFolder::Parts& parts);

}  // namespace oa::files
