#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "host/log/logger.hpp"

namespace oa::host {

/// What was typed. Every command is one of the structs below; options that every command takes
/// stand in GlobalOptions.
struct GlobalOptions {
    std::optional<std::filesystem::path> config_file;
    std::vector<std::filesystem::path> plugins;
    std::optional<LogLevel> log_level;
    std::optional<LogFormat> log_format;
};

/// Which wallet, and what opens it.
struct WalletAccess {
    std::optional<std::filesystem::path> file;
    std::optional<std::filesystem::path> password_file;
    std::optional<std::filesystem::path> key_file;
    std::optional<int> password_fd;
};

/// Which host over HTTP, and whom to trust there.
struct ServerChoice {
    std::optional<std::string> url;                ///< else OA_SERVER, else where one logged in
    std::optional<std::filesystem::path> ca_file;  ///< an authority of one's own
};

struct RunOptions {
    std::string file;                                         ///< "-": standard input
    std::vector<std::pair<std::string, std::string>> inputs;  ///< --input name=text, in order
    std::optional<std::string> inputs_file;  ///< a JSON object; "-": standard input
    bool json = false;
    bool dry_run = false;
    std::optional<std::uint32_t> max_parallel;
    std::optional<std::string> data;        ///< keep the run in a store in this folder
    std::optional<std::string> durability;  ///< of that store: full, normal or none
    WalletAccess wallet;
};

/// `oa serve`
struct ServeOptions {
    std::optional<std::string> data;        ///< the store's folder
    std::optional<std::string> durability;  ///< full, normal or none
    std::optional<std::filesystem::path> workflows;
    std::optional<std::string> listen;
    std::optional<std::uint32_t> port;
    WalletAccess wallet;
};

/// `oa config`
struct ConfigOptions {
    std::vector<std::string> settings;  ///< whole names, or their beginnings: "server"; empty: all
    bool set_only = false;              ///< without those that are defaults
    bool json = false;
    ServeOptions flags;  ///< as `oa serve` would have them
};

/// `oa login`
struct LoginOptions {
    std::string url;
    std::optional<std::filesystem::path> token_file;  ///< "-": standard input
    std::optional<std::filesystem::path> ca_file;
};

/// `oa logout`
struct LogoutOptions {};

/// `oa start`
struct StartOptions {
    ServerChoice server;
    std::string workflow;
    std::vector<std::pair<std::string, std::string>> inputs;  ///< --input name=text, in order
    std::optional<std::string> inputs_file;  ///< a JSON object; "-": standard input
    std::optional<std::string> idempotency_key;
    bool wait = false;    ///< for its end
    bool follow = false;  ///< the same, and show what happens
    bool json = false;
};

/// `oa events`
struct EventsOptions {
    ServerChoice server;
    std::optional<std::string> run;
    std::optional<std::string> workflow;
    bool json = false;
};

/// `oa runs ...`, and `oa logs`
struct RunsOptions {
    enum class Action { List, Show, Logs, Cancel, Pause, Resume, Approve, Reject, Retry, Recover };
    Action action = Action::List;
    bool needs_server = false;  ///< never about a store
    ServerChoice server;
    std::optional<std::string> data;        ///< the store's folder
    std::optional<std::string> durability;  ///< where this process works on runs itself
    WalletAccess wallet;                    ///< the same
    bool json = false;
    std::vector<std::string> ids;  ///< or beginnings of them
    // List.
    std::optional<std::string> workflow;
    std::optional<std::string> status;
    std::uint32_t limit = 20;
    // Logs.
    std::optional<std::string> log_task;
    bool follow = false;  ///< until the run has ended
    // Cancel, Pause, Approve, Reject.
    std::string reason;
    std::string task;
    std::optional<std::uint32_t> element;
    std::string by;
    // Retry.
    std::string from;
    bool all = false;
};

/// `oa wallet ...`
struct WalletOptions {
    enum class Action {
        Create,
        Set,
        Get,
        List,
        Remove,
        Import,
        Export,
        Info,
        ChangePassword,
        AddKey,
        RemoveKey,
        Rotate,
        Verify
    };
    enum class Kind { Sealed, Older, Plain };  ///< of a new wallet
    enum class ExportFormat { Wallet, Json, Env };

