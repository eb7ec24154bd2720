#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/run/status.hpp"

/// What the host and its worker processes say to each other. Every message is a frame: a header of
/// 16 bytes {u32 length of the payload, u16 type, u16 number of file descriptors, u64 call}, little
/// endian, and the payload, whose fields follow one another: integers little endian, texts as u32
/// length and bytes, lists as u32 count and elements. File descriptors travel beside the frame
/// (SCM_RIGHTS): two with a Spawn, one with a Segment, one for each mapped blob of a Run; a Channel
/// refuses a frame that comes with another number. The reader treats its peer as hostile: every
/// length, count, type and text is checked.
namespace oa::host::isolation {

inline constexpr std::uint32_t protocol_version = 1;
inline constexpr std::size_t frame_header_bytes = 16;
inline constexpr std::size_t frame_bytes_max = 16U << 20U;  ///< of one payload
inline constexpr std::size_t frame_descriptors_max = 16;

/// What code in a worker may cost and reach. Zero means no limit of its own.
struct SandboxSettings {
    std::uint64_t memory_bytes = std::uint64_t{2} << 30U;  ///< address space
    std::uint64_t cpu_seconds = 3'600;                     ///< of the whole process
    std::uint64_t open_files = 256;
    std::uint64_t processes = 64;                        ///< threads count too
    std::uint64_t file_bytes = std::uint64_t{1} << 30U;  ///< of one file that is written
    bool network = false;                                ///< may open network connections
    bool filesystem = false;       ///< may reach files outside of its temporary folder
    bool process = false;          ///< may start other programs
    bool enforce = true;           ///< false: none of Landlock and seccomp, for debugging
    std::string temporary_folder;  ///< of this worker, made and removed by the host
};

// ---- Host to worker ----

/// The first frame. The worker restricts itself as `sandbox` says, then loads the file.
struct Load {
    std::uint32_t version = protocol_version;
    std::string file;            ///< absolute
    std::string config;          ///< a JSON object for the module
    bool describe_only = false;  ///< answer Ready, then end: create() is never called
    std::uint32_t threads = 1;   ///< calls that may run at the same time
    std::uint64_t output_bytes_max = 0;
    std::uint64_t blob_bytes_max = 0;
    std::int32_t log_level = 0;  ///< OA_LOG_*: what calls without a call of their own may log
    SandboxSettings sandbox;
};

/// An input blob: bytes in the frame, or the next of the frame's descriptors, mapped read only.
struct BlobInput {
    std::uint64_t size = 0;
    bool mapped = false;
    std::string bytes;  ///< when not mapped
};

/// Starts a call; the frame's call number is its name. The answer is a Result.
struct Run {
    std::uint32_t function = 0;  ///< position in the module's list of functions
    std::uint32_t attempt = 1;
    std::uint64_t deadline_ns = 0;  ///< on CLOCK_MONOTONIC; 0: none
    std::int32_t log_level = 0;     ///< OA_LOG_*: lower ones are dropped in the worker
    std::string run_id;
    std::string workflow;
    std::string task;
    std::string module_name;
    std::string function_name;
    std::string idempotency_key;
    std::string params;
    std::vector<BlobInput> blobs;
};

struct Cancel {};
/// Finish what runs, stop the module and end.
struct Stop {};

// ---- Worker to host ----

struct Ready {
    std::string manifest;  ///< JSON, as sdk/manifest writes it
    std::string sandbox;   ///< JSON: which layers hold, see sandbox.hpp
};
/// The file offers no module, or the worker could not restrict itself; the worker ends.
struct Refused {
    std::string problem;  ///< a word of PluginProblem, or "sandbox"
    std::string reason;
    std::string fix;
};
/// Call 0: a line of the module itself.
struct Log {
    std::int32_t level = 0;
    std::string message;
    std::string fields;
};
struct Progress {
    double fraction = 0;
    std::string message;
};
/// Announces shared memory for output blobs; its descriptor comes with the frame. Sealed against
/// shrinking, so that the host can read it without fear of SIGBUS.
struct Segment {
    std::uint32_t id = 0;
    std::uint64_t size = 0;
};
struct BlobOutput {
    std::uint32_t segment = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};
struct Result {
    std::optional<core::Failure> failure;
    std::string output;  ///< JSON
    std::vector<BlobOutput> blobs;
    std::uint64_t misbehaviours = 0;  ///< of the module in this worker, so far
};
/// The host has copied the blobs of that call: the worker may use the memory again. Host to worker.
struct Release {};

using HostMessage = std::variant<Load, Run, Cancel, Stop, Release>;
using WorkerMessage = std::variant<Ready, Refused, Log, Progress, Segment, Result>;

// ---- Host and zygote ----

/// Fork a worker. Two descriptors: its socket, and the pipe for its standard output and error.
struct Spawn {
    std::uint64_t id = 0;
};
/// Send a signal to the process group of a worker, and to everything that it left behind.
struct Signal {
    std::uint64_t id = 0;
    std::int32_t number = 0;
};
struct Spawned {
    std::uint64_t id = 0;
    std::int32_t pid = 0;    ///< 0: fork failed
    std::int32_t error = 0;  ///< errno, when it failed
};
/// The worker is gone, and so is every process that it had started.
struct Exited {
    std::uint64_t id = 0;
    std::int32_t pid = 0;
    bool signalled = false;
    std::int32_t code = 0;  ///< exit status, or the number of the signal
    std::uint64_t cpu_microseconds = 0;
    std::uint64_t rss_kib_max = 0;
};

using ZygoteRequest = std::variant<Spawn, Signal>;
using ZygoteReport = std::variant<Spawned, Exited>;

/// The peer sent what the protocol does not allow. what() says it for a log.
class ProtocolError;  // protocol_error.hpp

/// A frame without its descriptors.
struct Frame {
    std::uint64_t call = 0;
    std::uint16_t type = 0;
    std::string payload;
};

/// Appends header and payload to `out`. Throws std::length_error over frame_bytes_max.
void encode(const HostMessage& message, std::uint64_t call, std::string& out);
void encode(const WorkerMessage& message, std::uint64_t call, std::string& out);
void encode(const ZygoteRequest& message, std::string& out);
void encode(const ZygoteReport& message, std::string& out);

/// Throws ProtocolError.
[[nodiscard]] HostMessage decode_host_message(const Frame& frame);
[[nodiscard]] WorkerMessage decode_worker_message(const Frame& frame);
[[nodiscard]] ZygoteRequest decode_zygote_request(const Frame& frame);
[[nodiscard]] ZygoteReport decode_zygote_report(const Frame& frame);

}  // namespace oa::host::isolation
