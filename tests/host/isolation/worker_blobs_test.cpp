#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/isolation/protocol/protocol_error.hpp"
#include "host/isolation/worker/shared_blobs.hpp"

namespace oa::host::isolation::worker {
namespace {

constexpr std::uint64_t mebibyte = 1U << 20U;

/// Keeps what the host would be told.
struct SharedBlobsTest : testing::Test {
    SharedBlobs make(std::uint64_t call_bytes_max = 64 * mebibyte) {
        return SharedBlobs(
            [this](const Segment& segment, int memory) {
                segments.push_back(segment);
                memories.emplace_back(fcntl(memory, F_DUPFD_CLOEXEC, 0));
                return host_there;
            },
            call_bytes_max);
    }

    std::vector<Segment> segments;
    std::vector<Descriptor> memories;
    bool host_there = true;
};

TEST_F(SharedBlobsTest, TheHostReadsWhatTheWorkerWrote) {
    SharedBlobs blobs = make();
    ASSERT_TRUE(blobs.allocate(1, 100));
    const auto block = blobs.allocate(1, 5);
    ASSERT_TRUE(block);
    std::memcpy(block->memory, "hello", 5);
    ASSERT_EQ(segments.size(), 1U);
    EXPECT_EQ(block->place.size, 5U);
    std::string seen(5, '\0');
    ASSERT_EQ(pread(memories[0].get(), seen.data(), 5, static_cast<off_t>(block->place.offset)), 5);
    EXPECT_EQ(seen, "hello");
}

TEST_F(SharedBlobsTest, ASegmentCannotShrinkUnderTheHost) {
    SharedBlobs blobs = make();
    ASSERT_TRUE(blobs.allocate(1, 5));
    struct stat status {};
    ASSERT_EQ(fstat(memories.at(0).get(), &status), 0);
    EXPECT_EQ(static_cast<std::uint64_t>(status.st_size), segments.at(0).size);
    EXPECT_NE(ftruncate(memories[0].get(), 1), 0);
    EXPECT_NE(ftruncate(memories[0].get(), status.st_size + 1), 0);
    EXPECT_NE(fcntl(memories[0].get(), F_ADD_SEALS, F_SEAL_WRITE), 0) << "the seals can change";
}

TEST_F(SharedBlobsTest, MemoryIsUsedAgainOnceItIsReleased) {
    SharedBlobs blobs = make();
    for (std::uint64_t call = 0; call < 100; ++call) {
        ASSERT_TRUE(blobs.allocate(call, mebibyte / 3));
        ASSERT_TRUE(blobs.allocate(call, mebibyte / 3));
        blobs.release(call);
    }
    EXPECT_EQ(blobs.segment_count(), 1U);
    EXPECT_EQ(segments.size(), 1U);
}

TEST_F(SharedBlobsTest, MemoryThatIsUsedAgainIsEmpty) {
    SharedBlobs blobs = make();
    const auto first = blobs.allocate(1, 1000);
    ASSERT_TRUE(first);
    std::memset(first->memory, 1, 1000);
    blobs.release(1);
    const auto second = blobs.allocate(2, 5000);
    ASSERT_TRUE(second);
    ASSERT_EQ(second->memory, first->memory);
    EXPECT_EQ(std::string(static_cast<const char*>(second->memory), 5000), std::string(5000, '\0'));
}

TEST_F(SharedBlobsTest, FreePartsGrowTogetherInWhateverOrderTheyComeBack) {
    SharedBlobs blobs = make();
    for (const auto& order : {std::vector<std::uint64_t>{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}}) {
        for (std::uint64_t call = 0; call < 4; ++call) {
            ASSERT_TRUE(blobs.allocate(call, mebibyte / 4));
        }
        for (const std::uint64_t call : order) {
            blobs.release(call);
        }
        ASSERT_TRUE(blobs.allocate(9, mebibyte));
        blobs.release(9);
    }
    EXPECT_EQ(blobs.segment_count(), 1U);
}

TEST_F(SharedBlobsTest, WhatIsNotReleasedIsNotGivenAway) {
    SharedBlobs blobs = make();
    const auto first = blobs.allocate(1, mebibyte);
    const auto second = blobs.allocate(2, mebibyte);
    ASSERT_TRUE(first && second);
    EXPECT_NE(first->memory, second->memory);
    EXPECT_EQ(segments.size(), 2U);
    EXPECT_NE(first->place.segment, second->place.segment);
}

TEST_F(SharedBlobsTest, ABlobLargerThanASegmentGetsOneOfItsSize) {
    SharedBlobs blobs = make();
    const auto block = blobs.allocate(1, 5 * mebibyte + 1);
    ASSERT_TRUE(block);
    std::memset(block->memory, 1, 5 * mebibyte + 1);
    EXPECT_GT(segments.at(0).size, 5 * mebibyte);
}

TEST_F(SharedBlobsTest, ACallGetsNoMoreThanItsLimit) {
    SharedBlobs blobs = make(mebibyte);
    EXPECT_FALSE(blobs.allocate(1, mebibyte + 1));
    EXPECT_TRUE(blobs.allocate(1, mebibyte));
    EXPECT_FALSE(blobs.allocate(1, 1));
    EXPECT_TRUE(blobs.allocate(2, 1)) << "the limit is that of one call";
    EXPECT_FALSE(blobs.allocate(3, ~std::uint64_t{0}));
}

TEST_F(SharedBlobsTest, AnEmptyBlobHasAPlaceToo) {
    SharedBlobs blobs = make();
    const auto block = blobs.allocate(1, 0);
    ASSERT_TRUE(block);
    EXPECT_NE(block->memory, nullptr);
    EXPECT_EQ(block->place.size, 0U);
}

TEST_F(SharedBlobsTest, WithoutAHostThereIsNoMemory) {
    SharedBlobs blobs = make();
    host_there = false;
    EXPECT_FALSE(blobs.allocate(1, 1));
    EXPECT_EQ(blobs.segment_count(), 0U);
}

TEST(MappedBlobTest, ShowsTheBytesAndRefusesAWrongSize) {
    const Descriptor memory(memfd_create("blob", MFD_CLOEXEC));
    ASSERT_EQ(write(memory.get(), "hello", 5), 5);
    const MappedBlob blob(memory, 5);
    EXPECT_EQ(std::memcmp(blob.data(), "hello", blob.size()), 0);
    EXPECT_THROW(MappedBlob(memory, 6), ProtocolError);
    EXPECT_EQ(MappedBlob(memory, 0).size(), 0U);
}

}  // namespace
}  // namespace oa::host::isolation::worker
