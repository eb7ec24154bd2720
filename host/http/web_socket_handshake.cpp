#include "host/http/web_socket_handshake.hpp"

#include <algorithm>
#include <sstream>

#include <Poco/Base64Encoder.h>
#include <Poco/SHA1Engine.h>

#include "host/http/ascii.hpp"

namespace oa::host::http {
namespace {

constexpr std::string_view version = "13";

bool any_has(const HttpFields& fields, std::string_view name, std::string_view word) {
    return std::any_of(fields.all().begin(), fields.all().end(),
                       [&](const HttpFields::Field& field) {
                           return same_word(field.name, name) && list_has(field.value, word);
                       });
}

/// 16 bytes in base64: 22 digits, of which the last one has only two bits, and "==".
bool is_key(std::string_view key) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return key.size() == 24 && key.substr(22) == "==" &&
           std::string_view("AQgw").find(key[21]) != std::string_view::npos &&
           key.substr(0, 22).find_first_not_of(digits) == std::string_view::npos;
}

std::string accept_value(std::string_view key) {
    Poco::SHA1Engine hash;
    hash.update(std::string(key));
    hash.update(std::string("258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    const auto& digest = hash.digest();
    std::ostringstream out;
    Poco::Base64Encoder encoder(out);
    encoder.write(reinterpret_cast<const char*>(digest.data()),
                  static_cast<std::streamsize>(digest.size()));
    encoder.close();
    return out.str();
}

}  // namespace

Refusal check_handshake(const HttpRequest& request, int minor) {
    const HttpFields& fields = request.fields;
    if (request.method != "GET" || minor != 1 || !request.body.empty()) {
        return {400, "a WebSocket begins with GET and HTTP/1.1"};
    }
    if (!any_has(fields, "Upgrade", "websocket") || !any_has(fields, "Connection", "upgrade")) {
        return {426, "this is for WebSockets: Upgrade and Connection do not ask for one"};
    }
    if (fields.count("Sec-WebSocket-Version") != 1 ||
        fields.find("Sec-WebSocket-Version") != version) {
        return {426, "the version of WebSockets is 13"};
    }
    const auto key = fields.find("Sec-WebSocket-Key");
    if (!key || fields.count("Sec-WebSocket-Key") != 1 || !is_key(*key)) {
        return {400, "the Sec-WebSocket-Key is not 16 bytes in base64"};
    }
    return {};
}

HttpResponse handshake_response(const HttpRequest& request, std::string_view protocol) {
    HttpResponse response;
    response.status = 101;
    response.fields.add("Upgrade", "websocket");
    response.fields.add("Sec-WebSocket-Accept",
                        accept_value(request.fields.find("Sec-WebSocket-Key").value_or("")));
    if (!protocol.empty()) {
        response.fields.add("Sec-WebSocket-Protocol", std::string(protocol));
    }
    return response;
}

void add_handshake_advice(HttpResponse& response) {
    if (response.status == 426) {
        response.fields.set("Upgrade", "websocket");
        response.fields.set("Sec-WebSocket-Version", std::string(version));
    }
}

}  // namespace oa::host::http
