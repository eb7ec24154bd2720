#include "host/cli/wallet_command_line.hpp"

#include <deque>
#include <map>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

namespace oa::host {

namespace {

using Action = WalletOptions::Action;

constexpr std::uint32_t calibrate_ms_max = 60'000;

/// What opens a second wallet, or a second way into this one.
void add_other_key(CLI::App& app,
                   const std::string& prefix,
                   const std::string& whose,
                   WalletAccess& access) {
    app.add_option("--" + prefix + "password-file", access.password_file,
                   "File with " + whose + " password; otherwise it is asked for")
        ->type_name("FILE");
    app.add_option("--" + prefix + "key-file", access.key_file, "Key file of " + whose + " wallet")
        ->type_name("FILE");
}

void add_strength(CLI::App& app, WalletOptions& options) {
    CLI::Option* strong = app.add_flag(
        "--strong", options.strong, "Make each guess of the password cost 256 MiB instead of 64");
    app.add_option("--calibrate", options.calibrate_ms,
                   "Make each guess take so many milliseconds on this machine")
        ->check(CLI::Range(1U, calibrate_ms_max))
        ->excludes(strong)
        ->type_name("MS");
}

void add_name(CLI::App& app, WalletOptions& options) {
    app.add_option("name", options.names, "Name of the secret")
        ->required()
        ->expected(1)
        ->type_name("NAME");
}

void add_json(CLI::App& app, WalletOptions& options) {
    app.add_flag("--json", options.json, "Print JSON");
}

void add_force(CLI::App& app, WalletOptions& options) {
    app.add_flag("--force", options.force,
                 "Take values under 6 bytes too, which cannot be masked in logs");
}

}  // namespace

void add_wallet_access(CLI::App& app,
                       const char* file,
                       const char* description,
                       WalletAccess& access) {
    app.add_option(file, access.file, description)->type_name("FILE");
    app.add_option("--password-file", access.password_file,
                   "File with the wallet's password, readable for you alone")
        ->type_name("FILE");
    app.add_option("--password-fd", access.password_fd,
                   "Open file descriptor that gives the wallet's password")
        ->check(CLI::NonNegativeNumber)
        ->type_name("N");
    app.add_option("--key-file", access.key_file, "The wallet's key file")->type_name("FILE");
}

class WalletCommandLine::Commands {
public:
    explicit Commands(CLI::App& app)
        : app_(
              *app.add_subcommand("wallet", "Keep the secrets of workflows in an encrypted file")) {
        app_.require_subcommand(1);
        app_.fallthrough();
        add_create();
        add_values();
        add_moving();
        add_keys();
        add_upkeep();
    }

    [[nodiscard]] std::optional<WalletOptions> parsed() {
        for (Entry& entry : entries_) {
            if (entry.app->parsed()) {
                return std::move(entry.options);
            }
        }
        return std::nullopt;
    }

private:
    struct Entry {
        CLI::App* app = nullptr;
        WalletOptions options = {};
    };

    Entry& add(const char* name, const char* description, Action action) {
        Entry& entry = entries_.emplace_back();
        entry.app = app_.add_subcommand(name, description);
        entry.options.action = action;
        add_wallet_access(*entry.app, "--file",
                          "The wallet (OA_WALLET_FILE, or `wallet` in the state folder)",
                          entry.options.access);
        return entry;
    }

    void add_create() {
        auto& [app, options] = add("create", "Make a new, empty wallet", Action::Create);
        add_strength(*app, options);
        app->add_flag("--aes", options.aes, "Seal with AES-256-GCM instead of XChaCha20-Poly1305");
        app->add_flag("--new-key-file", options.new_key_file, "Make the file of --key-file, too");
        const std::map<std::string, WalletOptions::Kind> kinds{
            {"sealed", WalletOptions::Kind::Sealed},
            {"older", WalletOptions::Kind::Older},
            {"plain", WalletOptions::Kind::Plain}};
        app->add_option("--format", options.kind,
                        "sealed; older: as Open Automator in Python reads it; plain: JSON that is "
                        "not encrypted")
            ->transform(CLI::CheckedTransformer(kinds).description(""))
            ->type_name("sealed|older|plain");
    }

