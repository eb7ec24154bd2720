#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

namespace oa::host {

/// Why a document cannot be had, such as "cannot be opened: No such file or directory".
struct DocumentProblem {
    std::string message;
};

/// The text of a file ("-": standard input), or why it cannot be had. Reads no more than a document
/// may have, plus one byte. Does not wait for somebody to write into a pipe.
[[nodiscard]] std::variant<std::string, DocumentProblem> read_document_file(const std::string& file,
                                                                            std::size_t bytes_max);

/// Keeps a document: afterwards the file has all of it, or is as it was before. Why it could not;
/// empty when it is kept.
[[nodiscard]] std::string write_document_file(const std::filesystem::path& file,
                                              std::string_view text);

}  // namespace oa::host
