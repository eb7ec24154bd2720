#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "container.hpp"
#include "functions.hpp"
#include "plugins/common/fault.hpp"

namespace oa::docker {

namespace {

using namespace std::chrono_literals;
using common::fault;

constexpr auto request_limit = 1min;
constexpr auto exec_limit = 10min;
constexpr auto clean_up_limit = 10s;
constexpr std::size_t output_default = std::size_t{256} * 1024;

std::string named(const std::string& container) {
    return "container '" + container + "'";
}

std::string path_of(const std::string& container, const char* rest = "") {
    return "/containers/" + container + rest;
}

std::string plain_name(const Json& names) {
    if (!names.is_array() || names.empty() || !names.at(0).is_string()) {
        return {};
    }
    const std::string& name = names.at(0).as_string();
    return name.substr(name.starts_with('/') ? 1 : 0);
}

/// {"80/tcp": {}} and {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]} of {"8080": "80"}.
void add_ports(const Json& ports, Json& config) {
    Json exposed = Json::object();
    Json bindings = Json::object();
    for (const Json::Member& member : ports.as_object()) {
        std::string inner =
            member.value.is_string() ? member.value.as_string() : member.value.dump();
        if (inner.find('/') == std::string::npos) {
            inner += "/tcp";
        }
        const std::size_t colon = member.key.rfind(':');
        const std::string address = colon == std::string::npos ? "" : member.key.substr(0, colon);
        const std::string port =
            colon == std::string::npos ? member.key : member.key.substr(colon + 1);
        if (port.empty() || port.find_first_not_of("0123456789") != std::string::npos) {
            throw invalid_params(pointer_to("ports", member.key),
                                 "a port of this machine is a number, or address:number");
        }
        exposed[inner] = Json::object();
        bindings[inner].push_back({{"HostIp", address}, {"HostPort", port}});
    }
    if (!exposed.empty()) {
        config["ExposedPorts"] = std::move(exposed);
        config["HostConfig"]["PortBindings"] = std::move(bindings);
    }
}

}  // namespace

Removal::~Removal() {
    if (!wanted_) {
        return;
    }
    try {
        Engine engine(socket_, clean_up_limit);
        engine.ask({.method = "DELETE",
                    .path = path_of(container_),
                    .query = {{"force", "true"}, {"v", "true"}},
                    .what = named(container_)});
    } catch (const std::exception&) {
        // What led here is what the task hears.
    }
}

void add_maps(Call& call, Json& config) {
    if (const auto ports = call.find_param<Json>("ports")) {
        add_ports(*ports, config);
    }
    if (const auto volumes = call.find_param<Json>("volumes")) {
        Json binds = Json::array();
        for (const Json::Member& member : volumes->as_object()) {
            if (member.key.find(':') != std::string::npos) {
                throw invalid_params(pointer_to("volumes", member.key),
                                     "the path of a volume holds a colon");
            }
            binds.push_back(member.key + ":" + member.value.as_string());
        }
        config["HostConfig"]["Binds"] = std::move(binds);
    }
    if (const auto variables = call.find_param<Json>("env")) {
        Json list = Json::array();
        for (const Json::Member& member : variables->as_object()) {
            if (member.key.empty() || member.key.find('=') != std::string::npos) {
                throw invalid_params(pointer_to("env", member.key), "it is no name of a variable");
            }
            list.push_back(
                member.key + "=" +
                (member.value.is_string() ? member.value.as_string() : member.value.dump()));
        }
        config["Env"] = std::move(list);
    }
}

std::string create_container(Engine& engine, const ContainerPlan& plan, const std::string& pull) {
    Engine::Request request{.method = "POST",
                            .path = "/containers/create",
                            .body = plan.config,
                            .what = "image '" + plan.image + "'"};
    if (!plan.name.empty()) {
        request.query.emplace_back("name", plan.name);
    }
    if (pull == "always") {
        pull_image(engine, plan.image, "");
    }
    Json made;
    try {
        made = engine.ask(request);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::NotFound || pull != "missing") {
            throw;
        }
        pull_image(engine, plan.image, "");
        made = engine.ask(request);
    }
    if (!made["Id"].is_string()) {
        throw fault(ErrorCode::Unavailable, Retry::Unknown,
                    "the engine has made a container and does not tell its id");
    }
    return made["Id"].as_string();
}

void start_container(Engine& engine, const std::string& container) {
    engine.ask({.method = "POST",
                .path = path_of(container, "/start"),
                .what = named(container.substr(0, 12))});
}

void Outputs::put(Json& out) const {
    out["stdout"] = output.text();
    out["stderr"] = errors.text();
    out["stdout_bytes"] = output.size();
    out["stderr_bytes"] = errors.size();
    out["stdout_truncated"] = output.truncated();
    out["stderr_truncated"] = errors.truncated();
}

Outputs outputs_param(Call& call) {
    return {call,
            call.param<std::uint32_t>("max_output", static_cast<std::uint32_t>(output_default)),
            call.param<bool>("log_output", true)};
}

void require_exit_code(Call& call,
                       std::int64_t code,
                       const Outputs& outputs,
                       const std::string& what) {
    const auto good = call.param<std::vector<std::int64_t>>("success_codes", {0});
    if (std::find(good.begin(), good.end(), code) == good.end()) {
        const std::string& said = outputs.errors.last_line().empty() ? outputs.output.last_line()
                                                                     : outputs.errors.last_line();
        throw fault(ErrorCode::Precondition, Retry::Yes,
                    what + " ended with exit code " + std::to_string(code) +
                        (said.empty() ? "" : ": " + said));
    }
}

Json inspect(Engine& engine, const std::string& container) {
    return engine.ask(
        {.method = "GET", .path = path_of(container, "/json"), .what = named(container)});
}