    void add_values() {
        auto& set = add("set", "Add a secret, or give it a new value", Action::Set);
        add_name(*set.app, set.options);
        set.app
            ->add_option("--from", set.options.from,
                         "Take the bytes of this file; otherwise the value is asked for, or is "
                         "standard input")
            ->type_name("FILE");
        set.app->add_option("--note", set.options.note, "A line about it, for people")
            ->type_name("TEXT");
        add_force(*set.app, set.options);

        auto& get = add("get", "Show the value of a secret, on a terminal", Action::Get);
        add_name(*get.app, get.options);
        get.app->add_flag("--reveal", get.options.reveal,
                          "Also where standard output is a file or a pipe");
        get.app->add_option("-o,--output", get.options.output, "Write it to a new file, mode 0600")
            ->type_name("FILE");

        auto& list = add("list", "List the names of all secrets", Action::List);
        add_json(*list.app, list.options);

        auto& remove = add("remove", "Remove secrets", Action::Remove);
        remove.app->add_option("names", remove.options.names, "Names of secrets")
            ->required()
            ->type_name("NAME");
    }

    void add_moving() {
        auto& import = add("import", "Take secrets over from another file", Action::Import);
        import.app
            ->add_option("from", import.options.from,
                         "A wallet of any kind, a .env file or a JSON object; - for standard input")
            ->required()
            ->type_name("FILE");
        import.app->add_flag("--replace", import.options.replace,
                             "Also those that are there with another value");
        add_force(*import.app, import.options);
        add_other_key(*import.app, "source-", "the other", import.options.other);

        auto& back = add("export", "Write all secrets to another file", Action::Export);
        const std::map<std::string, WalletOptions::ExportFormat> formats{
            {"wallet", WalletOptions::ExportFormat::Wallet},
            {"json", WalletOptions::ExportFormat::Json},
            {"env", WalletOptions::ExportFormat::Env}};
        back.app
            ->add_option("--format", back.options.format,
                         "wallet: sealed under another password; json and env: in clear")
            ->transform(CLI::CheckedTransformer(formats).description(""))
            ->type_name("wallet|json|env");
        back.app
            ->add_option("-o,--output", back.options.output,
                         "The new file, mode 0600; - for standard output")
            ->type_name("FILE");
        back.app->add_flag("--reveal", back.options.reveal,
                           "Write values in clear elsewhere than to a terminal");
        add_other_key(*back.app, "new-", "the new", back.options.other);
        add_strength(*back.app, back.options);
    }

    void add_keys() {
        auto& password =
            add("change-password", "Change the password of a wallet", Action::ChangePassword);
        password.app
            ->add_option("--new-password-file", password.options.other.password_file,
                         "File with the new password; otherwise it is asked for")
            ->type_name("FILE");
        add_strength(*password.app, password.options);

        auto& add_key = add("add-key", "Add another password or key file that opens the wallet",
                            Action::AddKey);
        add_other_key(*add_key.app, "new-", "the new", add_key.options.other);
        add_key.app->add_flag("--make-key-file", add_key.options.new_key_file,
                              "Make the file of --new-key-file, too");
        add_strength(*add_key.app, add_key.options);

        auto& remove_key =
            add("remove-key", "Remove a key; `oa wallet info` numbers them", Action::RemoveKey);
        remove_key.app->add_option("number", remove_key.options.slot, "Number of the key")
            ->required()
            ->check(CLI::Range(1, 8))
            ->type_name("N");

        auto& rotate = add("rotate", "Seal the wallet anew, under a new data key", Action::Rotate);
        add_other_key(*rotate.app, "also-", "another key's", rotate.options.other);
    }

    void add_upkeep() {
        auto& info = add("info", "Tell what a wallet is and which keys open it", Action::Info);
        add_json(*info.app, info.options);
        auto& verify = add("verify", "Open a wallet and check all of it", Action::Verify);
        add_json(*verify.app, verify.options);
    }

    CLI::App& app_;
    std::deque<Entry> entries_;  // their addresses stay
};

WalletCommandLine::WalletCommandLine(CLI::App& app) : commands_(std::make_unique<Commands>(app)) {}

WalletCommandLine::~WalletCommandLine() = default;

std::optional<WalletOptions> WalletCommandLine::parsed() {
    return commands_->parsed();
}

}  // namespace oa::host
