#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/port/workflow_source.hpp"

namespace oa::host {

/// Finds the workflows that tasks run in files.
///
/// A name is a path, read from the folder of the document that names it; `.yaml` or `.yml` may be
/// left out. A name without a slash is also looked for in `library`, if that is given. What a path
/// leads to, symbolic links followed, lies in the folder of the document that is run or below it,
/// in that of the document that names it, or in `library`; anything else has to be named by an
/// absolute path, so that documents do not reach for files by accident. Of what lies elsewhere it
/// is not told whether it is there.
class WorkflowFiles final : public core::WorkflowSource {
public:
    /// What absolute paths may lead to.
    enum class Reach {
        Anywhere,  ///< of documents of whoever runs this program
        Folders    ///< of documents of others: only where names lead to as well
    };

    /// `root` is the document that is run, as it was named; where it came from elsewhere, any text
    /// without a slash, which then stands for the working directory.
    WorkflowFiles(const std::string& root,
                  std::size_t bytes_max,
                  const std::filesystem::path& library = {},
                  Reach reach = Reach::Anywhere);

    [[nodiscard]] std::variant<Document, Problem> find(std::string_view name,
                                                       const std::string& from) const override;

private:
    using Path = std::filesystem::path;

    [[nodiscard]] std::vector<Path> candidates(const Path& name, const Path& folder) const;
    [[nodiscard]] bool is_allowed(const Path& file, const Path& folder) const;
    [[nodiscard]] std::variant<Document, Problem> read(const Path& file) const;
    [[nodiscard]] std::string shown(const Path& file) const;
    [[nodiscard]] Problem missing(const Path& name, const Path& folder) const;

    std::string root_;
    std::size_t bytes_max_;
    Path root_folder_;       // as it was named
    Path canonical_root_;    // of the document
    Path canonical_folder_;  // of its folder
    Path library_;
    Reach reach_;
};

}  // namespace oa::host
