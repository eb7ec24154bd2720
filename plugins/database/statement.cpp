#include "statement.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "plugins/common/encoding.hpp"
#include "plugins/common/io.hpp"
#include "tokenizer.hpp"

namespace oa::database {

namespace {

constexpr std::size_t file_max = std::size_t{256} << 20U;

/// Builds the text that is sent, and remembers where its pieces came from.
class Writer {
public:
    Writer(Kind kind, BoundStatement& out) : kind_(kind), out_(out) {}

    void text(std::string_view piece, std::size_t consumed) {
        out_.text += piece;
        position_ += consumed;
    }
    /// `number` from 1, for databases that count their placeholders.
    void placeholder(std::size_t number, std::size_t consumed) {
        out_.text += kind_ == Kind::Postgresql ? "$" + std::to_string(number) : "?";
        position_ += consumed;
        mark();
    }
    void mark() {
        out_.origins.push_back(out_.text.size());
        out_.origins.push_back(position_);
    }

private:
    Kind kind_;
    BoundStatement& out_;
    std::size_t position_ = 0;
};

void bind_list(
    Call& call, Kind kind, BoundStatement& out, const Json& params, const std::string& at) {
    for (std::size_t i = 0; i < params.size(); ++i) {
        out.values.push_back(value_of(call, params.at(i), at + pointer_to(i)));
    }
    Writer writer(kind, out);
    Tokenizer tokens(kind, out.original);
    std::size_t used = 0;
    for (Piece piece; tokens.next(piece);) {
        if (piece.token == Token::Question) {
            writer.placeholder(++used, 1);
        } else if (piece.token == Token::Escaped) {
            writer.text("?", 2);
            writer.mark();
        } else {
            writer.text(piece.text, piece.text.size());
        }
    }
    if (used != params.size()) {
        throw invalid_params(at, "the statement has " + std::to_string(used) +
                                     " placeholders (?), and params has " +
                                     std::to_string(params.size()) + " values");
    }
}

void bind_names(
    Call& call, Kind kind, BoundStatement& out, const Json& params, const std::string& at) {
    Writer writer(kind, out);
    Tokenizer tokens(kind, out.original);
    std::map<std::string, std::size_t, std::less<>> numbers;
    for (Piece piece; tokens.next(piece);) {
        if (piece.token != Token::Named) {
            writer.text(piece.text, piece.text.size());
            continue;
        }
        const std::string name(piece.text.substr(1));
        const Json* value = params.find(name);
        if (value == nullptr) {
            throw invalid_params(
                at, "the statement asks for :" + name + ", and params has no value of that name");
        }
        const auto [known, is_new] = numbers.emplace(name, numbers.size() + 1);
        if (is_new || kind != Kind::Postgresql) {
            out.values.push_back(value_of(call, *value, at + pointer_to(name)));
        }
        writer.placeholder(known->second, piece.text.size());
    }
    for (const Json::Member& member : params.as_object()) {
        if (numbers.find(member.key) == numbers.end()) {
            throw invalid_params(at + pointer_to(member.key),
                                 "the statement has no placeholder :" + member.key);
        }
    }
}

/// {"$base64": ...} and its like: the name of the only member; empty for anything else.
std::string_view marker_of(const Json& json) {
    if (!json.is_object() || json.size() != 1) {
        return {};
    }
    const std::string& key = json.as_object().begin()->key;
    return key == "$base64" || key == "$file" || key == "$blob" ? std::string_view(key)
                                                                : std::string_view();
}

std::string file_bytes(Call& call, const Json& path, const std::string& pointer) {
    if (!path.is_string() || path.as_string().empty() ||
        path.as_string().find('\0') != std::string::npos) {
        throw invalid_params(pointer, "$file has to be the path of a file");
    }
    return common::read_all(path.as_string(), file_max, [&call] { call.check(); });
}

}  // namespace

Value value_of(Call& call, const Json& json, const std::string& pointer) {
    Value out;
    const std::string_view marker = marker_of(json);
    if (marker.empty()) {
        out.json = json;
        return out;
    }
    out.kind = Value::Kind::Bytes;
    const Json& content = json.as_object().begin()->value;
    if (marker == "$base64") {
        auto bytes =
            content.is_string() ? common::base64_decode(content.as_string()) : std::nullopt;
        if (!bytes) {
            throw invalid_params(pointer, "$base64 has to be a base64 text");
        }
        out.bytes = std::move(*bytes);
    } else if (marker == "$file") {
        out.bytes = file_bytes(call, content, pointer);
    } else {
        const auto index = content.is_integer() ? content.as_int() : -1;
        if (index < 0 || index > INT32_MAX) {
            throw invalid_params(pointer, "$blob has to be the number of a blob");
        }
        const auto bytes = call.blob(static_cast<std::uint32_t>(index));
        out.bytes.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    return out;
}

BoundStatement bind_values(
    Call& call, Kind kind, std::string sql, const Json* params, const std::string& pointer) {
    if (sql.find('\0') != std::string::npos) {
        throw invalid_params(pointer + "/sql", "sql holds a NUL byte");
    }
    if (is_blank(kind, sql)) {
        throw invalid_params(pointer + "/sql", "sql holds no statement");
    }
    BoundStatement out;
    out.original = std::move(sql);
    out.pointer = pointer + "/sql";
    const std::string at = pointer + "/params";
    if (params == nullptr || params->is_null()) {
        out.text = out.original;
    } else if (params->is_array()) {
        bind_list(call, kind, out, *params, at);
    } else if (params->is_object()) {
        bind_names(call, kind, out, *params, at);
    } else {
        throw invalid_params(at, "params has to be a list or an object, not " + params->describe());
    }
    return out;
}

std::size_t original_offset(const BoundStatement& statement, std::size_t offset) {
    std::size_t sent = 0;
    std::size_t original = 0;
    for (std::size_t i = 0; i + 1 < statement.origins.size() && statement.origins[i] <= offset;
         i += 2) {
        sent = statement.origins[i];
        original = statement.origins[i + 1];
    }
    return std::min(original + (offset - sent), statement.original.size());
}

std::vector<std::string> leading_words(Kind kind, std::string_view sql, std::size_t count) {
    std::vector<std::string> words;
    Tokenizer tokens(kind, sql);
    for (Piece piece; words.size() < count && tokens.next(piece);) {
        if (piece.token == Token::Word) {
            std::string word(piece.text);
            std::transform(word.begin(), word.end(), word.begin(), [](char c) {
                return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
            });
            words.push_back(std::move(word));
        } else if (piece.token != Token::Blank && piece.text != ";" && piece.text != "(") {
            break;
        }
    }
    return words;
}

bool is_blank(Kind kind, std::string_view sql) {
    Tokenizer tokens(kind, sql);
    for (Piece piece; tokens.next(piece);) {
        if (piece.token != Token::Blank && piece.text != ";") {
            return false;
        }
    }
    return true;
}

}  // namespace oa::database
