#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/port/workflow_source.hpp"

namespace oa::host {

/// A document and all those that its tasks run, as they were when it was read: a run goes on with
/// them, whatever becomes of the files. Finds what was found then, and nothing else.
class DocumentBundle final : public core::WorkflowSource {
public:
    /// Of a document that was just read; record() adds what it leads to.
    DocumentBundle(std::string file, std::string text);
    /// Reads what text() gave. Throws std::runtime_error.
    explicit DocumentBundle(std::string_view bundle);

    [[nodiscard]] const std::string& file() const noexcept { return file_; }
    [[nodiscard]] const std::string& document() const { return texts_.at(file_); }
    [[nodiscard]] std::variant<Document, Problem> find(std::string_view name,
                                                       const std::string& from) const override;

    void record(std::string_view name, const std::string& from, const Document& found);
    /// A JSON object: {"v": 1, "file", "texts": {file: text}, "found": [[name, from, file]]}.
    /// Equal for equal documents.
    [[nodiscard]] std::string text() const;

private:
    std::string file_;
    std::map<std::string, std::string> texts_;                          // by file
    std::map<std::pair<std::string, std::string>, std::string> found_;  // by name and from: file
};

/// Finds documents elsewhere and adds them to a bundle. Not thread safe.
class RecordingSource final : public core::WorkflowSource {
public:
    /// Both are borrowed.
    RecordingSource(const core::WorkflowSource& source, DocumentBundle& bundle)
        : source_(source), bundle_(bundle) {}

    [[nodiscard]] std::variant<Document, Problem> find(std::string_view name,
                                                       const std::string& from) const override;

private:
    const core::WorkflowSource& source_;
    DocumentBundle& bundle_;
};

}  // namespace oa::host
