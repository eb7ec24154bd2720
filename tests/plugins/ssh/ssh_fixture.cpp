#include "tests/plugins/ssh/ssh_fixture.hpp"

#include <utility>

namespace oa::test {

SshFixture::SshFixture(const SshServer::Options& options) : server(options) {
    make_key(key, "ed25519");
    server.authorize(folder.read("key.pub"));
    folder.write("known_hosts", server.known_name() + " " + server.public_key() + "\n");
}

Json SshFixture::with(const SshServer& other, Json params) const {
    Json out{{"host", other.host()},
             {"port", other.port()},
             {"user", current_user()},
             {"private_key_file", key},
             {"known_hosts", known_hosts}};
    for (const Json::Member& member : params.as_object()) {
        out[member.key] = member.value;
    }
    return out;
}

Json SshFixture::with(Json params) const {
    return with(server, std::move(params));
}

Reply SshFixture::run(const std::string& command, Json params) {
    params["command"] = command;
    return ssh.run("run", with(std::move(params)));
}

Reply SshFixture::upload(const std::string& local, const std::string& remote, Json params) {
    params["local"] = local;
    params["remote"] = remote;
    return ssh.run("upload", with(std::move(params)));
}

Reply SshFixture::download(const std::string& remote, const std::string& local, Json params) {
    params["local"] = local;
    params["remote"] = remote;
    return ssh.run("download", with(std::move(params)));
}

}  // namespace oa::test
