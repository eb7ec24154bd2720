#include "unzip.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include <Poco/Exception.h>
#include <Poco/Zip/ZipArchive.h>
#include <Poco/Zip/ZipCommon.h>
#include <Poco/Zip/ZipStream.h>

#include "oa/error.hpp"

namespace oa::ssh {

namespace {

constexpr std::size_t piece = std::size_t{256} * 1024;

void unpack(std::istream& archive,
            const Poco::Zip::ZipLocalFileHeader& header,
            const std::filesystem::path& path,
            const Stopper& stopper) {
    std::error_code failure;
    std::filesystem::create_directories(header.isDirectory() ? path : path.parent_path(), failure);
    if (header.isDirectory()) {
        return;
    }
    Poco::Zip::ZipInputStream in(archive, header);
    std::ofstream out(path, std::ios::binary);
    std::vector<char> buffer(piece);
    while (in && out) {
        stopper.check();
        in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        out.write(buffer.data(), in.gcount());
    }
    out.close();
    if (failure || !out) {
        throw exhausted(path.string() + " cannot be written; is the disk full?");
    }
}

}  // namespace

void unzip(const std::string& archive, const std::string& folder, const Stopper& stopper) {
    std::ifstream file(archive, std::ios::binary);
    if (!file) {
        throw Error(ErrorCode::NotFound, "there is no file " + archive)
            .with_pointer("/zipfilename");
    }
    try {
        std::string start(2, '\0');
        file.read(start.data(), 2);
        file.clear();
        file.seekg(0);
        if (start != "PK") {  // of which Poco would say that it is empty
            throw failed_precondition(archive + " is no ZIP file");
        }
        const Poco::Zip::ZipArchive zip(file);
        for (auto entry = zip.headerBegin(); entry != zip.headerEnd(); ++entry) {
            const std::string& name = entry->second.getFileName();
            if (!Poco::Zip::ZipCommon::isValidPath(name)) {
                throw failed_precondition(std::string(archive)
                                              .append(" holds a name that leads out of it: ")
                                              .append(name));
            }
            file.clear();
            unpack(file, entry->second, std::filesystem::path(folder) / name, stopper);
        }
    } catch (const Poco::Exception& error) {
        throw failed_precondition(archive + " is no sound ZIP file: " + error.displayText());
    }
}

}  // namespace oa::ssh
