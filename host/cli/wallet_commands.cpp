#include "host/cli/wallet_commands.hpp"

#include <algorithm>
#include <chrono>
#include <ostream>
#include <utility>

#include <boost/json.hpp>
#include <unistd.h>

#include "core/json/json.hpp"
#include "core/nearest.hpp"
#include "core/run/report.hpp"
#include "host/cli/secret_sources.hpp"
#include "host/cli/terminal.hpp"
#include "host/cli/wallet_values.hpp"
#include "host/wallet/import_text.hpp"
#include "host/wallet/password_source.hpp"

namespace oa::host {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

std::string counted(std::size_t count, const std::string& what) {
    return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : ", ") + printable(name);
    }
    return text;
}

std::string day(std::int64_t seconds) {
    if (seconds == 0) {
        return "-";
    }
    const auto time = std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
    return core::format_time(time).substr(0, 10);
}

WalletFormat format_of(WalletOptions::Kind kind) {
    switch (kind) {
        case WalletOptions::Kind::Sealed: break;
        case WalletOptions::Kind::Older: return WalletFormat::Fernet;
        case WalletOptions::Kind::Plain: return WalletFormat::Plain;
    }
    return WalletFormat::Sealed;
}

class WalletCommand {
public:
    WalletCommand(const WalletOptions& options,
                  const Workbench& workbench,
                  std::ostream& out,
                  std::ostream& err)
        : options_(options),
          workbench_(workbench),
          out_(out),
          err_(err),
          file_(wallet_file(wallet_path(options.access, workbench.config), workbench)) {}

    ExitStatus run() {
        using Action = WalletOptions::Action;
        switch (options_.action) {
            case Action::Create: return create();
            case Action::Set: return set();
            case Action::Get: return get();
            case Action::List: return list();
            case Action::Remove: return remove();
            case Action::Import: return import();
            case Action::Export: return export_secrets();
            case Action::Info: return info();
            case Action::ChangePassword: return change_password();
            case Action::AddKey: return add_key();
            case Action::RemoveKey: return remove_key();
            case Action::Rotate: return rotate();
            case Action::Verify: return verify();
        }
        return ExitStatus::Usage;
    }

private:
    // ----- keys -----

    [[nodiscard]] WalletKey key() const {
        return wallet_key(file_, options_.access, workbench_, KeyUse::Open);
    }
    /// Of another wallet, or a new one for this wallet: nothing that opens this one is taken for
    /// it.
    [[nodiscard]] WalletKey new_key(const WalletAccess& access, const std::string& name) const {
        PasswordSources sources;
        sources.wallet = name;
        sources.descriptor = access.password_fd;
        sources.password_file = access.password_file;
        sources.key_file = access.key_file;
        sources.is_new = true;
        const core::Secret none;
        sources.from_environment = &none;
        return find_wallet_key(sources).key;
    }
    [[nodiscard]] PasswordStrength strength() const {
        if (options_.calibrate_ms) {
            return PasswordStrength::calibrated(std::chrono::milliseconds(*options_.calibrate_ms));
        }
        return options_.strong ? PasswordStrength::strong() : PasswordStrength::normal();
    }

    // ----- commands -----

    ExitStatus create() {
        CreateWallet made;
        made.format = format_of(options_.kind);
        made.cipher = options_.aes ? crypto::Cipher::Aes256Gcm : crypto::Cipher::XChaCha20Poly1305;
        if (file_.exists()) {
            return refuse("the file " + file_.path().string() +
                          " exists; choose another name, or remove it");
        }
        std::error_code ignored;
        fs::create_directories(file_.path().parent_path(), ignored);
        if (options_.new_key_file && options_.access.key_file) {
            create_key_file(*options_.access.key_file);
        }
        WalletKey opens;
        if (made.format != WalletFormat::Plain) {
            opens = wallet_key(file_, options_.access, workbench_, KeyUse::Create);
            made.strength = strength();
        }
        file_.create(opens, made);
        out_ << "created " << file_.path().string() << '\n';
        return ExitStatus::Ok;
    }

