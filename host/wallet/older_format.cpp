#include "host/wallet/older_format.hpp"

#include <stdexcept>
#include <utility>

#include <boost/json.hpp>

#include "core/secret/wiped_json.hpp"
#include "host/wallet/crypto.hpp"
#include "host/wallet/sealed_format.hpp"
#include "host/wallet/secret_text.hpp"
#include "host/wallet/wallet_error.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;

constexpr std::size_t rounds = 100'000;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t block_bytes = 16;

/// How an object is laid out.
struct Layout {
    std::string_view open;
    std::string_view between;
    std::string_view close;
};
constexpr Layout in_one_line{"{", ", ", "}"};
constexpr Layout indented{"{\n  ", ",\n  ", "\n}"};

[[noreturn]] void no_wallet() {
    throw WalletFormatError(
        "is no wallet: neither a sealed one nor a JSON object of secrets, such as {\"name\": "
        "\"value\"}");
}

/// The text as an object; the value must outlive what is read of it.
json::value parse_object(std::string_view text, core::WipedMemory& memory) {
    try {
        json::value parsed = core::parse_wiped(text, memory, json_depth_max);
        if (parsed.is_object()) {
            return parsed;
        }
    } catch (const std::invalid_argument&) {
        no_wallet();
    }
    no_wallet();
}

bool is_fernet(const json::object& object) {
    const auto* salt = object.if_contains("salt");
    const auto* data = object.if_contains("data");
    return object.size() == 2 && salt != nullptr && salt->is_string() && data != nullptr &&
           data->is_string() && data->get_string().starts_with("gAAAA");
}

WalletEntries entries_of(const json::object& object, std::string_view text) {
    const auto texts = member_texts(text);
    if (object.size() > wallet_entries_max) {
        throw WalletFormatError("has more than 10,000 secrets");
    }
    if (texts.size() != object.size()) {
        throw WalletFormatError("has a name twice");
    }
    WalletEntries entries;
    for (std::size_t i = 0; const auto& member : object) {
        WalletEntry entry;
        if (const auto* value = member.value().if_string()) {
            entry.value = core::Secret(std::string_view(*value));
        } else {
            core::WipedBuffer json;
            append_compact_json(json, texts[i]);
            entry.value = json.take();
            entry.kind = ValueKind::Json;
        }
        if (entry.value.size() > wallet_value_bytes_max) {
            throw WalletFormatError("has a secret of more than 1 MiB");
        }
        entries.emplace(std::string(member.key()), std::move(entry));
        ++i;
    }
    return entries;
}

core::Secret write_object(const WalletEntries& entries, const Layout& layout) {
    core::WipedBuffer out;
    std::string_view before = layout.open;
    for (const auto& [name, entry] : entries) {
        if (entry.kind == ValueKind::Binary) {
            throw WalletError("the secret '" + name +
                              "' is no text, and a wallet of an older format can hold only text; "
                              "import the wallet into a sealed one");
        }
        out.append(before);
        before = layout.between;
        append_json_string(out, name, JsonLetters::Ascii);
        out.append(": ");
        if (entry.kind == ValueKind::Json) {
            out.append(entry.value.reveal());
        } else {
            append_json_string(out, entry.value.reveal(), JsonLetters::Ascii);
        }
    }
    out.append(entries.empty() ? "{}" : layout.close);
    return out.take();
}

}  // namespace

const char* to_text(WalletFormat format) {
    switch (format) {
        case WalletFormat::Sealed: return "sealed";
        case WalletFormat::Fernet: return "older sealed (Fernet)";
        case WalletFormat::Plain: return "plain JSON";
    }
    return "";
}

WalletFormat format_of(std::string_view bytes) {
    if (is_sealed_wallet(bytes)) {
        return WalletFormat::Sealed;
    }
    core::WipedMemory memory;
    const json::value parsed = parse_object(bytes, memory);
    return is_fernet(parsed.get_object()) ? WalletFormat::Fernet : WalletFormat::Plain;
}

WalletEntry adopted(const WalletEntry& entry, WalletFormat format, std::int64_t now) {
    WalletEntry copy = entry.clone();
    if (copy.kind == ValueKind::Json && format == WalletFormat::Sealed) {
        copy.kind = ValueKind::Text;
    }
    copy.created = copy.created == 0 ? now : copy.created;
    copy.updated = copy.updated == 0 ? now : copy.updated;
    return copy;
}

WalletEntries read_plain_wallet(std::string_view bytes) {
    core::WipedMemory memory;
    const json::value parsed = parse_object(bytes, memory);
    return entries_of(parsed.get_object(), bytes);
}

core::Secret write_plain_wallet(const WalletEntries& entries) {
    return write_object(entries, indented);
}

std::optional<WalletEntries> read_fernet_wallet(std::string_view bytes,
                                                const core::Secret& password) {
    core::WipedMemory memory;
    const json::value parsed = parse_object(bytes, memory);
    const json::object& object = parsed.get_object();
    if (!is_fernet(object)) {
        throw WalletFormatError("is no sealed wallet of the older system");
    }
    const auto salt = crypto::from_base64(object.at("salt").get_string());
    if (!salt || salt->size() != salt_bytes) {
        throw WalletFormatError("is damaged: its salt is not base64 of 16 bytes");
    }
    const auto key = crypto::pbkdf2_sha256(password, *salt, rounds);
    const auto plain = open_fernet(key, object.at("data").get_string());
    if (!plain) {
        return std::nullopt;
    }
    core::WipedMemory memory_of_secrets;
    const json::value secrets = parse_object(plain->reveal(), memory_of_secrets);
    return entries_of(secrets.get_object(), plain->reveal());
}

FernetFileStamp FernetFileStamp::random(std::int64_t now) {
    return {crypto::random_bytes(salt_bytes), {crypto::random_bytes(block_bytes), now}};
}

std::string write_fernet_wallet(const WalletEntries& entries,
                                const core::Secret& password,
                                const FernetFileStamp& stamp) {
    const auto key = crypto::pbkdf2_sha256(password, stamp.salt, rounds);
    const auto plain = write_object(entries, in_one_line);
    return "{\n  \"salt\": \"" + crypto::to_base64(stamp.salt) + "\",\n  \"data\": \"" +
           seal_fernet(key, stamp.token, plain.reveal()) + "\"\n}";
}

}  // namespace oa::host
