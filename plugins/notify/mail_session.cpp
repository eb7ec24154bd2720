#include "mail_session.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>

#include <Poco/Exception.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Timespan.h>
#include <openssl/err.h>

#include "plugins/common/encoding.hpp"
#include "plugins/common/fault.hpp"
#include "plugins/common/text.hpp"

namespace oa::notify {

namespace {

constexpr std::size_t reason_max = 300;

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return text;
}

/// The words of an answer without its numbers: "550-no\n550 such user" as "no such user".
std::string words_of(const std::string& answer) {
    std::istringstream lines(answer);
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        if (line.size() > 4) {
            out.append(out.empty() ? "" : " ").append(line.substr(4));
        }
    }
    return common::as_utf8(common::cut_text(out, reason_max));
}

}  // namespace

Error mail_error(int status, const std::string& message) {
    switch (status) {
        case 421:
        case 450:
        case 451: return common::fault(ErrorCode::Unavailable, Retry::Yes, message);
        case 452: return common::fault(ErrorCode::Exhausted, Retry::Yes, message);
        case 552: return common::fault(ErrorCode::Exhausted, Retry::No, message);
        case 454: return common::fault(ErrorCode::Unavailable, Retry::Yes, message);
        case 530:
        case 534:
        case 535:
        case 538: return common::fault(ErrorCode::Unauthenticated, Retry::No, message);
        case 550:
        case 551:
        case 553: return common::fault(ErrorCode::NotFound, Retry::No, message);
        case 554:
        case 521: return common::fault(ErrorCode::Permission, Retry::No, message);
        default: break;
    }
    return status >= 400 && status < 500
               ? common::fault(ErrorCode::Unavailable, Retry::Yes, message)
               : common::fault(ErrorCode::Precondition, Retry::No, message);
}

MailSession::MailSession(const http::Connection& connection,
                         const http::Url& server,
                         http::Interrupter& interrupter,
                         std::string own_name)
    : SMTPClientSession(connection.socket()),
      server_(server),
      interrupter_(interrupter),
      own_name_(std::move(own_name)) {
    try {
        open();
    } catch (const Poco::Net::SMTPException& error) {
        http::throw_if_interrupted(interrupter_);
        throw mail_error(error.code(), server_.authority() +
                                           " does not want to talk: " + words_of(error.message()));
    } catch (const Poco::Exception& error) {
        throw broken(error.displayText());
    }
    hello();
}

MailSession::~MailSession() {
    try {
        // For the answer to QUIT, which tells nothing more.
        socket().setReceiveTimeout(Poco::Timespan(1, 0));
    } catch (const Poco::Exception&) {
        ERR_clear_error();
    }
}

Error MailSession::broken(const std::string& cause) const {
    http::throw_if_interrupted(interrupter_);
    ERR_clear_error();
    // Once all of it was sent, another attempt might deliver it twice.
    return common::fault(ErrorCode::Unavailable, content_sent_ ? Retry::Unknown : Retry::Yes,
                         server_.authority() + ": the connection broke off: " + cause);
}

Error MailSession::refused(const std::string& what, const Answer& answer) const {
    return mail_error(answer.status, server_.authority() + " refused " + what + ": " +
                                         std::to_string(answer.status) + " " +
                                         words_of(answer.text));
}

MailSession::Answer MailSession::command(const std::string& line) {
    Answer out;
    try {
        out.status = sendCommand(line, out.text);
    } catch (const Poco::Exception& error) {
        // A message of Poco's could hold what was sent.
        throw broken(error.code() == 0 ? error.name() : error.displayText());
    }
    http::throw_if_interrupted(interrupter_);
    if (out.status < 100) {
        throw broken("no more answers");
    }
    return out;
}

void MailSession::hello() {
    const Answer answer = command("EHLO " + own_name_);
    offers_.clear();
    if (answer.status != 250) {
        const Answer older = command("HELO " + own_name_);
        if (older.status != 250) {
            throw refused("the greeting", older);
        }
        return;
    }
    std::istringstream lines(answer.text);
    for (std::string line; std::getline(lines, line);) {
        if (line.size() > 4) {
            offers_.push_back(upper(line.substr(4)));
        }
    }
}

