#include "host/blob/blob_store.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host/blob/blob_error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::string text_of(const Blob& blob) {
    const auto bytes = blob.bytes();
    std::string out(bytes.size(), '\0');
    std::transform(bytes.begin(), bytes.end(), out.begin(),
                   [](std::byte byte) { return static_cast<char>(byte); });
    return out;
}

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator entries("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

std::string error_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const BlobError& error) {
        return error.code() + ": " + error.what();
    }
    return "none";
}

struct BlobStoreTest : testing::Test {
    [[nodiscard]] static std::shared_ptr<RunBlobs> open(BlobStore& store) {
        auto scope = store.open("run");
        return {scope, RunBlobs::from(scope.get())};
    }
    [[nodiscard]] BlobStoreConfig small_memory() const {
        return {.memory_bytes_max = mebibyte, .spill_folder = folder.path()};
    }

    test::TemporaryFolder folder;
    BlobStore store;
    std::shared_ptr<RunBlobs> run = open(store);
};

TEST_F(BlobStoreTest, NamesABlobByItsBlake2bDigest) {
    EXPECT_EQ(run->copy(bytes_of("abc"))->digest(),
              "b2-256:bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST_F(BlobStoreTest, KeepsTheBytesWhateverTheirNumber) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, small_blob_bytes - 1,
                                   small_blob_bytes, small_blob_bytes + 1, 3 * mebibyte}) {
        const std::string text(size, 'x');
        const auto blob = run->copy(bytes_of(text));
        EXPECT_EQ(blob->size(), size);
        EXPECT_EQ(text_of(*blob), text);
        EXPECT_EQ(run->find(blob->digest()), blob);
    }
}

TEST_F(BlobStoreTest, FilledMemoryBecomesABlobWithoutACopy) {
    BlobBuffer buffer = run->allocate(mebibyte);
    const std::byte* const memory = buffer.bytes().data();
    std::memset(buffer.bytes().data(), 'y', mebibyte);

    const auto blob = run->seal(std::move(buffer));

    EXPECT_EQ(blob->bytes().data(), memory);
}

TEST_F(BlobStoreTest, MemoryThatIsNotFilledIsZeros) {
    for (const std::size_t size : {std::size_t{100}, mebibyte}) {
        EXPECT_EQ(text_of(*run->seal(run->allocate(size))), std::string(size, '\0'));
    }
}

TEST_F(BlobStoreTest, KeepsEqualContentOnce) {
    const std::string text(mebibyte, 'x');

    const auto first = run->copy(bytes_of(text));
    const auto second = run->copy(bytes_of(text));

    EXPECT_EQ(first, second);
    EXPECT_EQ(store.usage().memory_bytes, mebibyte);
    EXPECT_EQ(store.usage().descriptors, 1U);
}

TEST_F(BlobStoreTest, DoesNotFindTheBlobsOfAnotherRun) {
    const auto blob = run->copy(bytes_of("secret"));

    EXPECT_EQ(open(store)->find(blob->digest()), nullptr);
}

