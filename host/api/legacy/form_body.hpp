#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oa::host {

// Bodies of HTML forms, read strictly: what is not as it has to be is ApiProblem 400
// ("invalid_form"), and nothing is guessed.

/// Names and values, decoded, valid UTF-8 without NUL; no name is there twice.
class Form {
public:
    /// Of application/x-www-form-urlencoded; at most 32 fields.
    explicit Form(std::string_view body);

    [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
    /// ApiProblem 422 ("missing_field"): it is not there, or empty.
    [[nodiscard]] std::string get(std::string_view name) const;

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

/// A file that a form has.
struct UploadedFile {
    std::string name;  ///< as the client says; may be anything
    std::string bytes;
};

/// multipart/form-data (RFC 7578) of one part, the file `field`. `content_type` is the header field
/// that names the boundary. A part's head has at most 8 lines and 4 KiB, and nothing stands before
/// the part or behind it. ApiProblem 422 when the part is not a file called so.
[[nodiscard]] UploadedFile read_upload(std::string_view content_type,
                                       std::string_view body,
                                       std::string_view field);

}  // namespace oa::host