bool MailSession::offers(const std::string& word) const {
    return std::any_of(offers_.begin(), offers_.end(), [&](const std::string& offer) {
        return offer.starts_with(word) && (offer.size() == word.size() ||
                                           offer[word.size()] == ' ' || offer[word.size()] == '\r');
    });
}

void MailSession::start_tls(const http::TlsOptions& options) {
    if (!offers("STARTTLS")) {
        throw common::fault(
            ErrorCode::Precondition, Retry::No,
            server_.authority() + " offers no STARTTLS; nothing was sent unencrypted");
    }
    const Answer answer = command("STARTTLS");
    if (answer.status != 220) {
        throw refused("STARTTLS", answer);
    }
    try {
        // What came in the clear after the answer is thrown away with the old buffer.
        socket() = http::start_tls(socket(), server_, options);
    } catch (const Poco::Net::SSLException& error) {
        http::throw_if_interrupted(interrupter_);
        ERR_clear_error();
        throw common::fault(ErrorCode::Precondition, Retry::No,
                            server_.authority() + ": TLS failed: " + error.message());
    } catch (const Poco::Exception& error) {
        throw broken(error.displayText());
    }
    hello();
}

void MailSession::log_in(const std::string& user, const std::string& password) {
    const auto methods = std::find_if(offers_.begin(), offers_.end(), [](const std::string& offer) {
        return offer.starts_with("AUTH ");
    });
    const auto has = [&](std::string_view method) {
        return methods != offers_.end() && methods->find(method) != std::string::npos;
    };
    Answer answer;
    if (has("PLAIN")) {
        std::string plain;
        plain.append(1, '\0').append(user).append(1, '\0').append(password);
        answer = command("AUTH PLAIN " + common::base64_encode(plain));
    } else if (has("LOGIN")) {
        answer = command("AUTH LOGIN");
        if (answer.status == 334) {
            answer = command(common::base64_encode(user));
        }
        if (answer.status == 334) {
            answer = command(common::base64_encode(password));
        }
    } else {
        throw common::fault(ErrorCode::Precondition, Retry::No,
                            server_.authority() + " offers no log-in by a password here");
    }
    if (answer.status != 235) {
        throw refused("the log-in", answer);
    }
}

std::vector<MailSession::Rejection> MailSession::address(const std::string& sender,
                                                         const std::vector<std::string>& receivers,
                                                         std::size_t size) {
    std::string line = "MAIL FROM:<" + sender + ">";
    if (offers("SIZE")) {
        line += " SIZE=" + std::to_string(size);
    }
    if (const Answer answer = command(line); answer.status != 250) {
        throw refused("the sender " + sender, answer);
    }
    std::vector<Rejection> rejected;
    for (const std::string& receiver : receivers) {
        const Answer answer = command("RCPT TO:<" + receiver + ">");
        if (answer.status != 250 && answer.status != 251) {
            rejected.push_back({receiver, words_of(answer.text), answer.status});
        }
    }
    return rejected;
}

void MailSession::send(const std::string& content) {
    if (const Answer answer = command("DATA"); answer.status != 354) {
        throw refused("the message", answer);
    }
    // Lines that start with a dot get another one (RFC 5321, 4.5.2).
    std::string stuffed;
    stuffed.reserve(content.size() + content.size() / 64);
    for (std::size_t at = 0; at < content.size();) {
        const std::size_t end = std::min(content.find("\r\n", at), content.size());
        if (content[at] == '.') {
            stuffed += '.';
        }
        stuffed.append(content, at, end - at).append("\r\n");
        at = end + 2;
    }
    try {
        for (std::string_view rest = stuffed; !rest.empty();) {
            const int sent = socket().sendBytes(
                rest.data(), static_cast<int>(std::min<std::size_t>(rest.size(), 65'536)));
            http::throw_if_interrupted(interrupter_);
            if (sent <= 0) {
                throw broken("the message was not taken");
            }
            rest.remove_prefix(static_cast<std::size_t>(sent));
        }
    } catch (const Poco::Exception& error) {
        throw broken(error.displayText());
    }
    content_sent_ = true;
    if (const Answer answer = command("."); answer.status != 250) {
        throw refused("the message", answer);
    }
}

}  // namespace oa::notify
