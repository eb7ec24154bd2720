#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/schema/program.hpp"
#include "core/schema/schema.hpp"

namespace oa::core::schema {

/// Turns a schema into a program. Goes through the document with a list of what is still to do,
/// never by calling itself, so no document makes it run out of stack.
class Compiler {
public:
    Compiler(const boost::json::value& document, const SchemaLimits& limits);

    /// Nothing when there are mistakes.
    std::shared_ptr<const Program> run();
    [[nodiscard]] std::vector<SchemaMistake>& mistakes() noexcept { return mistakes_; }

    // For those who read keywords:

    /// The node of a schema within the document; made, if it is new.
    NodeIndex node_for(const boost::json::value& schema,
                       std::string location,
                       ResourceIndex resource);
    const Regex* regex(std::string_view pattern, const std::string& location);
    const boost::json::array* constant(const boost::json::value& value);
    void mistake(std::string location, std::string message, std::string hint = {});
    void want_reference(NodeIndex node, std::string_view reference, bool dynamic);
    void add_anchor(NodeIndex node, ResourceIndex resource, std::string_view name, bool dynamic);

private:
    struct Todo {
        const boost::json::value* schema = nullptr;
        NodeIndex node = 0;
    };
    struct WantedReference {
        NodeIndex node = 0;
        std::string text;
        bool dynamic = false;
    };
    struct Place {
        const boost::json::value* schema = nullptr;
        std::string location;
        ResourceIndex resource = 0;
    };

    void read_all();
    void read(const Todo& todo);
    void read_identity(Node& node, const boost::json::value& schema);
    void resolve(const WantedReference& wanted);
    NodeIndex target_of(const WantedReference& wanted,
                        ResourceIndex resource,
                        std::string fragment);
    std::optional<Place> walk(ResourceIndex resource, std::string_view pointer) const;

    std::shared_ptr<Program> program_;
    SchemaLimits limits_;
    std::vector<SchemaMistake> mistakes_;
    std::deque<Todo> todo_;
    std::deque<WantedReference> references_;
    std::unordered_map<const boost::json::value*, NodeIndex> nodes_;
    std::unordered_map<const boost::json::value*, ResourceIndex> resource_roots_;
    std::map<std::string, ResourceIndex, std::less<>> resource_uris_;
    std::map<std::string, const Regex*, std::less<>> patterns_;
};

}  // namespace oa::core::schema