    Action action = Action::Info;
    WalletAccess access;
    std::vector<std::string> names;  ///< of secrets
    bool json = false;
    bool force = false;                           ///< secrets that are too short to be masked
    bool reveal = false;                          ///< values may go elsewhere than to a terminal
    bool replace = false;                         ///< secrets that are there already
    std::optional<std::filesystem::path> from;    ///< a file with a value, or to import
    std::optional<std::filesystem::path> output;  ///< "-": standard output
    std::optional<std::string> note;
    Kind kind = Kind::Sealed;
    ExportFormat format = ExportFormat::Wallet;
    bool aes = false;           ///< AES-256-GCM
    bool new_key_file = false;  ///< make the key file
    bool strong = false;
    std::optional<std::uint32_t> calibrate_ms;
    WalletAccess other;  ///< what opens the wallet that is imported from or exported to, or
                         ///< will open this one
    std::optional<std::size_t> slot;
};

/// `oa store ...`
struct StoreOptions {
    enum class Action { Check, Backup, Restore, Export, Salvage } action = Action::Check;
    std::optional<std::filesystem::path> data;    ///< the folder of the store
    std::filesystem::path path;                   ///< of the backup; where to salvage to
    std::optional<std::string> run;               ///< to export: an id, or the beginning of one
    bool lines = false;                           ///< to export: also what tasks said
    std::optional<std::filesystem::path> output;  ///< of an export; otherwise standard output
    bool json = false;
};

/// `oa audit ...`
struct AuditOptions {
    enum class Action { List, Verify } action = Action::List;
    std::uint32_t limit = 50;                  ///< to list
    std::vector<std::filesystem::path> files;  ///< to verify, the oldest first; none: the log
    bool json = false;
};

enum class ValidateFormat { Text, Json, Sarif, Github };

struct ValidateOptions {
    std::vector<std::string> files;  ///< "-": standard input
    ValidateFormat format = ValidateFormat::Text;
    std::optional<bool> context;  ///< source lines in the text; otherwise on a terminal
    bool deny_warnings = false;
    WalletAccess wallet;                    ///< `file`: which the secrets have to be in
    std::optional<std::string> stdin_name;  ///< what "-" is called, as an editor knows it
};

enum class GraphFormat { Text, Mermaid, Dot, Json };

struct GraphOptions {
    std::string file;
    GraphFormat format = GraphFormat::Text;
    std::uint32_t depth = 0;  ///< levels of sub-workflows that are drawn too
};

struct SchemaOptions {
    std::optional<std::filesystem::path> output;  ///< otherwise standard output
};

struct ExprOptions {
    std::string expression;               ///< "-": standard input
    std::optional<std::string> bindings;  ///< a JSON or YAML file; "-": standard input
    bool raw = false;                     ///< a string without quotes
    bool json = false;
};

struct PluginListOptions {
    bool json = false;
};

enum class DescribeFormat { Text, Json, Markdown, Html };

struct PluginDescribeOptions {
    std::string name;  ///< a module, a function, or a file (with a '/' or ending in .so): then
                       ///< nothing of it is run
    DescribeFormat format = DescribeFormat::Text;
    bool load = false;     ///< a file: load it too, and compare its manifest with what it says
    bool sandbox = false;  ///< what holds around its worker process
};

struct PluginWhyOptions {
    std::string name;
    bool json = false;
};

struct PluginNewOptions {
    std::string id;                               ///< com.acme.http
    std::string language = "cpp";                 ///< c, cpp, rust
    std::optional<std::filesystem::path> folder;  ///< default: the last part of the id
};

/// Where a function is run or a file examined.
enum class RunPlace { InProcess, Worker };

struct PluginRunOptions {
    std::filesystem::path file;
    std::string function;
    std::string params = "{}";  ///< JSON, or "@FILE", or "@-"
    std::string config = "{}";
    RunPlace place = RunPlace::InProcess;
    bool debugger = false;  ///< under gdb
    bool json = false;      ///< the whole outcome as JSON
};

enum class CheckFormat { Text, Json, JUnit };

struct PluginCheckOptions {
    std::vector<std::filesystem::path> files;
    enum class Level { Quick, Standard, Strict } level = Level::Standard;
    CheckFormat format = CheckFormat::Text;
    std::vector<std::string> only;  ///< numbers of checks: "OA204"
    bool in_process = false;        ///< no child process, for a debugger
    std::optional<std::uint64_t> seed;
};

/// One check in the process that `oa plugin check` started for it. Not for people.
struct PluginCheckChildOptions {
    std::filesystem::path file;
    std::string check;  ///< its number
    std::uint64_t seed = 0;
    int report = -1;  ///< the descriptor to write the findings to
};

struct PluginDevOptions {
    std::filesystem::path folder = ".";
    std::string function;  ///< empty: `oa plugin check --quick` after each build
    std::string params = "{}";
    bool once = false;  ///< build and run once, then end
};

struct PluginKeygenOptions {
    std::filesystem::path private_key;  ///< the public one is written beside it, with .pub
};

struct PluginSignOptions {
    std::filesystem::path file;
    std::filesystem::path private_key;
};

struct PluginVerifyOptions {
    std::filesystem::path file;
    std::optional<std::filesystem::path> public_key;  ///< otherwise the trust policy decides
    bool json = false;
};

struct PluginQuarantineOptions {
    enum class Action { List, Release } action = Action::List;
    std::string name;  ///< to release: a module, or the start of a hash
    bool json = false;
};

struct PluginReloadOptions {
    std::optional<int> pid;  ///< otherwise every host of this user
    bool json = false;
};

struct VersionOptions {
    bool json = false;
};

using Command = std::variant<RunOptions,
                             ServeOptions,
                             ConfigOptions,
                             RunsOptions,
                             LoginOptions,
                             LogoutOptions,
                             StartOptions,
                             EventsOptions,
                             ValidateOptions,
                             GraphOptions,
                             SchemaOptions,
                             ExprOptions,
                             WalletOptions,
                             StoreOptions,
                             AuditOptions,
                             PluginListOptions,
                             PluginDescribeOptions,
                             PluginWhyOptions,
                             PluginNewOptions,
                             PluginRunOptions,
                             PluginCheckOptions,
                             PluginCheckChildOptions,
                             PluginDevOptions,
                             PluginKeygenOptions,
                             PluginSignOptions,
                             PluginVerifyOptions,
                             PluginQuarantineOptions,
                             PluginReloadOptions,
                             VersionOptions>;

struct CommandLine {
    GlobalOptions global;
    Command command;
};

/// Exit statuses of the program.
enum class ExitStatus : int {
    Ok = 0,
    RunFailed = 1,
    Usage = 2,  ///< also: file not found
    InvalidWorkflow = 3,
    PluginTrouble = 4,
    Interrupted = 130,
};

/// Reads the arguments. Prints help, version or what is wrong itself; then there is no command,
/// only the status to exit with.
[[nodiscard]] std::variant<CommandLine, ExitStatus> parse_command_line(int argc,
                                                                       const char* const* argv);

}  // namespace oa::host
