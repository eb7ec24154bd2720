#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"

namespace oa::core {

/// What is wrong with the documents that are read together. Keeps so many errors and so many
/// warnings, so that no document can make it long.
class Findings {
public:
    /// Files are listed in the order in which they are added. Gives the file's number.
    std::size_t add_file(const std::string& file);
    void add(std::size_t file,
             Severity severity,
             SourcePosition position,
             std::string message,
             std::string hint,
             std::string_view code = {});

    /// Whether further errors are only counted.
    [[nodiscard]] bool full() const noexcept;
    /// The same, for whoever then stops looking for more of them.
    [[nodiscard]] bool give_up() noexcept;
    /// File by file, each from top to bottom, without repetitions. Leaves nothing behind.
    [[nodiscard]] Diagnostics take();

private:
    struct Finding {
        std::size_t file = 0;
        Diagnostic diagnostic;
    };

    std::vector<std::string> files_;
    std::vector<Finding> findings_;
    std::size_t errors_ = 0;
    std::size_t warnings_ = 0;
    bool gave_up_ = false;
};

}  // namespace oa::core
