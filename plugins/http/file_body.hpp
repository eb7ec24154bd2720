#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "plugins/common/http/body.hpp"
#include "plugins/common/io.hpp"

namespace oa::http {

/// A file that is sent as it was when it was opened: bytes that are added meanwhile are left out,
/// and it is an error when some are missing.
class OpenFile {
public:
    /// Throws oa::Error for what cannot be read, or has no length.
    explicit OpenFile(std::string path);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }
    void read(const BodySink& take) const;

private:
    std::string path_;
    common::Fd file_;
    std::uint64_t size_ = 0;
};

/// Texts and files in a row.
class FileBody : public BodySource {
public:
    void add(std::string text);
    void add(OpenFile file);
    /// Is told of every piece before it is sent.
    void watch(BodySink watcher) { watcher_ = std::move(watcher); }

    [[nodiscard]] std::uint64_t size() const override { return size_; }
    void read(const BodySink& take) const override;

private:
    std::vector<std::variant<std::string, OpenFile>> parts_;
    std::uint64_t size_ = 0;
    BodySink watcher_;
};

}  // namespace oa::http
