#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "plugins/common/http/body.hpp"
#include "plugins/common/io.hpp"

namespace oa::http {

struct PartialOptions {
    common::Existing existing = common::Existing::Replace;
    common::Missing parents = common::Missing::Fail;
    std::optional<mode_t> mode;  // unset: of the file that is replaced, else by the umask
    bool resume = true;          // keep a part for the next attempt, and go on with one
    std::string source;          // where the content comes from: a part of another source is none
};

/// A file that grows beside its place and comes there whole: made durable, then renamed. With
/// `resume` it is called .NAME.oa-part, and .NAME.oa-part.json tells what it is a part of; it stays
/// when it does not become whole. A part that somebody else writes now, or that belongs to somebody
/// else, is left alone.
class PartialFile {
public:
    /// Finds out whether the place can be written before anything is fetched. Throws oa::Error.
    PartialFile(const std::string& path, PartialOptions options);
    ~PartialFile();
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;

    /// Bytes that are there.
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// What names the version of the content that the part is of; empty: it has no name.
    [[nodiscard]] const std::string& version() const { return version_; }

    /// Empties the file, for another version.
    void restart(const std::string& version);
    void write(std::string_view piece);
    /// Gives all that is there, from its start.
    void read_back(const BodySink& take) const;
    /// Nothing of it is of use: it does not stay.
    void discard() { options_.resume = false; }
    /// Makes it visible under its name. Throws, and leaves the old content, when it cannot.
    void commit();

private:
    void check_target();
    [[nodiscard]] bool open_part();
    void open_temporary();
    void load_state();
    [[nodiscard]] bool save_state(std::uint64_t synced) const noexcept;
    void cut(std::uint64_t size);
    [[nodiscard]] std::string state_path() const { return part_ + ".json"; }
    void remove() const noexcept;

    std::string path_;    // as the caller named it
    std::string target_;  // behind symbolic links
    std::string part_;    // what is written to
    PartialOptions options_;
    common::Fd file_;
    std::uint64_t size_ = 0;
    std::string version_;
    std::optional<uid_t> owner_;  // of the file that is replaced
    std::optional<gid_t> group_;
    bool done_ = false;
};

}  // namespace oa::http
