#include "core/secret/masker.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

#include "core/secret/mask_index.hpp"
#include "core/secret/mask_pass.hpp"
#include "core/secret/pattern_set.hpp"
#include "core/secret/secret_forms.hpp"

namespace oa::core {

namespace {

/// `is_last`: adds to no other.
const std::shared_ptr<Masker>& usable(const std::shared_ptr<Masker>& everything, bool is_last) {
    if (!is_last) {
        throw std::invalid_argument("a masker can add to one only that adds to no other");
    }
    return everything;
}

}  // namespace

Masker::Masker(const MaskerLimits& limits) : limits_(limits) {}

Masker::Masker(const std::shared_ptr<Masker>& everything)
    : everything_(usable(everything, everything && everything->everything_ == nullptr)),
      digest_(everything_->digest_) {}

Masker::~Masker() {
    if (everything_ == nullptr) {
        return;
    }
    try {
        everything_->release(known_);
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch)
        // Then they are looked for as long as the other masker lives.
    }
}

bool Masker::add(const Secret& secret) {
    const Secret* const one = &secret;
    return add_all({&one, 1}) == 1;
}

std::size_t Masker::add(std::span<const Secret> secrets) {
    std::vector<const Secret*> all(secrets.size());
    std::transform(secrets.begin(), secrets.end(), all.begin(),
                   [](const Secret& secret) { return &secret; });
    return add_all(all);
}

std::size_t Masker::add_all(std::span<const Secret* const> secrets) {
    const std::lock_guard lock(adding_);
    std::size_t masked = 0;
    Book added;
    std::vector<Forms> fresh;
    for (const Secret* const secret : secrets) {
        const auto digest = digest_(secret->reveal());
        if (const auto found = known_.find(digest); found != known_.end()) {
            wake(found->second);
            found->second.own = true;
            ++masked;
            continue;
        }
        if (added.contains(digest)) {
            ++masked;
            continue;
        }
        auto forms = everything_ ? everything_->forms_of(digest) : nullptr;
        if (forms == nullptr) {
            forms = std::make_shared<const SecretForms>(secret->reveal());
        }
        if (!forms->empty()) {
            ++masked;
            fresh.push_back(forms);
            added.emplace(digest, Known{std::move(forms), true});
        }
    }
    // Known is only what is looked for already, should memory run out on the way.
    if (everything_ && !added.empty()) {
        everything_->retain(added);
    }
    look_for(fresh);
    known_.merge(added);
    return masked;
}

Masker::Forms Masker::forms_of(const KeyedDigest::Value& digest) {
    const std::lock_guard lock(adding_);
    const auto found = known_.find(digest);
    return found == known_.end() ? nullptr : found->second.forms;
}

void Masker::retain(const Book& used) {
    const std::lock_guard lock(adding_);
    Book added;
    std::vector<Forms> fresh;
    for (const auto& [digest, use] : used) {
        if (const auto found = known_.find(digest); found != known_.end()) {
            wake(found->second);
            ++found->second.users;
        } else {
            fresh.push_back(use.forms);
            added.emplace(digest, Known{use.forms, false, 1});
        }
    }
    look_for(fresh);
    known_.merge(added);
}

void Masker::release(const Book& used) {
    const std::lock_guard lock(adding_);
    for (const auto& [digest, use] : used) {
        const auto found = known_.find(digest);
        if (found == known_.end() || found->second.users == 0) {
            continue;
        }
        auto& known = found->second;
        --known.users;
        if (known.idle()) {
            known.idle_since = ++releases_;
            ++idle_;
            idle_bytes_ += known.forms->bytes();
        }
    }
    if (idle_ > limits_.idle_secrets_max || idle_bytes_ > limits_.idle_bytes_max) {
        drop_idle();
    }
}

/// Somebody needs it again.
void Masker::wake(Known& known) noexcept {
    if (known.idle()) {
        --idle_;
        idle_bytes_ -= known.forms->bytes();
    }
}

/// The oldest of them, until half of the room is free: an index is made anew for many at once.
void Masker::drop_idle() {
    std::vector<std::pair<std::uint64_t, Book::iterator>> idle;
    for (auto entry = known_.begin(); entry != known_.end(); ++entry) {
        if (entry->second.idle()) {
            idle.emplace_back(entry->second.idle_since, entry);
        }
    }
    std::sort(idle.begin(), idle.end(),
              [](const auto& left, const auto& right) { return left.first < right.first; });
    for (const auto& [since, entry] : idle) {
        if (idle_ <= limits_.idle_secrets_max / 2 && idle_bytes_ <= limits_.idle_bytes_max / 2) {
            break;
        }
        --idle_;
        idle_bytes_ -= entry->second.forms->bytes();
        known_.erase(entry);
    }
    std::vector<Forms> kept;
    kept.reserve(known_.size());
    for (const auto& [digest, known] : known_) {
        kept.push_back(known.forms);
    }
    // Until this is there the old one goes on, so that nothing gets past meanwhile.
    publish(kept.empty() ? nullptr
                         : MaskIndex::with(nullptr, std::make_shared<const PatternSet>(kept)));
}

void Masker::look_for(const std::vector<Forms>& forms) {
    if (!forms.empty()) {
        const auto known = index();
        publish(MaskIndex::with(known.get(), std::make_shared<const PatternSet>(forms)));
    }
}

Masker::Index Masker::index() const {
    if (!active_.load(std::memory_order_relaxed)) {
        return nullptr;
    }
    const std::lock_guard lock(publishing_);
    return index_;
}

void Masker::publish(Index index) {
    const bool active = index != nullptr;
    {
        const std::lock_guard lock(publishing_);
        index_.swap(index);
    }
    active_.store(active, std::memory_order_release);
}

std::string Masker::mask(std::string_view text) const {
    std::string masked;
    masked.reserve(text.size());
    if (const auto found = index()) {
        MaskPosition().mask_until(*found, text, text.size(), masked);
    } else {
        masked = text;
    }
    return masked;
}

MaskedText Masker::masked(std::string_view text) const {
    return MaskedText(mask(text));
}

bool Masker::mask_in_place(std::string& text) const {
    const auto found = index();
    return found && mask_text(*found, text);
}

bool Masker::contains(std::string_view text) const {
    const auto found = index();
    return found && found->next(text, 0, text.size());
}

bool Masker::mask(boost::json::value& value) const {
    const auto found = index();
    return found && mask_json(*found, value);
}

Masker::Figures Masker::figures() const {
    const std::lock_guard lock(adding_);
    Figures made{known_.size(), idle_, 0, 0};
    for (const auto& [digest, known] : known_) {
        made.bytes += known.forms->bytes();
    }
    if (const auto found = index()) {
        made.patterns = found->patterns();
        made.bytes += found->bytes();
    }
    return made;
}

}  // namespace oa::core