TEST_F(BlobStoreTest, FreesEverythingWithTheRun) {
    const std::size_t before = open_descriptors();
    for (const std::size_t size : {std::size_t{10}, mebibyte, 2 * mebibyte}) {
        EXPECT_GE(run->seal(run->allocate(size))->descriptor(), 0);
    }
    EXPECT_EQ(open_descriptors(), before + 3);

    run.reset();

    EXPECT_EQ(store.usage(), BlobStore::Usage{});
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(BlobStoreTest, ABlobOutlivesItsRunWhileSomebodyHoldsIt) {
    auto blob = run->copy(bytes_of("held"));
    run.reset();

    EXPECT_EQ(text_of(*blob), "held");
    blob.reset();
    EXPECT_EQ(store.usage().memory_bytes, 0U);
}

TEST_F(BlobStoreTest, AnAbandonedBufferGivesItsRoomBack) {
    { BlobBuffer buffer = run->allocate(mebibyte); }

    EXPECT_EQ(store.usage(), BlobStore::Usage{});
}

TEST_F(BlobStoreTest, NobodyCanWriteThroughTheDescriptor) {
    BlobStore spilling(small_memory());
    const auto other = open(spilling);
    const auto in_ram = other->copy(bytes_of(std::string(mebibyte, 'r')));
    const auto in_file = other->copy(bytes_of(std::string(mebibyte, 'f')));
    ASSERT_FALSE(in_ram->spilled());
    ASSERT_TRUE(in_file->spilled());
    const auto tiny = other->copy(bytes_of("tiny"));

    for (const auto& blob : {in_ram, in_file, tiny}) {
        const int descriptor = blob->descriptor();
        ASSERT_GE(descriptor, 0);
        EXPECT_EQ(pwrite(descriptor, "z", 1, 0), -1);
        EXPECT_NE(ftruncate(descriptor, 1), 0);
        EXPECT_EQ(mmap(nullptr, 1, PROT_WRITE, MAP_SHARED, descriptor, 0), MAP_FAILED);
        std::string read_back(blob->size(), '\0');
        EXPECT_EQ(pread(descriptor, read_back.data(), read_back.size(), 0),
                  static_cast<ssize_t>(blob->size()));
        EXPECT_EQ(read_back, text_of(*blob));
    }
}

TEST_F(BlobStoreTest, SpillsToAFileWithoutANameOverTheMemoryLimit) {
    BlobStore spilling(small_memory());
    const auto other = open(spilling);

    const auto first = other->copy(bytes_of(std::string(mebibyte, 'a')));
    const auto second = other->copy(bytes_of(std::string(mebibyte, 'b')));
    const auto third = other->copy(bytes_of("c"));

    EXPECT_EQ(spilling.usage().memory_bytes, mebibyte);
    EXPECT_EQ(spilling.usage().spilled_bytes, mebibyte + 1);
    EXPECT_EQ(text_of(*second), std::string(mebibyte, 'b'));
    EXPECT_EQ(text_of(*third), "c");
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(BlobStoreTest, ManyBlobsDoNotUseUpTheDescriptors) {
    BlobStore sparing({.descriptors_max = 2, .spill_folder = folder.path()});
    const auto other = open(sparing);
    const std::size_t before = open_descriptors();
    std::vector<std::shared_ptr<const Blob>> blobs;
    for (char c = 'a'; c <= 'j'; ++c) {
        blobs.push_back(other->copy(bytes_of(std::string(mebibyte, c))));
    }
    EXPECT_EQ(open_descriptors(), before + 2);

    // One is there when it is asked for.
    std::string read_back(mebibyte, '\0');
    EXPECT_EQ(pread(blobs.back()->descriptor(), read_back.data(), mebibyte, 0),
              static_cast<ssize_t>(mebibyte));
    EXPECT_EQ(read_back, text_of(*blobs.back()));
    EXPECT_EQ(blobs.back()->descriptor(), blobs.back()->descriptor());
}

TEST_F(BlobStoreTest, RefusesMoreThanARunMayHave) {
    BlobStore strict({.run_bytes_max = 2 * mebibyte});
    const auto other = open(strict);
    const auto kept = other->copy(bytes_of(std::string(mebibyte, 'a')));

    const std::string error = error_of([&] { static_cast<void>(other->allocate(mebibyte + 1)); });

    EXPECT_EQ(error.substr(0, 10), "exhausted:");
    EXPECT_NE(error.find("2097152"), std::string::npos) << error;
    EXPECT_NE(error.find("1048577"), std::string::npos) << error;
    EXPECT_EQ(error_of([&] { static_cast<void>(other->allocate(mebibyte)); }), "none");
    EXPECT_EQ(error_of([&] { static_cast<void>(open(strict)->allocate(2 * mebibyte)); }), "none")
        << "each run has a limit of its own";
}

TEST_F(BlobStoreTest, NamesTheFolderThatTakesNoFile) {
    BlobStoreConfig config = small_memory();
    config.spill_folder = folder / "missing";
    BlobStore broken(config);

    const std::string error =
        error_of([&] { static_cast<void>(open(broken)->allocate(2 * mebibyte)); });

    EXPECT_EQ(error.substr(0, 10), "exhausted:");
    EXPECT_NE(error.find(config.spill_folder.string()), std::string::npos) << error;
    EXPECT_EQ(broken.usage(), BlobStore::Usage{});
}

TEST_F(BlobStoreTest, AFullDiskIsAnErrorBeforeAnythingIsWritten) {
    BlobStoreConfig config = small_memory();
    config.run_bytes_max = std::uint64_t{1} << 62U;
    BlobStore store_on_disk(config);

    // More than any file system holds.
    const std::string error =
        error_of([&] { static_cast<void>(open(store_on_disk)->allocate(std::size_t{1} << 60U)); });

    EXPECT_EQ(error.substr(0, 10), "exhausted:");
    EXPECT_EQ(store_on_disk.usage(), BlobStore::Usage{});
}

TEST_F(BlobStoreTest, ALimitOnFilesEndsNoProcess) {
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit low{mebibyte, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &low), 0);
    BlobStore spilling(small_memory());
    const auto other = open(spilling);

    const std::string error = error_of([&] { static_cast<void>(other->allocate(2 * mebibyte)); });
    const auto in_ram = run->copy(bytes_of(std::string(2 * mebibyte, 'm')));
    const std::string no_descriptor = error_of([&] { static_cast<void>(in_ram->descriptor()); });

    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_EQ(error.substr(0, 10), "exhausted:");
    EXPECT_NE(error.find("ulimit -f"), std::string::npos) << error;
    EXPECT_EQ(in_ram->size(), 2 * mebibyte) << "memory needs no file";
    EXPECT_EQ(no_descriptor.substr(0, 10), "exhausted:");
}

TEST_F(BlobStoreTest, TakesBlobsFromManyThreads) {
    BlobStore shared({.memory_bytes_max = 4 * mebibyte, .spill_folder = folder.path()});
    auto many = open(shared);
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int number = 0; number < 4; ++number) {
        threads.emplace_back([&, number] {
            for (int round = 0; round < 20; ++round) {
                const char common = static_cast<char>('a' + round);
                const auto same = many->copy(bytes_of(std::string(small_blob_bytes, common)));
                const auto own = many->copy(
                    bytes_of(std::to_string(number) + std::string(small_blob_bytes, common)));
                wrong += many->find(same->digest()) != same;
                wrong += own->bytes()[0] != static_cast<std::byte>('0' + number);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }

    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(shared.usage().memory_bytes + shared.usage().spilled_bytes,
              20 * small_blob_bytes + 80 * (small_blob_bytes + 1));
    many.reset();
    EXPECT_EQ(shared.usage(), BlobStore::Usage{});
}

}  // namespace
}  // namespace oa::host