    ExitStatus set() {
        const std::string& name = options_.names.front();
        if (const auto problem = problem_of_name(name)) {
            return refuse("'" + printable(name) + "' " + *problem);
        }
        WalletKey opens = key();
        core::Secret value = options_.from ? read_value_file(*options_.from) : read_value(name);
        const bool replaced = set_value(opens, name, std::move(value));
        out_ << (replaced ? "replaced " : "added ") << printable(name) << '\n';
        return ExitStatus::Ok;
    }
    bool set_value(const WalletKey& opens, const std::string& name, core::Secret value) {
        bool replaced = false;
        file_.modify(opens, [&](Wallet& open) {
            replaced = open.has(name);
            open.set(name, std::move(value), {options_.force, options_.note});
        });
        return replaced;
    }

    ExitStatus get() {
        const std::string& name = options_.names.front();
        const bool terminal = ::isatty(STDOUT_FILENO) == 1;
        if (!options_.output && !terminal && !options_.reveal) {
            return refuse(
                "the value would go to a file or another program; say --reveal to mean it");
        }
        const Wallet open = file_.open(key());
        const auto value = open.find(name, "oa wallet get");
        if (!value) {
            return missing(open, name);
        }
        if (options_.output && options_.output != "-") {
            write_private_file(*options_.output, *value);
        } else {
            write_value(*value, terminal ? LineEnd::Add : LineEnd::None);
        }
        return ExitStatus::Ok;
    }

    ExitStatus list() {
        const Wallet open = file_.open(key());
        const auto facts = open.facts();
        if (options_.json) {
            json::array all;
            for (const WalletEntryFacts& secret : facts) {
                all.push_back(to_json(secret));
            }
            print(json::object{{"secrets", std::move(all)}});
            return ExitStatus::Ok;
        }
        if (facts.empty()) {
            err_ << "oa: the wallet has no secrets yet; `oa wallet set NAME` adds one\n";
            return ExitStatus::Ok;
        }
        print_table(facts);
        return ExitStatus::Ok;
    }

    static json::object to_json(const WalletEntryFacts& secret) {
        const auto time = [](std::int64_t seconds) {
            return seconds == 0
                       ? json::value(nullptr)
                       : json::value(core::format_time(
                             std::chrono::system_clock::time_point(std::chrono::seconds(seconds))));
        };
        return {{"name", secret.name},
                {"version", secret.version},
                {"created", time(secret.created)},
                {"updated", time(secret.updated)},
                {"note", secret.note}};
    }

    void print_table(const std::vector<WalletEntryFacts>& facts) {
        std::size_t width = 4;
        for (const WalletEntryFacts& secret : facts) {
            width = std::max(width, printable(secret.name).size());
        }
        const auto cell = [](std::string text, std::size_t room) {
            text.resize(std::max(room, text.size()), ' ');
            return text + "  ";
        };
        out_ << cell("NAME", width) << cell("VERSION", 7) << cell("UPDATED", 10) << "NOTE\n";
        for (const WalletEntryFacts& secret : facts) {
            std::string row = cell(printable(secret.name), width) +
                              cell(std::to_string(secret.version), 7) +
                              cell(day(secret.updated), 10) + printable(secret.note);
            row.erase(row.find_last_not_of(' ') + 1);
            out_ << row << '\n';
        }
    }

    ExitStatus remove() {
        const WalletKey opens = key();
        std::string absent;
        file_.modify(opens, [&](Wallet& open) {
            for (const std::string& name : options_.names) {
                if (!open.has(name)) {
                    absent = no_secret(open, name);
                    throw WalletError(absent);  // all or nothing
                }
            }
            for (const std::string& name : options_.names) {
                open.remove(name);
            }
        });
        out_ << "removed " << listed(options_.names) << '\n';
        return ExitStatus::Ok;
    }

    ExitStatus import() {
        const WalletKey opens = key();
        const WalletEntries entries = read_import(*options_.from, options_.other, workbench_);
        const ImportedSecrets done =
            file_.import_into(opens, entries, {options_.replace, options_.force});
        out_ << counted(done.added.size(), "secret") << " added";
        if (!done.replaced.empty()) {
            out_ << ", " << done.replaced.size() << " replaced";
        }
        if (!done.unchanged.empty()) {
            out_ << ", " << done.unchanged.size() << " were there with the same value";
        }
        out_ << '\n';
        if (!done.left.empty()) {
            err_ << "oa: these were there with other values and stay as they are: "
                 << listed(done.left) << "; --replace takes the new ones\n";
        }
        return ExitStatus::Ok;
    }

