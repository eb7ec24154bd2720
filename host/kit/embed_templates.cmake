# Writes a C++ source with the files of a folder as texts.
#   FOLDER   the folder
#   OUTPUT   the source to write
file(GLOB_RECURSE files RELATIVE "${FOLDER}" "${FOLDER}/*")
list(SORT files)
set(entries "")
foreach(name IN LISTS files)
  file(READ "${FOLDER}/${name}" content)
  if(content MATCHES "\\)template\"")
    message(FATAL_ERROR "${name} holds the mark that ends an embedded text")
  endif()
  string(APPEND entries "    {\"${name}\", R\"template(${content})template\"},\n")
endforeach()
file(WRITE "${OUTPUT}.new"
"#include \"host/kit/project_template.hpp\"

namespace oa::host {

const std::vector<TemplateFile>& template_files() {
    static const std::vector<TemplateFile> files{
${entries}    };
    return files;
}

}  // namespace oa::host
")
file(COPY_FILE "${OUTPUT}.new" "${OUTPUT}" ONLY_IF_DIFFERENT)
file(TOUCH "${OUTPUT}")
