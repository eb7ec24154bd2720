#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/secret/secret.hpp"
#include "host/client/client_error.hpp"
#include "host/client/server_url.hpp"

namespace oa::host::client {

/// Which host, and who asks it.
struct ServerAccess {
    ServerUrl url;
    core::Secret token;
    std::filesystem::path ca_file;  ///< PEM; empty: the authorities that the system trusts
};

struct ApiRequest {
    std::string method;
    std::string target;  ///< "/api/v1/runs?limit=1"
    std::optional<boost::json::value> body;
    std::map<std::string, std::string> fields;
    /// Whether asking twice is the same as asking once: then it is asked again when the connection
    /// broke, or when the host says that it is busy.
    bool may_repeat = false;
};

/// An answer that goes on. For one thread.
struct OpenAnswer {
    std::unique_ptr<Poco::Net::HTTPClientSession> session;
    std::istream* body = nullptr;  ///< [owner: session]
};

/// Asks a host. For one thread. All functions throw NotReached and ApiError.
class ApiClient {
public:
    explicit ApiClient(ServerAccess access) : access_(std::move(access)) {}
    ~ApiClient();
    ApiClient(const ApiClient&) = delete;
    ApiClient& operator=(const ApiClient&) = delete;

    /// What the host has there.
    [[nodiscard]] boost::json::object get(const std::string& target);
    /// The answer; empty where it has no content.
    boost::json::object send(const ApiRequest& request);
    /// An answer of the type that is asked for, on a connection of its own, which is read until
    /// nothing comes for a minute.
    [[nodiscard]] OpenAnswer open(const std::string& target,
                                  const std::map<std::string, std::string>& fields) const;

    /// A connection of its own that is not made yet.
    [[nodiscard]] std::unique_ptr<Poco::Net::HTTPClientSession> make_session() const;
    /// With the token.
    [[nodiscard]] Poco::Net::HTTPRequest make_request(const std::string& method,
                                                      const std::string& target) const;
    /// Throws NotReached for the exception of Poco's that is being handled:
    /// "https://oa.example:443 cannot be reached: ...".
    [[noreturn]] void throw_not_reached() const;
    [[nodiscard]] const ServerUrl& url() const noexcept { return access_.url; }

private:
    boost::json::object send_once(const ApiRequest& request);

    ServerAccess access_;
    std::unique_ptr<Poco::Net::HTTPClientSession> session_;  // kept for the next request
};

/// What a host says that it does not do. `body` may be anything.
[[nodiscard]] ApiError error_from(int status, const std::string& body);

}  // namespace oa::host::client
