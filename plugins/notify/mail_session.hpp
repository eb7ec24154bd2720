#pragma once

#include <string>
#include <vector>

#include <Poco/Net/SMTPClientSession.h>

#include "oa/error.hpp"
#include "plugins/common/http/connection.hpp"
#include "plugins/common/http/tls.hpp"

namespace oa::notify {

/// A dialogue with a mail server, over a connection that an Interrupter can end. What goes wrong is
/// thrown as oa::Error with "host:port"; no password is ever in it.
class MailSession : private Poco::Net::SMTPClientSession {
public:
    struct Rejection {
        std::string address;
        std::string reason;
        int status = 0;
    };

    /// Takes the greeting and says hello. `connection` has to live as long.
    MailSession(const http::Connection& connection,
                const http::Url& server,
                http::Interrupter& interrupter,
                std::string own_name);
    ~MailSession() override;
    MailSession(const MailSession&) = delete;
    MailSession& operator=(const MailSession&) = delete;

    /// Goes on in TLS. PRECONDITION where the server cannot: nothing is sent in the clear then.
    void start_tls(const http::TlsOptions& options);
    void log_in(const std::string& user, const std::string& password);
    /// Names sender and receivers; gives those that the server does not want.
    [[nodiscard]] std::vector<Rejection> address(const std::string& sender,
                                                 const std::vector<std::string>& receivers,
                                                 std::size_t size);
    /// The text of a message, lines ended by CRLF.
    void send(const std::string& content);

private:
    struct Answer {
        int status = 0;
        std::string text;
    };

    Answer command(const std::string& line);
    void hello();
    [[nodiscard]] bool offers(const std::string& word) const;
    [[nodiscard]] Error refused(const std::string& what, const Answer& answer) const;
    [[nodiscard]] Error broken(const std::string& cause) const;

    http::Url server_;
    http::Interrupter& interrupter_;
    std::string own_name_;
    std::vector<std::string> offers_;  ///< what the server can do, in upper case
    bool content_sent_ = false;        ///< the server may have taken the message
};

/// Whether another attempt may help, and why not: what the status of SMTP says.
[[nodiscard]] Error mail_error(int status, const std::string& message);

}  // namespace oa::notify
