#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace oa::core {

/// Finds the documents that a task's `workflow` names.
class WorkflowSource {
public:
    struct Document {
        std::string file;  ///< the same text for the same document, however it is named
        std::string text;
    };
    struct Problem {
        std::string message;  ///< why there is none, such as "there is no file 'x.yaml'"
        std::string hint;
    };

    virtual ~WorkflowSource() = default;
    /// `name` is a path, read from the folder of `from`, or the name of a workflow: then the file
    /// of that name in that folder. `from` is the file of the document that names it; empty where
    /// that came from elsewhere.
    [[nodiscard]] virtual std::variant<Document, Problem> find(std::string_view name,
                                                               const std::string& from) const = 0;

protected:
    WorkflowSource() = default;
    WorkflowSource(const WorkflowSource&) = default;
    WorkflowSource& operator=(const WorkflowSource&) = default;
};

}  // namespace oa::core
