#pragma once

#include <string>
#include <vector>

#include "engine.hpp"
#include "log_stream.hpp"
#include "oa/call.hpp"

namespace oa::docker {

/// What container_run and its older form ask for.
struct ContainerPlan {
    std::string image;
    std::string name;  ///< empty: the engine makes one
    Json config;       ///< the body of /containers/create
};

/// Adds ports ({"8080": "80"} or {"127.0.0.1:8080": "80/udp"}), volumes ({"/host": "/there:ro"})
/// and environment to the body of /containers/create. Throws INVALID_PARAMS.
void add_maps(Call& call, Json& config);
/// Makes a container; gets its image first where it is missing and `pull` says so. Gives its id.
[[nodiscard]] std::string create_container(Engine& engine,
                                           const ContainerPlan& plan,
                                           const std::string& pull);
void start_container(Engine& engine, const std::string& container);

/// Removes a container when it goes away, running or not and whatever has become of the call,
/// unless that is not wanted any more.
class Removal {
public:
    Removal(std::string socket, std::string container)
        : socket_(std::move(socket)), container_(std::move(container)) {}
    ~Removal();
    Removal(const Removal&) = delete;
    Removal& operator=(const Removal&) = delete;

    void want(bool wanted) { wanted_ = wanted; }

private:
    std::string socket_;
    std::string container_;
    bool wanted_ = true;
};

/// Gets an image from its registry. `auth` is the header X-Registry-Auth; empty for none.
void pull_image(Engine& engine, const std::string& image, const std::string& auth);
/// Throws INVALID_PARAMS for what is no reference of an image.
void require_image(const std::string& pointer, const std::string& image);

/// The lists of what to keep and to show of two streams.
struct Outputs {
    Outputs(Call& call, std::size_t limit, bool log)
        : output(call, "stdout", {limit, log}), errors(call, "stderr", {limit, log}) {}

    /// stdout, stderr, and how much there was.
    void put(Json& out) const;

    common::OutputCapture output;
    common::OutputCapture errors;
};

/// Reads max_output and log_output.
[[nodiscard]] Outputs outputs_param(Call& call);
/// Throws PRECONDITION unless the exit code is one of success_codes.
void require_exit_code(Call& call,
                       std::int64_t code,
                       const Outputs& outputs,
                       const std::string& what);

/// /containers/<id>/json
[[nodiscard]] Json inspect(Engine& engine, const std::string& container);
/// Reads the log of a container into `outputs`.
void read_logs(Engine& engine, const std::string& container, Query query, Outputs& outputs);

}  // namespace oa::docker