void read_logs(Engine& engine, const std::string& container, Query query, Outputs& outputs) {
    const bool terminal = inspect(engine, container)["Config"]["Tty"] == Json(true);
    query.emplace_back("stdout", "true");
    query.emplace_back("stderr", "true");
    LogStream stream(outputs.output, outputs.errors, terminal);
    engine.stream({.method = "GET",
                   .path = path_of(container, "/logs"),
                   .query = std::move(query),
                   .what = named(container)},
                  [&stream](std::string_view bytes) {
                      stream.add(bytes);
                      return true;
                  });
    stream.finish();
}

Json container_stop(Call& call) {
    const std::string container = container_param(call, "container");
    const auto grace = call.param<std::uint32_t>("grace_seconds", 10);
    Engine engine(call, std::chrono::seconds(grace) + 30s);
    int status = 0;
    engine.ask({.method = "POST",
                .path = path_of(container, "/stop"),
                .query = {{"t", std::to_string(grace)}},
                .what = named(container)},
               &status);
    return {{"container", container}, {"stopped", true}, {"changed", status != 304}};
}

Json container_remove(Call& call) {
    const std::string container = container_param(call, "container");
    const bool missing_ok = call.param<bool>("missing_ok", false);
    const auto word = [&](const char* name) {
        return call.param<bool>(name, false) ? "true" : "false";
    };
    Engine engine(call, request_limit);
    bool removed = true;
    try {
        engine.ask({.method = "DELETE",
                    .path = path_of(container),
                    .query = {{"force", word("force")}, {"v", word("volumes")}},
                    .what = named(container)});
    } catch (const Error& error) {
        if (error.code() != ErrorCode::NotFound || !missing_ok) {
            throw;
        }
        removed = false;
    }
    return {{"container", container}, {"removed", removed}};
}

void container_exec(Call& call) {
    const std::string container = container_param(call, "container");
    const auto words = call.param<std::vector<std::string>>("command");
    if (words.empty()) {
        throw invalid_params("/command", "command names no program");
    }
    Json config{{"AttachStdout", true}, {"AttachStderr", true}, {"Cmd", words}};
    add_maps(call, config);
    for (const auto& [name, member] :
         {std::pair("user", "User"), std::pair("workdir", "WorkingDir")}) {
        if (const auto value = call.param<std::string>(name, ""); !value.empty()) {
            config[member] = value;
        }
    }
    Outputs outputs = outputs_param(call);
    Engine engine(call, exec_limit);
    const Json made = engine.ask({.method = "POST",
                                  .path = path_of(container, "/exec"),
                                  .body = config,
                                  .what = named(container)});
    const auto id = made.get<std::string>("Id", "");
    require_container_name("", id);
    LogStream stream(outputs.output, outputs.errors, false);
    engine.stream({.method = "POST",
                   .path = "/exec/" + id + "/start",
                   .body = Json{{"Detach", false}, {"Tty", false}},
                   .what = named(container)},
                  [&stream](std::string_view bytes) {
                      stream.add(bytes);
                      return true;
                  });
    stream.finish();
    const Json end =
        engine.ask({.method = "GET", .path = "/exec/" + id + "/json", .what = named(container)});
    const std::int64_t code = end.get<std::int64_t>("ExitCode", -1);
    Json out{{"container", container}, {"exit_code", code}};
    outputs.put(out);
    call.result(out);
    require_exit_code(call, code, outputs, "'" + words.front() + "' in " + named(container));
}

Json container_logs(Call& call) {
    const std::string container = container_param(call, "container");
    Outputs outputs(call, call.param<std::uint32_t>("max_output", output_default), false);
    Query query;
    if (const auto tail = call.find_param<std::uint32_t>("tail")) {
        query.emplace_back("tail", std::to_string(*tail));
    }
    if (const auto since = call.find_param<std::int64_t>("since")) {
        query.emplace_back("since", std::to_string(*since));
    }
    if (call.param<bool>("timestamps", false)) {
        query.emplace_back("timestamps", "true");
    }
    Engine engine(call, request_limit);
    read_logs(engine, container, std::move(query), outputs);
    Json out{{"container", container}};
    outputs.put(out);
    return out;
}

Json container_list(Call& call) {
    Query query{{"all", call.param<bool>("all", false) ? "true" : "false"}};
    if (const auto filters = call.find_param<Json>("filters")) {
        query.emplace_back("filters", filters->dump());
    }
    Engine engine(call, request_limit);
    const Json found = engine.ask({.method = "GET",
                                   .path = "/containers/json",
                                   .query = std::move(query),
                                   .what = "the list of containers"});
    Json containers = Json::array();
    if (found.is_array()) {
        for (const Json& one : found.as_array()) {
            containers.push_back({{"id", one["Id"]},
                                  {"name", plain_name(one["Names"])},
                                  {"image", one["Image"]},
                                  {"state", one["State"]},
                                  {"status", one["Status"]},
                                  {"created", one["Created"]},
                                  {"labels", one["Labels"]}});
        }
    }
    const std::size_t count = containers.size();
    return {{"containers", std::move(containers)}, {"count", count}};
}

Json container_inspect(Call& call) {
    const std::string container = container_param(call, "container");
    Engine engine(call, request_limit);
    Json details = inspect(engine, container);
    const Json& state = details["State"];
    return {{"id", details["Id"]},
            {"name", plain_name(Json::array({details["Name"]}))},
            {"image", details["Config"]["Image"]},
            {"running", state["Running"]},
            {"status", state["Status"]},
            {"exit_code", state["ExitCode"]},
            {"details", details}};
}

}  // namespace oa::docker
