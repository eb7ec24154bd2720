#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "core/secret/keyed_digest.hpp"
#include "core/secret/masked_text.hpp"
#include "core/secret/secret.hpp"

namespace oa::core {

class MaskIndex;
class SecretForms;

/// How much a masker remembers of secrets that no other masker adds to it any longer.
struct MaskerLimits {
    std::size_t idle_secrets_max = 1024;
    std::size_t idle_bytes_max = std::size_t{32} << 20U;  ///< of their forms
};

/// Replaces secrets in text, in all forms that SecretForms knows of: matches that overlap or touch
/// become one `***`. Every member may be called by any number of threads at a time; masking never
/// waits for adding, and costs next to nothing as long as no secret was added.
///
/// A run has a masker of its own, made with the one of the whole host: what is added to the run's
/// is added to the host's, too, and masking by the run's knows the run's secrets only. When the
/// run's ends, the host's keeps its secrets, since late messages may still hold them, until newer
/// ones that are idle, too, take their place (MaskerLimits). Secrets that were added to a masker
/// itself stay as long as it does.
class Masker {
public:
    explicit Masker(const MaskerLimits& limits = {});
    /// `everything` gets all secrets that are added here. Throws std::invalid_argument when it is
    /// null or was made so itself.
    explicit Masker(const std::shared_ptr<Masker>& everything);
    ~Masker();
    Masker(const Masker&) = delete;
    Masker& operator=(const Masker&) = delete;

    /// From the return on, whoever masks masks this. False when the value is too short or blank to
    /// be looked for (`mask_bytes_min`): it will not be masked. A value that is already known costs
    /// a look-up. The secret stays the caller's.
    bool add(const Secret& secret);
    /// Quicker for many than one after the other; how many of them are masked.
    std::size_t add(std::span<const Secret> secrets);

    [[nodiscard]] std::string mask(std::string_view text) const;
    /// The same, with the proof.
    [[nodiscard]] MaskedText masked(std::string_view text) const;
    /// Whether there was something to mask. What is masked is wiped from the text's own memory.
    bool mask_in_place(std::string& text) const;
    [[nodiscard]] bool contains(std::string_view text) const;
    /// Whether there is nothing to mask: for whoever would otherwise prepare what is masked.
    [[nodiscard]] bool empty() const noexcept { return !active_.load(std::memory_order_relaxed); }

    /// Masks all strings and keys at any depth; a number becomes the string `***` when its text, as
    /// JSON or without exponent, holds a secret. Keys that become equal are told apart by a number
    /// ("***", "*** (2)"), and keep their order and values. Whether something changed. A secret
    /// that is spread over several strings is not found.
    bool mask(boost::json::value& value) const;

    struct Figures {
        std::size_t secrets = 0;
        std::size_t idle_secrets = 0;
        std::size_t patterns = 0;
        std::size_t bytes = 0;  ///< memory of forms and index
    };
    [[nodiscard]] Figures figures() const;

private:
    friend class StreamMasker;
    using Index = std::shared_ptr<const MaskIndex>;
    using Forms = std::shared_ptr<const SecretForms>;

    struct Known {
        Forms forms;
        bool own = false;       ///< was added here
        std::size_t users = 0;  ///< maskers that were made with this one and added it
        std::uint64_t idle_since = 0;

        [[nodiscard]] bool idle() const noexcept { return !own && users == 0; }
    };
    using Book = std::map<KeyedDigest::Value, Known>;

    [[nodiscard]] Index index() const;
    void publish(Index index);
    std::size_t add_all(std::span<const Secret* const> secrets);
    [[nodiscard]] Forms forms_of(const KeyedDigest::Value& digest);
    void look_for(const std::vector<Forms>& forms);
    void retain(const Book& used);
    void release(const Book& used);
    void wake(Known& known) noexcept;
    void drop_idle();

    const MaskerLimits limits_;
    const std::shared_ptr<Masker> everything_;
    const KeyedDigest digest_;

    mutable std::mutex adding_;  ///< guards the next four; a run's is locked before the host's
    Book known_;
    std::size_t idle_ = 0;
    std::size_t idle_bytes_ = 0;
    std::uint64_t releases_ = 0;

    std::atomic<bool> active_ = false;
    mutable std::mutex publishing_;  ///< guards the pointer alone
    Index index_;
};

}  // namespace oa::core
