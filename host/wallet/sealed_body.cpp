#include "host/wallet/sealed_body.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include <boost/json.hpp>

#include "core/secret/wiped_json.hpp"
#include "host/wallet/crypto.hpp"
#include "host/wallet/secret_text.hpp"
#include "host/wallet/wallet_error.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 7> known_members{"name",    "value",   "encoding", "version",
                                                        "created", "updated", "note"};

[[noreturn]] void fail(const std::string& why) {
    throw WalletFormatError("opens, but has something in it that this program cannot read: " + why);
}

json::value parse(std::string_view text, core::WipedMemory& memory) {
    try {
        return core::parse_wiped(text, memory, json_depth_max);
    } catch (const std::invalid_argument&) {
        fail("its content is no JSON");
    }
}

std::string_view text_member(const json::object& entry, std::string_view name) {
    const auto* member = entry.if_contains(name);
    if (member == nullptr || !member->is_string()) {
        fail("an entry without a text '" + std::string(name) + "'");
    }
    return member->get_string();
}

std::int64_t number_member(const json::object& entry, std::string_view name) {
    const auto* member = entry.if_contains(name);
    if (member == nullptr || !member->is_int64() || member->get_int64() < 0) {
        fail("an entry without a number '" + std::string(name) + "'");
    }
    return member->get_int64();
}

void read_value(WalletEntry& into, const json::object& entry) {
    const std::string_view text = text_member(entry, "value");
    if (!entry.contains("encoding")) {
        into.value = core::Secret(text);
    } else {
        auto bytes = text_member(entry, "encoding") == "base64" ? crypto::from_base64_secret(text)
                                                                : std::nullopt;
        if (!bytes) {
            fail("an entry with an unknown encoding");
        }
        into.kind = ValueKind::Binary;
        into.value = std::move(*bytes);
    }
    if (into.value.size() > wallet_value_bytes_max) {
        fail("a value of more than 1 MiB");
    }
}

void read_entry(WalletEntries& into, const json::value& value) {
    const auto* object = value.if_object();
    if (object == nullptr) {
        fail("an entry that is no object");
    }
    for (const auto& member : *object) {
        if (std::find(known_members.begin(), known_members.end(), member.key()) ==
            known_members.end()) {
            fail("an entry with a member that is unknown");
        }
    }
    const std::string_view name = text_member(*object, "name");
    if (const auto problem = problem_of_name(name)) {
        fail("the name of an entry " + *problem);
    }
    WalletEntry entry;
    read_value(entry, *object);
    entry.version = static_cast<std::uint64_t>(number_member(*object, "version"));
    entry.created = number_member(*object, "created");
    entry.updated = number_member(*object, "updated");
    if (object->contains("note")) {
        entry.note = text_member(*object, "note");
    }
    if (problem_of_note(entry.note)) {
        fail("a note that is too long");
    }
    if (!into.emplace(std::string(name), std::move(entry)).second) {
        fail("two entries of the same name");
    }
}

void append_number(core::WipedBuffer& out, std::string_view member, std::uint64_t number) {
    out.append(member);
    out.append(std::to_string(number));
}

void append_entry(core::WipedBuffer& out, const std::string& name, const WalletEntry& entry) {
    out.append("{\"name\":");
    append_json_string(out, name, JsonLetters::Utf8);
    out.append(",\"value\":");
    if (entry.kind == ValueKind::Binary) {
        append_json_string(out, crypto::to_base64_secret(entry.value.reveal()).reveal(),
                           JsonLetters::Utf8);
        out.append(",\"encoding\":\"base64\"");
    } else {
        append_json_string(out, entry.value.reveal(), JsonLetters::Utf8);
    }
    append_number(out, ",\"version\":", entry.version);
    append_number(out, ",\"created\":", static_cast<std::uint64_t>(entry.created));
    append_number(out, ",\"updated\":", static_cast<std::uint64_t>(entry.updated));
    if (!entry.note.empty()) {
        out.append(",\"note\":");
        append_json_string(out, entry.note, JsonLetters::Utf8);
    }
    out.append('}');
}

}  // namespace

core::Secret write_body(const WalletEntries& entries) {
    core::WipedBuffer out;
    out.append("{\"entries\":[");
    bool is_first = true;
    for (const auto& [name, entry] : entries) {
        if (!is_first) {
            out.append(',');
        }
        is_first = false;
        append_entry(out, name, entry);
    }
    out.append("]}");
    return out.take();
}

WalletEntries read_body(std::string_view text) {
    core::WipedMemory memory;
    const json::value body = parse(text, memory);
    const auto* object = body.if_object();
    const auto* list = object == nullptr ? nullptr : object->if_contains("entries");
    if (list == nullptr || !list->is_array() || object->size() != 1) {
        fail("its content is no list of entries");
    }
    if (list->get_array().size() > wallet_entries_max) {
        fail("more than 10,000 entries");
    }
    WalletEntries entries;
    for (const auto& entry : list->get_array()) {
        read_entry(entries, entry);
    }
    return entries;
}

}  // namespace oa::host
