#pragma once

#include <stdexcept>
#include <string>

#include "tests/support/certificate.hpp"
#include "tests/support/http_server_process.hpp"
#include "tests/support/subprocess.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// The server of mail_server.py; what it takes is written into the folder. Throws
/// std::runtime_error when it does not start, as without the package python3-aiosmtpd.
class MailServer {
public:
    MailServer(const TemporaryFolder& folder, const Certificate& certificate)
        : process_({"python3", "-I", OA_SOURCE_DIR "/tests/support/mail_server.py",
                    folder.path().string(), certificate.file, certificate.key}),
          folder_(folder) {
        const std::string ports = process_.first_line();
        const std::size_t first = ports.find(' ');
        const std::size_t second = ports.find(' ', first + 1);
        starttls_port = std::stoi(ports.substr(0, first));
        tls_port = std::stoi(ports.substr(first + 1, second - first - 1));
        plain_port = std::stoi(ports.substr(second + 1));
    }

    /// A mail as a text of JSON, counted from 1; empty when there is none.
    [[nodiscard]] std::string mail(int number) const {
        return folder_.read(std::to_string(number) + ".json");
    }

    /// What Python's reader of e-mails makes of one, as a text of JSON: headers (names in lower
    /// case), type, parts, defects.
    [[nodiscard]] std::string parsed(int number) const {
        const ProcessResult result = run_program(
            {"/usr/bin/python3", "-I", "-c", reader, folder_.at(std::to_string(number) + ".json")});
        return result.exit_status == 0 ? result.out : throw std::runtime_error(result.err);
    }

    int starttls_port = 0;
    int tls_port = 0;
    int plain_port = 0;

private:
    static constexpr const char* reader = R"(
import email, email.policy, json, sys
mail = email.message_from_string(json.load(open(sys.argv[1]))["content"], policy=email.policy.default)
parts = [{"type": p.get_content_type(), "name": p.get_filename(),
          "content": p.get_content() if p.get_content_maintype() == "text" and not p.get_filename()
                     else p.get_payload(decode=True).hex()}
         for p in mail.walk() if not p.is_multipart()]
print(json.dumps({"headers": {k.lower(): str(v) for k, v in mail.items()}, "type": mail.get_content_type(),
                  "parts": parts, "defects": [str(d) for d in mail.defects]}))
)";

    ServerProcess process_;
    const TemporaryFolder& folder_;
};

}  // namespace oa::test
