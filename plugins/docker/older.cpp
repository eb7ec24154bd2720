// The functions of oa-docker of version 3, as translations onto what this module does: their
// parameters, how `input` fills them, their outputs.

#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>
#include <utility>

#include "container.hpp"
#include "functions.hpp"

namespace oa::docker {

namespace {

using namespace std::chrono_literals;

constexpr auto run_limit = 300s;
constexpr auto log_limit = 30s;
constexpr std::size_t output_max = std::size_t{4} * 1024 * 1024;

std::string container_or_input(Call& call, std::initializer_list<const char*> members) {
    auto container = call.param<std::string>("container", "");
    for (const char* member : members) {
        const Json& value = call.params()["input"][member];
        if (container.empty() && value.is_string()) {
            container = value.as_string();
        }
    }
    require_container_name("/container", container);
    return container;
}

/// A text is split at blanks; a list is taken as it is.
Json words_param(Call& call) {
    Json out = Json::array();
    const Json& command = call.params()["command"];
    if (command.is_string()) {
        std::istringstream words(command.as_string());
        for (std::string word; words >> word;) {
            out.push_back(word);
        }
    } else if (command.is_array()) {
        out = command;
    }
    return out;
}

}  // namespace

Json older_run(Call& call) {
    ContainerPlan plan;
    plan.image = call.param<std::string>("image");
    require_image("/image", plan.image);
    plan.name = call.param<std::string>("name", call.param<std::string>("container_name", ""));
    if (!plan.name.empty()) {
        require_container_name("/name", plan.name);
    }
    const bool detach = call.param<bool>("detach", true);
    const bool remove = call.param<bool>("remove", false);
    plan.config = {{"Image", plan.image}, {"HostConfig", {{"AutoRemove", detach && remove}}}};
    if (Json words = words_param(call); !words.empty()) {
        plan.config["Cmd"] = std::move(words);
    }
    if (const auto network = call.param<std::string>("network", ""); !network.empty()) {
        plan.config["HostConfig"]["NetworkMode"] = network;
    }
    add_maps(call, plan.config);
    Engine engine(call, run_limit);
    const std::string id = create_container(engine, plan, "missing");
    Removal removal(engine.socket(), id);
    Outputs outputs(call, output_max, false);
    start_container(engine, id);
    std::int64_t code = 0;
    removal.want(!detach);
    if (!detach) {
        read_logs(engine, id, {{"follow", "true"}}, outputs);
        code = engine
                   .ask({.method = "POST",
                         .path = "/containers/" + id + "/wait",
                         .what = "container '" + id + "'"})
                   .get<std::int64_t>("StatusCode", -1);
        removal.want(remove);
        require_exit_code(call, code, outputs, "container '" + id.substr(0, 12) + "'");
    }
    // What `docker run` wrote: the id in the background, else what the container did.
    return {
        {"container_id", detach ? id : outputs.output.text()},
        {"container_name", plan.name.empty() ? Json() : Json(plan.name)},
        {"image", plan.image},
        {"detached", detach},
        {"ports", call.params()["ports"].is_null() ? Json::object() : call.params()["ports"]},
        {"volumes", call.params()["volumes"].is_null() ? Json::object() : call.params()["volumes"]},
        {"returncode", code},
        {"stderr", outputs.errors.text()}};
}

Json older_stop(Call& call) {
    const std::string container = container_or_input(call, {"container_id", "container_name"});
    const auto grace = call.param<std::uint32_t>("timeout", 10);
    // Its timeout is the grace, and not the limit of the call.
    Engine engine(call, 30s + std::chrono::seconds(grace), "");
    engine.ask({.method = "POST",
                .path = "/containers/" + container + "/stop",
                .query = {{"t", std::to_string(grace)}},
                .what = "container '" + container + "'"});
    return {{"container", container}, {"stopped", true}, {"timeout", grace}, {"stderr", ""}};
}

Json older_logs(Call& call) {
    const std::string container = container_or_input(call, {"container_id"});
    Query query;
    if (const auto tail = call.find_param<std::uint32_t>("tail")) {
        query.emplace_back("tail", std::to_string(*tail));
    }
    if (call.param<bool>("timestamps", false)) {
        query.emplace_back("timestamps", "true");
    }
    Engine engine(call, log_limit);
    Outputs outputs(call, output_max, false);
    read_logs(engine, container, std::move(query), outputs);
    const std::string logs = outputs.output.text() + outputs.errors.text();
    const auto size = std::count_if(logs.begin(), logs.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    });
    return {{"container", container}, {"logs", logs}, {"size", size}};
}

}  // namespace oa::docker
