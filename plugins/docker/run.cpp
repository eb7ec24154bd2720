#include <chrono>
#include <string>
#include <utility>

#include "container.hpp"
#include "functions.hpp"

namespace oa::docker {

namespace {

using namespace std::chrono_literals;

constexpr auto run_limit = 10min;

Json command_param(Call& call, const char* name) {
    Json out = Json::array();
    const auto words = call.find_param<Json>(name);
    if (words) {
        for (const Json& word : words->as_array()) {
            out.push_back(word.is_string() ? word : Json(word.dump()));
        }
    }
    return out;
}

ContainerPlan plan_param(Call& call) {
    ContainerPlan plan;
    plan.image = call.param<std::string>("image");
    require_image("/image", plan.image);
    plan.name = call.param<std::string>("container_name", "");
    if (!plan.name.empty()) {
        require_container_name("/container_name", plan.name);
    }
    Json& config = plan.config;
    config = {{"Image", plan.image}, {"HostConfig", Json::object()}};
    if (Json command = command_param(call, "command"); !command.empty()) {
        config["Cmd"] = std::move(command);
    }
    if (Json entrypoint = command_param(call, "entrypoint"); !entrypoint.empty()) {
        config["Entrypoint"] = std::move(entrypoint);
    }
    for (const auto& [name, member] :
         {std::pair("user", "User"), std::pair("workdir", "WorkingDir")}) {
        if (const auto value = call.param<std::string>(name, ""); !value.empty()) {
            config[member] = value;
        }
    }
    if (const auto labels = call.find_param<Json>("labels")) {
        config["Labels"] = *labels;
    }
    if (const auto network = call.param<std::string>("network", ""); !network.empty()) {
        config["HostConfig"]["NetworkMode"] = network;
    }
    if (const auto memory = call.find_param<std::int64_t>("memory_bytes")) {
        config["HostConfig"]["Memory"] = *memory;
    }
    add_maps(call, config);
    return plan;
}

}  // namespace

void container_run(Call& call) {
    const ContainerPlan plan = plan_param(call);
    const bool detach = call.param<bool>("detach", false);
    const bool remove = call.param<bool>("remove", !detach);
    Outputs outputs = outputs_param(call);
    Engine engine(call, run_limit);
    const std::string id =
        create_container(engine, plan, call.param<std::string>("pull", "missing"));
    // A call that fails or is cancelled leaves no container behind.
    Removal removal(engine.socket(), id);
    start_container(engine, id);
    const Json state = inspect(engine, id);
    std::string name = state["Name"].is_string() ? state["Name"].as_string() : id;
    name = name.substr(name.starts_with('/') ? 1 : 0);
    Json out{{"container_id", id},
             {"container_name", name},
             {"image", plan.image},
             {"detached", detach},
             {"exit_code", nullptr}};
    if (detach) {
        removal.want(false);
        outputs.put(out);
        call.result(out);
        return;
    }
    read_logs(engine, id, {{"follow", "true"}}, outputs);
    const Json end = engine.ask({.method = "POST",
                                 .path = "/containers/" + id + "/wait",
                                 .what = "container '" + name + "'"});
    removal.want(remove);
    const std::int64_t code = end.get<std::int64_t>("StatusCode", -1);
    out["exit_code"] = code;
    outputs.put(out);
    call.result(out);
    require_exit_code(call, code, outputs, "container '" + name + "'");
}

}  // namespace oa::docker
