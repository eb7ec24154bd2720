#include "plugins/common/private_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "oa/error.hpp"
#include "plugins/common/process.hpp"

namespace oa::common {

PrivateFolder::PrivateFolder(std::string_view purpose) {
    const char* const base = std::getenv("TMPDIR");
    path_ = base == nullptr || *base == '\0' ? "/tmp" : base;
    path_.append("/oa-").append(purpose).append("-XXXXXX");
    if (::mkdtemp(path_.data()) == nullptr) {
        throw exhausted("no temporary folder " + path_ + ": " +
                        std::generic_category().message(errno));
    }
}

PrivateFolder::~PrivateFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string PrivateFolder::write(std::string_view name, std::string_view content) const {
    std::string path = path_;
    path.append("/").append(name);
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    while (file.is_open() && !content.empty()) {
        const ssize_t count = ::write(file.get(), content.data(), content.size());
        if (count < 0) {
            break;
        }
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    if (!file.is_open() || !content.empty()) {
        throw exhausted(path + " cannot be written: " + std::generic_category().message(errno));
    }
    return path;
}

}  // namespace oa::common
