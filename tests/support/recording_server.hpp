#pragma once

#include <string>
#include <vector>

#include "tests/support/certificate.hpp"
#include "tests/support/http_server_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// The server of recording_server.py; requests, and how it answers, are in the folder.
class RecordingServer {
public:
    RecordingServer(const TemporaryFolder& folder, const Certificate& certificate)
        : process_({"python3", "-I", OA_SOURCE_DIR "/tests/support/recording_server.py",
                    folder.path().string(), certificate.file, certificate.key}),
          folder_(folder),
          base_("https://localhost:" + process_.first_line()) {}

    [[nodiscard]] std::string url(const std::string& path) const { return base_ + path; }
    /// What was asked so far, each as a text of JSON.
    [[nodiscard]] std::vector<std::string> requests() const {
        std::vector<std::string> out;
        const std::string all = folder_.read("requests");
        for (std::size_t at = 0; at < all.size();) {
            const std::size_t end = all.find('\n', at);
            out.push_back(all.substr(at, end - at));
            at = end + 1;
        }
        return out;
    }

private:
    ServerProcess process_;
    const TemporaryFolder& folder_;
    std::string base_;
};

}  // namespace oa::test
