#include "host/document/document_bundle.hpp"

#include <stdexcept>

#include <boost/json.hpp>

#include "core/json/json.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::int64_t version = 1;

std::string text_at(const json::value& value) {
    return std::string(value.as_string());
}

}  // namespace

DocumentBundle::DocumentBundle(std::string file, std::string text) : file_(std::move(file)) {
    texts_.emplace(file_, std::move(text));
}

DocumentBundle::DocumentBundle(std::string_view bundle) {
    try {
        const json::value document = core::parse_json(bundle);
        const json::object& object = document.as_object();
        if (object.at("v").as_int64() != version) {
            throw std::runtime_error("they are of a newer version of this program");
        }
        file_ = text_at(object.at("file"));
        for (const auto& entry : object.at("texts").as_object()) {
            texts_.emplace(entry.key(), text_at(entry.value()));
        }
        for (const json::value& entry : object.at("found").as_array()) {
            const json::array& found = entry.as_array();
            found_.emplace(std::pair(text_at(found.at(0)), text_at(found.at(1))),
                           text_at(found.at(2)));
        }
        bool is_whole = texts_.count(file_) == 1;
        for (const auto& [key, file] : found_) {
            is_whole = is_whole && texts_.count(file) == 1;
        }
        if (!is_whole) {
            throw std::runtime_error("they name documents that are not among them");
        }
    } catch (const std::exception& error) {
        throw std::runtime_error(std::string("documents that were kept cannot be read: ") +
                                 error.what());
    }
}

std::variant<core::WorkflowSource::Document, core::WorkflowSource::Problem> DocumentBundle::find(
    std::string_view name, const std::string& from) const {
    const auto found = found_.find({std::string(name), from});
    if (found == found_.end()) {
        return Problem{"there was no workflow '" + std::string(name) + "' when this was read", {}};
    }
    return Document{found->second, texts_.at(found->second)};
}

void DocumentBundle::record(std::string_view name, const std::string& from, const Document& found) {
    texts_.emplace(found.file, found.text);
    found_.insert_or_assign({std::string(name), from}, found.file);
}

std::string DocumentBundle::text() const {
    json::object texts;
    for (const auto& [file, text] : texts_) {
        texts[file] = text;
    }
    json::array found;
    for (const auto& [key, file] : found_) {
        found.push_back(json::array{key.first, key.second, file});
    }
    json::object bundle;
    bundle["v"] = version;
    bundle["file"] = file_;
    bundle["texts"] = std::move(texts);
    bundle["found"] = std::move(found);
    return core::write_json(bundle);
}

std::variant<core::WorkflowSource::Document, core::WorkflowSource::Problem> RecordingSource::find(
    std::string_view name, const std::string& from) const {
    auto result = source_.find(name, from);
    if (const auto* found = std::get_if<Document>(&result)) {
        bundle_.record(name, from, *found);
    }
    return result;
}

}  // namespace oa::host
