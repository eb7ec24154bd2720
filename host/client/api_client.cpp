#include "host/client/api_client.hpp"

#include <array>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include <Poco/Exception.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Timespan.h>
#include <openssl/err.h>

#include "core/json/json.hpp"
#include "host/client/server_trust.hpp"

namespace oa::host::client {

namespace json = boost::json;

namespace {

constexpr int tries_max = 3;
constexpr std::chrono::milliseconds first_wait{200};
constexpr long connect_seconds = 10;
constexpr long answer_seconds = 60;
constexpr std::size_t answer_bytes_max = 256U << 20U;

/// The connection was there, and broke before there was an answer.
class Broken : public NotReached {
public:
    using NotReached::NotReached;
};

std::string text_in(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

/// "greet.yaml:3:5: there is no function ...; did you mean ...?"
std::string sentence_of(const json::object& error) {
    std::string place = text_in(error, "file");
    for (const char* key : {"line", "column"}) {
        if (const json::value* number = error.if_contains(key); number && number->is_int64()) {
            place += (place.empty() ? "" : ":") + std::to_string(number->get_int64());
        }
    }
    for (const char* key : {"parameter", "pointer"}) {
        if (place.empty()) {
            place = text_in(error, key);
        }
    }
    const std::string hint = text_in(error, "hint");
    return (place.empty() ? "" : place + ": ") + text_in(error, "message") +
           (hint.empty() ? "" : "; " + hint);
}

std::string read_all(std::istream& stream) {
    std::string text;
    std::array<char, 16U << 10U> part{};
    while (stream.read(part.data(), part.size()) || stream.gcount() > 0) {
        text.append(part.data(), static_cast<std::size_t>(stream.gcount()));
        if (text.size() > answer_bytes_max) {
            throw ApiError(502, "", "the answer has more than 256 MiB");
        }
    }
    return text;
}

json::object parse_answer(const std::string& body) {
    if (body.empty()) {
        return {};
    }
    try {
        json::value value = core::parse_json(body);
        if (value.is_object()) {
            return std::move(value.get_object());
        }
    } catch (const core::JsonError&) {
        // told below, as for any other answer that is none of ours
    }
    throw ApiError(502, "", "what answered is no host of workflows; is the address right?");
}

}  // namespace

ApiError error_from(int status, const std::string& body) {
    json::object problem;
    try {
        problem = parse_answer(body);
    } catch (const ApiError&) {
        problem.clear();
    }
    const std::string detail = text_in(problem, "detail");
    ApiError error(
        status, text_in(problem, "code"),
        detail.empty() ? "the answer is " + std::to_string(status) + ", and says no more" : detail,
        text_in(problem, "hint"));
    std::vector<std::string> errors;
    if (const json::value* list = problem.if_contains("errors"); list && list->is_array()) {
        for (const json::value& one : list->get_array()) {
            if (one.is_object()) {
                errors.push_back(sentence_of(one.get_object()));
            }
        }
    }
    return std::move(error).with(std::move(errors));
}

ApiClient::~ApiClient() {
    session_.reset();
    ERR_clear_error();
}

std::unique_ptr<Poco::Net::HTTPClientSession> ApiClient::make_session() const {
    using Poco::Net::HTTPClientSession;
    using Poco::Net::HTTPSClientSession;
    std::unique_ptr<HTTPClientSession> session;
    if (access_.url.secure) {
        session = std::make_unique<HTTPSClientSession>(
            access_.url.host, access_.url.port,
            make_tls_context(access_.url.host, access_.ca_file));
    } else {
        session = std::make_unique<HTTPClientSession>(access_.url.host, access_.url.port);
    }
    session->setTimeout(Poco::Timespan(connect_seconds, 0), Poco::Timespan(connect_seconds, 0),
                        Poco::Timespan(answer_seconds, 0));
    session->setKeepAlive(true);
    return session;
}

Poco::Net::HTTPRequest ApiClient::make_request(const std::string& method,
                                               const std::string& target) const {
    Poco::Net::HTTPRequest request(method, target, Poco::Net::HTTPMessage::HTTP_1_1);
    request.set("Authorization", "Bearer " + std::string(access_.token.reveal()));
    request.set("User-Agent", "oa");
    return request;
}

void ApiClient::throw_not_reached() const {
    const std::string where = access_.url.text();
    try {
        throw;
    } catch (const Poco::Net::ConnectionRefusedException&) {
        throw NotReached(where + " cannot be reached: connection refused; does the host run?");
    } catch (const Poco::Net::HostNotFoundException&) {
        throw NotReached(where + " cannot be reached: there is no host '" + access_.url.host + "'");
    } catch (const Poco::Net::SSLException& error) {
        ERR_clear_error();
        throw NotReached(where + " is not trusted, or speaks no TLS: " + error.message() +
                         "; --ca FILE takes an authority of your own");
    } catch (const Poco::TimeoutException&) {
        throw Broken(where + " did not answer in time");
    } catch (const Poco::Exception& error) {
        ERR_clear_error();
        throw Broken(where + ": the connection broke: " + error.displayText());
    }
}

json::object ApiClient::get(const std::string& target) {
    return send({.method = "GET", .target = target, .body = {}, .fields = {}, .may_repeat = true});
}

json::object ApiClient::send(const ApiRequest& request) {
    if (!request.may_repeat) {
        session_.reset();  // one that has been idle may be closed already
    }
    std::chrono::milliseconds wait = first_wait;
    for (int tries = 1;; ++tries) {
        const bool is_last = !request.may_repeat || tries == tries_max;
        try {
            return send_once(request);
        } catch (const NotReached& error) {
            session_.reset();
            if (is_last || dynamic_cast<const Broken*>(&error) == nullptr) {
                throw;
            }
        } catch (const ApiError& error) {
            if (is_last || (error.status() != 429 && error.status() != 503)) {
                throw;
            }
        }
        std::this_thread::sleep_for(wait);
        wait *= 2;
    }
}

json::object ApiClient::send_once(const ApiRequest& request) {
    std::string body;
    Poco::Net::HTTPResponse head;
    try {
        if (!session_) {
            session_ = make_session();
        }
        Poco::Net::HTTPRequest sent = make_request(request.method, request.target);
        sent.set("Accept", "application/json");
        for (const auto& [name, value] : request.fields) {
            sent.set(name, value);
        }
        const std::string text = request.body ? core::write_json(*request.body) : std::string();
        if (request.body) {
            sent.setContentType("application/json");
        }
        if (request.method != "GET") {
            sent.setContentLength64(static_cast<Poco::Int64>(text.size()));
        }
        session_->sendRequest(sent) << text << std::flush;
        body = read_all(session_->receiveResponse(head));
    } catch (const Poco::Exception&) {
        throw_not_reached();
    }
    if (head.getStatus() >= 300) {
        throw error_from(head.getStatus(), body);
    }
    return parse_answer(body);
}

OpenAnswer ApiClient::open(const std::string& target,
                           const std::map<std::string, std::string>& fields) const {
    OpenAnswer answer;
    Poco::Net::HTTPResponse head;
    std::string refusal;
    try {
        answer.session = make_session();
        Poco::Net::HTTPRequest sent = make_request("GET", target);
        for (const auto& [name, value] : fields) {
            sent.set(name, value);
        }
        answer.session->sendRequest(sent);
        answer.body = &answer.session->receiveResponse(head);
        if (head.getStatus() != 200) {
            refusal = read_all(*answer.body);
        }
    } catch (const Poco::Exception&) {
        throw_not_reached();
    }
    if (head.getStatus() != 200) {
        throw error_from(head.getStatus(), refusal);
    }
    return answer;
}

}  // namespace oa::host::client
