// The calls that docs/api.md shows, in its order, against a real host.

#include <fstream>

#include "tests/cli/doc_pages.hpp"
#include "tests/cli/serve_fixture.hpp"

namespace oa::test {
namespace {

TEST_F(ServeTest, TheCallsOfTheDocumentationWork) {
    start();
    std::size_t calls = 0;
    for (const DocBlock& block : doc_blocks(OA_SOURCE_DIR "/docs/api.md")) {
        if (block.language != "sh") {
            continue;
        }
        ++calls;
        Subprocess::Options options;
        options.folder = folder.path();
        options.patience = std::chrono::minutes(1);
        options.environment = {{"OA", "http://127.0.0.1:" + std::to_string(port)},
                               {"TOKEN", token}};
        const ProcessResult result =
            run_program({"/bin/bash", "-euo", "pipefail", "-c", block.text}, options);
        EXPECT_EQ(result.exit_status, 0) << block.text << result.out << result.err;
    }
    EXPECT_EQ(calls, 6U);
    EXPECT_EQ(get("/api/v1/runs?workflow=greet").at("runs").as_array().size(), 2U);
}

}  // namespace
}  // namespace oa::test
