#include "core/workflow/reader.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "core/workflow/document_reader.hpp"
#include "core/workflow/expression_check.hpp"
#include "core/workflow/reading.hpp"
#include "core/workflow/sub_workflow_check.hpp"

namespace oa::core {
namespace {

/// The workflows that are read together. They point at each other, so none moves.
struct Bundle {
    std::deque<Workflow> workflows;
};

/// Reads one document after the other, each task that names another one adding that to the list.
class BundleReader final : public SubWorkflows {
public:
    BundleReader(const FunctionCatalog& catalog, const ReadOptions& options)
        : options_(options),
          bytes_left_(options.yaml.bytes_max),
          nodes_left_(options.yaml.nodes_max),
          session_{catalog, *this} {
        session_.expressions_max =
            std::max(session_.expressions_max, expressions_per_task * options.tasks_max);
        session_.expressions_left = session_.expressions_max;
    }

    ReadResult read(std::string_view text,
                    const std::string& file,
                    const std::shared_ptr<const FunctionCatalog>& catalog) {
        add(text, file);
        // Reading a document may add another one at the end.
        std::size_t next = 0;
        while (next < documents_.size()) {
            read(documents_[next++]);
        }
        for (Reading& reading : readings_) {
            check_sub_workflows(reading);
            check_expressions(reading);
        }
        ReadResult result;
        result.diagnostics = session_.findings.take();
        result.secrets = take_secrets();
        if (!has_errors(result.diagnostics)) {
            for (Workflow& workflow : bundle_->workflows) {
                workflow.catalog = catalog;
            }
            result.workflow = std::shared_ptr<const Workflow>(bundle_, &bundle_->workflows.front());
        }
        return result;
    }

    std::variant<const Workflow*, WorkflowSource::Problem> find(std::string_view name,
                                                                const std::string& from) override {
        const auto [known, is_new] = by_name_.try_emplace(std::pair(from, std::string(name)));
        if (is_new) {
            known->second = look_up(name, from);
        }
        return known->second;
    }

    Reading& add_inner(const Reading& outer) override {
        Workflow& workflow = bundle_->workflows.emplace_back();
        workflow.file = outer.workflow.file;
        Reading& inner =
            readings_.emplace_back(session_, outer.source, outer.file_number, workflow);
        inner.compat_oa3 = outer.compat_oa3;
        inner.variables = outer.variables;
        return inner;
    }

private:
    static constexpr std::size_t expressions_per_task = 10;
    static constexpr std::size_t names_per_document = 2;

    struct Document {
        Document(std::string_view text, Workflow& target) : source(text), workflow(target) {}

        SourceText source;
        Workflow& workflow;
        YamlResult yaml;
    };

    using Found = std::variant<const Workflow*, WorkflowSource::Problem>;

    Found look_up(std::string_view name, const std::string& from) {
        if (options_.workflows == nullptr) {
            return WorkflowSource::Problem{"there is no place to look for other workflows here",
                                           {}};
        }
        if (by_name_.size() > names_per_document * options_.documents_max) {
            return WorkflowSource::Problem{
                "the documents name more than " +
                    std::to_string(names_per_document * options_.documents_max) + " workflows",
                {}};
        }
        auto found = options_.workflows->find(name, from);
        if (auto* problem = std::get_if<WorkflowSource::Problem>(&found)) {
            return std::move(*problem);
        }
        return take(std::get<WorkflowSource::Document>(std::move(found)));
    }

    Found take(WorkflowSource::Document document) {
        if (const auto known = by_file_.find(document.file); known != by_file_.end()) {
            return known->second;
        }
        if (documents_.size() >= options_.documents_max) {
            return WorkflowSource::Problem{"more than " + std::to_string(options_.documents_max) +
                                               " workflows would have to be read",
                                           {}};
        }
        if (document.text.size() > bytes_left_) {
            return WorkflowSource::Problem{"it and the workflows read before have more than " +
                                               std::to_string(options_.yaml.bytes_max) + " bytes",
                                           {}};
        }
        kept_texts_.push_back(std::move(document.text));
        return &add(kept_texts_.back(), document.file);
    }

