#include "host/document/document_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oa::host {
namespace {

// Reads up to so many bytes and one more, so that the reader of the document can tell that it is
// too long.
std::optional<std::string> read_all(int descriptor, std::size_t bytes_max) {
    std::string text;
    std::size_t used = 0;
    while (used <= bytes_max) {
        text.resize(std::min(used + (64U << 10U), bytes_max + 1));
        const ssize_t got = ::read(descriptor, text.data() + used, text.size() - used);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return std::nullopt;
        }
        if (got == 0) {
            break;
        }
        used += static_cast<std::size_t>(got);
    }
    text.resize(used);
    return text;
}

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t put = ::write(descriptor, text.data(), text.size());
        if (put < 0 && errno != EINTR) {
            return false;
        }
        text.remove_prefix(put < 0 ? 0 : static_cast<std::size_t>(put));
    }
    return ::fsync(descriptor) == 0;
}

// So that the name of a file outlives a power cut.
bool sync_folder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return false;
    }
    const bool is_synced = ::fsync(descriptor) == 0;
    ::close(descriptor);
    return is_synced;
}

DocumentProblem last_problem(const std::string& what) {
    return {what + ": " + std::strerror(errno)};
}

}  // namespace

std::variant<std::string, DocumentProblem> read_document_file(const std::string& file,
                                                              std::size_t bytes_max) {
    if (file == "-") {
        if (auto text = read_all(STDIN_FILENO, bytes_max)) {
            return *std::move(text);
        }
        return DocumentProblem{"standard input cannot be read"};
    }
    // Not blocking, so that a pipe without a writer gives an answer.
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        return last_problem("cannot be opened");
    }
    struct stat status {};
    std::variant<std::string, DocumentProblem> result;
    if (::fstat(descriptor, &status) != 0 || S_ISDIR(status.st_mode)) {
        result = DocumentProblem{"is a folder; name a workflow document"};
    } else if (auto text = read_all(descriptor, bytes_max)) {
        result = *std::move(text);
    } else {
        result = last_problem("cannot be read");
    }
    ::close(descriptor);
    return result;
}

std::string write_document_file(const std::filesystem::path& file, std::string_view text) {
    std::filesystem::path draft = file;
    draft.replace_filename("." + file.filename().string() + ".draft");
    ::unlink(draft.c_str());  // of a host that died over it
    const int descriptor =
        ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (descriptor < 0) {
        return last_problem("cannot be written").message;
    }
    const bool is_written = write_all(descriptor, text);
    std::string why = is_written ? std::string() : last_problem("cannot be written").message;
    ::close(descriptor);
    if (why.empty() && ::rename(draft.c_str(), file.c_str()) != 0) {
        why = last_problem("cannot be replaced").message;
    }
    if (why.empty() && !sync_folder(file.parent_path())) {
        why = last_problem("cannot be made to last").message;
    }
    if (!why.empty()) {
        ::unlink(draft.c_str());
    }
    return why;
}

}  // namespace oa::host
