#pragma once

#include <string>
#include <vector>

#include "address.hpp"
#include "params.hpp"

namespace oa::notify {

/// What an e-mail says, and to whom.
struct MailText {
    Address from;
    std::vector<Address> to;
    std::vector<Address> cc;
    std::vector<Address> bcc;  ///< get it, and stand in no header
    std::string id;            ///< Message-ID, with angle brackets
    std::string content;       ///< headers and body, with CRLF

    /// All mailboxes that get it, each once.
    [[nodiscard]] std::vector<std::string> receivers() const;
};

/// From from, to, cc, bcc, reply_to, subject, text, html, attachments. Throws INVALID_PARAMS,
/// NOT_FOUND for a file, EXHAUSTED for attachments of more than 25 MiB.
[[nodiscard]] MailText mail_text(const Params& params);

}  // namespace oa::notify