    const Workflow& add(std::string_view text, const std::string& file) {
        bytes_left_ -= std::min(bytes_left_, text.size());
        Workflow& workflow = bundle_->workflows.emplace_back();
        workflow.file = file;
        documents_.emplace_back(text, workflow);
        by_file_.emplace(file, &workflow);
        return workflow;
    }

    std::vector<SecretUse> take_secrets() {
        std::vector<std::pair<std::size_t, SecretUse>> found;
        for (Reading& reading : readings_) {
            for (SecretUse& use : reading.secrets) {
                found.emplace_back(reading.file_number, std::move(use));
            }
        }
        std::stable_sort(found.begin(), found.end(), [](const auto& left, const auto& right) {
            return std::tie(left.first, left.second.position) <
                   std::tie(right.first, right.second.position);
        });
        std::vector<SecretUse> secrets;
        secrets.reserve(found.size());
        for (auto& [file, use] : found) {
            secrets.push_back(std::move(use));
        }
        return secrets;
    }

    void read(Document& document) {
        const std::string& file = document.workflow.file;
        YamlLimits limits = options_.yaml;
        limits.tasks_max = options_.tasks_max;
        limits.nodes_max = nodes_left_;
        const std::size_t file_number = session_.findings.add_file(file);
        if (!has_few_placeholders(document, file_number)) {
            return;
        }
        document.yaml = parse_yaml(document.source.text(), file, limits);
        nodes_left_ -= std::min(nodes_left_, document.yaml.nodes.size());
        for (Diagnostic& found : document.yaml.diagnostics) {
            session_.findings.add(file_number, found.severity, found.position,
                                  std::move(found.message), std::move(found.hint), "syntax");
        }
        if (document.yaml.root != nullptr) {
            Reading& reading =
                readings_.emplace_back(session_, document.source, file_number, document.workflow);
            read_document(reading, *document.yaml.root, options_.tasks_max);
        }
    }

    /// Reading so many would cost far more than counting them.
    bool has_few_placeholders(const Document& document, std::size_t file_number) {
        const std::string_view text = document.source.text();
        if (text.size() > options_.yaml.bytes_max) {
            return true;  // refused for its size
        }
        std::size_t left = session_.expressions_left;
        for (std::size_t at = text.find('$'); at != std::string_view::npos;
             at = text.find('$', at + 1)) {
            const bool begins = text.substr(at + 1, 1) == "{" || text.substr(at + 1, 1) == "<";
            if (begins && left-- == 0) {
                session_.findings.add(file_number, Severity::Error, document.source.position(at),
                                      "there are more than " +
                                          std::to_string(session_.expressions_max) +
                                          " placeholders and expressions",
                                      {});
                return false;
            }
        }
        return true;
    }

    const ReadOptions& options_;
    std::size_t bytes_left_;
    std::size_t nodes_left_;
    ReadSession session_;
    std::shared_ptr<Bundle> bundle_ = std::make_shared<Bundle>();
    std::deque<Document> documents_;
    std::deque<std::string> kept_texts_;
    std::deque<Reading> readings_;
    std::unordered_map<std::string, const Workflow*> by_file_;
    std::map<std::pair<std::string, std::string>, Found> by_name_;  // from which file, and as what
};

}  // namespace

ReadResult read_workflow(std::string_view text,
                         const std::string& file,
                         const FunctionCatalog& catalog,
                         const ReadOptions& options) {
    return BundleReader(catalog, options).read(text, file, nullptr);
}

ReadResult read_workflow(std::string_view text,
                         const std::string& file,
                         const std::shared_ptr<const FunctionCatalog>& catalog,
                         const ReadOptions& options) {
    return BundleReader(*catalog, options).read(text, file, catalog);
}

}  // namespace oa::core
