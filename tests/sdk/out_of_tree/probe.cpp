// probe FILE.so FUNCTION PARAMS EXPECTED: loads a plug-in, runs one function and compares "STATUS
// OUTPUT" with what is expected.
#include <iostream>

#include "tests/plugins/support/plugin_harness.hpp"

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: probe FILE.so FUNCTION PARAMS EXPECTED\n";
        return 2;
    }
    try {
        oa::test::PluginHarness plugin(argv[1]);
        const oa::test::Reply reply = plugin.run(argv[2], oa::Json::parse(argv[3]));
        const std::string got = std::to_string(reply.status) + " " + reply.json.dump();
        if (got != argv[4]) {
            std::cerr << "expected " << argv[4] << ", got " << got << ": " << reply.message << '\n';
            return 1;
        }
        return 0;
    } catch (const std::exception& error) {
        std::cerr << argv[1] << ": " << error.what() << '\n';
        return 1;
    }
}
