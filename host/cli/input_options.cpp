#include "host/cli/input_options.hpp"

#include <cstddef>

#include <CLI/CLI.hpp>

namespace oa::host {

void add_inputs(CLI::App& app,
                std::vector<std::pair<std::string, std::string>>& inputs,
                std::optional<std::string>& file) {
    app.add_option_function<std::vector<std::string>>(
           "-i,--input",
           [&inputs](const std::vector<std::string>& texts) {
               for (const std::string& text : texts) {
                   const std::size_t equals = text.find('=');
                   if (equals == std::string::npos || equals == 0) {
                       throw CLI::ValidationError("--input",
                                                  "'" + text + "' is not of the form NAME=VALUE");
                   }
                   inputs.emplace_back(text.substr(0, equals), text.substr(equals + 1));
               }
           },
           "An input of the workflow; may be repeated")
        ->type_name("NAME=VALUE")
        ->expected(1)
        ->take_all();
    app.add_option("--inputs", file, "File with a JSON object of inputs; - for standard input")
        ->type_name("FILE.json");
}

}  // namespace oa::host