    ExitStatus export_secrets() {
        if (options_.format == WalletOptions::ExportFormat::Wallet) {
            return back_up();
        }
        const bool to_output = !options_.output || *options_.output == "-";
        const bool terminal = to_output && ::isatty(STDOUT_FILENO) == 1;
        if (!terminal && !options_.reveal) {
            return refuse(
                "all values would be written in clear; say --reveal to mean it, or leave out "
                "--format for a sealed wallet");
        }
        const bool is_json = options_.format == WalletOptions::ExportFormat::Json;
        const core::Secret text = is_json ? file_.export_json(key()) : env_text();
        if (to_output) {
            write_value(text, LineEnd::None);
        } else {
            write_private_file(*options_.output, text);
            err_ << "oa: " << options_.output->string()
                 << " has every secret in clear, for you alone; remove it when it is not needed\n";
        }
        return ExitStatus::Ok;
    }

    [[nodiscard]] core::Secret env_text() const {
        const Wallet open = file_.open(key());
        for (const std::string& name : open.names()) {
            static_cast<void>(open.find(name, "oa wallet export"));
        }
        return write_env_text(open.entries());
    }

    ExitStatus back_up() {
        if (!options_.output || *options_.output == "-") {
            return refuse("a sealed copy needs a file: --output FILE");
        }
        const WalletKey opens = key();
        const WalletKey target = new_key(options_.other, options_.output->filename().string());
        file_.back_up(opens, *options_.output, target, strength());
        out_ << "sealed a copy in " << options_.output->string() << '\n';
        return ExitStatus::Ok;
    }

    ExitStatus info() {
        WalletInfo info = file_.look();
        if (options_.access.password_file || options_.access.password_fd ||
            options_.access.key_file) {
            info = file_.open(key()).info();
        }
        if (options_.json) {
            print(to_json(info));
            return ExitStatus::Ok;
        }
        out_ << "file        " << file_.path().string() << '\n'
             << "format      " << to_text(info.format) << '\n';
        if (info.cipher) {
            out_ << "cipher      " << cipher_name(*info.cipher) << '\n'
                 << "id          " << info.uuid << '\n'
                 << "generation  " << info.generation << '\n';
        }
        for (std::size_t slot = 0; slot < info.slots.size(); ++slot) {
            out_ << "key " << slot + 1 << "       " << describe(info.slots[slot])
                 << (info.opened_by == slot ? ", opened it now" : "") << '\n';
        }
        if (info.count) {
            out_ << "secrets     " << *info.count << '\n';
        }
        return ExitStatus::Ok;
    }

    static const char* cipher_name(crypto::Cipher cipher) {
        return cipher == crypto::Cipher::Aes256Gcm ? "AES-256-GCM" : "XChaCha20-Poly1305";
    }
    static std::string describe(const WalletInfo::Slot& slot) {
        std::string text = to_text(slot.kind);
        if (slot.kind != SlotKind::KeyFile) {
            text += ", Argon2id " + std::to_string(slot.cost.memory_kib >> 10U) + " MiB, " +
                    std::to_string(slot.cost.passes) +
                    (slot.cost.passes == 1 ? " pass, " : " passes, ") +
                    counted(slot.cost.lanes, "lane");
        }
        return text;
    }
    json::object to_json(const WalletInfo& info) const {
        json::object out{{"file", file_.path().string()}, {"format", to_text(info.format)}};
        if (info.cipher) {
            out["cipher"] = cipher_name(*info.cipher);
            out["id"] = info.uuid;
            out["generation"] = info.generation;
        }
        json::array keys;
        for (const WalletInfo::Slot& slot : info.slots) {
            json::object one{{"kind", to_text(slot.kind)}};
            if (slot.kind != SlotKind::KeyFile) {
                one["memory_kib"] = slot.cost.memory_kib;
                one["passes"] = slot.cost.passes;
                one["lanes"] = slot.cost.lanes;
            }
            keys.push_back(std::move(one));
        }
        out["keys"] = std::move(keys);
        out["secrets"] = info.count ? json::value(*info.count) : json::value(nullptr);
        return out;
    }

