// Some secrets, a text made of their forms and of other bytes, and places where the stream of it is
// cut, all out of the input. No form of a secret may survive, every place that a plain search finds
// is masked and no other is, and a stream gives what the whole gives.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "core/secret/mask_pass.hpp"
#include "core/secret/masker.hpp"
#include "core/secret/secret.hpp"
#include "core/secret/secret_forms.hpp"
#include "core/secret/stream_masker.hpp"

namespace {

using oa::core::Masker;
using oa::core::Secret;
using oa::core::SecretForms;
using oa::core::StreamMasker;

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

class Input {
public:
    explicit Input(std::string_view bytes) : bytes_(bytes) {}
    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    std::size_t number() {
        if (bytes_.empty()) {
            return 0;
        }
        const auto number = static_cast<unsigned char>(bytes_.front());
        bytes_.remove_prefix(1);
        return number;
    }
    std::string text(std::size_t size) {
        const auto taken = bytes_.substr(0, size);
        bytes_.remove_prefix(taken.size());
        return std::string(taken);
    }

private:
    std::string_view bytes_;
};

/// Without the byte of the mask's sign, which could make a secret together with what is around it.
std::string secret_of(Input& input) {
    std::string made = input.text(input.number() % 48);
    if (input.number() % 8 == 0 && !made.empty()) {  // long, with much that is alike
        const std::string part = made;
        for (std::size_t i = input.number() % 16; i > 0; --i) {
            made += part;
        }
    }
    std::erase(made, '*');
    return made;
}

std::string text_of(Input& input, const std::vector<std::unique_ptr<SecretForms>>& forms) {
    std::string made;
    while (!input.empty() && made.size() < 1024) {
        const std::size_t which = input.number();
        if (which % 3 == 0 || forms.empty()) {
            made += input.text(which / 3 % 32);
            continue;
        }
        const auto& one = *forms[which % forms.size()];
        if (one.empty()) {
            continue;
        }
        const auto form = one[(which + 256 * input.number()) % one.size()];
        const std::size_t cut = input.number();
        made += which % 3 == 1 ? form : form.substr(0, cut % (form.size() + 1));
    }
    std::erase(made, '*');
    return made;
}

/// What is masked, found without any cleverness: a long form counts in pieces, as documented.
std::string expected(std::string_view text,
                     const std::vector<std::unique_ptr<SecretForms>>& forms) {
    std::vector<bool> covered(text.size());
    const auto cover = [&](std::string_view piece) {
        for (auto at = text.find(piece); at != std::string_view::npos;
             at = text.find(piece, at + 1)) {
            std::fill_n(covered.begin() + static_cast<std::ptrdiff_t>(at), piece.size(), true);
        }
    };
    for (const auto& one : forms) {
        for (std::size_t i = 0; i < one->size(); ++i) {
            const auto form = (*one)[i];
            std::size_t at = 0;
            for (; at + oa::core::mask_piece_bytes < form.size();
                 at += oa::core::mask_piece_bytes) {
                cover(form.substr(at, oa::core::mask_piece_bytes));
            }
            cover(form.substr(form.size() - std::min(form.size(), oa::core::mask_piece_bytes)));
        }
    }
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!covered[i]) {
            made += text[i];
        } else if (i == 0 || !covered[i - 1]) {
            made += oa::core::mask_sign;
        }
    }
    return made;
}

std::string in_parts(const std::shared_ptr<Masker>& masker, std::string_view text, Input input) {
    StreamMasker stream(masker);
    std::string out;
    while (!text.empty()) {
        const auto part = text.substr(0, 1 + input.number() % 70);
        out += stream.feed(part).view();
        require(stream.held_bytes() < oa::core::mask_piece_bytes);
        text.remove_prefix(part.size());
    }
    return out.append(stream.finish().view());
}

void check_json(const Masker& masker, const std::string& text, const std::string& masked) {
    boost::json::value value = {{text, text}, {"list", {1, text}}};
    const bool changed = masker.mask(value);
    require(value.as_object().size() == 2 || text == "list");
    const auto& list = value.as_object().at("list");
    if (list.is_array()) {
        require(list.as_array().at(1).as_string() == masked);
    }
    require(changed || text == masked);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input({reinterpret_cast<const char*>(data), size});
    const Input cuts = input;
    const auto host = std::make_shared<Masker>(oa::core::MaskerLimits{2, 1U << 16U});
    const auto masker = std::make_shared<Masker>(host);
    std::vector<std::unique_ptr<SecretForms>> forms;
    for (std::size_t left = 1 + input.number() % 4; left > 0; --left) {
        const std::string secret = secret_of(input);
        forms.push_back(std::make_unique<SecretForms>(secret));
        require(masker->add(Secret(secret)) == !forms.back()->empty());
    }
    const std::string text = text_of(input, forms);
    const std::string masked = masker->mask(text);
    require(masked == expected(text, forms));
    require(masked == host->mask(text));
    require(!masker->contains(masked));
    require(masker->contains(text) == (masked != text));
    std::string in_place = text;
    require(masker->mask_in_place(in_place) == (masked != text) && in_place == masked);
    require(in_parts(masker, text, cuts) == masked);
    check_json(*masker, text, masked);
    return 0;
}
