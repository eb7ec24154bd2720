#pragma once

#include <string>
#include <string_view>

namespace oa::common {

/// A temporary folder that nobody but this user may look into; goes away, with all that is in it,
/// with this object.
class PrivateFolder {
public:
    /// `purpose` becomes a part of its name. Throws oa::Error EXHAUSTED.
    explicit PrivateFolder(std::string_view purpose);
    ~PrivateFolder();
    PrivateFolder(const PrivateFolder&) = delete;
    PrivateFolder& operator=(const PrivateFolder&) = delete;

    /// Writes a new file that only this user may read and gives its path. Throws oa::Error
    /// EXHAUSTED.
    std::string write(std::string_view name, std::string_view content) const;

private:
    std::string path_;
};

}  // namespace oa::common
