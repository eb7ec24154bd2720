#include "checksum.hpp"

#include <cerrno>
#include <fstream>
#include <vector>

#include "execute.hpp"
#include "plugins/common/digest.hpp"
#include "plugins/common/fault.hpp"
#include "plugins/common/text.hpp"

namespace oa::ssh {

namespace {

constexpr std::size_t hex_size = 64;

}  // namespace

std::string local_checksum(const std::string& path, const Stopper& stopper) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw permission_denied(path + " cannot be read again for its checksum");
    }
    common::Digest digest("sha256");
    std::vector<char> buffer(std::size_t{1} << 20U);
    while (file) {
        stopper.check();
        file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        digest.add({buffer.data(), static_cast<std::size_t>(file.gcount())});
    }
    return digest.hex();
}

std::string remote_checksum(Call& call, Session& session, const std::string& path) {
    ExecutePlan plan;
    // From standard input, so that no name is taken for an option and none is escaped.
    plan.command = "sha256sum < " + common::shell_quoted(path);
    common::OutputCapture output(call, "stdout", {1024, false});
    common::OutputCapture errors(call, "stderr", {1024, false});
    const ExecuteEnd end = execute(session, plan, output, errors);
    const std::string text = output.text();
    if (end.exit_code != 0 || text.size() < hex_size || text.find(' ') != hex_size) {
        throw unimplemented(session.target().name() + ": sha256sum gives no checksum of " + path +
                            (errors.last_line().empty() ? "" : ": " + errors.last_line()) +
                            "; leave checksum out, or install it there");
    }
    return text.substr(0, hex_size);
}

void require_same(const std::string& local, const std::string& remote, const std::string& path) {
    if (local != remote) {
        throw common::fault(ErrorCode::Unavailable, Retry::Yes,
                            path + " differs from its source after the transfer (SHA-256 " + local +
                                " here, " + remote + " there)");
    }
}

}  // namespace oa::ssh