    ExitStatus change_password() {
        const WalletKey current = key();
        WalletAccess access = options_.other;
        access.key_file.reset();
        const WalletKey fresh = new_key(access, file_.path().filename().string());
        if (!fresh.password) {
            return refuse("there is no new password");
        }
        file_.change_password(current, *fresh.password, strength());
        out_ << "the password is changed; copies of the wallet from before still open with the old "
                "one: `oa wallet rotate` after a leak\n";
        return ExitStatus::Ok;
    }

    ExitStatus add_key() {
        const WalletKey current = key();
        if (options_.new_key_file && options_.other.key_file) {
            create_key_file(*options_.other.key_file);
        }
        file_.add_slot(current, new_key(options_.other, file_.path().filename().string()),
                       strength());
        out_ << "added key " << file_.look().slots.size() << '\n';
        return ExitStatus::Ok;
    }

    ExitStatus remove_key() {
        file_.remove_slot(key(), options_.slot.value_or(1) - 1);
        out_ << "removed key " << options_.slot.value_or(1) << '\n';
        return ExitStatus::Ok;
    }

    ExitStatus rotate() {
        const WalletKey current = key();
        std::vector<WalletKey> others;
        if (options_.other.key_file || options_.other.password_file) {
            WalletKey other;
            if (options_.other.key_file) {
                other.key_file = read_key_file(*options_.other.key_file);
            }
            if (options_.other.password_file) {
                other = new_key(options_.other, file_.path().filename().string());
            }
            others.push_back(std::move(other));
        }
        const RotatedWallet done = file_.rotate(current, others);
        out_ << "the wallet is sealed under a new data key; kept: " << listed(done.kept) << '\n';
        if (!done.dropped.empty()) {
            err_ << "oa: no longer opens it: " << listed(done.dropped)
                 << ", whose keys were not at hand; `oa wallet add-key` adds them again\n";
        }
        return ExitStatus::Ok;
    }

    ExitStatus verify() {
        const VerifiedWallet done = file_.verify(key());
        using Previous = VerifiedWallet::Previous;
        const bool fine = done.previous != Previous::DoesNotOpen;
        if (options_.json) {
            json::object out = to_json(done.info);
            out["previous"] = done.previous == Previous::None    ? "none"
                              : done.previous == Previous::Opens ? "opens"
                                                                 : "does not open";
            print(out);
        } else {
            out_ << "the wallet is sound: " << counted(done.info.count.value_or(0), "secret")
                 << '\n';
            if (done.previous == Previous::Opens) {
                out_ << "the one before it, " << file_.path().string() << ".1, is sound too\n";
            }
        }
        if (!fine) {
            err_ << "oa: the one before it does not open, which is as it should be after a change "
                    "of the password: "
                 << done.previous_problem << '\n';
        }
        return ExitStatus::Ok;
    }

    // ----- words -----

    ExitStatus refuse(const std::string& why) {
        err_ << "oa: " << why << '\n';
        return ExitStatus::Usage;
    }
    [[nodiscard]] std::string no_secret(const Wallet& open, const std::string& name) const {
        const std::vector<std::string> names = open.names();
        const std::string hint = core::did_you_mean(name, names);
        return "the wallet has no secret '" + printable(name) + "'" +
               (hint.empty() ? "" : "; " + hint);
    }
    ExitStatus missing(const Wallet& open, const std::string& name) {
        err_ << "oa: " << no_secret(open, name) << '\n';
        return ExitStatus::PluginTrouble;
    }
    void print(const json::object& value) {
        out_ << core::write_json(value, core::JsonStyle::Indented) << '\n';
    }

    const WalletOptions& options_;
    const Workbench& workbench_;
    std::ostream& out_;
    std::ostream& err_;
    WalletFile file_;
};

}  // namespace

ExitStatus wallet(const WalletOptions& options,
                  const Workbench& workbench,
                  std::ostream& out,
                  std::ostream& err) {
    try {
        return WalletCommand(options, workbench, out, err).run();
    } catch (const WalletError& error) {
        err << "oa: " << error.what() << '\n';
        return ExitStatus::PluginTrouble;
    }
}

}  // namespace oa::host
